// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>

#include "scotoma/core/philox.h"
#include "scotoma/evidence/beta.h"
#include "scotoma/stage/explorer.h"

namespace scotoma {
namespace {

constexpr double kGood = 0.95;      // posterior probability of a rate above the null that is enough ...
constexpr double kHopeless = 0.15;  // ... and that is too little
constexpr std::uint64_t kStream =
    0x7A0B5A11;  // of random numbers, beside those that other parts key by the study's seed

class GoodArms {
 public:
  explicit GoodArms(Exploration& exploration)
      : exploration_(exploration), places_(static_cast<std::size_t>(exploration.budget().finalists)) {}

  Result<std::vector<std::size_t>> run() {
    open_ = exploration_.arms();
    if (open_.empty()) return open_;
    const int first = exploration_.initial_images(open_.size());
    const int more = std::max(1, first / 2);
    most_ = static_cast<std::size_t>(first) * ((std::size_t{1} << exploration_.budget().rounds) - 1);
    const StageContext& context = exploration_.context();
    context.step(fmt::format("exploring {}, {} images each", counted_phrases(open_.size()), first));
    SCOTOMA_RETURN_IF_ERROR(exploration_.look(open_, first));
    sort_out();
    while (!open_.empty() && good_.size() < places_ && exploration_.left() >= more) {
      context.step(fmt::format("exploring: {} phrases look like bugs, {} are open", good_.size(), open_.size()));
      SCOTOMA_RETURN_IF_ERROR(
          exploration_.look(highest_draws(static_cast<std::size_t>(exploration_.left() / more)), more));
      sort_out();
    }
    return finalists();
  }

 private:
  double above_null(std::size_t arm) const {
    const Hypothesis& hypothesis = exploration_[arm];
    const Rate& rate = hypothesis.explored;
    return beta_above(rate.failures + 1.0, rate.valid - rate.failures + 1.0, hypothesis.null_rate);
  }

  /// Moves what is decided out of the open arms.
  void sort_out() {
    std::vector<std::size_t> still_open;
    for (const std::size_t h : exploration_.generatable(open_)) {
      Hypothesis& hypothesis = exploration_[h];
      const double probability = above_null(h);
      const bool all_seen = hypothesis.tried.size() >= most_;
      if (probability >= kGood || (all_seen && hypothesis.explored.rate > hypothesis.null_rate)) {
        good_.push_back(h);
      } else if (probability <= kHopeless || all_seen) {
        hypothesis.status = Status::not_promising;
      } else {
        still_open.push_back(h);
      }
    }
    open_ = still_open;
  }

  /// As many open arms as there are places left, but `most` at most: those that drew the highest rates.
  std::vector<std::size_t> highest_draws(std::size_t most) {
    Philox random(exploration_.context().study.seed, (kStream << 32) + batch_++);
    std::vector<std::pair<double, std::size_t>> draws;
    for (const std::size_t h : open_) {
      const Rate& rate = exploration_[h].explored;
      draws.emplace_back(-beta_quantile(rate.failures + 1.0, rate.valid - rate.failures + 1.0, random.uniform()), h);
    }
    std::sort(draws.begin(), draws.end());
    draws.resize(std::min({draws.size(), most, places_ - good_.size()}));
    std::vector<std::size_t> chosen;
    for (const auto& [rate, h] : draws) chosen.push_back(h);
    std::sort(chosen.begin(), chosen.end());
    return chosen;
  }

  /// The good ones, and where places are left, open ones above their null.
  std::vector<std::size_t> finalists() {
    std::vector<std::size_t> chosen = exploration_.cut(exploration_.best_first(good_), places_);
    std::vector<std::size_t> likely;
    for (const std::size_t h : open_) {
      if (exploration_[h].explored.rate > exploration_[h].null_rate) {
        likely.push_back(h);
      } else {
        exploration_[h].status = Status::not_promising;
      }
    }
    likely = exploration_.cut(exploration_.best_first(likely), places_ - chosen.size());
    chosen.insert(chosen.end(), likely.begin(), likely.end());
    return exploration_.best_first(chosen);
  }

  Exploration& exploration_;
  std::size_t places_;
  std::size_t most_ = 0;  ///< images of an arm
  std::uint64_t batch_ = 0;
  std::vector<std::size_t> open_;
  std::vector<std::size_t> good_;
};

}  // namespace

Result<std::vector<std::size_t>> thompson(Exploration& exploration) { return GoodArms(exploration).run(); }

}  // namespace scotoma
