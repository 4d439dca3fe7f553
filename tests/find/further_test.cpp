// SPDX-License-Identifier: Apache-2.0
// Runs of studies that go on with the built-in attributes where captions leave images.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <map>
#include <string>

#include "fake/runs.h"

namespace scotoma {
namespace {

using fake::confirmed;
using fake::Ids;
using fake::run_to_the_end;
using fake::StudyRuns;
using fake::text_of;

/// Cows are misclassified in fog, which no image shows unless the prompt says so, and flies on flowers.
fake::WorldSetting fog() {
  fake::WorldSetting setting;
  setting.looks = {"in thick fog", "dark"};
  setting.looks_if_said = true;
  setting.rules = {{"cow", "", "cat", 0.95, "in thick fog"}, {"fly", "on a flower", "bee", 0.9}};
  return setting;
}

bool limits_say(const Findings& findings, const std::string& words) {
  return std::any_of(findings.limits.begin(), findings.limits.end(),
                     [&](const std::string& limit) { return limit.find(words) != std::string::npos; });
}

TEST(StudyRun, FindsWhatNoCaptionSaysOnlyWithTheBuiltInAttributes) {
  StudyRuns without(fog());
  const auto before = without.run();
  ASSERT_TRUE(before.ok()) << before.error().message;
  EXPECT_EQ(confirmed(before->findings), Ids{"fly-on-a-flower"});
  EXPECT_FALSE(limits_say(before->findings, "built-in"));

  StudyRuns with(fog());
  with.study.search.attributes = BuiltIn::automatic;
  const auto after = with.run();
  ASSERT_TRUE(after.ok()) << after.error().message;
  auto ids = confirmed(after->findings);
  std::sort(ids.begin(), ids.end());
  EXPECT_EQ(ids, (Ids{"cow-in-thick-fog", "fly-on-a-flower"}));
  std::map<std::string, Source> sources;
  for (const Hypothesis& h : after->findings.hypotheses) sources[h.id] = h.source;
  EXPECT_EQ(sources["cow-in-thick-fog"], Source::library);
  EXPECT_EQ(sources["fly-on-a-flower"], Source::captions);
  EXPECT_TRUE(limits_say(after->findings, "built-in attributes"));
  EXPECT_GT(after->findings.spent.explore, before->findings.spent.explore);
}

TEST(StudyRun, FindsTheOneExceptionOfALabelThatAlwaysFails) {
  auto setting = fog();
  setting.rules = {{"cow", "", "cow", 1, "in thick fog"}, {"cow", "", "cat", 0.97, ""}};
  StudyRuns runs(setting);
  runs.study.search.attributes = BuiltIn::automatic;
  const auto result = runs.run();
  ASSERT_TRUE(result.ok()) << result.error().message;
  ASSERT_EQ(confirmed(result->findings), Ids{"cow-in-thick-fog"});
  EXPECT_EQ(result->findings.hypotheses.front().direction, Direction::passes);
}

TEST(StudyRun, WithListsOfItsOwnItTriesTheBuiltInAttributesOnlyIfAsked) {
  for (const BuiltIn asked : {BuiltIn::automatic, BuiltIn::common}) {
    StudyRuns runs(fog());
    runs.study.attributes = {fake::list("looks", {"dark"}, true)};
    runs.study.search.source = PhraseSource::none;
    runs.study.search.attributes = asked;
    const auto result = runs.run();
    ASSERT_TRUE(result.ok()) << result.error().message;
    EXPECT_EQ(limits_say(result->findings, "built-in attributes"), asked == BuiltIn::common);
    EXPECT_EQ(runs.world.answered("captioner"), 0U);
  }
}

TEST(StudyRun, WhereAllPlacesOfFinalistsAreTakenTheRestOfTheBudgetStaysAndItSaysWhy) {
  StudyRuns runs(fog());
  runs.study.search.attributes = BuiltIn::automatic;
  runs.study.budget.finalists = 1;
  const auto result = runs.run();
  ASSERT_TRUE(result.ok());
  EXPECT_EQ(confirmed(result->findings), Ids{"fly-on-a-flower"});
  EXPECT_TRUE(limits_say(result->findings, "budget.finalists"));
  EXPECT_FALSE(limits_say(result->findings, "raise budget.images"));
}

TEST(StudyRun, NobodyIsToldToRaiseABudgetThatWasNotSpent) {
  StudyRuns runs(fog());
  runs.study.budget.base = 256;
  runs.study.budget.base_first = 1;
  runs.study.budget.finalists = 1;
  for (const int images : {300, 600, 1200, 2400}) {
    runs.study.budget.images = images;
    const auto result = runs.run();
    ASSERT_TRUE(result.ok());
    if (result->findings.spent.total() < images * 9 / 10) {
      EXPECT_FALSE(limits_say(result->findings, "raise budget.images")) << images;
    }
  }
}

TEST(StudyRun, WithBuiltInAttributesGivesTheSameOnAnyNumberOfThreadsAndAfterAKill) {
  StudyRuns one(fog());
  StudyRuns three(fog());
  StudyRuns killed(fog());
  for (StudyRuns* runs : {&one, &three, &killed}) runs->study.search.attributes = BuiltIn::common;
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

RC_GTEST_PROP(StudyRun, NeverExceedsItsBudgetWithBuiltInAttributes, ()) {
  StudyRuns runs(fog());
  runs.study.search.attributes = BuiltIn::common;
  auto& budget = runs.study.budget;
  budget.images = *rc::gen::inRange(120, 700);
  budget.base = *rc::gen::inRange(1, 30);
  budget.initial_images = *rc::gen::inRange(1, 20);
  budget.finalists = *rc::gen::inRange(1, 6);
  budget.confirm = *rc::gen::inRange(1, 60);
  runs.study.evidence.max_hypotheses = *rc::gen::inRange(1, 4);
  const auto result = runs.run();
  RC_ASSERT(result.ok());
  const Spent& spent = result->findings.spent;
  RC_ASSERT(spent.total() <= budget.images);
  std::size_t searched = 0;  // baseline images before exploration
  for (const BaseResult& base : result->findings.bases) searched += base.samples.size();
  RC_ASSERT(spent.explore <= (budget.images - static_cast<int>(searched)) * 3 / 5);
  std::map<std::string, int> tested;
  for (const Hypothesis& h : result->findings.hypotheses) tested[h.label] += h.confirmed.valid > 0 ? 1 : 0;
  for (const auto& [label, count] : tested) RC_ASSERT(count <= runs.study.evidence.max_hypotheses);
}

}  // namespace
}  // namespace scotoma
