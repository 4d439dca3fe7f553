#include "stage/sample.h"

#include <fmt/format.h>

#include <iterator>

#include "core/seed.h"
#include "evidence/interval.h"
#include "finding/count.h"
#include "study/prompt.h"

namespace scotoma {
namespace {

BaseResult judge_base(const StageContext& context, const Target& target, std::vector<Sample> samples) {
  const EvidenceOptions& evidence = context.study.evidence;
  BaseResult base;
  base.label = target.label.name;
  base.prompts = base_prompts(context.study.prompts, target.label);
  base.rate = rate_of(samples, Direction::fails);
  base.level = 1 - evidence.alpha0 / (2.0 * static_cast<double>(context.targets.size()));
  if (base.rate.valid > 0) {
    base.upper = clopper_pearson_upper(base.rate.failures, base.rate.valid, base.level);
    base.lower = clopper_pearson_lower(base.rate.failures, base.rate.valid, base.level);
  }
  base.undrawable = invalid_share(base.rate) > evidence.max_invalid;
  base.everywhere = !base.undrawable && base.lower > evidence.everywhere;
  const WrongAnswer wrong = most_frequent_wrong(samples);
  if (wrong.count > 0) base.predicted = context.class_names[static_cast<std::size_t>(wrong.class_index)];
  base.samples = std::move(samples);
  return base;
}

}  // namespace

std::vector<Question> base_questions(const StageContext& context) {
  std::vector<Question> questions;
  for (const Target& target : context.targets) {
    const auto prompts = base_prompts(context.study.prompts, target.label);
    for (std::size_t i = 0; i < static_cast<std::size_t>(context.study.budget.base); ++i) {
      const std::string& prompt = prompts[i % prompts.size()];
      const std::uint64_t seed = sample_seed(context.study.seed, "base", prompt, i);
      questions.push_back({target.label.name, target.class_index, {prompt, seed}});
    }
  }
  return questions;
}

Result<std::vector<BaseResult>> sample_bases(StageContext& context) {
  const std::int64_t images =
      std::int64_t{context.study.budget.base} * static_cast<std::int64_t>(context.targets.size());
  if (!context.affords(images)) {
    return bad_input(
        fmt::format("{}: budget.images is {}, but the base pictures alone take {} ({} labels x {}); raise "
                    "budget.images or lower budget.base",
                    context.study.file.string(), context.study.budget.images, images, context.targets.size(),
                    context.study.budget.base));
  }
  context.progress.stage(fmt::format("base rates of {} labels", context.targets.size()));
  SCOTOMA_TRY(auto samples, context.observer.observe(base_questions(context)));
  std::vector<BaseResult> bases;
  auto next = std::make_move_iterator(samples.begin());
  for (const Target& target : context.targets) {
    std::vector<Sample> own(next, next + context.study.budget.base);
    next += context.study.budget.base;
    bases.push_back(judge_base(context, target, std::move(own)));
  }
  context.spent.base += static_cast<int>(images);
  context.progress.spent(context.spent.total(), context.study.budget.images);
  return bases;
}

}  // namespace scotoma
