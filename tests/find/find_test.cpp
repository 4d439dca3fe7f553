// SPDX-License-Identifier: Apache-2.0
#include "scotoma/find/find.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "fake/runs.h"

namespace scotoma {
namespace {

using fake::confirmed;
using fake::flower_bug;
using fake::Ids;
using fake::StudyRuns;
using fake::text_of;

/// What doctor, transfer and check go by, too.
TEST(FindTargets, AClassThatOccursTwiceIsRefused) {
  Study study;
  study.labels = {{"crane", "crane", "", {}}};
  EXPECT_EQ(find_targets(study, {"heron", "crane"}).value().front().class_index, 1);
  EXPECT_FALSE(find_targets(study, {"heron", "crane", "crane"}).ok());
}

TEST(StudyRun, FindsThePlantedBugAndOnlyIt) {
  StudyRuns runs(flower_bug());
  const auto result = runs.run();
  ASSERT_TRUE(result.ok()) << result.error().message;
  EXPECT_EQ(confirmed(result->findings), Ids{"fly-on-a-flower"});
  const Hypothesis& bug = result->findings.hypotheses.front();
  EXPECT_EQ(bug.predicted, "bee");
  EXPECT_EQ(bug.expected, "bee");
  EXPECT_EQ(bug.source, Source::captions);
  EXPECT_GT(bug.audit.low, 0.6);
  EXPECT_GT(bug.effect->lift_low, 0.3);
  EXPECT_EQ(result->findings.fingerprints.size(), 5U);
  EXPECT_TRUE(runs.world.asked_again().empty());
}

TEST(StudyRun, FindsTwoBugsOfTwoLabels) {
  auto setting = flower_bug();
  setting.rules.push_back({"cow", "under a bridge", "cat", 0.8});
  const auto result = StudyRuns(setting).run();
  ASSERT_TRUE(result.ok());
  auto ids = confirmed(result->findings);
  std::sort(ids.begin(), ids.end());
  EXPECT_EQ(ids, (Ids{"cow-under-a-bridge", "fly-on-a-flower"}));
}

TEST(StudyRun, TriesWhatItConfirmedOnTheOtherLabelsLastAndOnNewImages) {
  auto setting = flower_bug();
  setting.things = {"fly", "bee", "cat", "cow", "dog"};
  setting.rules.push_back({"cat", "on a flower", "bee", 0.9});
  StudyRuns runs(setting, {"fly", "bee", "cow", "cat"});
  runs.study.budget.images = 4000;
  const auto result = runs.run();
  ASSERT_TRUE(result.ok()) << result.error().message;
  const Findings& findings = result->findings;
  ASSERT_EQ(findings.cross.size(), 1U);
  EXPECT_EQ(findings.cross[0].answer, "bee");
  EXPECT_EQ(findings.cross[0].bugs, confirmed(findings));
  ASSERT_EQ(findings.cross[0].cells.size(), 3U);
  EXPECT_EQ(findings.cross[0].cells[1].label, "cow");
  EXPECT_FALSE(findings.cross[0].cells[1].spreads);
  EXPECT_TRUE(findings.cross[0].cells[2].spreads);
  EXPECT_EQ(findings.spent.cross, 6 * runs.study.budget.cross);
  EXPECT_EQ(runs.world.answered("generator"), static_cast<std::size_t>(findings.spent.total()));
  EXPECT_TRUE(runs.world.asked_again().empty());
  std::vector<std::string> stages;
  for (const auto& stage : result->run.stages) stages.emplace_back(stage_name(stage.stage));
  EXPECT_EQ(stages.back(), "cross-check");
}

TEST(StudyRun, ConfirmsNothingInAWorldWithoutBugs) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    fake::WorldSetting setting;
    setting.base_error = 0.08;
    StudyRuns runs(setting);
    runs.study.seed = seed;
    const auto result = runs.run();
    ASSERT_TRUE(result.ok());
    EXPECT_EQ(confirmed(result->findings), Ids{}) << "seed " << seed;
  }
}

