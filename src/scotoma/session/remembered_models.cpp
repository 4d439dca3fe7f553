// SPDX-License-Identifier: Apache-2.0
#include "scotoma/session/remembered_models.h"

#include <fmt/format.h>

#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "scotoma/backend/model_files.h"
#include "scotoma/backend/registry.h"
#include "scotoma/core/hash.h"
#include "scotoma/record/study_json.h"
#include "scotoma/session/recorded.h"
#include "scotoma/wording/text.h"
#include "scotoma/wording/words.h"

namespace scotoma {
namespace {

using Json = nlohmann::json;

/// Which models a study asks for, whatever runs them, and the processor.
struct Asked {
  std::string models;  ///< a hash
  std::string processor;

  /// What the cache knows them by.
  std::string key() const { return Hasher().field(models).field(processor).hex(); }
};

/// Empty where the record holds what is not UTF-8.
std::string text_of(const ModelsRecord& record, const Asked& asked) {
  std::string text = to_text(record);
  if (text.empty()) return text;
  Json json = Json::parse(text);
  json["asked"] = asked.models;
  json["processor"] = valid_utf8(asked.processor);
  return json.dump();
}

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
Result<Asked> asked_by(const Study& study) {
  SCOTOMA_ASSIGN_OR_RETURN(const ModelFiles files, model_files(study));
  return Asked{Hasher().field(models_asked_for(study).dump()).field(files.hash).hex(), files.processor};
}

Result<void> remember(AnswerCache& cache, const std::string& key, const std::string& text) {
  const std::vector<Answer> answers = {{key, text}};
  return cache.store(AnswerCache::kModels, answers);
}

/// Answers of some models by the processors that gave them.
using ByProcessor = std::map<std::string, std::size_t>;

/// Of all models that a cache remembers, by Asked::models, and the cache behind it that is only read. What older
/// programs remembered says no processor, and is left out.
Result<std::map<std::string, ByProcessor>> answers_by_processor(const AnswerCache& cache) {
  std::map<std::string, std::map<std::string, std::set<std::string>>> fingerprints;
  for (const AnswerCache* each = &cache; each != nullptr; each = each->other()) {
    SCOTOMA_ASSIGN_OR_RETURN(const auto records, each->answers_under(AnswerCache::kModels));
    for (const Answer& record : records) {
      const Json json = Json::parse(record.value, nullptr, false);
      if (!json.is_object() || !json.contains("processor") || !json.contains("asked")) continue;
      if (!json["processor"].is_string() || !json["asked"].is_string() || !json.contains("roles")) continue;
      auto& of_processor = fingerprints[json["asked"]][json["processor"]];
      for (const auto& [role, facts] : json["roles"].items()) {
        if (facts.is_object() && facts.contains("fingerprint") && facts["fingerprint"].is_string())
          of_processor.insert(facts["fingerprint"]);
      }
    }
  }
  std::map<std::string, ByProcessor> counts;
  for (const auto& [models, by_processor] : fingerprints) {
    for (const auto& [processor, some] : by_processor) {
      for (const AnswerCache* each = &cache; each != nullptr; each = each->other()) {
        for (const std::string& fingerprint : some) {
          SCOTOMA_ASSIGN_OR_RETURN(const std::size_t count, each->count(fingerprint));
          counts[models][processor] += count;
        }
      }
    }
  }
  return counts;
}

/// "AMD EPYC 7763: 1,200 answers; Intel Xeon: 3,400 answers".
std::string listed(const ByProcessor& counts) {
  std::string text;
  for (const auto& [processor, count] : counts)
    text += fmt::format("{}{}: {}", text.empty() ? "" : "; ", processor, counted(static_cast<int>(count), "answer"));
  return text;
}

Result<std::string> note_of_others(const AnswerCache& cache, const Asked& asked) {
  SCOTOMA_ASSIGN_OR_RETURN(auto all, answers_by_processor(cache));
  ByProcessor others = all[asked.models];
  const std::size_t own = others[asked.processor];
  others.erase(asked.processor);
  std::size_t foreign = 0;
  for (const auto& [processor, count] : others) foreign += count;
  if (foreign <= own) return std::string();
  return fmt::format(
      "the cache has answers of these models from another processor ({}). This one is {}; it may give other bits, so "
      "that those answers are not used, and what is missing is asked anew. Run where the processor is the same to use "
      "them",
      listed(others), asked.processor);
}

}  // namespace

Result<RememberedModels> remembered_or_loaded(const Study& study, AnswerCache& cache) {
  const auto asked = asked_by(study);
  if (!asked.ok()) {
    SCOTOMA_ASSIGN_OR_RETURN(Models models, load_models(study));
    return RememberedModels{std::move(models)};
  }
  SCOTOMA_ASSIGN_OR_RETURN(std::string note, note_of_others(cache, *asked));
  const std::string key = asked->key();
  SCOTOMA_ASSIGN_OR_RETURN(const auto text, cache.find(AnswerCache::kModels, key));
  if (const auto record = text ? parsed(*text, study) : std::nullopt) {
    const auto forget = [&cache, key] { static_cast<void>(remember(cache, key, "").ok()); };
    return RememberedModels{models_on_demand(
                                *record, [study] { return load_models(study); }, forget),
                            std::move(note)};
  }
  SCOTOMA_ASSIGN_OR_RETURN(Models models, load_models(study));
  // A file may have been changed while it was loaded: then the record would be another's.
  const auto after = asked_by(study);
  if (after.ok() && after->key() == key) {
    if (const std::string written = text_of(record_of(models), *asked); !written.empty())
      SCOTOMA_RETURN_IF_ERROR(remember(cache, key, written));
  }
  return RememberedModels{std::move(models), std::move(note)};
}

Result<std::vector<std::string>> notes_of_processors(const AnswerCache& cache) {
  SCOTOMA_ASSIGN_OR_RETURN(auto all, answers_by_processor(cache));
  std::vector<std::string> notes;
  for (auto& [models, by_processor] : all) {
    std::erase_if(by_processor, [](const auto& each) { return each.second == 0; });
    if (by_processor.size() < 2) continue;
    notes.push_back(fmt::format(
        "the cache has answers of the same models from {} processors ({}); a run uses those of its own processor alone",
        by_processor.size(), listed(by_processor)));
  }
  return notes;
}

}  // namespace scotoma
