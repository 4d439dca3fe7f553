// SPDX-License-Identifier: Apache-2.0
#include "scotoma/stage/shrink_verdict.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <array>
#include <map>
#include <vector>

namespace scotoma {
namespace {

Sample coin(bool failure, bool valid = true) {
  Sample sample;
  sample.correct = !failure;
  sample.judgement.valid = valid;
  return sample;
}

using Samples = std::vector<Sample>;
using Counts = std::array<int, 4>;  // pairs: both, whole only, shorter only, neither

constexpr ShrinkRule kRule = {Direction::fails, 0, 1, 32};

ShrinkVerdict test_of(const Counts& counts, bool may_suffice) {
  Samples whole;
  Samples shorter;
  for (std::size_t kind = 0; kind < 4; ++kind) {
    for (int i = 0; i < counts[kind]; ++i) {
      whole.push_back(coin(kind < 2));
      shorter.push_back(coin(kind % 2 == 0));
    }
  }
  return shrink_test(whole, shorter, kRule, may_suffice);
}

/// The same, each counts once.
ShrinkVerdict known_test(const Counts& counts, bool may_suffice) {
  static std::map<std::pair<Counts, bool>, ShrinkVerdict> known;
  const auto [at, added] = known.try_emplace({counts, may_suffice});
  if (added) at->second = test_of(counts, may_suffice);
  return at->second;
}

/// The probability that a phrase of rate `shorter` does for one of rate `whole`: over all outcomes of the tests that
/// shrink_verdict takes by default, outcomes of one seed independent.
double does(double whole, double shorter) {
  const std::array<double, 4> chance = {whole * shorter, whole * (1 - shorter), (1 - whole) * shorter,
                                        (1 - whole) * (1 - shorter)};
  std::map<Counts, double> open = {{{0, 0, 0, 0}, 1.0}};
  double sum = 0;
  for (int images = 1; images <= 32; ++images) {
    std::map<Counts, double> next;
    for (const auto& [counts, p] : open) {
      for (std::size_t kind = 0; kind < 4; ++kind) {
        Counts more = counts;
        ++more[kind];
        next[more] += p * chance[kind];
      }
    }
    open = std::move(next);
    if (images % kShrinkStep != 0) continue;
    std::erase_if(open, [&](const auto& each) {
      const ShrinkVerdict verdict = known_test(each.first, images >= kShrinkLeast);
      if (verdict == ShrinkVerdict::sufficient) sum += each.second;
      return verdict != ShrinkVerdict::open;
    });
  }
  return sum;
}

TEST(ShrinkVerdict, ErrsNoMoreOftenThanItsHeaderSays) {
  EXPECT_LE(1 - does(0.9, 0.9), 0.06);
  EXPECT_LE(does(0.9, 0.65), 0.11);
  EXPECT_LE(does(0.9, 0.3), 0.001);
  EXPECT_LE(1 - does(0.7, 0.7), 0.22);
  EXPECT_LE(does(0.7, 0.45), 0.11);
  EXPECT_LE(does(0.7, 0.7 / 3), 0.003);
  EXPECT_LE(1 - does(0.5, 0.5), 0.28);
  EXPECT_LE(does(0.5, 0.25), 0.11);
  EXPECT_LE(does(0.5, 0.5 / 3), 0.03);
}

TEST(ShrinkVerdict, ThatNoDifferenceWasFoundIsNotEnough) {
  // Two of sixteen pairs for the whole phrase: far from significant, and far from shown to be equal.
  Samples whole(16, coin(true));
  Samples shorter = whole;
  shorter[0] = shorter[9] = coin(false);
  ShrinkRule rule = kRule;
  rule.most = 16;
  EXPECT_EQ(shrink_verdict(whole, shorter, rule), ShrinkVerdict::insufficient);
  rule.most = 32;
  EXPECT_EQ(shrink_verdict(whole, shorter, rule), ShrinkVerdict::open);
}

TEST(ShrinkVerdict, FewerPairsThanItsHeaderSaysShowNothing) {
  for (const int most : {kShrinkFewest - 1, kShrinkFewest}) {
    const Samples all(static_cast<std::size_t>(most), coin(true));
    EXPECT_EQ(shrink_verdict(all, all, {Direction::fails, 0, 1, most}),
              most < kShrinkFewest ? ShrinkVerdict::insufficient : ShrinkVerdict::sufficient);
  }
}

TEST(ShrinkVerdict, MustClearTheNullToo) {
  Samples rare(32, coin(false));
  for (const std::size_t i : {0U, 8U, 16U, 24U}) rare[i] = coin(true);
  EXPECT_EQ(shrink_verdict(rare, rare, {Direction::fails, 0.1, 1, 32}), ShrinkVerdict::sufficient);
  EXPECT_EQ(shrink_verdict(rare, rare, {Direction::fails, 0.125, 1, 32}), ShrinkVerdict::insufficient);
  EXPECT_EQ(shrink_verdict(rare, rare, {Direction::fails, 0.1, 1, 33}), ShrinkVerdict::sufficient);
}

TEST(ShrinkVerdict, DoesNotWhereOneOfThePhrasesIsDrawnBetter) {
  const Samples good(32, coin(true));
  Samples bad = good;
  for (std::size_t i = 0; i < 32; i += 4) bad[i] = coin(true, false);  // a quarter cannot be judged
  EXPECT_EQ(shrink_verdict(good, bad, kRule), ShrinkVerdict::insufficient);
  EXPECT_EQ(shrink_verdict(bad, good, kRule), ShrinkVerdict::insufficient);
  EXPECT_EQ(shrink_verdict(bad, bad, kRule), ShrinkVerdict::sufficient);
}

TEST(ShrinkVerdict, IsClearAfterEightWhereOnlyTheWholePhraseFails) {
  EXPECT_EQ(shrink_verdict(Samples(8, coin(true)), Samples(8, coin(false)), kRule), ShrinkVerdict::insufficient);
  EXPECT_EQ(shrink_verdict(Samples(8, coin(true)), Samples(8, coin(true)), kRule), ShrinkVerdict::open);
  EXPECT_EQ(shrink_verdict(Samples(16, coin(true)), Samples(16, coin(true)), kRule), ShrinkVerdict::sufficient);
}

/// More images of either phrase change nothing that was decided, however they came in.
RC_GTEST_PROP(ShrinkVerdict, StandsOnceItIsThere, ()) {
  const auto outcomes = *rc::gen::container<std::vector<std::pair<int, int>>>(
      32, rc::gen::pair(rc::gen::inRange(0, 8), rc::gen::inRange(0, 8)));
  Samples whole;
  Samples shorter;
  for (const auto& [w, s] : outcomes) {
    whole.push_back(coin(w<7, w> 0));
    shorter.push_back(coin(s<6, s> 0));
  }
  ShrinkVerdict before = ShrinkVerdict::open;
  for (std::size_t images = 0; images <= 32; ++images) {
    const ShrinkVerdict now = shrink_verdict(std::span(whole).first(images), shorter, kRule);
    if (before != ShrinkVerdict::open) RC_ASSERT(now == before);
    before = now;
  }
  RC_ASSERT(before != ShrinkVerdict::open);
}

}  // namespace
}  // namespace scotoma
