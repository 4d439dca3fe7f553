// SPDX-License-Identifier: Apache-2.0
#include "scotoma/record/bugs_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

#include "scotoma/record/bugs_json.h"
#include "scotoma/record/bugs_upgrade.h"
#include "scotoma/wording/words.h"

namespace scotoma {
namespace {

using Json = nlohmann::ordered_json;

const Json* member(const Json& object, const char* key) {
  const auto found = object.find(key);
  return found == object.end() ? nullptr : &*found;
}

bool is_rate(const Json& value) {
  for (const char* key : {"failures", "valid"}) {
    const Json* number = member(value, key);
    if (number == nullptr || !number->is_number_integer()) return false;
  }
  const auto holds_number = [&](const char* key) {
    const Json* number = member(value, key);
    return number != nullptr && number->is_number();
  };
  return value["valid"] == 0 || (holds_number("rate") && holds_number("low") && holds_number("high"));
}

bool is_reviewed(const Json& value) {
  const auto holds_number = [&](const char* key) {
    const Json* number = member(value, key);
    return number != nullptr && number->is_number();
  };
  return value.is_object() && holds_number("reviewed") && holds_number("disagreed") && holds_number("rate") &&
         holds_number("low") && holds_number("high");
}

bool is_list_of_texts(const Json* value) {
  return value != nullptr && value->is_array() &&
         std::all_of(value->begin(), value->end(), [](const Json& item) { return item.is_string(); });
}

bool is_text(const Json* value) { return value != nullptr && value->is_string(); }

bool has_examples(const Json& object) {
  const Json* examples = member(object, "examples");
  return examples != nullptr && examples->is_object() && is_list_of_texts(member(*examples, "failing")) &&
         is_list_of_texts(member(*examples, "passing"));
}

/// The first key of a bug that is missing or of another type than docs/bugs.schema.json says; empty: all are well.
std::string flaw(const Json& bug) {
  if (!bug.is_object()) return "bugs";
  for (const char* key : {"id", "status", "label", "phrase", "direction", "predicted", "sentence", "prompt"}) {
    if (!is_text(member(bug, key))) return key;
  }
  for (const char* key : {"null_rate", "log_e_value"}) {
    const Json* value = member(bug, key);
    if (value == nullptr || !value->is_number()) return key;
  }
  for (const char* key : {"base", "explored", "confirm", "audit", "audit_base"}) {
    const Json* value = member(bug, key);
    const bool may_be_null = std::string_view(key).starts_with("audit");
    if (value == nullptr || !(value->is_object() ? is_rate(*value) : may_be_null && value->is_null())) return key;
  }
  if (const Json* reviewed = member(bug, "reviewed"); reviewed != nullptr && !is_reviewed(*reviewed)) return "reviewed";
  return has_examples(bug) ? "" : "examples";
}

/// The same of a cause, and below of a systematic failure.
std::string flaw_of_cause(const Json& cause) {
  if (!cause.is_object()) return "causes";
  for (const char* key : {"id", "phrase", "predicted", "sentence"}) {
    if (!is_text(member(cause, key))) return key;
  }
  for (const char* key : {"labels", "bugs", "reaches"}) {
    if (!is_list_of_texts(member(cause, key))) return key;
  }
  return {};
}

std::string flaw_of_systematic(const Json& failure) {
  if (!failure.is_object()) return "systematic_failures";
  for (const char* key : {"id", "label", "class", "predicted", "sentence"}) {
    if (!is_text(member(failure, key))) return key;
  }
  for (const char* key : {"prompts", "exceptions"}) {
    if (!is_list_of_texts(member(failure, key))) return key;
  }
  const Json* base = member(failure, "base");
  if (base == nullptr || !base->is_object() || !is_rate(*base)) return "base";
  return has_examples(failure) ? "" : "examples";
}

/// The first flaw of a list's items, or the list itself.
template <class Flaw>
std::string flaw_in(const Json& json, const char* list, const Flaw& flaw_of_one) {
  const Json* items = member(json, list);
  if (items == nullptr || !items->is_array()) return list;
  for (const Json& item : *items) {
    if (std::string wrong = flaw_of_one(item); !wrong.empty()) return wrong;
  }
  return {};
}

bool is_number(const Json* value) { return value != nullptr && value->is_number(); }

/// The same of the certificate, which only some files have.
std::string flaw_of_certificate(const Json& json) {
  const Json* certificate = member(json, "certificate");
  if (certificate == nullptr) return {};
  if (!certificate->is_object() || !is_number(member(*certificate, "size"))) return "certificate";
  std::string labels = flaw_in(*certificate, "labels", [](const Json& label) {
    return label.is_object() && is_text(member(label, "label")) && is_text(member(label, "sentence")) ? "" : "sentence";
  });
  if (!labels.empty()) return labels;
  return flaw_in(*certificate, "cells", [](const Json& cell) -> std::string {
    if (!cell.is_object()) return "cells";
    for (const char* key : {"label", "phrase", "prompt", "verdict", "figures"}) {
      if (!is_text(member(cell, key))) return key;
    }
    return {};
  });
}

/// The same of the whole file, which is brought to this program's version.
std::string flaw_of_file(Json& json) {
  if (!is_text(member(json, "study"))) return "study";
  if (std::string wrong = flaw_in(json, "bugs", flaw); !wrong.empty()) return wrong;
  if (std::string wrong = upgrade_bugs_json(json); !wrong.empty()) return wrong;
  if (const Json* doubtful = member(json, "doubts"); doubtful != nullptr && !is_list_of_texts(doubtful))
    return "doubts";
  if (std::string wrong = flaw_of_certificate(json); !wrong.empty()) return wrong;
  const std::string wrong = flaw_in(json, "causes", flaw_of_cause);
  return wrong.empty() ? flaw_in(json, "systematic_failures", flaw_of_systematic) : wrong;
}

}  // namespace

Result<Json> read_bugs_json(const std::filesystem::path& file, const std::string& text, const std::string& again) {
  Json json = Json::parse(text, nullptr, /*allow_exceptions=*/false);
  const Json* version = json.is_object() ? member(json, "schema_version") : nullptr;
  if (version == nullptr || !version->is_number_integer())
    return bad_input(fmt::format("{}: not a bugs.json of Scotoma; run `{}` again", file.string(), again));
  if (*version > kBugsSchemaVersion) {
    return bad_input(
        fmt::format("{}: written by a newer Scotoma; update this one, or run `{}` again", file.string(), again));
  }
  if (const std::string wrong = flaw_of_file(json); !wrong.empty()) {
    return bad_input(fmt::format("{}: damaged ('{}' is missing, or not what it should be); run `{}` again",
                                 file.string(), wrong, again));
  }
  return json;
}

std::string study_of_bugs_json(const std::string& text) {
  const Json json = Json::parse(text, nullptr, /*allow_exceptions=*/false);
  const Json* name = json.is_object() ? member(json, "study") : nullptr;
  return is_text(name) ? name->get<std::string>() : "";
}

std::optional<std::map<std::string, std::string>> models_of_bugs_json(const std::string& text) {
  const Json json = Json::parse(text, nullptr, /*allow_exceptions=*/false);
  const Json* fingerprints = json.is_object() ? member(json, "fingerprints") : nullptr;
  if (fingerprints == nullptr || !fingerprints->is_object()) return std::nullopt;
  std::map<std::string, std::string> out;
  for (const auto& [role, fingerprint] : fingerprints->items()) {
    if (!fingerprint.is_string()) return std::nullopt;
    out[role] = fingerprint;
  }
  return out;
}

std::string reviewed_failures(const Study& study, const nlohmann::ordered_json& bug) {
  const Json* reviewed = member(bug, "reviewed");
  if (reviewed == nullptr || !reviewed->is_object()) return {};
  const ReviewedRate rate{reviewed->value("reviewed", 0), reviewed->value("disagreed", 0), reviewed->value("rate", 0.0),
                          reviewed->value("low", 0.0), reviewed->value("high", 1.0)};
  return reviewed_text(study, rate, bug.value("label", ""), Direction::fails);
}

}  // namespace scotoma