TEST(StudyRun, TurnsRoundWhereALabelFailsNearlyEverywhere) {
  fake::WorldSetting setting;
  setting.rules = {{"cow", "on the grass", "cow", 1}, {"cow", "", "cat", 0.97}};
  const auto result = StudyRuns(setting).run();
  ASSERT_TRUE(result.ok());
  const Findings& findings = result->findings;
  const auto cow =
      std::find_if(findings.bases.begin(), findings.bases.end(), [](const auto& b) { return b.label == "cow"; });
  EXPECT_TRUE(cow->failing_label);
  EXPECT_EQ(cow->predicted, "cat");
  ASSERT_EQ(confirmed(findings), Ids{"cow-on-the-grass"});
  EXPECT_EQ(findings.hypotheses.front().direction, Direction::passes);
  EXPECT_GT(findings.hypotheses.front().audit.rate, 0.9);
}

/// Labels and baseline images may be many, the images that try a phrase are few: so are captions.
TEST(StudyRun, DescribesTheLargestClustersOnlyAsFarAsTheBudgetCanTryPhrases) {
  fake::WorldSetting setting;
  setting.base_error = 0.5;
  StudyRuns runs(setting);
  const auto baseline = static_cast<int>(runs.study.labels.size()) * runs.study.budget.base;
  runs.study.budget.images = baseline + 16;
  const auto result = runs.run();
  ASSERT_TRUE(result.ok()) << result.error().message;
  const Findings& findings = result->findings;
  std::size_t described = 0;
  std::size_t least = SIZE_MAX;
  std::size_t most = 0;  // of those that are not described
  for (const Cluster& cluster : findings.clusters) {
    if (cluster.captions.empty()) {
      most = std::max(most, cluster.members.size());
    } else {
      ++described;
      least = std::min(least, cluster.members.size());
    }
  }
  EXPECT_EQ(described, 4U);  // three fifths of 16 images, two a phrase
  ASSERT_GT(findings.clusters.size(), described);
  EXPECT_LE(most, least);
  const auto told = std::count_if(findings.limits.begin(), findings.limits.end(), [&](const std::string& limit) {
    return limit.starts_with(
        fmt::format("Of {} groups of images that fail alike, the 4 largest were described", findings.clusters.size()));
  });
  EXPECT_EQ(told, 1);
}

TEST(StudyRun, GivesTheSameOnAnyNumberOfThreads) {
  StudyRuns one(flower_bug());
  StudyRuns three(flower_bug());
  three.study.engine.threads = 3;
  const auto first = one.run();
  const auto second = three.run();
  ASSERT_TRUE(first.ok() && second.ok());
  EXPECT_EQ(text_of(first->findings), text_of(second->findings));
}

TEST(StudyRun, GivesTheSameInBatchesAndOneByOne) {
  auto one_by_one = flower_bug();
  one_by_one.batch = 1;
  EXPECT_EQ(text_of(StudyRuns(flower_bug()).run()->findings), text_of(StudyRuns(one_by_one).run()->findings));
}

/// Captions say "on a red flower", but a flower is enough.
fake::WorldSetting too_many_words() {
  fake::WorldSetting setting;
  setting.places = {"on a red flower", "in the snow", "on the grass", "in a kitchen", "on a flower"};
  setting.rules = {{"fly", "on a red flower", "bee", 0.9}, {"fly", "on a flower", "bee", 0.9}};
  return setting;
}

TEST(StudyRun, ShrinksAPhraseToTheWordsThatDoItAndSaysItOnce) {
  StudyRuns runs(too_many_words());
  const auto result = runs.run();
  ASSERT_TRUE(result.ok()) << result.error().message;
  EXPECT_EQ(confirmed(result->findings), Ids{"fly-on-a-flower"});
  EXPECT_GT(result->findings.spent.shrink, 0);
  EXPECT_EQ(runs.world.answered("generator"), static_cast<std::size_t>(result->findings.spent.total()));
  runs.study.budget.shrink = 0;
  auto wordy = confirmed(runs.run()->findings);
  std::sort(wordy.begin(), wordy.end());
  EXPECT_EQ(wordy, (Ids{"fly-on-a-flower", "fly-on-a-red-flower"})) << "without shrinking these are two";
}

