// SPDX-License-Identifier: Apache-2.0
// Runs of studies with the user's lists of phrases.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "fake/runs.h"

namespace scotoma {
namespace {

using fake::confirmed;
using fake::flower_bug;
using fake::Ids;
using fake::run_to_the_end;
using fake::StudyRuns;
using fake::text_of;

/// Flies are misclassified as bees where it is dark and on a flower; neither alone does it.
fake::WorldSetting two_causes() {
  fake::WorldSetting setting;
  setting.looks = {"dark", "blurry"};
  setting.rules = {{"fly", "on a flower", "bee", 0.95, "dark"}};
  return setting;
}

std::vector<AttributeList> places_and_looks() {
  return {fake::list("places", fake::WorldSetting().places), fake::list("looks", {"dark", "blurry"}, true)};
}

void expect_the_pair(const Findings& findings, Source source) {
  ASSERT_EQ(confirmed(findings), Ids{"fly-dark-on-a-flower"});
  const Hypothesis& bug = findings.hypotheses.front();
  EXPECT_EQ(bug.source, source);
  EXPECT_EQ(bug.prompt, "a dark photo of a fly on a flower");
  EXPECT_EQ(bug.predicted, "bee");
  EXPECT_GT(bug.audit.low, 0.6);
  ASSERT_EQ(bug.part_rates.size(), 2U);
  EXPECT_EQ(bug.part_rates[0].phrase, "dark");
  EXPECT_EQ(bug.part_rates[1].phrase, "on a flower");
  for (const PartRate& part : bug.part_rates) {
    EXPECT_GT(part.rate.valid, 0) << part.phrase;
    EXPECT_LT(part.rate.rate, 0.5) << part.phrase;
  }
}

TEST(StudyRun, FindsABugOfTwoCausesFromTheUsersLists) {
  StudyRuns runs(two_causes());
  runs.study.attributes = places_and_looks();
  runs.study.search.source = PhraseSource::none;
  runs.study.search.interaction_strength = 2;
  const auto result = runs.run();
  ASSERT_TRUE(result.ok()) << result.error().message;
  expect_the_pair(result->findings, Source::list);
  EXPECT_TRUE(result->findings.clusters.empty());
  EXPECT_EQ(runs.world.answered("captioner"), 0U);
  EXPECT_EQ(runs.world.answered("generator"), static_cast<std::size_t>(result->findings.spent.total()));
}

TEST(StudyRun, ListsThatAreNotCombinedDoNotFindABugOfTwoCauses) {
  StudyRuns runs(two_causes());
  runs.study.attributes = places_and_looks();
  runs.study.search.source = PhraseSource::none;
  const auto result = runs.run();
  ASSERT_TRUE(result.ok()) << result.error().message;
  EXPECT_EQ(confirmed(result->findings), Ids{});
}

TEST(StudyRun, FindsABugOfTwoCausesFromCaptions) {
  StudyRuns runs(two_causes(), {"fly", "bee"});
  runs.study.budget.base = 128;
  const auto result = runs.run();
  ASSERT_TRUE(result.ok()) << result.error().message;
  expect_the_pair(result->findings, Source::captions);
}

TEST(StudyRun, FindsBothPhrasesOfAListThatCauseTheSame) {
  auto setting = flower_bug();
  setting.rules.push_back({"fly", "on the grass", "bee", 0.9});
  StudyRuns runs(setting);
  runs.study.attributes = {fake::list("places", setting.places)};
  runs.study.search.source = PhraseSource::none;
  const auto result = runs.run();
  ASSERT_TRUE(result.ok());
  auto ids = confirmed(result->findings);
  std::sort(ids.begin(), ids.end());
  EXPECT_EQ(ids, (Ids{"fly-on-a-flower", "fly-on-the-grass"}));
}

TEST(StudyRun, AtRandomTriesTheListsCombinationsInAnOrderOfTheSeedAndAsksForNoCaption) {
  const auto order = [](std::uint64_t seed) {
    StudyRuns runs(two_causes());
    runs.study.seed = seed;
    runs.study.attributes = places_and_looks();
    runs.study.search.source = PhraseSource::random;
    runs.study.search.interaction_strength = 2;
    runs.study.budget.images = 256;  // no image but the base: the order stays as it was made
    const auto result = runs.run();
    EXPECT_TRUE(result.ok());
    EXPECT_EQ(runs.world.answered("captioner"), 0U);
    std::vector<std::string> ids;
    for (const Hypothesis& h : result->findings.hypotheses) ids.push_back(h.id);
    return ids;
  };
  EXPECT_EQ(order(1).size(), 4U * (5 + 2 + 5 * 2)) << "of each label all combinations: they are fewer than its slots";
  EXPECT_EQ(order(1), order(1));
  EXPECT_NE(order(1), order(2));
}

TEST(StudyRun, AsksEmbedderAndCaptionerAboutAllLabelsInFullBatches) {
  auto setting = flower_bug();
  setting.base_error = 0.06;  // a few failures of each label, with several wrong answers
  setting.batch = 32;
  StudyRuns runs(setting, setting.things);
  std::map<std::string, std::size_t> calls;
  runs.world.before_call = [&](const std::string& role, std::size_t) -> Result<void> {
    ++calls[role];
    return {};
  };
  ASSERT_TRUE(runs.run().ok());
  // One batch that is not full for each time that all are asked: after the baseline images, and after exploration.
  const std::size_t batch = runs.world.setting().batch;
  for (const char* role : {"captioner", "embedder"}) {
    EXPECT_GT(runs.world.answered(role), 10U) << role;
    EXPECT_LE(calls[role], runs.world.answered(role) / batch + 3) << role;
  }
}

TEST(StudyRun, WithListsGivesTheSameOnAnyNumberOfThreadsAndAfterAKill) {
  const auto set_up = [](StudyRuns& runs) {
    runs.study.attributes = places_and_looks();
    runs.study.search.interaction_strength = 2;
  };
  StudyRuns one(two_causes());
  StudyRuns three(two_causes());
  StudyRuns killed(two_causes());
  for (StudyRuns* runs : {&one, &three, &killed}) set_up(*runs);
  three.study.engine.threads = 3;
  const auto first = one.run();
  const auto second = three.run();
  ASSERT_TRUE(first.ok() && second.ok());
  EXPECT_EQ(text_of(first->findings), text_of(second->findings));
  const std::size_t calls = one.world.calls();
  ASSERT_GT(run_to_the_end(killed, {calls / 4, calls / 4, calls / 5}, Code::interrupted), 1);
  EXPECT_TRUE(killed.world.asked_again().empty());
  EXPECT_EQ(text_of(killed.run({}, {.replay_only = true})->findings), text_of(first->findings));
}

RC_GTEST_PROP(StudyRun, NeverExceedsItsBudgetWithLists, ()) {
  StudyRuns runs(two_causes());
  runs.study.attributes = places_and_looks();
  runs.study.search.source = *rc::gen::element(PhraseSource::captions, PhraseSource::none, PhraseSource::random);
  runs.study.search.interaction_strength = *rc::gen::inRange(1, 3);
  auto& budget = runs.study.budget;
  budget.images = *rc::gen::inRange(120, 900);
  budget.base = *rc::gen::inRange(1, 30);
  budget.initial_images = *rc::gen::inRange(1, 20);
  budget.finalists = *rc::gen::inRange(1, 6);
  budget.confirm = *rc::gen::inRange(1, 60);
  const auto result = runs.run();
  RC_ASSERT(result.ok());
  const Spent& spent = result->findings.spent;
  RC_ASSERT(spent.total() <= budget.images);
  std::size_t searched = 0;  // baseline images before exploration
  for (const BaseResult& base : result->findings.bases) searched += base.samples.size();
  RC_ASSERT(spent.explore <= (budget.images - static_cast<int>(searched)) * 3 / 5);
  RC_ASSERT(runs.world.answered("generator") == static_cast<std::size_t>(spent.total()));
}

}  // namespace
}  // namespace scotoma
