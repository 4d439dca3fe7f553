#include "report/publish.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cstring>
#include <fstream>
#include <nlohmann/json.hpp>

#include "report/bugs_json.h"
#include "report/html.h"
#include "report/run_json.h"

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

Result<Published> publish(const Study& study, const Findings& findings, const RunFacts* run, const Catalogue& catalogue,
                          const std::filesystem::path& folder) {
  const auto pictures = [&](const std::string& id) { return catalogue.image(id); };
  SCOTOMA_TRY(const std::string html, report_html(study, findings, pictures));
  const Published published{folder / "report.html", folder / "bugs.json"};
  SCOTOMA_CHECK(write_whole(published.report, html));
  SCOTOMA_CHECK(write_whole(published.bugs, bugs_json(study, findings).dump(2) + "\n"));
  if (run != nullptr) SCOTOMA_CHECK(write_whole(folder / "run.json", run_json(*run).dump(2) + "\n"));
  return published;
}

}  // namespace scotoma
