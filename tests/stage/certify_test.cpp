// SPDX-License-Identifier: Apache-2.0
// Certificates of coins whose chances are known. How often one is wrong is counted in tests/simulation.
#include "scotoma/stage/certify.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "scotoma/core/seed.h"
#include "scotoma/evidence/certificate_e_value.h"
#include "simulation/world.h"

namespace scotoma {
namespace {

using simulation::Chances;

/// Remembers what it was asked.
class AskedSampler : public Sampler {
 public:
  explicit AskedSampler(Sampler& real) : real_(real) {}
  Result<std::vector<Sample>> sample(std::span<const Query> queries) override {
    rounds.emplace_back(queries.begin(), queries.end());
    return real_.sample(queries);
  }
  std::vector<std::vector<Query>> rounds;

 private:
  Sampler& real_;
};

class Certify : public testing::Test {
 protected:
  /// A label with these chances, and with each phrase.
  void add_label(const std::vector<Chances>& base, const std::vector<Chances>& phrases) {
    const std::string label = world_.add_label(base);
    for (std::size_t p = 0; p < phrases.size(); ++p) {
      const std::string text = "in place " + std::to_string(p + 1);
      world_.new_phrase(label, text, std::vector<Chances>(base.size(), phrases[p]));
      if (phrases_.size() < phrases.size()) phrases_.push_back({text, false});
    }
  }

  Certificate certificate() {
    simulation::CoinSampler coins(world_.truth, 7);
    AskedSampler sampler(coins);
    Silent listener;
    StageContext context{world_.study, world_.targets, world_.class_names, sampler, listener};
    auto done = certify(context, phrases_);
    EXPECT_TRUE(done.ok());
    rounds_ = sampler.rounds;
    return std::move(done).value();
  }

  int asked(const std::string& prompt) const {
    int count = 0;
    for (const auto& round : rounds_)
      count += static_cast<int>(
          std::count_if(round.begin(), round.end(), [&](const Query& q) { return q.request.prompt == prompt; }));
    return count;
  }

