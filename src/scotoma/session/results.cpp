// SPDX-License-Identifier: Apache-2.0
#include "scotoma/session/results.h"

#include <fmt/format.h>

#include "scotoma/core/file.h"
#include "scotoma/record/bugs_reader.h"
#include "scotoma/report/publish.h"
#include "scotoma/session/session.h"
#include "scotoma/wording/settings.h"
#include "scotoma/wording/text.h"

namespace scotoma {
namespace {

std::string note_of_settings(const nlohmann::ordered_json& json, const Study& study, const std::string& again) {
  const auto settings = json.find("settings");
  const auto seed = json.find("seed");
  const bool same =
      settings != json.end() && *settings == settings_json(study) && seed != json.end() && *seed == study.seed;
  if (same) return {};
  return fmt::format("{} has been changed since these results were written; `{}` renews them",
                     study.file.filename().string(), again);
}

}  // namespace

Result<StoredResults> read_results(const StudyPlaces& places) {
  StoredResults out;
  SCOTOMA_ASSIGN_OR_RETURN(out.study, open_finished_study(places));
  const Study& study = out.study;
  const auto path = out_folder(places) / "bugs.json";
  const std::string again = find_command(places);
  if (std::error_code ignored; !std::filesystem::exists(path, ignored)) {
    return bad_input(
        fmt::format("{}: not there; run `{}` first, or say with --out where its results are", path.string(), again));
  }
  SCOTOMA_ASSIGN_OR_RETURN(const std::string text, read_plain_file(path));
  SCOTOMA_ASSIGN_OR_RETURN(out.bugs, read_bugs_json(path, text, again));
  if (const std::string owner = out.bugs["study"]; owner != valid_utf8(study.name)) {
    return bad_input(fmt::format("{}: of the study '{}', not of '{}'; say with --out where the results of {} are",
                                 path.string(), owner, study.name, places.study.string()));
  }
  if (!written_together(out_folder(places), text)) {
    return bad_input(fmt::format(
        "{}: not written together with the report.html beside it (a run was stopped there, or one of them was "
        "replaced); `{}` writes both anew",
        path.string(), command_of("report", places)));
  }
  if (const auto found = out.bugs.find("doubts"); found != out.bugs.end()) found->get_to(out.doubts);
  out.note = note_of_settings(out.bugs, study, again);
  return out;
}

}  // namespace scotoma
