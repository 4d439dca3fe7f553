// SPDX-License-Identifier: Apache-2.0
#include "scotoma/record/study_json.h"

#include <array>
#include <limits>
#include <nlohmann/json.hpp>

#include "scotoma/core/hash.h"
#include "scotoma/study/draft_options.h"
#include "scotoma/wording/settings.h"
#include "scotoma/wording/text.h"

namespace scotoma {
namespace {

using Json = nlohmann::ordered_json;

constexpr int kVersion = 1;

bool is_text(const Json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_string();
}

/// What the command line may have changed; older programs wrote nothing of it.
void read_run(const Json& json, RecordedStudy& out) {
  const auto run = json.find("run");
  if (run == json.end() || !run->is_object()) return;
  if (const auto seed = run->find("seed"); seed != run->end() && seed->is_number_unsigned()) out.seed = *seed;
  const auto images = run->find("images");
  if (images != run->end() && images->is_number_unsigned() && *images > 0 && *images <= std::numeric_limits<int>::max())
    out.images = *images;
}

/// Of all but itself: who changes the file by hand gets an error, since all answers are recalled by what stands in it.
std::string sum_of(Json json) {
  json.erase("sum");
  const std::string text = json.dump();
  return sha256_hex(std::string_view(text));
}

}  // namespace

Json models_asked_for(const Study& study) {
  const Json all = settings_json(study);
  Json out = Json::object();
  for (const char* table : {"engine", "generator", "classifier", "captioner", "embedder", "judge"}) {
    if (const auto found = all.find(table); found != all.end()) out[table] = *found;
  }
  out["labels"] = Json::array();
  for (const StudyLabel& label : study.labels) {
    Json synonyms = Json::array();
    for (const std::string& word : label.synonyms) synonyms.push_back(valid_utf8(word));
    out["labels"].push_back({{"name", valid_utf8(label.name)},
                             {"class", valid_utf8(label.class_name)},
                             {"hypernym", valid_utf8(label.hypernym)},
                             {"synonyms", std::move(synonyms)},
                             {"article", label.article ? Json(valid_utf8(*label.article)) : Json()}});
  }
  return out;
}

Json study_json(const Study& study, const Findings& findings, const std::filesystem::path& folder) {
  std::error_code ignored;  // only of finding the current folder
  const auto whole = std::filesystem::absolute(folder, ignored).lexically_normal();
  const auto file = study.file.lexically_relative(whole);
  Json json = {{"schema_version", kVersion},
               {"file", valid_utf8((file.empty() ? study.file : file).generic_string())},
               {"text", study.text},
               {"run", {{"seed", study.seed}, {"images", study.budget.images}}},
               {"asked", models_asked_for(study)}};
  json["roles"] = Json::object();
  for (const auto& [kind, name] : names_of(RoleKind())) {
    const std::string role(name);
    const auto fingerprint = findings.fingerprints.find(role);
    const auto description = findings.descriptions.find(role);
    if (fingerprint == findings.fingerprints.end() || description == findings.descriptions.end()) continue;
    json["roles"][role] = {{"fingerprint", fingerprint->second}, {"description", valid_utf8(description->second)}};
  }
  json["class_names"] = Json::array();
  for (const std::string& name : findings.class_names) json["class_names"].push_back(valid_utf8(name));
  json["sum"] = sum_of(json);
  return json;
}

std::optional<RecordedStudy> read_study_json(std::string_view text) {
  const Json json = Json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (!json.is_object() || json.value("schema_version", Json()) != kVersion) return std::nullopt;
  if (json.value("sum", Json()) != sum_of(json)) return std::nullopt;
  const auto roles = json.find("roles");
  const auto names = json.find("class_names");
  const auto asked = json.find("asked");
  if (roles == json.end() || !roles->is_object() || names == json.end() || !names->is_array()) return std::nullopt;
  if (asked == json.end() || !asked->is_object() || !is_text(json, "file") || !is_text(json, "text"))
    return std::nullopt;
  RecordedStudy out;
  out.file = json["file"].get<std::string>();
  out.text = json["text"];
  out.asked = *asked;
  read_run(json, out);
  for (const auto& [role, answers] : roles->items()) {
    if (!answers.is_object() || !is_text(answers, "fingerprint") || !is_text(answers, "description"))
      return std::nullopt;
    out.fingerprints[role] = answers["fingerprint"];
    out.descriptions[role] = answers["description"];
  }
  for (const Json& name : *names) {
    if (!name.is_string()) return std::nullopt;
    out.class_names.push_back(name);
  }
  return out;
}

bool uses_role(const Study& study, RoleKind kind) {
  return kind == RoleKind::judge       ? study.judge.kind != JudgeKind::none
         : kind == RoleKind::captioner ? uses_captioner(study)
         : kind == RoleKind::embedder  ? uses_embedder(study)
         : kind == RoleKind::draft     ? uses_drafts(study)
                                       : true;
}

bool has_models_of(const RecordedStudy& record, const Study& study) {
  for (const auto& [kind, name] : names_of(RoleKind())) {
    if (record.fingerprints.contains(std::string(name)) != uses_role(study, kind)) return false;
  }
  return record.asked == models_asked_for(study);
}

}  // namespace scotoma
