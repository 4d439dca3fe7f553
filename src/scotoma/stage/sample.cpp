// SPDX-License-Identifier: Apache-2.0
#include "scotoma/stage/sample.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <iterator>
#include <map>
#include <numeric>
#include <span>
#include <string>

#include "scotoma/core/seed.h"
#include "scotoma/evidence/beta.h"
#include "scotoma/evidence/interval.h"
#include "scotoma/evidence/sample_size.h"
#include "scotoma/finding/claims.h"
#include "scotoma/finding/count.h"
#include "scotoma/study/check_budget.h"
#include "scotoma/study/prompt.h"

namespace scotoma {
namespace {

constexpr std::array kQuantiles = {0.15, 0.5, 0.85};  // of a finalist's rate, over which its costs are averaged
constexpr int kGlimpse = 2;       // images of exploration that tell hardly more than whether a bug may be clear
constexpr int kLost = 4;          // trials' worth of images that a trial without a decision costs: it may lose a bug
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

/// A label, and how many baseline images it shall have.
struct Wanted {
  std::size_t label = 0;
  int size = 0;
};

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

/// What a label's fresh baseline sample may come to: 4 images, twice as many and so on, up to budget.base_confirm, in
/// whole rounds of the base prompts.
std::vector<int> fresh_sizes(const Study& study) {
  const int round = static_cast<int>(study.prompts.base.size());
  const int most = std::max(study.budget.base_confirm / round * round, round);
  std::vector<int> sizes;
  const int least = (kFewestFresh + round - 1) / round * round;
  for (std::int64_t size = least; size < most; size *= 2) sizes.push_back(static_cast<int>(size));
  sizes.push_back(most);
  return sizes;
}

/// Rates that a finalist may have, by the Beta(1, 1) posterior of what exploration showed. That of an image or two
/// allows for nearly all rates, and most of them are dear to decide: where images are tight, the rate is as seen.
std::vector<double> likely_rates(const Hypothesis& finalist, bool tight) {
  const Rate& seen = finalist.explored;
  if (tight && seen.valid > 0 && seen.valid <= kGlimpse) return {seen.rate};
  std::vector<double> rates;
  for (const double p : kQuantiles)
    rates.push_back(beta_quantile(seen.failures + 1.0, seen.valid - seen.failures + 1.0, p));
  return rates;
}

/// What a trial is expected to cost with this baseline sample: images, the mean over `rates`. One that comes to no
/// decision is a bug lost, and counts four times.
double cost_of_trial(const StageContext& context, std::span<const double> rates, Sampled base, double log_needed) {
  const int most = std::min(context.study.budget.confirm, context.study.budget.images / kLost);
  double images = 0;
  for (const double rate : rates) {
    const auto trial = expected_trial(rate, base, log_needed, most, context.study.evidence.delta);
    images += trial.value_or(kLost * most) / static_cast<double>(rates.size());
  }
  return images;
}

/// What a label's fresh baseline sample and the trials of its finalists are expected to cost.
struct LabelCost {
  int size = 0;  ///< of the baseline sample
  double images = 0;
};

/// With the size that makes it least: a phrase that always fails stands out from few baseline images, one that fails
/// now and then only from many. `tight`: there are not images for all that may be.
LabelCost cheapest(const StageContext& context, const std::vector<const Hypothesis*>& finalists, double log_needed,
                   bool tight) {
  LabelCost best;
  for (const int size : fresh_sizes(context.study)) {
    double cost = size;
    if (best.size != 0 && cost >= best.images) break;
    for (const Hypothesis* h : finalists) {
      const int events = h->base_valid == 0 ? 0 : static_cast<int>(std::int64_t{h->base_events} * size / h->base_valid);
      cost += cost_of_trial(context, likely_rates(*h, tight), {events, size}, log_needed);
    }
    if (best.size == 0 || cost < best.images) best = {size, cost};
  }
  return best;
}

/// The labels of the finalists, the best first, and how many fresh baseline images their evidence calls for.
std::vector<Wanted> wanted_by(const StageContext& context, const std::vector<BaseResult>& bases,
                              const std::vector<Hypothesis>& hypotheses, const std::vector<std::size_t>& finalists,
                              Wave wave) {
  const EvidenceOptions& evidence = context.study.evidence;
  std::vector<std::size_t> labels;
  std::vector<std::vector<const Hypothesis*>> of_label(bases.size());
  for (const std::size_t h : finalists) {
    const auto label = static_cast<std::size_t>(base_of(bases, hypotheses[h].label) - bases.data());
    if (of_label[label].empty()) labels.push_back(label);
    of_label[label].push_back(&hypotheses[h]);
  }
  // What is asked of each, about, if half of them are confirmed.
  const double log_needed = std::log(2 / alpha_of(wave, evidence.alpha - evidence.alpha0));
  const auto costs_of = [&](bool tight) {
    std::vector<LabelCost> costs;
    for (const std::size_t l : labels) costs.push_back(cheapest(context, of_label[l], log_needed, tight));
    return costs;
  };
  std::vector<LabelCost> costs = costs_of(true);
  double images = 0;
  for (const LabelCost& cost : costs) images += cost.images;
  if (images <= context.budget().for_baselines()) costs = costs_of(false);  // half of what is left: they are not tight
  std::vector<Wanted> wanted;
  for (std::size_t i = 0; i < labels.size(); ++i) wanted.push_back({labels[i], costs[i].size});
  return wanted;
}

/// As many as budget_left pays for: the largest samples become smaller by a size at a time, the last label's first, so
/// that a few labels do not take the images of all. Where not even the smallest do for all, the last labels get none.
void keep_affordable(const StageContext& context, int budget_left, std::vector<Wanted>& wanted) {
  const auto sizes = fresh_sizes(context.study);
  std::int64_t all = 0;
  for (const Wanted& one : wanted) all += one.size;
  while (all > budget_left) {
    const auto largest = std::max_element(wanted.rbegin(), wanted.rend(),
                                          [](const Wanted& a, const Wanted& b) { return a.size < b.size; });
    const auto at = std::lower_bound(sizes.begin(), sizes.end(), largest->size);
    const int smaller = at == sizes.begin() ? 0 : *std::prev(at);
    all -= largest->size - smaller;
    largest->size = smaller;
  }
}

/// Fresh baseline images of these labels, all at once so that no thread waits; a rate each.
Result<std::vector<Rate>> generate_fresh(StageContext& context, const std::vector<Wanted>& wanted,
                                         std::vector<BaseResult>& bases) {
  std::vector<Query> queries;
  for (const auto& [l, size] : wanted) {
    const int first = bases[l].fresh.valid + bases[l].fresh.invalid;  // those before were seen by an earlier wave
    const auto more = base_queries(context, context.targets[l], Purpose::fresh_baseline, first, first + size);
    queries.insert(queries.end(), more.begin(), more.end());
  }
  SCOTOMA_ASSIGN_OR_RETURN(const auto samples, context.sample(queries, Purpose::fresh_baseline));
  std::vector<Rate> rates;
  auto next = samples.begin();
  for (const auto& [l, size] : wanted) {
    const std::span<const Sample> own(&*next, static_cast<std::size_t>(size));
    next += size;
    const Rate& rate = rates.emplace_back(rate_of(own, Direction::fails));
    Rate& all = bases[l].fresh;
    all.failures += rate.failures;
    all.valid += rate.valid;
    all.invalid += rate.invalid;
    fill_interval(all);
  }
  return rates;
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

std::vector<Query> base_queries(const StageContext& context, const Target& target, Purpose purpose, int first,
                                int last) {
  const auto prompts = base_prompts(context.study.prompts, target.label);
  std::vector<Query> queries;
  for (auto i = static_cast<std::size_t>(first); i < static_cast<std::size_t>(last); ++i) {
    const std::string& prompt = prompts[i % prompts.size()];
    const std::uint64_t seed = sample_seed(context.study.seed, purpose, prompt, i);
    queries.push_back({target.label.name, target.class_index, {prompt, seed}, target.failure});
  }
  return queries;
}

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
  auto wanted = wanted_by(context, bases, hypotheses, finalists, wave);
  keep_affordable(context, context.budget().for_baselines(), wanted);
  leave_out_unpaid(context, bases, wanted);
  SCOTOMA_ASSIGN_OR_RETURN(const auto fresh, complete(context, wanted, bases));
  std::vector<std::size_t> staying;
  for (const std::size_t h : finalists) {
    if (stays(context, hypotheses[h], bases, fresh, wave)) staying.push_back(h);
  }
  return staying;
}

}  // namespace scotoma