TEST(StudyRun, ShrinksTheSameOnAnyNumberOfThreadsAndWithEitherExplorer) {
  for (const Explorer explorer : {Explorer::halving, Explorer::thompson}) {
    std::vector<std::string> texts;
    for (const int threads : {1, 3}) {
      StudyRuns runs(too_many_words());
      runs.study.engine.threads = threads;
      runs.study.budget.explorer = explorer;
      const auto result = runs.run();
      ASSERT_TRUE(result.ok());
      EXPECT_EQ(confirmed(result->findings), Ids{"fly-on-a-flower"}) << name_of(explorer);
      texts.push_back(text_of(result->findings));
    }
    EXPECT_EQ(texts[0], texts[1]) << name_of(explorer);
  }
}

RC_GTEST_PROP(StudyRun, NeverExceedsItsBudget, ()) {
  fake::WorldSetting setting = too_many_words();
  setting.rules = {{"fly", "on a flower", "bee", 0.9}, {"bee", "in the snow", "fly", 0.5}, {"cat", "", "cow", 0.9}};
  StudyRuns runs(setting);
  auto& budget = runs.study.budget;
  budget.images = *rc::gen::inRange(1, 600);
  budget.base = *rc::gen::inRange(1, 60);
  budget.base_first = *rc::gen::inRange(0, budget.base + 1);
  budget.initial_images = *rc::gen::inRange(1, 20);
  budget.rounds = *rc::gen::inRange(1, 4);
  budget.finalists = *rc::gen::inRange(1, 6);
  budget.confirm = *rc::gen::inRange(1, 60);
  budget.audit = *rc::gen::inRange(1, 30);
  budget.cross = *rc::gen::inRange(0, 20);
  budget.shrink = *rc::gen::inRange(0, 20);
  budget.explorer = *rc::gen::element(Explorer::halving, Explorer::thompson);
  const auto result = runs.run();
  if (!result.ok()) {
    RC_ASSERT(result.error().code == Code::bad_input);
    RC_ASSERT(budget.base_at_first() * 4 > budget.images);
    return;
  }
  const Spent& spent = result->findings.spent;
  RC_ASSERT(spent.total() <= budget.images);
  // Every use of an image has a seed of its own: nothing is generated for two purposes.
  RC_ASSERT(runs.world.answered("generator") == static_cast<std::size_t>(spent.total()));
}

TEST(StudyRun, ALabelThatNoClassCarriesIsBadInput) {
  StudyRuns runs({}, {"fly", "zebra"});
  const auto result = runs.run();
  ASSERT_FALSE(result.ok());
  EXPECT_EQ(result.error().code, Code::bad_input);
  EXPECT_NE(result.error().message.find("'zebra'"), std::string::npos) << result.error().message;
  EXPECT_NE(result.error().message.find("fly, bee, cat, cow"), std::string::npos) << result.error().message;
  EXPECT_EQ(runs.world.calls(), 0U);
}

TEST(StudyRun, WithoutAJudgeEveryImageIsValid) {
  fake::World world(flower_bug());
  const Study study = fake::study_of(world.setting(), {"fly"});
  const fake::Folder folder;
  auto models = world.models();
  models.judge.reset();
  const CancelToken cancel;
  Silent progress;
  const auto result = run_study(study, models, **AnswerCache::open(folder.path()), cancel, progress);
  ASSERT_TRUE(result.ok());
  EXPECT_EQ(result->findings.bases[0].rate.invalid, 0);
  EXPECT_FALSE(result->findings.fingerprints.contains("judge"));
}

TEST(StudyRun, AClassifierThatIsNeverRightIsDoubtedFirstOfAllLimits) {
  fake::WorldSetting setting;
  setting.rules = {{"fly", "", "cat"}, {"bee", "", "cow"}};
  const auto found = StudyRuns(setting, {"fly", "bee"}).run();
  ASSERT_TRUE(found.ok()) << found.error().message;
  ASSERT_FALSE(found->findings.limits.empty());
  EXPECT_TRUE(found->findings.limits[0].starts_with("The classifier was right on 0 of ")) << found->findings.limits[0];
}

TEST(StudyRun, LabelsThatCannotBeGeneratedAreNamedAndNotSearched) {
  fake::WorldSetting setting = flower_bug();
  setting.generation_error = 0.9;
  const auto result = StudyRuns(setting, {"fly"}).run();
  ASSERT_TRUE(result.ok());
  EXPECT_TRUE(result->findings.hypotheses.empty());
  EXPECT_TRUE(result->findings.bases[0].not_generatable);
}

}  // namespace
}  // namespace scotoma
