#include "scotoma/record/models_json.h"

#include <array>
#include <nlohmann/json.hpp>

#include "scotoma/wording/settings.h"
#include "scotoma/wording/text.h"

namespace scotoma {
namespace {

using Json = nlohmann::ordered_json;

constexpr int kVersion = 1;
constexpr std::array kRoles = {"generator", "classifier", "captioner", "embedder", "judge"};

/// All of the study that the fingerprints of its models depend on; the models' own bytes are left to them.
Json asked_for(const Study& study) {
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

bool is_text(const Json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_string();
}

}  // namespace

Json models_json(const Study& study, const Findings& findings) {
  Json json = {{"schema_version", kVersion}, {"study", asked_for(study)}};
  json["roles"] = Json::object();
  for (const char* role : kRoles) {
    const auto fingerprint = findings.fingerprints.find(role);
    const auto description = findings.descriptions.find(role);
    if (fingerprint == findings.fingerprints.end() || description == findings.descriptions.end()) continue;
    json["roles"][role] = {{"fingerprint", fingerprint->second}, {"description", valid_utf8(description->second)}};
  }
  json["class_names"] = Json::array();
  for (const std::string& name : findings.class_names) json["class_names"].push_back(valid_utf8(name));
  return json;
}

std::optional<RecordedModels> read_models_json(std::string_view text, const Study& study) {
  const Json json = Json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (!json.is_object() || json.value("schema_version", Json()) != kVersion) return std::nullopt;
  if (json.value("study", Json()) != asked_for(study)) return std::nullopt;
  const auto roles = json.find("roles");
  const auto names = json.find("class_names");
  if (roles == json.end() || !roles->is_object() || names == json.end() || !names->is_array()) return std::nullopt;
  RecordedModels out;
  for (const char* role : kRoles) {
    const auto found = roles->find(role);
    if (found == roles->end()) {
      if (std::string_view(role) == "judge" && study.judge.kind == "none") continue;
      return std::nullopt;
    }
    if (!found->is_object() || !is_text(*found, "fingerprint") || !is_text(*found, "description")) return std::nullopt;
    out.fingerprints[role] = (*found)["fingerprint"];
    out.descriptions[role] = (*found)["description"];
  }
  for (const Json& name : *names) {
    if (!name.is_string()) return std::nullopt;
    out.class_names.push_back(name);
  }
  return out;
}

}  // namespace scotoma
