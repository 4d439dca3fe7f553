// SPDX-License-Identifier: Apache-2.0
#include "scotoma/transfer/again.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "scotoma/evidence/binomial_tail.h"
#include "scotoma/evidence/interval.h"
#include "scotoma/find/find.h"
#include "scotoma/finding/count.h"
#include "scotoma/stage/sample.h"
#include "scotoma/stage/trial.h"
#include "scotoma/study/prompt.h"

namespace scotoma {
namespace {

void count_pairs(const std::vector<Pair>& pairs, Direction direction, TransferCell& cell) {
  for (const Pair& pair : pairs) {
    if (!pair.with.valid() || !pair.without.valid()) continue;
    const bool claimed = claimed_image(pair, direction).failure();
    const bool control = control_of(pair, direction).failure();
    (claimed ? (control ? cell.both : cell.only_claimed) : (control ? cell.only_controls : cell.neither)) += 1;
  }
  const Interval lift = newcombe_paired(cell.both, cell.only_claimed, cell.only_controls, cell.neither, 0.95);
  cell.lift_low = lift.low;
  cell.lift_high = lift.high;
}

/// Puts the memo's classifier's answers in place of those that valid samples hold.
Result<void> ask_again(const std::vector<Sample*>& samples, const Target& target, Memo& memo) {
  std::vector<Sample*> asked;
  std::vector<std::string> ids;
  for (Sample* sample : samples) {
    if (!sample->valid()) continue;
    asked.push_back(sample);
    ids.push_back(sample->image);
  }
  SCOTOMA_ASSIGN_OR_RETURN(auto predictions, memo.classify(ids));
  for (std::size_t i = 0; i < asked.size(); ++i) {
    asked[i]->prediction = std::move(predictions[i]);
    asked[i]->decide(target.failure, target.class_index);
  }
  return {};
}

void name_wrong_answer(const std::vector<Sample>& claimed, const std::vector<std::string>& class_names,
                       TransferCell& cell) {
  const WrongAnswer wrong = most_frequent_wrong(claimed);
  if (wrong.count > 0) cell.predicted = class_names[static_cast<std::size_t>(wrong.class_index)];
  cell.predicted_count = wrong.count;
}

}  // namespace

Result<std::map<std::string, Target>> targets_by_label(const Study& study,
                                                       const std::vector<std::string>& class_names) {
  SCOTOMA_ASSIGN_OR_RETURN(const auto targets, find_targets(study, class_names));
  std::map<std::string, Target> by_label;
  for (const Target& target : targets) by_label[target.label.name] = target;
  return by_label;
}

Result<std::vector<Pair>> answer_again(const Hypothesis& hypothesis, const Target& target, Memo& memo) {
  std::vector<Pair> pairs = hypothesis.pairs;
  std::vector<Sample*> samples;
  for (Pair& pair : pairs) samples.insert(samples.end(), {&pair.with, &pair.without});
  SCOTOMA_RETURN_IF_ERROR(ask_again(samples, target, memo));
  return pairs;
}

Result<std::vector<Sample>> answer_again(std::vector<Sample> samples, const Target& target, Memo& memo) {
  std::vector<Sample*> all;
  for (Sample& sample : samples) all.push_back(&sample);
  SCOTOMA_RETURN_IF_ERROR(ask_again(all, target, memo));
  return samples;
}

TransferCell cell_of(const std::vector<Pair>& pairs, Direction direction, double delta, double cap,
                     const std::vector<std::string>& class_names) {
  std::vector<Sample> claimed;
  std::vector<Sample> controls;
  for (const Pair& pair : pairs) {
    claimed.push_back(claimed_image(pair, direction));
    controls.push_back(control_of(pair, direction));
  }
  TransferCell cell;
  cell.claimed = rate_of(claimed, Direction::fails);
  cell.controls = rate_of(controls, Direction::fails);
  count_pairs(pairs, direction, cell);
  name_wrong_answer(claimed, class_names, cell);
  const double upper =
      cell.controls.valid == 0 ? 1 : clopper_pearson_upper(cell.controls.failures, cell.controls.valid, 0.95);
  cell.allowed = std::min(cap, upper + delta);
  cell.p = binomial_at_least(cell.claimed.failures, cell.claimed.valid, cell.allowed);
  return cell;
}

TransferCell systematic_cell(const std::vector<Sample>& samples, double allowed,
                             const std::vector<std::string>& class_names) {
  TransferCell cell;
  cell.claimed = rate_of(samples, Direction::fails);
  cell.allowed = allowed;
  cell.p = binomial_at_least(cell.claimed.failures, cell.claimed.valid, allowed);
  name_wrong_answer(samples, class_names, cell);
  return cell;
}

Result<void> generate_more_pairs(const StageContext& context, std::vector<Hypothesis>& hypotheses, int count) {
  for (Hypothesis& hypothesis : hypotheses) {
    const int there = static_cast<int>(hypothesis.pairs.size());
    if (hypothesis.status != Status::confirmed || there >= count) continue;
    const StudyLabel& label = context.target(hypothesis.label).label;
    const std::vector<Trial> sides = {
        trial_of(hypothesis), {hypothesis.label, base_prompts(context.study.prompts, label), hypothesis.prompt}};
    SCOTOMA_ASSIGN_OR_RETURN(auto samples,
                             sample_beyond_budget(context, sides, name_of(Purpose::audit), there, count - there));
    for (std::size_t i = 0; i < samples[0].size(); ++i)
      hypothesis.pairs.push_back({std::move(samples[0][i]), std::move(samples[1][i])});
  }
  return {};
}

Result<void> generate_more_baselines(const StageContext& context, std::vector<BaseResult>& bases, int count) {
  for (BaseResult& base : bases) {
    const int there = static_cast<int>(base.samples.size());
    if (!base.failing_label || base.not_generatable || there >= count) continue;
    SCOTOMA_ASSIGN_OR_RETURN(auto samples, context.sampler.sample(base_queries(context, context.target(base.label),
                                                                               Purpose::baseline, there, count)));
    base.samples.insert(base.samples.end(), std::make_move_iterator(samples.begin()),
                        std::make_move_iterator(samples.end()));
  }
  return {};
}

}  // namespace scotoma
