#include "report/publish.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cstring>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>

#include "report/bugs_json.h"
#include "report/html.h"
#include "report/run_json.h"
#include "report/text.h"
#include "report/transfer_json.h"

namespace scotoma {

Result<void> write_whole(const std::filesystem::path& path, const std::string& bytes) {
  std::filesystem::path aside = path;
  aside += fmt::format(".{}.part", ::getpid());
  errno = 0;
  std::error_code error;
  {
    std::ofstream out(aside, std::ios::binary);
    out.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    out.close();
    if (!out) error = std::error_code(errno == 0 ? EIO : errno, std::generic_category());
  }
  if (!error) std::filesystem::rename(aside, path, error);
  if (!error) return {};
  const std::string reason = error.message();
  std::filesystem::remove(aside, error);
  return failed(fmt::format("{}: cannot be written ({}); free some space or choose another folder with --out",
                            path.string(), reason));
}

namespace {

/// What `scotoma transfer` left in the folder, where it is of these findings.
std::optional<Transfer> known_transfer(const std::filesystem::path& folder, const Findings& findings) {
  std::ifstream in(folder / "transfer.json", std::ios::binary);
  if (!in) return std::nullopt;
  return transfer_of(std::string(std::istreambuf_iterator<char>(in), {}), findings);
}

/// Puts pictures beside bugs.json, where the catalogue keeps its own elsewhere.
Result<void> put_pictures(const std::set<std::string>& ids, const Catalogue& catalogue,
                          const std::filesystem::path& folder) {
  for (const std::string& id : ids) {
    const auto path = folder / image_path(id);
    std::error_code error;
    if (std::filesystem::exists(path, error)) continue;
    SCOTOMA_TRY(const auto bytes, catalogue.image_bytes(id));
    std::filesystem::create_directories(path.parent_path(), error);  // a failure shows when the file is written
    SCOTOMA_CHECK(write_whole(path, std::string(bytes.begin(), bytes.end())));
  }
  return {};
}

}  // namespace

Result<Published> publish(const Study& study, const Findings& findings, const RunFacts* run, const Catalogue& catalogue,
                          const std::filesystem::path& folder) {
  const auto pictures = [&](const std::string& id) { return catalogue.image(id); };
  const auto transfer = known_transfer(folder, findings);
  SCOTOMA_TRY(const std::string html,
              report_html(study, findings, pictures, transfer.has_value() ? &*transfer : nullptr));
  const Published published{folder / "report.html", folder / "bugs.json"};
  std::set<std::string> named;
  const auto path = [&](const std::string& id) {
    named.insert(id);
    return image_path(id);
  };
  const std::string bugs = printable_json(bugs_json(study, findings, path).dump(2)) + "\n";
  SCOTOMA_CHECK(put_pictures(named, catalogue, folder));
  SCOTOMA_CHECK(write_whole(published.report, html));
  SCOTOMA_CHECK(write_whole(published.bugs, bugs));
  if (run != nullptr) SCOTOMA_CHECK(write_whole(folder / "run.json", printable_json(run_json(*run).dump(2)) + "\n"));
  return published;
}

}  // namespace scotoma
