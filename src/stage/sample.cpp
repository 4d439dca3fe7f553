#include "stage/sample.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <iterator>

#include "core/seed.h"
#include "evidence/interval.h"
#include "finding/count.h"
#include "study/prompt.h"

namespace scotoma {
namespace {

/// Counts the samples, but decides nothing.
void count_base(const StageContext& context, BaseResult& base) {
  const BudgetOptions& budget = context.study.budget;
  const double bounds = budget.base_grows() ? 3 : 2;  // of a label
  base.rate = rate_of(base.samples, Direction::fails);
  base.level = 1 - context.study.evidence.alpha0 / (bounds * static_cast<double>(context.targets.size()));
  if (base.rate.valid > 0) {
    base.upper = clopper_pearson_upper(base.rate.failures, base.rate.valid, base.level);
    base.lower = clopper_pearson_lower(base.rate.failures, base.rate.valid, base.level);
  }
  const WrongAnswer wrong = most_frequent_wrong(base.samples);
  if (wrong.count > 0) base.predicted = context.class_names[static_cast<std::size_t>(wrong.class_index)];
}

/// Base pictures first .. last - 1 of a label.
void ask(const StageContext& context, const Target& target, int first, int last, std::vector<Question>& questions) {
  const auto prompts = base_prompts(context.study.prompts, target.label);
  for (auto i = static_cast<std::size_t>(first); i < static_cast<std::size_t>(last); ++i) {
    const std::string& prompt = prompts[i % prompts.size()];
    const std::uint64_t seed = sample_seed(context.study.seed, "base", prompt, i);
    questions.push_back({target.label.name, target.class_index, {prompt, seed}});
  }
}

/// Draws the pictures of these labels that are still missing, all at once so that no thread waits.
Result<void> draw_missing(StageContext& context, const std::vector<std::size_t>& labels,
                          std::vector<BaseResult>& bases) {
  const int all = context.study.budget.base;
  std::vector<Question> questions;
  for (const std::size_t l : labels)
    ask(context, context.targets[l], static_cast<int>(bases[l].samples.size()), all, questions);
  SCOTOMA_TRY(auto samples, context.observer.observe(questions));
  auto next = std::make_move_iterator(samples.begin());
  for (const std::size_t l : labels) {
    const auto last = next + (all - std::ssize(bases[l].samples));
    bases[l].samples.insert(bases[l].samples.end(), next, last);
    next = last;
    count_base(context, bases[l]);
  }
  context.spent.base += static_cast<int>(questions.size());
  context.progress.spent(context.spent.total(), context.study.budget.images);
  return {};
}

/// Draws the pictures that these labels lack, the first labels first, with half of the images that are left at most.
/// Those that got them come back; context.limits says why the others did not.
Result<std::vector<std::size_t>> complete(StageContext& context, const std::vector<std::size_t>& labels,
                                          std::vector<BaseResult>& bases, std::string_view why) {
  const std::int64_t half = (context.study.budget.images - context.spent.total()) / 2;
  std::vector<std::size_t> paid;
  std::vector<std::string> unpaid;
  std::int64_t images = 0;
  for (const std::size_t l : labels) {
    const std::int64_t missing = context.study.budget.base - std::ssize(bases[l].samples);
    if (missing <= 0) continue;
    if (images + missing > half) {
      unpaid.push_back(fmt::format("\"{}\"", bases[l].label));
      continue;
    }
    images += missing;
    paid.push_back(l);
  }
  if (!unpaid.empty()) {
    context.limits.push_back(fmt::format(
        "Half of the budget that was left did not pay for all base pictures of {}, {}: their base rates are known from "
        "the first {} alone; raise budget.images or lower budget.base.",
        fmt::join(unpaid, ", "), why, context.study.budget.base_at_first()));
  }
  if (paid.empty()) return paid;
  context.progress.stage(fmt::format("more base pictures of {} labels", paid.size()));
  SCOTOMA_CHECK(draw_missing(context, paid, bases));
  return paid;
}

/// Labels of which more is to be known before anything is searched.
std::vector<std::size_t> suspicious(const StageContext& context, const std::vector<BaseResult>& bases) {
  std::vector<std::size_t> labels;
  for (std::size_t l = 0; l < bases.size(); ++l) {
    const bool may_be_undrawable = invalid_share(bases[l].rate) > context.study.evidence.max_invalid / 2;
    if (bases[l].rate.failures > 0 || may_be_undrawable) labels.push_back(l);
  }
  return labels;
}

}  // namespace

std::vector<Question> base_questions(const StageContext& context) {
  std::vector<Question> questions;
  for (const Target& target : context.targets) ask(context, target, 0, context.study.budget.base_at_first(), questions);
  return questions;
}

Result<std::vector<BaseResult>> sample_bases(StageContext& context) {
  const BudgetOptions& budget = context.study.budget;
  const EvidenceOptions& evidence = context.study.evidence;
  const int each = budget.base_at_first();
  const std::int64_t images = std::int64_t{each} * static_cast<std::int64_t>(context.targets.size());
  if (!context.affords(images)) {
    return bad_input(fmt::format(
        "{}: budget.images is {}, but the base pictures alone take {} ({} labels x {}); raise "
        "budget.images or lower {}",
        context.study.file.string(), budget.images, images, context.targets.size(), each, budget.base_key()));
  }
  context.progress.stage(fmt::format("base rates of {} labels", context.targets.size()));
  SCOTOMA_TRY(auto samples, context.observer.observe(base_questions(context)));
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
  context.spent.base += static_cast<int>(images);
  context.progress.spent(context.spent.total(), budget.images);
  SCOTOMA_CHECK(complete(context, suspicious(context, bases), bases, "some of which fail or are invalid"));
  for (BaseResult& base : bases) {
    base.undrawable = invalid_share(base.rate) > evidence.max_invalid;
    base.everywhere = !base.undrawable && base.lower > evidence.everywhere;
  }
  return bases;
}

Result<std::vector<std::size_t>> complete_bases(StageContext& context, std::vector<BaseResult>& bases,
                                                std::vector<Hypothesis>& hypotheses,
                                                const std::vector<std::size_t>& finalists) {
  const EvidenceOptions& evidence = context.study.evidence;
  std::vector<std::size_t> wanted;
  for (const std::size_t h : finalists) {
    const auto found =
        std::find_if(bases.begin(), bases.end(), [&](const auto& base) { return base.label == hypotheses[h].label; });
    const auto label = static_cast<std::size_t>(found - bases.begin());
    if (std::find(wanted.begin(), wanted.end(), label) == wanted.end()) wanted.push_back(label);
  }
  SCOTOMA_TRY(const auto grown, complete(context, wanted, bases, "which have promising phrases"));
  for (const std::size_t l : grown) {
    bases[l].undrawable = invalid_share(bases[l].rate) > evidence.max_invalid;
    for (Hypothesis& hypothesis : hypotheses) {
      if (hypothesis.label == bases[l].label) set_base(hypothesis, bases[l], evidence.delta);
    }
  }
  std::vector<std::size_t> staying;
  for (const std::size_t h : finalists) {
    Hypothesis& hypothesis = hypotheses[h];
    const bool known =
        std::any_of(grown.begin(), grown.end(), [&](auto l) { return bases[l].label == hypothesis.label; });
    if (known && base_of(bases, hypothesis.label)->undrawable) {
      hypothesis.status = Status::undrawable;
    } else if (known && hypothesis.explored.valid > 0 && hypothesis.explored.rate <= hypothesis.null_rate) {
      hypothesis.status = Status::not_promising;
    } else {
      staying.push_back(h);
    }
  }
  return staying;
}

}  // namespace scotoma
