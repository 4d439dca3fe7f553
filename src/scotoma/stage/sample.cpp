// SPDX-License-Identifier: Apache-2.0
#include "scotoma/stage/sample.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <map>
#include <numeric>
#include <span>
#include <string>

#include "scotoma/core/seed.h"
#include "scotoma/evidence/interval.h"
#include "scotoma/finding/count.h"
#include "scotoma/study/check_budget.h"
#include "scotoma/study/prompt.h"

namespace scotoma {
namespace {

constexpr int kFewestFresh = 4;   // baseline images that evidence may stand on
constexpr int kDistinguish = 16;  // images that distinguish a label which fails now and then from one that often does

/// Counts the samples, but decides nothing.
void count_base(const StageContext& context, BaseResult& base) {
  const auto sizes = static_cast<double>(context.study.budget.base_sizes().size());
  base.rate = rate_of(base.samples, Direction::fails);
  base.level = 1 - context.study.evidence.alpha0 / (2 * sizes * static_cast<double>(context.targets.size()));
  if (base.rate.valid > 0) {
    base.upper = clopper_pearson_upper(base.rate.failures, base.rate.valid, base.level);
    base.lower = clopper_pearson_lower(base.rate.failures, base.rate.valid, base.level);
  }
  const WrongAnswer wrong = most_frequent_wrong(base.samples);
  if (wrong.count > 0) base.predicted = context.class_names[static_cast<std::size_t>(wrong.class_index)];
}

/// Baseline images first .. last - 1 of a label.
void ask(const StageContext& context, const Target& target, int first, int last, std::vector<Query>& queries) {
  const auto more = base_queries(context, target, Purpose::baseline, first, last);
  queries.insert(queries.end(), more.begin(), more.end());
}

/// Generates the images that these labels lack, all at once so that no thread waits.
Result<void> grow(StageContext& context, const std::vector<Wanted>& wanted, std::vector<BaseResult>& bases) {
  std::vector<Query> queries;
  for (const auto& [l, size] : wanted)
    ask(context, context.targets[l], static_cast<int>(bases[l].samples.size()), size, queries);
  SCOTOMA_ASSIGN_OR_RETURN(auto samples, context.sample(queries, Purpose::baseline));
  auto next = std::make_move_iterator(samples.begin());
  for (const auto& [l, size] : wanted) {
    const auto last = next + (size - std::ssize(bases[l].samples));
    bases[l].samples.insert(bases[l].samples.end(), next, last);
    next = last;
    count_base(context, bases[l]);
  }
  return {};
}

/// Generates the images that these labels lack, the first labels first; where `budget_left`, from which they are paid,
/// does not do for a label, the largest size that it does for, and context.limits says so. The labels that grew come
/// back.
Result<std::vector<std::size_t>> grow_from(int& budget_left, StageContext& context, const std::vector<Wanted>& wanted,
                                           std::vector<BaseResult>& bases, std::string_view why) {
  std::vector<Wanted> paid;
  std::vector<std::size_t> labels;
  std::vector<std::string> unpaid;
  for (const Wanted& one : wanted) {
    const int has = static_cast<int>(std::ssize(bases[one.label].samples));
    int size = has;
    for (const int next : context.study.budget.base_sizes()) {
      if (next > size && next <= one.size && next - has <= budget_left) size = next;
    }
    if (size < one.size) unpaid.push_back(fmt::format("\"{}\"", bases[one.label].label));
    if (size == has) continue;
    budget_left -= size - has;
    paid.push_back({one.label, size});
    labels.push_back(one.label);
  }
  if (!unpaid.empty()) {
    context.limit_of_budget(
        fmt::format("Half of the budget that was left did not pay for all baseline images of {}, {}: their baseline "
                    "rates are known from few images",
                    fmt::join(unpaid, ", "), why),
        "raise budget.images or lower budget.base");
  }
  if (paid.empty()) return labels;
  context.step(fmt::format("more baseline images of {} label{}", paid.size(), paid.size() == 1 ? "" : "s"));
  SCOTOMA_RETURN_IF_ERROR(grow(context, paid, bases));
  return labels;
}

/// Whether it takes more baseline images to say what the label is: one that cannot be generated, one that fails nearly
/// everywhere, or one with failures to describe.
bool unsettled(const StageContext& context, const BaseResult& base) {
  const EvidenceOptions& evidence = context.study.evidence;
  if (invalid_share(base.rate) > evidence.max_invalid / 2) return true;
  return base.rate.failures > 0 &&
         (std::ssize(base.samples) < kDistinguish || base.rate.rate > evidence.failing_label_threshold / 2);
}

/// Doubles the samples of unsettled labels until they are settled or have all their images.
Result<void> settle(StageContext& context, std::vector<BaseResult>& bases) {
  std::vector<std::size_t> open(bases.size());
  std::iota(open.begin(), open.end(), std::size_t{0});
  const auto sizes = context.study.budget.base_sizes();
  int budget_left = context.budget().for_baselines();
  for (std::size_t i = 1; i < sizes.size() && !open.empty(); ++i) {
    std::vector<Wanted> wanted;
    for (const std::size_t l : open) {
      if (unsettled(context, bases[l])) wanted.push_back({l, sizes[i]});
    }
    SCOTOMA_ASSIGN_OR_RETURN(open, grow_from(budget_left, context, wanted, bases, "some of which fail or are invalid"));
  }
  return {};
}

/// The labels of the finalists, the best first, each with the least fresh baseline sample; without images where
/// budget_left, which pays for the first of them, does not do for all.
std::vector<Wanted> wanted_by(const StageContext& context, const std::vector<BaseResult>& bases,
                              const std::vector<Hypothesis>& hypotheses, const std::vector<std::size_t>& finalists,
                              int budget_left) {
  const int round = static_cast<int>(context.study.prompts.base.size());
  const int most = std::max(context.study.budget.base_confirm / round * round, round);
  const int least = std::min((kFewestFresh + round - 1) / round * round, most);
  std::vector<Wanted> wanted;
  for (const std::size_t h : finalists) {
    const auto label = static_cast<std::size_t>(base_of(bases, hypotheses[h].label) - bases.data());
    if (std::any_of(wanted.begin(), wanted.end(), [&](const Wanted& one) { return one.label == label; })) continue;
    const int size = budget_left >= least ? least : 0;
    budget_left -= size;
    wanted.push_back({label, size});
  }
  return wanted;
}

/// Takes out the labels that get no images, and says so.
void leave_out_unpaid(StageContext& context, const std::vector<BaseResult>& bases, std::vector<Wanted>& wanted) {
  std::vector<std::string> unpaid;
  for (const Wanted& one : wanted) {
    if (one.size == 0) unpaid.push_back(fmt::format("\"{}\"", bases[one.label].label));
  }
  std::erase_if(wanted, [](const Wanted& one) { return one.size == 0; });
  if (unpaid.empty()) return;
  context.limits.push_back(
      fmt::format("The budget of {} images had none left for fresh baseline images of {}: promising phrases of {} were "
                  "not put to the test; raise budget.images.",
                  context.study.budget.images, fmt::join(unpaid, ", "), unpaid.size() == 1 ? "it" : "them"));
}

/// Fresh baseline images of these labels, whose names and rates come back. With these it may turn out that a label
/// cannot be generated.
Result<std::map<std::string, Rate>> complete(StageContext& context, const std::vector<Wanted>& wanted,
                                             std::vector<BaseResult>& bases) {
  std::map<std::string, Rate> fresh;
  if (wanted.empty()) return fresh;
  context.step(fmt::format("fresh baseline images of {} label{}", wanted.size(), wanted.size() == 1 ? "" : "s"));
  SCOTOMA_ASSIGN_OR_RETURN(const auto rates, generate_fresh(context, wanted, bases));
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    BaseResult& base = bases[wanted[i].label];
    fresh[base.label] = rates[i];
    const int invalid = base.rate.invalid + base.fresh.invalid;
    base.not_generatable =
        invalid > context.study.evidence.max_invalid * (invalid + base.rate.valid + base.fresh.valid);
  }
  return fresh;
}

/// Whether a finalist goes on with the fresh images of its label; if not, its status says why.
bool stays(const StageContext& context, Hypothesis& hypothesis, const std::vector<BaseResult>& bases,
           const std::map<std::string, Rate>& fresh, Wave wave) {
  const auto found = fresh.find(hypothesis.label);
  if (found == fresh.end()) {
    hypothesis.status = Status::out_of_budget;
    return false;
  }
  const BaseResult& base = *base_of(bases, hypothesis.label);
  // Invariant: who leaves by what the fresh images show has seen them, and counts among the trials of its wave.
  hypothesis.wave = wave;
  set_fresh_base(hypothesis, base, found->second, context.study.evidence.delta);
  if (base.not_generatable) {
    hypothesis.status = Status::not_generatable;
    return false;
  }
  const bool promising = hypothesis.explored.valid == 0 || hypothesis.explored.rate > hypothesis.null_rate;
  if (!promising) hypothesis.status = Status::not_promising;
  return promising;
}

}  // namespace

