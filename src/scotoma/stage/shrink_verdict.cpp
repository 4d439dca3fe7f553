// SPDX-License-Identifier: Apache-2.0
#include "scotoma/stage/shrink_verdict.h"

#include <algorithm>
#include <cstddef>

#include "scotoma/evidence/interval.h"
#include "scotoma/evidence/paired.h"
#include "scotoma/finding/count.h"

namespace scotoma {
namespace {

constexpr double kClearly = 0.05;     // level of one test that the shorter phrase fails less
constexpr double kMargin = 0.25;      // what it may fail less and still do as well
constexpr double kConfidence = 0.90;  // of both limits together: 95 % each

/// Pairs by what happens with the whole phrase and with the shorter one.
struct Pairs {
  int both = 0;
  int only_whole = 0;
  int only_shorter = 0;
  int neither = 0;

  void add(bool whole, bool shorter) {
    (whole ? (shorter ? both : only_whole) : (shorter ? only_shorter : neither)) += 1;
  }

  Interval difference() const { return newcombe_paired(both, only_whole, only_shorter, neither, kConfidence); }
};

struct Seen {
  Pairs events;  ///< of pairs that are both valid
  Pairs valid;   ///< of all pairs
};

Seen seen_in(std::span<const Sample> whole, std::span<const Sample> shorter, Direction direction) {
  Seen seen;
  for (std::size_t i = 0; i < whole.size(); ++i) {
    seen.valid.add(whole[i].valid(), shorter[i].valid());
    if (whole[i].valid() && shorter[i].valid())
      seen.events.add(shows(whole[i], direction), shows(shorter[i], direction));
  }
  return seen;
}

bool clearly_below(const Pairs& events) {
  return events.only_whole > events.only_shorter && mcnemar_greater(events.only_whole, events.only_shorter) <= kClearly;
}

/// Shown, not merely not disproved: no pair at all gives limits of [-1, 1].
bool does_as_well(const Seen& seen, const Rate& shorter, const ShrinkRule& rule) {
  const Interval valid = seen.valid.difference();
  return seen.events.difference().high <= kMargin && valid.high <= kMargin && valid.low >= -kMargin &&
         shorter.rate > rule.null_rate && !surely_not_generatable(shorter, rule.max_invalid);
}

}  // namespace

ShrinkVerdict shrink_test(std::span<const Sample> whole, std::span<const Sample> shorter, const ShrinkRule& rule,
                          bool may_suffice) {
  const Seen seen = seen_in(whole, shorter, rule.direction);
  if (clearly_below(seen.events)) return ShrinkVerdict::insufficient;
  const bool sufficient = may_suffice && does_as_well(seen, rate_of(shorter, rule.direction), rule);
  return sufficient ? ShrinkVerdict::sufficient : ShrinkVerdict::open;
}

ShrinkVerdict shrink_verdict(std::span<const Sample> whole, std::span<const Sample> shorter, const ShrinkRule& rule) {
  const auto most = static_cast<std::size_t>(rule.most);
  const std::size_t both = std::min({whole.size(), shorter.size(), most});
  const std::size_t least = std::min<std::size_t>(kShrinkLeast, most);
  for (std::size_t images = std::min<std::size_t>(kShrinkStep, most); images <= both;
       images = std::min(images + kShrinkStep, most)) {
    const ShrinkVerdict verdict = shrink_test(whole.first(images), shorter.first(images), rule, images >= least);
    if (verdict != ShrinkVerdict::open) return verdict;
    if (images == most) return ShrinkVerdict::insufficient;
  }
  return ShrinkVerdict::open;
}

}  // namespace scotoma
