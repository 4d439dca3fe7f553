#include "bugs_file.h"

#include <fmt/format.h>

#include <fstream>

namespace scotoma {

Result<nlohmann::ordered_json> read_bugs(const StudyArguments& arguments) {
  const auto path = out_folder(arguments) / "bugs.json";
  std::ifstream in(path);
  if (!in) {
    return bad_input(fmt::format("{}: not there; run `scotoma find {}` first, or say with --out where its results are",
                                 path.string(), arguments.study.string()));
  }
  auto json = nlohmann::ordered_json::parse(in, nullptr, /*allow_exceptions=*/false);
  if (json.is_discarded() || !json.contains("bugs") || !json["bugs"].is_array()) {
    return bad_input(fmt::format("{}: not a bugs.json of Scotoma; run `scotoma find {}` again", path.string(),
                                 arguments.study.string()));
  }
  return json;
}

}  // namespace scotoma
