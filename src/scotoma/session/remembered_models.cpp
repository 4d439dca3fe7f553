// SPDX-License-Identifier: Apache-2.0
#include "scotoma/session/remembered_models.h"

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "scotoma/backend/model_files.h"
#include "scotoma/backend/registry.h"
#include "scotoma/core/hash.h"
#include "scotoma/record/study_json.h"
#include "scotoma/session/recorded.h"

namespace scotoma {
namespace {

constexpr const char* kFingerprint = "models";  // no model has it: theirs are hashes

/// Nothing where the text is none that this program wrote, or lacks a role that the study uses.
std::optional<ModelsRecord> parsed(const std::string& text, const Study& study) {
  auto record = parse_models_record(text);
  if (!record) return std::nullopt;
  for (const auto& [kind, name] : names_of(RoleKind())) {
    if (record->roles.contains(std::string(name)) != uses_role(study, kind)) return std::nullopt;
  }
  return record;
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
  if (const std::string written = to_text(record); !written.empty())
    SCOTOMA_RETURN_IF_ERROR(remember(cache, *key, written));
  return models;
}

}  // namespace scotoma
