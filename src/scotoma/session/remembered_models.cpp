// SPDX-License-Identifier: Apache-2.0
#include "scotoma/session/remembered_models.h"

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "scotoma/backend/model_files.h"
#include "scotoma/backend/registry.h"
#include "scotoma/core/hash.h"
#include "scotoma/record/study_json.h"
#include "scotoma/session/recorded.h"
#include "scotoma/wording/text.h"

namespace scotoma {
namespace {

using Json = nlohmann::json;

constexpr const char* kFingerprint = "models";  // no model has it: theirs are hashes

std::string text_of(const ModelsRecord& record) {
  Json json = {{"roles", Json::object()}, {"class_names", record.class_names}};
  for (const auto& [name, role] : record.roles) {
    json["roles"][name] = {{"fingerprint", role.fingerprint}, {"description", role.description}, {"batch", role.batch}};
    if (role.concurrency) json["roles"][name]["concurrency"] = *role.concurrency;
  }
  return json.dump();
}

/// Nothing where the text is none that this program wrote, or lacks a role that the study uses.
std::optional<ModelsRecord> parsed(const std::string& text, const Study& study) {
  try {
    const Json json = Json::parse(text);
    ModelsRecord record;
    for (const auto& [name, role] : json.at("roles").items()) {
      record.roles[name] = {role.at("fingerprint"), role.at("description"), role.at("batch")};
      if (role.contains("concurrency")) record.roles[name].concurrency = role["concurrency"].get<std::size_t>();
    }
    record.class_names = json.at("class_names").get<std::vector<std::string>>();
    for (const auto& [kind, name] : names_of(RoleKind())) {
      if (record.roles.contains(std::string(name)) != uses_role(study, kind)) return std::nullopt;
    }
    return record;
  } catch (const Json::exception&) {
    return std::nullopt;
  }
}

/// What the study asks for, and of which files. Errors: where those cannot be read, which loading says better.
Result<std::string> key_of(const Study& study) {
  SCOTOMA_ASSIGN_OR_RETURN(const std::string files, model_files_hash(study));
  Hasher hasher;
  hasher.field(models_asked_for(study).dump()).field(files);
  return hasher.hex();
}

Result<void> remember(AnswerCache& cache, const std::string& key, const std::string& text) {
  const std::vector<Answer> answers = {{key, text}};
  return cache.store(kFingerprint, answers);
}

bool is_utf8(const ModelsRecord& record) {
  for (const std::string& name : record.class_names) {
    if (name != valid_utf8(name)) return false;
  }
  for (const auto& [name, role] : record.roles) {
    if (role.description != valid_utf8(role.description)) return false;
  }
  return true;
}

}  // namespace

Result<Models> remembered_or_loaded(const Study& study, AnswerCache& cache) {
  const auto key = key_of(study);
  if (!key.ok()) return load_models(study);
  SCOTOMA_ASSIGN_OR_RETURN(const auto text, cache.find(kFingerprint, *key));
  if (const auto record = text ? parsed(*text, study) : std::nullopt) {
    const auto forget = [&cache, key = *key] { static_cast<void>(remember(cache, key, "").ok()); };
    return models_on_demand(
        *record, [study] { return load_models(study); }, forget);
  }
  SCOTOMA_ASSIGN_OR_RETURN(Models models, load_models(study));
  // A file may have been changed while it was loaded: then the record would be another's.
  const auto after = key_of(study);
  if (!after.ok() || *after != *key) return models;
  const ModelsRecord record = record_of(models);
  if (is_utf8(record)) SCOTOMA_RETURN_IF_ERROR(remember(cache, *key, text_of(record)));
  return models;
}

}  // namespace scotoma