  simulation::World world_;
  std::vector<ListedPhrase> phrases_;
  std::vector<std::vector<Query>> rounds_;
};

TEST_F(Certify, WhatNeverFailsTakesTheFewestImagesAndNoBaseline) {
  add_label({{0.0}}, {{0.0}, {0.0}, {0.0}});
  const Certificate done = certificate();
  EXPECT_TRUE(done.certified());
  EXPECT_EQ(done.images, 3 * 17);
  EXPECT_EQ(done.base_images, 0);
  EXPECT_NEAR(done.cells[0].at_most, 0.2, 0.01);
  EXPECT_LE(done.passed_level, 0.05);
  EXPECT_TRUE(done.limits.empty());
}

TEST_F(Certify, ABugEndsSoonAndTheOthersGetTheEvidenceThatEbhAsks) {
  add_label({{0.0}}, {{1.0}, {0.0}, {0.0}, {0.0}});
  const Certificate done = certificate();
  EXPECT_EQ(done.cells[0].verdict, CellVerdict::bug);
  EXPECT_LE(done.cells[0].rate.valid, 16);
  EXPECT_FALSE(done.cells[0].failures.empty());
  EXPECT_EQ(done.count(CellVerdict::certified), 3);
  EXPECT_FALSE(done.labels[0].certified);
  EXPECT_LE(done.passed_level, 0.05 + 1e-9);
  for (std::size_t c = 1; c < 4; ++c) EXPECT_GE(done.cells[c].log_pass, std::log(4 / (3 * 0.05)) - 1e-9);
}

TEST_F(Certify, WhatFailsAsItsLabelDoesIsCertifiedBesideItsBaseline) {
  add_label({{0.4}}, {{0.4}, {0.4}});
  world_.study.certify.each = 400;
  const Certificate done = certificate();
  EXPECT_TRUE(done.certified());
  EXPECT_GT(done.base_images, 0);
  EXPECT_EQ(done.labels[0].base.valid, done.base_images);
  EXPECT_EQ(asked("a photo of a thing 1"), done.base_images) << "one baseline sample for both phrases";
}

TEST_F(Certify, TheRateItselfNeedsNoBaselineAndIsNotCertifiedWhereTheLabelFailsAnyway) {
  add_label({{0.6}}, {{0.6}, {0.0}});
  world_.study.certify.variant = CertifyVariant::absolute;
  const Certificate done = certificate();
  EXPECT_EQ(done.base_images, 0);
  EXPECT_EQ(done.cells[0].verdict, CellVerdict::bug);
  EXPECT_EQ(done.cells[1].verdict, CellVerdict::certified);
}

TEST_F(Certify, WhatTheGeneratorCannotShowIsNeitherCertifiedNorABug) {
  add_label({{0.0}}, {{0.0, 0.95}, {0.0}});
  const Certificate done = certificate();
  EXPECT_EQ(done.cells[0].verdict, CellVerdict::not_generatable);
  EXPECT_LT(done.cells[0].rate.valid + done.cells[0].rate.invalid, 40);
  EXPECT_EQ(done.cells[1].verdict, CellVerdict::certified);
}

TEST_F(Certify, RefusedImagesDoNotCount) {
  add_label({{0.0}}, {{0.0, 0.3}});
  const Certificate done = certificate();
  ASSERT_TRUE(done.certified());
  EXPECT_EQ(done.cells[0].rate.valid, 17);
  EXPECT_GT(done.cells[0].rate.invalid, 0);
  EXPECT_EQ(done.images, 17 + done.cells[0].rate.invalid);
}

TEST_F(Certify, AHopelessPhraseEndsBeforeItsImagesDo) {
  add_label({{0.0}}, {{0.25}});
  world_.study.certify.each = 300;
  const Certificate done = certificate();
  EXPECT_NE(done.cells[0].verdict, CellVerdict::certified);
  EXPECT_LT(done.images, 200);
}

TEST_F(Certify, TooFewImagesCertifyTheFirstAndTheLimitsSaySo) {
  for (int l = 0; l < 3; ++l) add_label({{0.0}}, {{0.0}, {0.0}});
  world_.study.certify.images = 2 * 21;
  const Certificate done = certificate();
  EXPECT_LE(done.images + done.base_images, 42);
  EXPECT_TRUE(done.labels[0].certified);
  EXPECT_FALSE(done.labels[1].certified);
  EXPECT_EQ(done.count(CellVerdict::undecided), 4);
  ASSERT_EQ(done.limits.size(), 1U);
  EXPECT_NE(done.limits[0].find("4 of 6 phrases and labels were given up, as 42 images"), std::string::npos)
      << done.limits[0];
}

TEST_F(Certify, WhatWasGivenUpGoesOnWithTheImagesThatOthersLeave) {
  add_label({{0.0}}, {{0.2}, {1.0}, {1.0}, {1.0}});
  world_.study.certify.variant = CertifyVariant::absolute;
  world_.study.certify.size = 0.5;
  for (int images = 12; images < 60; ++images) {  // with some of these it has to be given up, and others become bugs
    world_.study.certify.images = images;
    const Certificate done = certificate();
    EXPECT_LE(done.images + done.base_images, images);
    const bool left = done.images + 16 <= images;
    for (const CertificateCell& cell : done.cells) {
      if (cell.rate.valid == 0 || !left) continue;
      EXPECT_NE(cell.end, CellEnd::budget) << images << ": " << cell.phrase;
    }
  }
}

/// A cell that always fails is a bug after a dozen images beside as many of its label.
TEST_F(Certify, WhatIsSoonABugIsNotGivenUpForTheBaselineItNeeds) {
  add_label({{0.0}}, {{1.0}});
  for (const int images : {40, 60, 100}) {
    world_.study.certify.images = images;
    const Certificate done = certificate();
    EXPECT_EQ(done.cells[0].verdict, CellVerdict::bug) << images;
    EXPECT_LE(done.images + done.base_images, images);
  }
}

TEST_F(Certify, ImagesComeInWholeRoundsOfTheBasePrompts) {
  world_.study.prompts.base = {"a photo of {a label}", "an image of {a label}", "a drawing of {a label}"};
  add_label({{0.1}, {0.1}, {0.1}}, {{0.1}});
  static_cast<void>(certificate());
  for (const auto& round : rounds_) {
    std::map<std::string, int> by_prompt;
    for (const Query& query : round) ++by_prompt[query.request.prompt];
    std::set<int> with;
    std::set<int> without;
    for (const auto& [prompt, count] : by_prompt)
      (prompt.find("place") != std::string::npos ? with : without).insert(count);
    EXPECT_LE(with.size(), 1U);
    EXPECT_LE(without.size(), 1U);
  }
}

TEST_F(Certify, ItsSeedsAreOfNoOtherPurpose) {
  add_label({{0.2}}, {{0.2}});
  static_cast<void>(certificate());
  std::set<std::uint64_t> seeds;
  std::size_t images = 0;
  for (const auto& round : rounds_) {
    for (const Query& query : round) seeds.insert(query.request.seed);
    images += round.size();
  }
  EXPECT_EQ(seeds.size(), images) << "no image comes twice";
  for (const Purpose other : {Purpose::baseline, Purpose::exploration, Purpose::confirmation, Purpose::audit}) {
    for (const char* prompt : {"a photo of a thing 1", "a photo of a thing 1 in place 1"}) {
      for (std::uint64_t i = 0; i < 100; ++i)
        EXPECT_FALSE(seeds.contains(sample_seed(world_.study.seed, other, prompt, i)));
    }
  }
}

TEST_F(Certify, EvidenceIsThatOfTheCountsThatAreShown) {
  add_label({{0.1}}, {{0.1}, {0.6}, {0.2}});
  const Certificate done = certificate();
  for (const CertificateCell& cell : done.cells) {
    const Sampled fresh = {cell.rate.failures, cell.rate.valid};
    const Rate& base = done.labels[0].base;
    if (cell.end != CellEnd::decided || cell.verdict == CellVerdict::bug) continue;  // baselines may have grown since
    EXPECT_EQ(cell.log_pass, log_certificate_e_value(fresh, {base.failures, base.valid}, 0.2)) << cell.phrase;
  }
}

TEST_F(Certify, OfALabelThatFailsSystematicallyNothingIsCertified) {
  add_label({{0.95}}, {{0.95}, {0.0}});
  add_label({{0.0}}, {{0.0}, {0.0}});
  const Certificate done = certificate();
  EXPECT_TRUE(done.labels[0].failing_label);
  EXPECT_EQ(done.count(CellVerdict::certified, "thing 1"), 0);
  EXPECT_EQ(done.cells[0].end, CellEnd::failing_label);
  EXPECT_TRUE(done.labels[1].certified);
  EXPECT_LT(done.base_images, 40);
  ASSERT_EQ(done.limits.size(), 1U);
  EXPECT_NE(done.limits[0].find("certify.variant = \"absolute\""), std::string::npos) << done.limits[0];
}

}  // namespace
}  // namespace scotoma
