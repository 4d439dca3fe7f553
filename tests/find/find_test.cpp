// SPDX-License-Identifier: Apache-2.0
#include "scotoma/find/find.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "fake/folder.h"
#include "fake/world.h"
#include "scotoma/core/philox.h"

namespace scotoma {
namespace {

fake::WorldSetting flower_bug() {
  fake::WorldSetting setting;
  setting.rules = {{"fly", "on a flower", "bee", 0.9}};
  return setting;
}

/// Runs of one study on one world and one cache.
class StudyRuns {
 public:
  explicit StudyRuns(fake::WorldSetting setting, std::vector<std::string> labels = {})
      : world(std::move(setting)), study(fake::study_of(world.setting(), std::move(labels))) {}

  Result<StudyRun> run(const CancelToken& cancel = {}, const RunOptions& setting = {}) {
    auto models = world.models();
    auto cache = AnswerCache::open(folder.path());
    Silent progress;
    return run_study(study, models, **cache, cancel, progress, setting);
  }

  fake::World world;
  Study study;
  fake::Folder folder;
};

/// All that a reader of the findings would notice, one fact a line.
std::string text_of(const Findings& findings) {
  std::string text;
  const auto rate = [](const Rate& r) {
    return fmt::format("{}/{}+{} {} {} {}", r.failures, r.valid, r.invalid, r.rate, r.low, r.high);
  };
  for (const auto& base : findings.bases) {
    text += fmt::format("base {} {} {} {} {} {}\n", base.label, rate(base.rate), base.lower, base.upper,
                        base.failing_label, base.predicted);
    for (const auto& sample : base.samples) text += sample.image + "\n";
  }
  for (const auto& cluster : findings.clusters) {
    text += fmt::format("cluster {} {} {}\n", cluster.label, cluster.predicted, cluster.tiny);
    for (const auto& member : cluster.members) text += member.image + "\n";
    for (const auto& caption : cluster.captions) text += caption + "\n";
  }
  for (const auto& h : findings.hypotheses) {
    const PairedEffect effect = h.effect.value_or(PairedEffect());
    text += fmt::format("hypothesis {} {} {} {} {} | {} | {} | {} | {} {} {} {} {} {}\n", h.id, h.prompt,
                        static_cast<int>(h.status), h.phrase.score, h.null_rate, rate(h.explored), rate(h.confirmed),
                        rate(h.audit), h.log_e_value, effect.lift_low, effect.lift_high, effect.only_with,
                        effect.only_without, effect.mcnemar_p);
    text += fmt::format("shrunk from '{}', {} merged\n", h.shrunk_from, fmt::join(h.merged, ", "));
    for (const auto& step : h.shrink_steps)
      text += fmt::format("step '{}' without '{}' {} {}\n", step.phrase, step.without, rate(step.rate), step.kept);
    for (const auto& pair : h.pairs) text += pair.with.image + " " + pair.without.image + "\n";
  }
  for (const auto& row : findings.cross) {
    text += fmt::format("cross {} {} {}\n", row.phrase.text, row.answer, fmt::join(row.bugs, " "));
    for (const auto& cell : row.cells) {
      text += fmt::format("{} {} | {} {} {} {} {} {}\n", cell.label, rate(cell.with), rate(cell.without),
                          cell.only_with, cell.only_without, cell.p, cell.adjusted, cell.spreads);
      for (const auto& sample : cell.samples) text += sample.image + "\n";
    }
  }
  const Spent& spent = findings.spent;
  text += fmt::format("spent {} {} {} {} {} {}, threshold {}\n", spent.base, spent.explore, spent.shrink, spent.confirm,
                      spent.audit, spent.cross, findings.rejection_threshold);
  for (const auto& limit : findings.limits) text += limit + "\n";
  for (const auto& [role, hash] : findings.fingerprints) text += role + " " + hash + "\n";
  return text;
}

std::vector<std::string> confirmed(const Findings& findings) {
  std::vector<std::string> ids;
  for (const auto& hypothesis : findings.hypotheses) {
    if (hypothesis.status == Status::confirmed) ids.push_back(hypothesis.id);
  }
  return ids;
}

using Ids = std::vector<std::string>;

Candidate users(const std::string& label, const std::string& phrase) {
  Candidate candidate;
  candidate.label = label;
  candidate.phrase.text = phrase;
  candidate.source = Source::user;
  return candidate;
}

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

TEST(StudyRun, AUsersHypothesisIsNotTriedOnOtherLabels) {
  StudyRuns runs(flower_bug());
  const auto result = runs.run({}, {.only = {users("fly", "on a flower")}});
  ASSERT_TRUE(result.ok());
  EXPECT_EQ(result->findings.hypotheses[0].status, Status::confirmed);
  EXPECT_TRUE(result->findings.cross.empty());
  EXPECT_EQ(result->findings.spent.cross, 0);
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

/// Starts again until it ends; gives the number of starts, or 0 for an error that is no interruption.
int run_to_the_end(StudyRuns& runs, const std::vector<std::size_t>& stops, Code code) {
  std::size_t next = 0;
  for (int start = 1; start < 100; ++start) {
    CancelToken cancel;
    runs.world.before_call = [&](const std::string&, std::size_t call) -> Result<void> {
      if (next >= stops.size() || call < stops[next]) return {};
      ++next;
      if (code == Code::failed) return failed("NaN");
      cancel.cancel();
      return {};
    };
    const auto result = runs.run(cancel);
    runs.world.before_call = nullptr;
    if (result.ok()) return start;
    if (result.error().code != code) return 0;
  }
  return 0;
}

class Interrupted : public testing::TestWithParam<std::pair<Code, int>> {};

TEST_P(Interrupted, AndStartedAgainEndsAsIfItHadNotBeen) {
  const auto [code, threads] = GetParam();
  StudyRuns whole(flower_bug());
  whole.study.engine.threads = threads;
  whole.study.budget.base_first = 8;
  const auto expected = whole.run();
  ASSERT_TRUE(expected.ok());
  const auto calls = static_cast<std::uint32_t>(whole.world.calls());
  Philox random(7);
  for (int trial = 0; trial < 3; ++trial) {
    StudyRuns runs(flower_bug());
    runs.study.engine.threads = threads;
    runs.study.budget.base_first = 8;
    std::vector<std::size_t> stops;
    for (int i = 0; i < 6; ++i) stops.push_back(random.below(calls));
    std::sort(stops.begin(), stops.end());
    ASSERT_GT(run_to_the_end(runs, stops, code), 1);
    EXPECT_TRUE(runs.world.asked_again().empty());
    EXPECT_EQ(runs.world.answered("generator"), whole.world.answered("generator"));
    const auto replayed = runs.run({}, {.replay_only = true});
    ASSERT_TRUE(replayed.ok()) << replayed.error().message;
    EXPECT_EQ(text_of(replayed->findings), text_of(expected->findings));
  }
}

INSTANTIATE_TEST_SUITE_P(StudyRun, Interrupted,
                         testing::Values(std::pair{Code::interrupted, 1}, std::pair{Code::interrupted, 3},
                                         std::pair{Code::failed, 1}, std::pair{Code::failed, 3}),
                         [](const auto& one) {
                           return fmt::format("{}On{}", one.param.first == Code::failed ? "ByAFault" : "ByTheUser",
                                              one.param.second);
                         });

TEST(StudyRun, ReplaysAFinishedRunWithoutAModelAndNoOther) {
  StudyRuns runs(flower_bug());
  const auto before = runs.run({}, {.replay_only = true});
  ASSERT_FALSE(before.ok());
  EXPECT_EQ(before.error().code, Code::bad_input);
  const auto first = runs.run();
  const auto calls = runs.world.calls();
  const auto again = runs.run({}, {.replay_only = true});
  ASSERT_TRUE(again.ok()) << again.error().message;
  EXPECT_EQ(text_of(again->findings), text_of(first->findings));
  EXPECT_EQ(runs.world.calls(), calls);
}

TEST(StudyRun, ALargerStudyReusesTheSmallerOnesAnswers) {
  StudyRuns runs(flower_bug(), {"fly"});
  ASSERT_TRUE(runs.run().ok());
  runs.study.labels.push_back({"bee", "bee", "", {}});
  const auto result = runs.run();
  ASSERT_TRUE(result.ok());
  EXPECT_GT(result->run.roles.at("generator").recalled, 0U);
  EXPECT_TRUE(runs.world.asked_again().empty());
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
  RC_ASSERT(spent.explore <= (budget.images - spent.base) * 3 / 4);
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

TEST(StudyRun, TestsAUsersHypothesisThroughTheSameEvidence) {
  StudyRuns runs(flower_bug());
  for (const auto& [phrase, status] :
       {std::pair{"on a flower", Status::confirmed}, {"in the snow", Status::not_confirmed}}) {
    const auto result = runs.run({}, {.only = {users("fly", phrase)}});
    ASSERT_TRUE(result.ok()) << result.error().message;
    ASSERT_EQ(result->findings.hypotheses.size(), 1U);
    EXPECT_EQ(result->findings.hypotheses[0].status, status) << phrase;
    EXPECT_EQ(result->findings.hypotheses[0].source, Source::user);
    EXPECT_EQ(result->findings.spent.explore, 0);
  }
}

TEST(StudyRun, AUsersHypothesisTurnsRoundWhereItsLabelFailsNearlyEverywhere) {
  fake::WorldSetting setting;
  setting.rules = {{"cow", "on the grass", "cow", 1}, {"cow", "", "cat", 0.97}};
  const auto result = StudyRuns(setting).run({}, {.only = {users("cow", "on the grass")}});
  ASSERT_TRUE(result.ok());
  EXPECT_EQ(result->findings.hypotheses[0].direction, Direction::passes);
  EXPECT_EQ(result->findings.hypotheses[0].status, Status::confirmed);
}

TEST(StudyRun, AUsersHypothesisOfAnotherLabelIsBadInput) {
  StudyRuns runs(flower_bug(), {"fly", "bee"});
  const auto result = runs.run({}, {.only = {users("zebra", "on a flower")}});
  ASSERT_FALSE(result.ok());
  EXPECT_EQ(result.error().code, Code::bad_input);
  EXPECT_NE(result.error().message.find("no label 'zebra' in this study"), std::string::npos) << result.error().message;
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