std::vector<Query> base_queries(const StageContext& context) {
  std::vector<Query> queries;
  for (const Target& target : context.targets) ask(context, target, 0, context.study.budget.base_at_first(), queries);
  return queries;
}

Result<std::vector<BaseResult>> sample_bases(StageContext& context) {
  const EvidenceOptions& evidence = context.study.evidence;
  const int each = context.study.budget.base_at_first();
  SCOTOMA_RETURN_IF_ERROR(check_budget(context.study));
  context.step(
      fmt::format("baseline rates of {} label{}", context.targets.size(), context.targets.size() == 1 ? "" : "s"));
  SCOTOMA_ASSIGN_OR_RETURN(auto samples, context.sample(base_queries(context), Purpose::baseline));
  std::vector<BaseResult> bases;
  auto next = std::make_move_iterator(samples.begin());
  for (const Target& target : context.targets) {
    BaseResult& base = bases.emplace_back();
    base.label = target.label.name;
    base.prompts = base_prompts(context.study.prompts, target.label);
    base.samples.assign(next, next + each);
    next += each;
    count_base(context, base);
  }
  SCOTOMA_RETURN_IF_ERROR(settle(context, bases));
  for (BaseResult& base : bases) {
    base.not_generatable = invalid_share(base.rate) > evidence.max_invalid;
    base.failing_label = !base.not_generatable && base.lower > evidence.failing_label_threshold;
  }
  return bases;
}

Result<std::vector<std::size_t>> complete_bases(StageContext& context, std::vector<BaseResult>& bases,
                                                std::vector<Hypothesis>& hypotheses,
                                                const std::vector<std::size_t>& finalists, Wave wave) {
  if (context.study.evidence.rule == EvidenceRule::fixed || finalists.empty()) return finalists;
  auto wanted = wanted_by(context, bases, hypotheses, finalists, context.budget().for_baselines());
  leave_out_unpaid(context, bases, wanted);
  SCOTOMA_ASSIGN_OR_RETURN(const auto fresh, complete(context, wanted, bases));
  std::vector<std::size_t> staying;
  for (const std::size_t h : finalists) {
    if (stays(context, hypotheses[h], bases, fresh, wave)) staying.push_back(h);
  }
  return staying;
}

}  // namespace scotoma
