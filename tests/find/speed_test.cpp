// SPDX-License-Identifier: Apache-2.0
// budget.minutes, with a clock that the test moves.
#include "scotoma/find/speed.h"

#include <gtest/gtest.h>

#include <string>

#include "fake/folder.h"
#include "fake/world.h"
#include "scotoma/find/find.h"

namespace scotoma {
namespace {

/// Time goes by while the generator works.
class GeneratingClock : public Clock {
 public:
  double seconds() override { return now; }
  double now = 1000;
};

class Minutes : public testing::Test {
 protected:
  static fake::WorldSetting flower_bug() {
    fake::WorldSetting setting;
    setting.rules = {{"fly", "on a flower", "bee", 0.9}};
    return setting;
  }

  Minutes() {
    study_.budget.images = 2000;
    study_.budget.minutes = 10;
    study_.budget.base = 32;
  }

  /// One batch of eight takes so many seconds.
  Result<StudyRun> run(double seconds_a_batch, const RunOptions& setting = {}, std::size_t stop_at = 1'000'000) {
    CancelToken cancel;
    GeneratingClock clock;
    world_.before_call = [&](const std::string& role, std::size_t call) -> Result<void> {
      if (role == "generator") clock.now += seconds_a_batch;
      if (call >= stop_at) cancel.cancel();
      return {};
    };
    world_.forget();
    auto models = world_.models();
    auto cache = AnswerCache::open(folder_.path());
    RunOptions own = setting;
    own.clock = &clock;
    Silent progress;
    auto result = run_study(study_, models, **cache, cancel, progress, own);
    world_.before_call = nullptr;
    return result;
  }

  fake::World world_{flower_bug()};
  Study study_ = fake::study_of(world_.setting(), {});
  fake::Folder folder_;
};

std::string sentence(const StudyRun& run) {
  for (const std::string& limit : run.findings.limits) {
    if (limit.find("budget.minutes") != std::string::npos) return limit;
  }
  return "";
}

TEST_F(Minutes, AreTurnedIntoTheImagesThatTheyPayFor) {
  const auto slow = run(10);  // 48 images a minute
  ASSERT_TRUE(slow.ok()) << slow.error().message;
  EXPECT_LE(slow->findings.spent.total(), 480);
  EXPECT_GT(slow->findings.spent.total(), 128) << "more than the baseline images";
  EXPECT_EQ(
      sentence(*slow),
      "budget.minutes = 10 was turned into 480 images: the machine that began this study generated, classified and "
      "judged 48.0 a minute.");
}

TEST_F(Minutes, GrantNoMoreThanBudgetImages) {
  const auto fast = run(0.01);
  ASSERT_TRUE(fast.ok());
  EXPECT_NE(sentence(*fast).find("2000 images (all that budget.images allows)"), std::string::npos) << sentence(*fast);
}

TEST_F(Minutes, AreMeasuredOnceSoThatASlowerRunEndsWithTheSame) {
  const auto first = run(10);
  ASSERT_TRUE(first.ok());
  for (const int threads : {1, 3}) {
    study_.engine.threads = threads;
    const auto again = run(77);
    ASSERT_TRUE(again.ok());
    EXPECT_EQ(sentence(*again), sentence(*first));
    EXPECT_EQ(again->findings.spent.total(), first->findings.spent.total());
  }
  EXPECT_EQ(world_.calls(), 0U) << "all was in the cache";
}

TEST_F(Minutes, OfARunThatWasStoppedAfterTheMeasuringStandThough) {
  ASSERT_FALSE(run(10, {}, 40).ok());  // four batches are measured; then baseline images
  const auto resumed = run(77);
  ASSERT_TRUE(resumed.ok());
  EXPECT_NE(sentence(*resumed).find("480 images"), std::string::npos) << sentence(*resumed);
}

TEST_F(Minutes, AreMeasuredOnOtherImagesWhereTheBaselineSampleIsKnown) {
  study_.budget.minutes = 0;
  ASSERT_TRUE(run(1).ok());
  study_.budget.minutes = 10;
  const auto result = run(10);
  ASSERT_TRUE(result.ok());
  EXPECT_NE(sentence(*result).find("480 images"), std::string::npos) << sentence(*result);
}

TEST_F(Minutes, ThatDoNotPayForTheBaselineImagesAreBadInput) {
  study_.budget.minutes = 2;
  const auto result = run(10);
  ASSERT_FALSE(result.ok());
  EXPECT_EQ(result.error().code, Code::bad_input);
  EXPECT_NE(
      result.error().message.find("budget.minutes = 2 is 96 images on this machine, but the baseline images alone "
                                  "take 128"),
      std::string::npos)
      << result.error().message;
}

TEST_F(Minutes, CannotBeReplayedBeforeTheyWereMeasured) {
  const auto before = run(10, {.replay_only = true});
  ASSERT_FALSE(before.ok());
  EXPECT_EQ(before.error().code, Code::bad_input);
  ASSERT_TRUE(run(10).ok());
  EXPECT_TRUE(run(10, {.replay_only = true}).ok());
}

TEST_F(Minutes, AreMeasuredAnewForOtherModels) {
  ASSERT_TRUE(run(10).ok());
  auto models = world_.models();
  models.judge.reset();
  const auto cache = AnswerCache::open(folder_.path());
  const CancelToken cancel;
  Silent progress;
  GeneratingClock clock;
  const auto result = run_study(study_, models, **cache, cancel, progress, {.clock = &clock});
  ASSERT_TRUE(result.ok());
  EXPECT_EQ(sentence(*result).find(" 480 "), std::string::npos) << sentence(*result);
}

}  // namespace
}  // namespace scotoma
