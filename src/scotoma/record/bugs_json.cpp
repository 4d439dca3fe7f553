// SPDX-License-Identifier: Apache-2.0
#include "scotoma/record/bugs_json.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>

#include "scotoma/finding/cause.h"
#include "scotoma/finding/count.h"
#include "scotoma/finding/doubt.h"
#include "scotoma/image/image_folder.h"
#include "scotoma/record/beside_bugs_json.h"
#include "scotoma/wording/claims_filter.h"
#include "scotoma/wording/finding_words.h"
#include "scotoma/wording/settings.h"
#include "scotoma/wording/spread.h"
#include "scotoma/wording/tally.h"
#include "scotoma/wording/text.h"
#include "scotoma/wording/words.h"

namespace scotoma {
namespace {

using nlohmann::ordered_json;

/// JSON has no infinity.
double finite(double value) {
  return std::isinf(value) ? std::copysign(std::numeric_limits<double>::max(), value) : value;
}

ordered_json texts(const std::map<std::string, std::string>& values) {
  ordered_json map = ordered_json::object();
  for (const auto& [key, value] : values) map[valid_utf8(key)] = valid_utf8(value);
  return map;
}

/// Always failures, so that base and audit compare directly: records of Direction::passes count passes.
ordered_json failure_rate(const Rate& rate, Direction direction = Direction::fails) {
  const Rate failed = direction == Direction::passes ? complement(rate) : rate;
  return {{"failures", failed.failures}, {"valid", failed.valid}, {"invalid", failed.invalid},
          {"rate", failed.rate},         {"low", failed.low},     {"high", failed.high}};
}

ordered_json examples(const std::vector<Sample>& samples, const ImagePath& path) {
  return {{"failing", example_files(samples, true, path)}, {"passing", example_files(samples, false, path)}};
}

StudyLabel label_of(const Study& study, const std::string& name) {
  const auto found =
      std::find_if(study.labels.begin(), study.labels.end(), [&](const StudyLabel& each) { return each.name == name; });
  return found == study.labels.end() ? StudyLabel{name, name, "", {}} : *found;
}

ordered_json label_json(const Study& study, const BaseResult& base, const ImagePath& path) {
  const StudyLabel label = label_of(study, base.label);
  return {{"label", valid_utf8(base.label)},
          {"class", valid_utf8(label.class_name)},
          {"hypernym", valid_utf8(label.hypernym)},
          {"synonyms", text_list(label.synonyms)},
          {"prompts", text_list(base.prompts)},
          {"base", failure_rate(base.rate)},
          {"upper", base.upper},
          {"lower", base.lower},
          {"level", base.level},
          {"failing_label", base.failing_label},
          {"not_generatable", base.not_generatable},
          {"predicted", valid_utf8(base.predicted)},
          {"examples", examples(base.samples, path)}};
}

ordered_json cluster_json(const Cluster& cluster, const ImagePath& path) {
  ordered_json members = ordered_json::array();
  for (std::size_t i = 0; i < cluster.members.size(); ++i) {
    ordered_json member = {{"image", path(cluster.members[i].image)}};
    if (i < cluster.captions.size()) member["caption"] = valid_utf8(cluster.captions[i]);
    members.push_back(std::move(member));
  }
  return {{"label", valid_utf8(cluster.label)},
          {"direction", name_of(cluster.direction)},
          {"predicted", valid_utf8(cluster.predicted)},
          {"tiny", cluster.tiny},
          {"members", std::move(members)}};
}

/// In terms of failures, like failure_rate.
ordered_json pairs_json(const PairedEffect& effect, bool passes) {
  return {{"fails_only_with", passes ? effect.only_without : effect.only_with},
          {"fails_only_without", passes ? effect.only_with : effect.only_without},
          {"fails_both", passes ? effect.neither : effect.both},
          {"fails_neither", passes ? effect.both : effect.neither}};
}

/// The audit's fields, null where there was none.
void add_audit(ordered_json& bug, const Hypothesis& h, const ImagePath& path) {
  const bool passes = h.direction == Direction::passes;
  bug["audit"] = nullptr;
  bug["audit_base"] = nullptr;
  bug["lift"] = nullptr;
  bug["pairs"] = nullptr;
  bug["mcnemar_p"] = nullptr;
  if (h.audited() && h.effect) {
    bug["audit"] = failure_rate(h.audit, h.direction);
    bug["audit_base"] = failure_rate(h.audit_base, h.direction);
    bug["lift"] = {{"low", passes ? -h.effect->lift_high : h.effect->lift_low},
                   {"high", passes ? -h.effect->lift_low : h.effect->lift_high}};
    bug["pairs"] = pairs_json(*h.effect, passes);
    bug["mcnemar_p"] = h.effect->mcnemar_p;
  }
  bug["examples"] = examples(h.audited() ? h.audit_samples : h.tried, path);
}

ordered_json phrase_evidence(const Phrase& phrase) {
  return {{"in_cluster", phrase.in_cluster},
          {"cluster_captions", phrase.cluster_captions},
          {"in_contrast", phrase.in_contrast},
          {"contrast_captions", phrase.contrast_captions},
          {"score", finite(phrase.score)}};
}

/// Of failures in either direction, like failure_rate.
ordered_json reviewed_json(const ReviewedRate& rate, Direction direction) {
  const bool passes = direction == Direction::passes;
  return {{"reviewed", rate.reviewed},
          {"disagreed", rate.disagreed},
          {"rate", passes ? 1 - rate.rate : rate.rate},
          {"low", passes ? 1 - rate.high : rate.low},
          {"high", passes ? 1 - rate.low : rate.high}};
}

/// What makes a level of any choice among the bugs (evidence/closed_e_bh.h), and the levels of all of them.
ordered_json claims_json(const Study& study, const Findings& findings) {
  const EvidenceOptions& evidence = study.evidence;
  const TrialCounts trials = trials_of(study, findings);
  const bool waves = trials.search + trials.cross_check > 0;
  ordered_json json = {{"slots", waves ? trials.search + trials.cross_check : trials.unwaved},
                       {"trials", {{"search", trials.search}, {"cross_check", trials.cross_check}}},
                       {"planned", evidence.alpha - evidence.alpha0},
                       {"by_evidence", nullptr},
                       {"systematic", evidence.alpha0}};
  const std::vector<Claim> claims = claims_of(findings.hypotheses);
  if (!claims.empty()) json["by_evidence"] = claims_level(claims, trials_beside_claims(findings.hypotheses), trials);
  return json;
}

/// The baseline half of its evidence, in failures; null where it came to no trial.
ordered_json base_of_trial(const Hypothesis& h) {
  if (!h.wave) return nullptr;
  const bool passes = h.direction == Direction::passes;
  return {{"failures", passes ? h.base_valid - h.base_events : h.base_events}, {"valid", h.base_valid}};
}

ordered_json pieces_json(const Phrase& phrase) {
  ordered_json pieces = ordered_json::array();
  for (const PhrasePart& part : phrase.pieces())
    pieces.push_back({{"text", valid_utf8(part.text)}, {"position", part.before ? "before" : "after"}});
  return pieces;
}

/// What became of the phrase's words, and its pieces alone.
void add_wording(ordered_json& bug, const Hypothesis& h) {
  bug["pieces"] = pieces_json(h.phrase);
  bug["part_rates"] = ordered_json::array();
  for (const PartRate& part : h.part_rates)
    bug["part_rates"].push_back({{"phrase", valid_utf8(part.phrase)}, {"rate", failure_rate(part.rate, h.direction)}});
  bug["shrunk_from"] = nullptr;
  if (!h.shrunk_from.empty()) bug["shrunk_from"] = valid_utf8(h.shrunk_from);
  bug["shrink_steps"] = ordered_json::array();
  for (const ShrinkStep& step : h.shrink_steps) {
    bug["shrink_steps"].push_back({{"phrase", valid_utf8(step.phrase)},
                                   {"without", valid_utf8(step.without)},
                                   {"rate", failure_rate(step.rate, h.direction)},
                                   {"kept", step.kept}});
    if (step.meaning) bug["shrink_steps"].back()["meaning"] = *step.meaning;
  }
  bug["merged"] = text_list(h.merged);
}

ordered_json misclassified_rate(const Rate& rate) {
  return {{"misclassified", rate.failures},
          {"valid", rate.valid},
          {"invalid", rate.invalid},
          {"rate", rate.rate},
          {"low", rate.low},
          {"high", rate.high}};
}

/// The id of the row's bug of a label, null without one.
ordered_json bug_of_cell(const Findings& findings, const CrossRow& row, const std::string& label) {
  for (const Hypothesis& h : findings.hypotheses) {
    const bool named = std::find(row.bugs.begin(), row.bugs.end(), h.id) != row.bugs.end();
    if (named && h.label == label) return valid_utf8(h.id);
  }
  return nullptr;
}

ordered_json cell_json(const Findings& findings, const CrossRow& row, const CrossCell& cell, const ImagePath& path) {
  ordered_json examples = ordered_json::array();
  for (const Sample& sample : cell.samples) examples.push_back(path(sample.image));
  return {{"label", valid_utf8(cell.label)},
          {"with", misclassified_rate(cell.with)},
          {"without", misclassified_rate(cell.without)},
          {"only_with", cell.only_with},
          {"only_without", cell.only_without},
          {"tested", cell.tested},
          {"p", cell.p},
          {"adjusted_p", cell.adjusted},
          {"spreads", cell.spreads},
          {"bug", bug_of_cell(findings, row, cell.label)},
          {"examples", std::move(examples)}};
}

using Causes = std::vector<Cause>;

/// The id of the cause that `holds` the thing asked for; null without one.
template <class Holds>
ordered_json cause_id(const Causes& causes, const Holds& holds) {
  const auto found = std::find_if(causes.begin(), causes.end(), holds);
  return found == causes.end() ? ordered_json(nullptr) : ordered_json(valid_utf8(found->id));
}

template <class T>
bool points_to(const std::vector<const T*>& list, const T& item) {
  return std::find(list.begin(), list.end(), &item) != list.end();
}

std::vector<std::string> ids_of(const std::vector<const Hypothesis*>& hypotheses) {
  std::vector<std::string> ids;
  for (const Hypothesis* h : hypotheses) ids.push_back(h->id);
  return ids;
}

ordered_json cause_json(const Study& study, const Findings& findings, const Cause& cause) {
  return {{"id", valid_utf8(cause.id)},
          {"phrase", valid_utf8(cause.phrase.text)},
          {"pieces", pieces_json(cause.phrase)},
          {"predicted", valid_utf8(cause.predicted)},
          {"sentence", valid_utf8(sentence(study, cause))},
          {"labels", text_list(cause.labels())},
          {"bugs", text_list(ids_of(cause.bugs))},
          {"pooled", cause.pooled ? failure_rate(*cause.pooled) : ordered_json()},
          {"reaches", text_list(reached_labels(findings, cause))}};
}

ordered_json systematic_json(const Study& study, const SystematicFailure& failure, const ImagePath& path) {
  const BaseResult& base = *failure.base;
  return {{"id", valid_utf8(failure.id)},
          {"label", valid_utf8(base.label)},
          {"class", valid_utf8(label_of(study, base.label).class_name)},
          {"sentence", valid_utf8(sentence(study, failure))},
          {"prompts", text_list(base.prompts)},
          {"base", failure_rate(base.rate)},
          {"lower", base.lower},
          {"level", base.level},
          {"predicted", valid_utf8(base.predicted)},
          {"exceptions", text_list(ids_of(failure.exceptions))},
          {"examples", examples(base.samples, path)}};
}

ordered_json counts_json(const Findings& findings) {
  const Tally tally = tally_of(findings);
  return {{"sentence", summary(findings)},
          {"causes", tally.causes.size()},
          {"bugs", tally.bugs.size()},
          {"systematic_failures", tally.systematic.size()},
          {"exceptions", tally.exceptions.size()},
          {"hypotheses", findings.hypotheses.size()}};
}

ordered_json row_json(const Study& study, const Findings& findings, const Causes& causes, const CrossRow& row,
                      const ImagePath& path) {
  ordered_json cells = ordered_json::array();
  for (const CrossCell& cell : row.cells) cells.push_back(cell_json(findings, row, cell, path));
  return {{"phrase", valid_utf8(row.phrase.text)},
          {"pieces", pieces_json(row.phrase)},
          {"answer", valid_utf8(row.answer)},
          {"bugs", text_list(row.bugs)},
          {"cause", cause_id(causes, [&](const Cause& cause) { return points_to(cause.cross, row); })},
          {"sentence", valid_utf8(sentence(study, findings, row))},
          {"cells", std::move(cells)}};
}

ordered_json bug_json(const Study& study, const Findings& findings, const Causes& causes, const Hypothesis& h,
                      const ImagePath& path) {
  const BaseResult* base = base_of(findings.bases, h.label);
  ordered_json bug = {{"id", valid_utf8(h.id)},
                      {"status", name_of(h.status)},
                      {"label", valid_utf8(h.label)},
                      {"phrase", valid_utf8(h.phrase.text)},
                      {"phrase_position", h.phrase.before ? "before" : "after"},
                      {"prompt", valid_utf8(h.prompt)},
                      {"prompts", text_list(h.prompts)},
                      {"direction", name_of(h.direction)},
                      {"predicted", valid_utf8(h.misclassified_as())},
                      {"sentence", valid_utf8(sentence(study, h))},
                      {"cause", cause_id(causes, [&](const Cause& cause) { return points_to(cause.bugs, h); })},
                      {"source", name_of(h.source)},
                      {"captions", phrase_evidence(h.phrase)},
                      {"base", failure_rate(base == nullptr ? Rate{} : base->rate)},
                      {"explored", failure_rate(h.explored, h.direction)},
                      {"confirm", failure_rate(h.confirmed, h.direction)},
                      {"null_rate", h.null_rate},
                      {"wave", h.wave ? ordered_json(name_of(*h.wave)) : ordered_json()},
                      {"base_confirm", base_of_trial(h)},
                      {"log_e_value", finite(h.log_e_value)}};
  add_audit(bug, h, path);
  add_wording(bug, h);
  if (h.reviewed) bug["reviewed"] = reviewed_json(*h.reviewed, h.direction);
  return bug;
}

}  // namespace

std::string image_path(const std::string& image_id) { return ImageFolder::image_file(image_id).string(); }

ordered_json bugs_json(const Study& study, const Findings& findings, const ImagePath& path) {
  const Spent& spent = findings.spent;
  ordered_json json;
  json["schema_version"] = kBugsSchemaVersion;
  json["study"] = valid_utf8(study.name);
  json["seed"] = study.seed;
  json["fingerprints"] = texts(findings.fingerprints);
  json["models"] = texts(findings.descriptions);
  json["images_spent"] = {{"base", spent.base},       {"explore", spent.explore}, {"shrink", spent.shrink},
                          {"confirm", spent.confirm}, {"audit", spent.audit},     {"cross", spent.cross},
                          {"total", spent.total()}};
  json["log_e_threshold"] = finite(findings.rejection_threshold);
  if (study.evidence.rule == EvidenceRule::sequential) json["claims"] = claims_json(study, findings);
  if (findings.judge_review) json["judge_review"] = judge_json(*findings.judge_review);
  if (findings.diversity) json["diversity"] = diversity_json(*findings.diversity);
  if (findings.drafts) json["drafts"] = drafts_json(*findings.drafts);
  json["findings"] = counts_json(findings);
  const Causes causes = find_causes(findings);
  json["causes"] = ordered_json::array();
  for (const Cause& cause : causes) json["causes"].push_back(cause_json(study, findings, cause));
  json["systematic_failures"] = ordered_json::array();
  for (const SystematicFailure& failure : systematic_failures(findings))
    json["systematic_failures"].push_back(systematic_json(study, failure, path));
  json["bugs"] = ordered_json::array();
  for (const Hypothesis& h : findings.hypotheses) json["bugs"].push_back(bug_json(study, findings, causes, h, path));
  json["spurious_correlations"] = ordered_json::array();
  for (const CrossRow& row : findings.cross)
    json["spurious_correlations"].push_back(row_json(study, findings, causes, row, path));
  json["labels"] = ordered_json::array();
  for (const BaseResult& base : findings.bases) json["labels"].push_back(label_json(study, base, path));
  json["clusters"] = ordered_json::array();
  for (const Cluster& cluster : findings.clusters) json["clusters"].push_back(cluster_json(cluster, path));
  if (findings.certificate) json["certificate"] = certificate_beside_json(study, findings, path);
  if (const auto doubtful = doubts(findings); !doubtful.empty()) json["doubts"] = text_list(doubtful);
  json["limits"] = text_list(findings.limits);
  json["settings"] = settings_json(study);
  return json;
}

}  // namespace scotoma
