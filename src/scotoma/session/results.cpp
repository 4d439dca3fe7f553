// SPDX-License-Identifier: Apache-2.0
#include "scotoma/session/results.h"

#include <fmt/format.h>

#include "scotoma/core/file.h"
#include "scotoma/record/bugs_reader.h"
#include "scotoma/report/publish.h"
#include "scotoma/session/recorded.h"
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

Result<void> check_together(const std::filesystem::path& folder, const std::string& bugs, const std::string& again) {
  if (written_together(folder, bugs)) return {};
  return bad_input(fmt::format(
      "{}: not written together with the report.html beside it (a run was stopped there, or one of them was "
      "replaced); `{}` writes both anew",
      (folder / "bugs.json").string(), again));
}

void take_doubts(StoredResults& results) {
  if (const auto found = results.bugs.find("doubts"); found != results.bugs.end()) found->get_to(results.doubts);
}

/// Whether bugs.json is all that says what these are the results of.
bool is_bugs_json_alone(const StudyPlaces& places) {
  std::error_code ignored;
  return std::filesystem::is_directory(places.study, ignored) && !recorded_study(places.study) &&
         std::filesystem::exists(out_folder(places) / "bugs.json", ignored);
}

/// As much of the study as bugs.json has.
Study study_in(const nlohmann::ordered_json& bugs, const StudyPlaces& places) {
  Study study;
  study.file = places.study;
  study.name = bugs["study"];
  if (const auto seed = bugs.find("seed"); seed != bugs.end() && seed->is_number_unsigned()) study.seed = *seed;
  const auto labels = bugs.find("labels");
  if (labels == bugs.end() || !labels->is_array()) return study;
  for (const auto& entry : *labels) {
    const auto name = entry.is_object() ? entry.find("label") : entry.end();
    if (!entry.is_object() || name == entry.end() || !name->is_string()) continue;
    study.labels.emplace_back().name = name->get<std::string>();
  }
  return study;
}

Result<StoredResults> read_bugs_alone(const StudyPlaces& places) {
  StoredResults out;
  const auto path = out_folder(places) / "bugs.json";
  SCOTOMA_ASSIGN_OR_RETURN(const std::string text, read_plain_file(path));
  const std::string again = "scotoma find STUDY --out " + quote_for_shell(out_folder(places).string());
  SCOTOMA_ASSIGN_OR_RETURN(out.bugs, read_bugs_json(path, text, again));
  SCOTOMA_RETURN_IF_ERROR(check_together(out_folder(places), text, again));
  out.study = study_in(out.bugs, places);
  take_doubts(out);
  return out;
}

}  // namespace

Result<StoredResults> read_results(const StudyPlaces& places) {
  if (is_bugs_json_alone(places)) return read_bugs_alone(places);
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
  SCOTOMA_RETURN_IF_ERROR(check_together(out_folder(places), text, command_of("report", places)));
  take_doubts(out);
  out.note = note_of_settings(out.bugs, study, again);
  return out;
}

}  // namespace scotoma
