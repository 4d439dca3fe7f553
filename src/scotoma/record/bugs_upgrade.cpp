// SPDX-License-Identifier: Apache-2.0
#include "scotoma/record/bugs_upgrade.h"

#include <algorithm>
#include <cassert>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "scotoma/finding/cause.h"
#include "scotoma/wording/finding_words.h"

namespace scotoma {
namespace {

using nlohmann::ordered_json;

/// The list under a key that older files may lack.
const ordered_json& list_in(const ordered_json& object, const char* key) {
  static const ordered_json kNone = ordered_json::array();
  const auto found = object.find(key);
  return found == object.end() ? kNone : *found;
}

/// What version 3 of the schema calls otherwise: fields, and values of `status`.
struct Renamed {
  std::string_view before;
  std::string_view now;
};
constexpr Renamed kStatuses[] = {{"undrawable", "not_generatable"}, {"untestable", "underpowered"}};
constexpr Renamed kOfLabels[] = {{"everywhere", "failing_label"}, {"undrawable", "not_generatable"}};
constexpr Renamed kOfCells[] = {{"taken", "misclassified"}};
constexpr Renamed kOfSettings[] = {{"everywhere", "failing_label_threshold"},
                                   {"combine", "interaction_strength"},
                                   {"same_phrase", "phrase_similarity"},
                                   {"first_look", "initial_images"},
                                   {"also", "ensemble"}};

/// The same object, its fields in their order, under their names of now.
template <std::size_t kCount>
void rename_fields(ordered_json& object, const Renamed (&renamed)[kCount]) {
  if (!object.is_object()) return;
  ordered_json out = ordered_json::object();
  for (auto& [key, value] : object.items()) {
    const auto found =
        std::find_if(std::begin(renamed), std::end(renamed), [&](const Renamed& each) { return each.before == key; });
    out[found == std::end(renamed) ? key : std::string(found->now)] = std::move(value);
  }
  object = std::move(out);
}

/// "is taken for a bee" is "is misclassified as a bee" now.
void rename_in_sentence(ordered_json& object) {
  constexpr std::string_view kBefore = " taken for ";
  const auto found = object.find("sentence");
  if (found == object.end() || !found->is_string()) return;
  auto text = found->get<std::string>();
  for (std::size_t at = 0; (at = text.find(kBefore, at)) != std::string::npos;)
    text.replace(at, kBefore.size(), " misclassified as ");
  *found = std::move(text);
}

template <class Change>
void change_each(ordered_json& object, const char* list, const Change& change) {
  const auto found = object.find(list);
  if (found == object.end() || !found->is_array()) return;
  for (ordered_json& item : *found) {
    if (item.is_object()) change(item);
  }
}

void to_version_3(ordered_json& bugs) {
  for (const char* list : {"bugs", "causes", "systematic_failures", "spurious_correlations"})
    change_each(bugs, list, rename_in_sentence);
  change_each(bugs, "bugs", [](ordered_json& bug) {
    for (const Renamed& status : kStatuses) {
      if (bug.value("status", ordered_json()) == status.before) bug["status"] = status.now;
    }
  });
  change_each(bugs, "labels", [](ordered_json& label) { rename_fields(label, kOfLabels); });
  change_each(bugs, "spurious_correlations", [](ordered_json& row) {
    change_each(row, "cells", [](ordered_json& cell) {
      for (const char* side : {"with", "without"}) {
        if (const auto rate = cell.find(side); rate != cell.end()) rename_fields(*rate, kOfCells);
      }
    });
  });
  if (const auto settings = bugs.find("settings"); settings != bugs.end() && settings->is_object()) {
    for (auto& [name, table] : settings->items()) rename_fields(table, kOfSettings);
  }
}

Phrase phrase_from(const ordered_json& object) {
  Phrase phrase;
  phrase.text = object.at("phrase");
  phrase.before = object.value("phrase_position", "after") == "before";
  for (const ordered_json& piece : list_in(object, "pieces"))
    phrase.parts.push_back({piece.at("text"), piece.at("position") == "before"});
  if (phrase.parts.size() != 1) return phrase;
  phrase.before = phrase.parts.front().before;
  phrase.parts.clear();
  return phrase;
}

/// As much of it as causes are made of. Whether the wrong answer is the usual one only its sentence says.
Hypothesis hypothesis_from(const ordered_json& bug) {
  Hypothesis h;
  h.id = bug.at("id");
  h.label = bug.at("label");
  h.phrase = phrase_from(bug);
  h.status = bug.at("status") == "confirmed" ? Status::confirmed : Status::not_confirmed;
  h.direction = bug.at("direction") == "passes" ? Direction::passes : Direction::fails;
  if (bug.at("sentence").get<std::string>().find(" is misclassified as ") != std::string::npos)
    h.expected = bug.at("predicted");
  return h;
}

BaseResult base_from(const ordered_json& label) {
  BaseResult base;
  base.label = label.at("label");
  base.failing_label = label.at("failing_label");
  base.not_generatable = label.value("not_generatable", false);
  base.predicted = label.at("predicted");
  base.rate.failures = label.at("base").at("failures");
  base.rate.valid = label.at("base").at("valid");
  if (base.rate.valid > 0) base.rate.rate = label.at("base").at("rate");
  return base;
}

CrossRow cross_from(const ordered_json& json) {
  CrossRow row{phrase_from(json), json.at("answer"), json.at("bugs").get<std::vector<std::string>>(), {}};
  for (const ordered_json& from : json.at("cells")) {
    CrossCell& cell = row.cells.emplace_back();
    cell.label = from.at("label");
    cell.spreads = from.at("spreads");
    cell.with.rate = from.at("with").at("rate");
  }
  return row;
}

ordered_json cause_from(const Findings& findings, const Cause& cause) {
  ordered_json pieces = ordered_json::array();
  for (const PhrasePart& part : cause.phrase.pieces())
    pieces.push_back({{"text", part.text}, {"position", part.before ? "before" : "after"}});
  ordered_json bugs = ordered_json::array();
  for (const Hypothesis* bug : cause.bugs) bugs.push_back(bug->id);
  return {{"id", cause.id},
          {"phrase", cause.phrase.text},
          {"pieces", std::move(pieces)},
          {"predicted", cause.predicted},
          {"sentence", sentence(Study(), cause)},
          {"labels", cause.labels()},
          {"bugs", std::move(bugs)},
          {"reaches", reached_labels(findings, cause)}};
}

ordered_json systematic_from(const SystematicFailure& failure, const ordered_json& label) {
  ordered_json exceptions = ordered_json::array();
  for (const Hypothesis* exception : failure.exceptions) exceptions.push_back(exception->id);
  ordered_json json = {{"id", failure.id}, {"label", label.at("label")}};
  json["class"] = label.value("class", failure.base->label);
  json["sentence"] = sentence(Study(), failure);
  json["prompts"] = list_in(label, "prompts");
  for (const char* key : {"base", "lower", "level", "predicted"}) {
    if (label.contains(key)) json[key] = label.at(key);
  }
  json["exceptions"] = std::move(exceptions);
  json["examples"] = label.at("examples");
  return json;
}

/// Runs a step of reading the list; its name where something in it is missing or of another type.
template <class Step>
std::string reading(const char* list, const Step& step) {
  try {
    step();
  } catch (const nlohmann::json::exception&) {
    return list;
  }
  return {};
}

}  // namespace

std::string upgrade_bugs_json(ordered_json& bugs) {
  assert(bugs.is_object() && bugs.at("schema_version").is_number());
  if (bugs.at("schema_version") < 3) to_version_3(bugs);
  if (bugs.at("schema_version") > 1) return {};
  Findings findings;
  const auto read = [&](const char* list, auto& records, const auto& from) {
    return reading(list, [&] {
      for (const ordered_json& item : list_in(bugs, list)) records.push_back(from(item));
    });
  };
  if (std::string wrong = read("bugs", findings.hypotheses, hypothesis_from); !wrong.empty()) return wrong;
  if (std::string wrong = read("labels", findings.bases, base_from); !wrong.empty()) return wrong;
  if (std::string wrong = read("spurious_correlations", findings.cross, cross_from); !wrong.empty()) return wrong;
  ordered_json causes = ordered_json::array();
  for (const Cause& cause : find_causes(findings)) causes.push_back(cause_from(findings, cause));
  ordered_json systematic = ordered_json::array();
  std::string wrong = reading("labels", [&] {
    for (const SystematicFailure& failure : systematic_failures(findings)) {
      const auto place = static_cast<std::size_t>(failure.base - findings.bases.data());
      systematic.push_back(systematic_from(failure, list_in(bugs, "labels").at(place)));
    }
  });
  bugs["causes"] = std::move(causes);
  bugs["systematic_failures"] = std::move(systematic);
  return wrong;
}

}  // namespace scotoma
