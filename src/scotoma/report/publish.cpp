// SPDX-License-Identifier: Apache-2.0
#include "scotoma/report/publish.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cassert>
#include <cerrno>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "scotoma/core/hash.h"
#include "scotoma/record/bugs_json.h"
#include "scotoma/record/findings_store.h"
#include "scotoma/record/run_json.h"
#include "scotoma/record/study_json.h"
#include "scotoma/record/transfer_json.h"
#include "scotoma/report/html.h"
#include "scotoma/wording/text.h"

namespace scotoma {

namespace {

/// What `scotoma transfer` left in the folder, where it is of these findings.
std::optional<Transfer> known_transfer(const std::filesystem::path& folder, const Findings& findings) {
  const auto json = read_plain_file(folder / "transfer.json");
  if (!json.ok()) return std::nullopt;
  return read_transfer(*json, findings);
}

constexpr std::string_view kMark = "<!-- bugs.json: ";
constexpr std::size_t kMarkSize = kMark.size() + 64 + 5;

/// The end of report.html: which bugs.json was written with it.
std::string mark_of(std::string_view bugs) { return fmt::format("{}{} -->\n", kMark, sha256_hex(bugs)); }

/// Puts images beside bugs.json, where the cache keeps its own elsewhere; anew where one there is not whole.
Result<void> put_images(const std::set<std::string>& ids, const ImageFolder& images,
                        const std::filesystem::path& folder) {
  std::error_code unknown;
  const bool own = std::filesystem::equivalent(images.folder(), folder, unknown);
  images.fetch(std::vector<std::string>(ids.begin(), ids.end()));
  for (const std::string& id : ids) {
    if (own) {  // a look at its ends does: those that the page shows were read
      SCOTOMA_ASSIGN_OR_RETURN(const bool there, images.has_image(id));
      if (there) continue;
    }
    const auto path = folder / image_path(id);
    SCOTOMA_ASSIGN_OR_RETURN(const auto png, images.image_bytes(id));
    const std::string_view bytes(reinterpret_cast<const char*>(png.data()), png.size());
    SCOTOMA_RETURN_IF_ERROR(clear_place(path));
    if (const auto there = read_plain_file(path); there.ok() && *there == bytes) continue;
    std::error_code error;
    std::filesystem::create_directories(path.parent_path(), error);  // a failure shows when the file is written
    SCOTOMA_RETURN_IF_ERROR(write_whole(path, bytes));
  }
  return {};
}

using File = std::pair<std::filesystem::path, std::string>;

/// Puts all files in their places, in this order and `store` before the last, once all are written. `shown` (empty:
/// none) is removed before, where it changes: the report shows what it says.
Result<void> replace(const std::vector<File>& files, Aside store, const std::filesystem::path& shown) {
  std::vector<Aside> asides;
  bool changes = false;
  for (const auto& [path, bytes] : files) {
    SCOTOMA_ASSIGN_OR_RETURN(Aside aside, Aside::write(path, bytes));
    asides.push_back(std::move(aside));
    if (path != shown) continue;
    const auto there = read_plain_file(path);
    changes = there.ok() && *there != bytes;
  }
  if (changes && ::unlink(shown.c_str()) != 0 && errno != ENOENT)
    return failed(
        fmt::format("{}: cannot be replaced ({}); mend that and run again", shown.string(), reason_of(errno)));
  for (std::size_t i = 0; i < asides.size(); ++i) {
    if (i + 1 == asides.size()) SCOTOMA_RETURN_IF_ERROR(store.place());
    SCOTOMA_RETURN_IF_ERROR(asides[i].place());
  }
  return {};
}

}  // namespace

Result<Published> publish(const Study& study, const Findings& findings, const RunFacts* run, const ImageFolder& images,
                          const std::filesystem::path& folder, const Transfer* transfer) {
  assert(std::filesystem::is_directory(folder));
  const auto shown = [&](const std::string& id) { return images.image(id); };
  const auto known = transfer == nullptr ? known_transfer(folder, findings) : std::nullopt;
  SCOTOMA_ASSIGN_OR_RETURN(const std::string html,
                           report_html(study, findings, shown, known.has_value() ? &*known : transfer));
  const Published published{folder / "report.html", folder / "bugs.json"};
  std::set<std::string> named;
  const auto path = [&](const std::string& id) {
    named.insert(id);
    return image_path(id);
  };
  const std::string bugs = printable_json(bugs_json(study, findings, path).dump(2)) + "\n";
  SCOTOMA_RETURN_IF_ERROR(put_images(named, images, folder));
  std::vector<std::pair<std::filesystem::path, std::string>> files = {{published.report, html + mark_of(bugs)}};
  if (run != nullptr) files.emplace_back(folder / "run.json", printable_json(run_json(*run).dump(2)) + "\n");
  if (transfer != nullptr)
    files.emplace_back(folder / "transfer.json", printable_json(transfer_json(study, *transfer).dump(2)) + "\n");
  files.emplace_back(folder / "study.json", printable_json(study_json(study, findings, folder).dump(2)) + "\n");
  files.emplace_back(published.bugs, bugs);  // last: where only some were replaced, it does not fit the report's mark
  SCOTOMA_ASSIGN_OR_RETURN(Aside store, write_findings(findings, results_key(study, bugs), folder / kFindingsFile));
  SCOTOMA_RETURN_IF_ERROR(
      replace(files, std::move(store), transfer != nullptr ? folder / "transfer.json" : std::filesystem::path()));
  return published;
}

bool written_together(const std::filesystem::path& folder, std::string_view bugs) {
  const auto report = open_plain_file(folder / "report.html");
  if (!report.ok()) return true;
  std::string end(kMarkSize, ' ');
  const off_t at = report->size - static_cast<off_t>(end.size());
  if (at < 0 || ::pread(report->descriptor.get(), end.data(), end.size(), at) != static_cast<ssize_t>(end.size()))
    return true;
  return !end.starts_with(kMark) || end == mark_of(bugs);
}

}  // namespace scotoma
