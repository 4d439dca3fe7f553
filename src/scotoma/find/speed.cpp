// SPDX-License-Identifier: Apache-2.0
#include "scotoma/find/speed.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "scotoma/core/hash.h"
#include "scotoma/core/seed.h"
#include "scotoma/stage/sample.h"

namespace scotoma {
namespace {

constexpr int kTimedBatches = 3;

/// The models whose work an image is.
std::string key_of(const Models& models) {
  Hasher hasher;
  hasher.field(models.generator->fingerprint()).field(models.classifier->fingerprint());
  hasher.field(models.judge ? models.judge->fingerprint() : std::string("none"));
  return hasher.hex();
}

Result<double> parsed(const std::string& text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error == std::errc() && end == text.data() + text.size() && value > 0) return value;
  return bad_input("the cache holds a speed that cannot be read; it is damaged: choose another folder with --out");
}

/// Images to generate, batch after batch: the baseline sample's first, then others of the base prompts.
class Batches {
 public:
  Batches(const StageContext& context, std::size_t size)
      : context_(context), base_(base_queries(context)), size_(size) {}

  std::vector<Query> next() {
    std::vector<Query> batch;
    for (std::size_t i = 0; i < size_; ++i, ++next_) {
      batch.push_back(base_[next_ % base_.size()]);
      if (next_ < base_.size()) continue;
      GenerationRequest& request = batch.back().request;
      request.seed = sample_seed(context_.study.seed, Purpose::speed, request.prompt, next_);
    }
    return batch;
  }

  /// Whether the next batch holds images that no sample is made of.
  bool used_up() const { return next_ + size_ > base_.size(); }

 private:
  const StageContext& context_;
  std::vector<Query> base_;
  std::size_t size_;
  std::size_t next_ = 0;
};

std::uint64_t generated(const Memo& memo) { return memo.uses()["generator"].computed; }

Result<double> measured(const StageContext& context, const Models& models, Memo& memo, Clock& clock, int threads) {
  context.step("measuring how many images this machine generates in a minute");
  const std::size_t size = std::max<std::size_t>(1, models.generator->batch()) * static_cast<std::size_t>(threads);
  Batches batches(context, size);
  SCOTOMA_ASSIGN_OR_RETURN(auto warm, memo.sample(batches.next()));
  SCOTOMA_RETURN_IF_ERROR(memo.settle());
  double seconds = 0;
  int timed = 0;
  while (timed == 0 || (timed < kTimedBatches && !batches.used_up())) {
    const auto batch = batches.next();
    const std::uint64_t before = generated(memo);
    const double begin = clock.seconds();
    SCOTOMA_ASSIGN_OR_RETURN(warm, memo.sample(batch));
    SCOTOMA_RETURN_IF_ERROR(memo.settle());
    if (generated(memo) - before != batch.size()) continue;  // some were known already: that says nothing of the speed
    seconds += clock.seconds() - begin;
    ++timed;
  }
  constexpr double kShortest = 1e-6;  // a clock may stand still
  return 60.0 * timed * static_cast<double>(size) / std::max(seconds, kShortest);
}

}  // namespace

Result<double> images_per_minute(const StageContext& context, const Models& models, Memo& memo, AnswerCache& cache,
                                 Clock& clock, const SpeedOptions& options) {
  const std::string key = key_of(models);
  SCOTOMA_ASSIGN_OR_RETURN(const auto known, cache.find(AnswerCache::kSpeed, key));
  if (known) return parsed(*known);
  if (options.replay_only) {
    return bad_input("budget.minutes was not turned into images yet: the study is not finished; run `scotoma find`");
  }
  SCOTOMA_ASSIGN_OR_RETURN(const double speed, measured(context, models, memo, clock, options.threads));
  const std::vector<Answer> answer = {{key, fmt::format("{:.2f}", std::max(speed, 0.01))}};
  SCOTOMA_RETURN_IF_ERROR(cache.store(AnswerCache::kSpeed, answer));
  return parsed(answer.front().value);
}

Result<int> affordable_images(StageContext& context, const Models& models, Memo& memo, AnswerCache& cache, Clock& clock,
                              const SpeedOptions& options) {
  const BudgetOptions& budget = context.study.budget;
  SCOTOMA_ASSIGN_OR_RETURN(const double speed, images_per_minute(context, models, memo, cache, clock, options));
  const auto images = static_cast<int>(std::min(static_cast<double>(budget.images), speed * budget.minutes));
  const std::int64_t base = std::int64_t{budget.base_at_first()} * static_cast<std::int64_t>(context.targets.size());
  if (images < base) {
    return bad_input(fmt::format(
        "{}: budget.minutes = {:g} is {} images on this machine, but the baseline images alone take {}; raise "
        "budget.minutes or lower {}",
        context.study.file.string(), budget.minutes, images, base, budget.base_key()));
  }
  context.limits.push_back(fmt::format(
      "budget.minutes = {:g} was turned into {} images{}: the machine that began this study generated, classified "
      "and judged {:.1f} a minute.",
      budget.minutes, images, images == budget.images ? " (all that budget.images allows)" : "", speed));
  return images;
}

}  // namespace scotoma
