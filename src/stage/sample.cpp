#include "stage/sample.h"

#include <fmt/format.h>

#include "core/seed.h"
#include "evidence/interval.h"
#include "finding/count.h"
#include "study/prompt.h"

namespace scotoma {
namespace {

/// Base prompts in turn; image i of a prompt has the seed of its own index.
std::vector<Draw> base_draws(const Study& study, const StudyLabel& label) {
  std::vector<Draw> draws;
  const std::size_t prompts = study.prompts.base.size();
  for (std::size_t i = 0; i < static_cast<std::size_t>(study.budget.base); ++i) {
    const std::string prompt = base_prompt(study.prompts, label, i % prompts);
    draws.push_back({prompt, sample_seed(study.seed, "base", prompt, i / prompts)});
  }
  return draws;
}

BaseResult judge_base(const StageContext& context, const Target& target, std::vector<Sample> samples) {
  const EvidenceOptions& evidence = context.study.evidence;
  BaseResult base;
  base.label = target.label.name;
  for (std::size_t i = 0; i < context.study.prompts.base.size(); ++i) {
    base.prompts.push_back(base_prompt(context.study.prompts, target.label, i));
  }
  base.rate = rate_of(samples, Direction::fails);
  const double level = 1 - evidence.alpha0 / (2.0 * static_cast<double>(context.targets.size()));
  if (base.rate.valid > 0) {
    base.upper = clopper_pearson_upper(base.rate.failures, base.rate.valid, level);
    base.lower = clopper_pearson_lower(base.rate.failures, base.rate.valid, level);
  }
  base.undrawable = invalid_share(base.rate) > evidence.max_invalid;
  base.everywhere = !base.undrawable && base.lower > evidence.everywhere;
  const WrongAnswer wrong = most_frequent_wrong(samples);
  if (wrong.count > 0) base.predicted = context.memo.class_names()[static_cast<std::size_t>(wrong.class_index)];
  base.samples = std::move(samples);
  return base;
}

}  // namespace

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
  std::vector<Draw> all;
  for (const Target& target : context.targets) {
    for (Draw& draw : base_draws(context.study, target.label)) all.push_back(std::move(draw));
  }
  SCOTOMA_CHECK(context.memo.generate(all));  // all labels at once: no thread waits at the end of a label
  std::vector<BaseResult> bases;
  for (const Target& target : context.targets) {
    const auto draws = base_draws(context.study, target.label);
    SCOTOMA_TRY(auto samples, context.memo.observe(target.label.name, target.class_index, draws));
    bases.push_back(judge_base(context, target, std::move(samples)));
  }
  context.spent.base += static_cast<int>(images);
  context.progress.spent(context.spent.total(), context.study.budget.images);
  return bases;
}

}  // namespace scotoma
