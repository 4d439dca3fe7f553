// SPDX-License-Identifier: Apache-2.0
#include "scotoma/stage/cross.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <map>
#include <set>
#include <utility>

#include "scotoma/evidence/holm.h"
#include "scotoma/evidence/paired.h"
#include "scotoma/finding/count.h"
#include "scotoma/stage/trial.h"
#include "scotoma/study/prompt.h"

namespace scotoma {
namespace {

using Strings = std::vector<std::string>;

/// What a pair needs to know of an image.
struct Outcome {
  bool valid = false;
  int answer = -1;
};
using Outcomes = std::vector<Outcome>;

/// A row to be tried, with what it needs beside the record.
struct Plan {
  CrossRow row;
  int answer = -1;             ///< class index of row.answer
  double log_e_value = 0;      ///< the largest of its bugs
  Strings prompts;             ///< of the study's first label: rows of equal prompts share their images
  std::vector<Target> labels;  ///< of its cells
};

Strings prompts_with(const StageContext& context, const StudyLabel& label, const Phrase& phrase) {
  return phrase_prompts(context.study.prompts, label, phrase.pieces());
}

/// What things are misclassified as under the phrase; empty where no wrong answer is known.
std::string answer_of(const StageContext& context, const Hypothesis& hypothesis) {
  if (hypothesis.direction == Direction::fails) return hypothesis.misclassified_as();
  return context.target(hypothesis.label).label.class_name;
}

std::vector<Target> cells_of(const StageContext& context, const std::vector<BaseResult>& bases, int answer) {
  std::vector<Target> labels;
  for (const Target& target : context.targets) {
    const BaseResult* base = base_of(bases, target.label.name);
    if (target.class_index != answer && (base == nullptr || !base->not_generatable)) labels.push_back(target);
  }
  return labels;
}

/// All rows that one would like to try, the most important first.
std::vector<Plan> plans_of(const StageContext& context, const std::vector<Hypothesis>& hypotheses,
                           const std::vector<BaseResult>& bases) {
  std::vector<Plan> plans;
  for (const Hypothesis& hypothesis : hypotheses) {
    const std::string answer = answer_of(context, hypothesis);
    const auto found = std::find(context.class_names.begin(), context.class_names.end(), answer);
    if (hypothesis.status != Status::confirmed || found == context.class_names.end()) continue;
    if (hypothesis.source == Source::either) continue;  // a disjunction: each of its phrases was too weak alone
    const Strings prompts = prompts_with(context, context.targets.front().label, hypothesis.phrase);
    auto plan = std::find_if(plans.begin(), plans.end(),
                             [&](const Plan& each) { return each.row.answer == answer && each.prompts == prompts; });
    if (plan == plans.end()) {
      const auto index = static_cast<int>(found - context.class_names.begin());
      plan = plans.insert(plan, {{hypothesis.phrase, answer, {}, {}},
                                 index,
                                 hypothesis.log_e_value,
                                 prompts,
                                 cells_of(context, bases, index)});
    }
    plan->row.bugs.push_back(hypothesis.id);
    plan->log_e_value = std::max(plan->log_e_value, hypothesis.log_e_value);
  }
  std::erase_if(plans, [](const Plan& plan) { return plan.labels.empty(); });
  std::stable_sort(plans.begin(), plans.end(), [](const Plan& a, const Plan& b) {
    if (a.row.bugs.size() != b.row.bugs.size()) return a.row.bugs.size() > b.row.bugs.size();
    return a.log_e_value > b.log_e_value;
  });
  return plans;
}

/// Adds a sentence on the plans from `first` on.
void say_left_out(StageContext& context, const std::vector<Plan>& plans, std::size_t first) {
  constexpr std::size_t kNamed = 3;
  std::string names;
  for (std::size_t i = first; i < std::min(plans.size(), first + kNamed); ++i)
    names += fmt::format("{}'{}' ({})", i == first ? "" : ", ", plans[i].row.phrase.text, plans[i].row.answer);
  const std::size_t left = plans.size() - first;
  if (left > kNamed) names += fmt::format(" and {} more", left - kNamed);
  context.limits.push_back(fmt::format("The budget of {} images had none left to try {} on other labels: {}.",
                                       context.study.budget.images, left == 1 ? "this phrase" : "these phrases",
                                       names));
}

/// Cuts the plans off where the budget ends.
void keep_affordable(StageContext& context, std::vector<Plan>& plans) {
  std::set<std::pair<std::string, Strings>> trials;  // label and prompts with the phrase, or none of them without it
  for (std::size_t i = 0; i < plans.size(); ++i) {
    std::vector<std::pair<std::string, Strings>> added;
    for (const Target& target : plans[i].labels) {
      for (const Strings& prompts : {Strings{}, plans[i].prompts}) {
        if (!trials.contains({target.label.name, prompts})) added.emplace_back(target.label.name, prompts);
      }
    }
    if (!context.budget().affords(context.study.budget.cross, trials.size() + added.size())) {
      say_left_out(context, plans, i);
      plans.erase(plans.begin() + static_cast<std::ptrdiff_t>(i), plans.end());
      return;
    }
    trials.insert(added.begin(), added.end());
  }
}

/// budget.cross images of each label: with the phrase, or (null) without one.
Result<std::vector<std::vector<Sample>>> generate(StageContext& context, const std::vector<Target>& labels,
                                                  const Phrase* phrase) {
  const PromptOptions& prompts = context.study.prompts;
  const int count = context.study.budget.cross;
  std::vector<Trial> trials;
  for (const Target& target : labels) {
    trials.push_back(
        {target.label.name,
         phrase == nullptr ? base_prompts(prompts, target.label) : prompts_with(context, target.label, *phrase),
         base_prompt(prompts, target.label)});
  }
  if (trials.empty()) return std::vector<std::vector<Sample>>{};
  SCOTOMA_ASSIGN_OR_RETURN(auto samples, sample_trials(context, trials, Purpose::cross_check, 0, count));
  return samples;
}

Outcome outcome_of(const Sample& sample) {
  return {sample.valid(), sample.prediction.top.empty() ? -1 : sample.prediction.label()};
}

/// `without`: of the images on the same seeds that lack the phrase.
CrossCell cell_of(const StageContext& context, const std::string& label, int answer, const std::vector<Sample>& samples,
                  const Outcomes& without) {
  CrossCell cell;
  cell.label = label;
  for (std::size_t i = 0; i < samples.size(); ++i) {
    const Outcome with = outcome_of(samples[i]);
    cell.with.invalid += with.valid ? 0 : 1;
    cell.without.invalid += without[i].valid ? 0 : 1;
    if (!with.valid || !without[i].valid) continue;
    const bool shown = with.answer == answer;
    const bool shown_without = without[i].answer == answer;
    for (Rate* rate : {&cell.with, &cell.without}) ++rate->valid;
    cell.with.failures += shown ? 1 : 0;
    cell.without.failures += shown_without ? 1 : 0;
    cell.only_with += shown && !shown_without ? 1 : 0;
    cell.only_without += shown_without && !shown ? 1 : 0;
    if (shown && cell.samples.size() < kCrossSamples) cell.samples.push_back(samples[i]);
  }
  fill_interval(cell.with);
  fill_interval(cell.without);
  cell.tested = 2 * cell.with.valid >= context.study.budget.cross;
  if (cell.tested) cell.p = mcnemar_greater(cell.only_with, cell.only_without);
  return cell;
}

/// Fills the rows of one phrase, which may have several answers. `without`: by label, what was generated so far.
Result<void> try_phrase(StageContext& context, const std::vector<Plan*>& rows,
                        std::map<std::string, Outcomes>& without) {
  std::vector<Target> labels;
  std::vector<Target> unseen;
  for (const Target& target : context.targets) {
    const auto needs = [&](const Plan* plan) {
      return std::any_of(plan->labels.begin(), plan->labels.end(),
                         [&](const Target& each) { return each.label.name == target.label.name; });
    };
    if (std::none_of(rows.begin(), rows.end(), needs)) continue;
    labels.push_back(target);
    if (!without.contains(target.label.name)) unseen.push_back(target);
  }
  SCOTOMA_ASSIGN_OR_RETURN(const auto unseen_samples, generate(context, unseen, nullptr));
  for (std::size_t i = 0; i < unseen.size(); ++i) {
    Outcomes& outcomes = without[unseen[i].label.name];
    std::transform(unseen_samples[i].begin(), unseen_samples[i].end(), std::back_inserter(outcomes), outcome_of);
  }
  SCOTOMA_ASSIGN_OR_RETURN(const auto samples, generate(context, labels, &rows.front()->row.phrase));
  for (Plan* plan : rows) {
    for (std::size_t i = 0; i < labels.size(); ++i) {
      const std::string& name = labels[i].label.name;
      if (labels[i].class_index == plan->answer) continue;
      plan->row.cells.push_back(cell_of(context, name, plan->answer, samples[i], without.at(name)));
    }
  }
  return {};
}

void correct(StageContext& context, std::vector<CrossRow>& rows) {
  const double alpha = context.study.evidence.alpha;
  std::vector<CrossCell*> tested;
  std::vector<double> p;
  for (CrossRow& row : rows) {
    for (CrossCell& cell : row.cells) {
      if (!cell.tested) continue;
      tested.push_back(&cell);
      p.push_back(cell.p);
    }
  }
  const std::vector<double> adjusted = holm_adjusted(p);
  for (std::size_t i = 0; i < tested.size(); ++i) {
    tested[i]->adjusted = adjusted[i];
    tested[i]->spreads = adjusted[i] <= alpha;
  }
  // Even if every pair shows it, p is no smaller than 2^-cross, and Holm's first step multiplies it by all cells.
  const double needed = std::ceil(std::log2(static_cast<double>(tested.size()) / alpha));
  if (!tested.empty() && context.study.budget.cross < needed) {
    context.limits.push_back(fmt::format(
        "With budget.cross = {} no phrase could be shown to work on another label: for {} cells it takes {:.0f}.",
        context.study.budget.cross, tested.size(), needed));
  }
}

}  // namespace

Result<std::vector<CrossRow>> cross_check(StageContext& context, const std::vector<Hypothesis>& hypotheses,
                                          const std::vector<BaseResult>& bases) {
  std::vector<CrossRow> rows;
  if (context.study.budget.cross == 0) return rows;
  std::vector<Plan> plans = plans_of(context, hypotheses, bases);
  keep_affordable(context, plans);
  if (plans.empty()) return rows;
  context.step(fmt::format("trying {} on other labels", plans.size() == 1
                                                            ? "a confirmed phrase"
                                                            : fmt::format("{} confirmed phrases", plans.size())));
  std::map<std::string, Outcomes> without;
  std::set<Strings> done;
  for (const Plan& plan : plans) {
    if (!done.insert(plan.prompts).second) continue;
    std::vector<Plan*> same;
    for (Plan& each : plans) {
      if (each.prompts == plan.prompts) same.push_back(&each);
    }
    SCOTOMA_RETURN_IF_ERROR(try_phrase(context, same, without));
  }
  for (Plan& plan : plans) rows.push_back(std::move(plan.row));
  correct(context, rows);
  return rows;
}

}  // namespace scotoma
