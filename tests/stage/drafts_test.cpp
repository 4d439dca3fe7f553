// SPDX-License-Identifier: Apache-2.0
#include "scotoma/stage/drafts.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <string>
#include <vector>

#include "fake/runs.h"
#include "fake/stage.h"
#include "scotoma/finding/run_work.h"
#include "scotoma/stage/trial.h"

namespace scotoma {
namespace {

/// Of a prompt with "bad" in it images fail. A draft says the opposite for one seed in `wrong` (0: for none), and does
/// not show its label for one in `unclear`.
class Sketches final : public Sampler {
 public:
  Sketches(std::uint64_t wrong, std::uint64_t unclear) : wrong_(wrong), unclear_(unclear) {}

  Result<std::vector<Sample>> sample(std::span<const Query> queries) override {
    std::vector<Sample> samples;
    for (const Query& query : queries) {
      ++asked[query.draft];
      const std::uint64_t seed = query.request.seed / 7;
      const bool lies = query.draft && wrong_ > 0 && seed % wrong_ == 0;
      Sample sample{query.request, query.draft ? "draft" : "full", {}, {}};
      sample.judgement.valid = !(query.draft && unclear_ > 0 && seed % unclear_ == unclear_ - 1);
      sample.correct = (query.request.prompt.find("bad") == std::string::npos) != lies;
      samples.push_back(std::move(sample));
    }
    return samples;
  }

  std::map<bool, int> asked;  ///< drafts or not -> images

 private:
  std::uint64_t wrong_;
  std::uint64_t unclear_;
};

/// A study of one label whose samples come from sketches.
struct Explored {
  explicit Explored(std::uint64_t wrong, std::uint64_t unclear = 0) : sketches(wrong, unclear) {
    context.drafts.emplace();
  }

  /// `count` images each of a phrase under which all fail and of three under which none do.
  std::vector<std::vector<Sample>> explore(int count, Purpose purpose = Purpose::exploration) {
    std::vector<Trial> trials;
    for (const char* prompt : {"a fly, bad", "a fly", "a fly, dark", "a fly, blurry"})
      trials.push_back({"fly", {prompt}, prompt});
    const int first = explored;
    explored += count;
    return *sample_trials(context, trials, purpose, first, count);
  }

  fake::World world;
  Study study = fake::study_of(world.setting(), {"fly"});
  std::vector<Target> targets = {{study.labels.front(), 0}};
  std::vector<std::string> class_names = world.setting().things;
  Sketches sketches;
  Silent listener;
  StageContext context{study, targets, class_names, sketches, listener};
  int explored = 0;
};

std::ptrdiff_t drafts_in(const std::vector<std::vector<Sample>>& samples) {
  std::ptrdiff_t count = 0;
  for (const auto& some : samples)
    count += std::count_if(some.begin(), some.end(), [](const Sample& sample) { return sample.image == "draft"; });
  return count;
}

TEST(Drafts, AreWhatExplorationSeesOnceSomeWereCompared) {
  Explored study(0);
  const auto samples = study.explore(12);
  const DraftComparison& drafts = *study.context.drafts;
  EXPECT_EQ(drafts.both, 12);
  EXPECT_EQ(drafts.neither, kCompared);
  EXPECT_EQ(drafts.only_draft + drafts.only_full + drafts.invalid, 0);
  EXPECT_DOUBLE_EQ(drafts.correlation(), 1);
  EXPECT_FALSE(drafts.gone_back);
  EXPECT_EQ(study.sketches.asked[true], 48);
  EXPECT_EQ(study.sketches.asked[false], 36) << "full images of those that are compared";
  EXPECT_EQ(drafts_in(samples), 12);
  EXPECT_EQ(study.context.spent.explore, 48) << "a draft and the full image in its place count once";
  study.explore(12);
  EXPECT_EQ(study.context.drafts->both, kCompared) << "as many failing ones as are still wanted";
  EXPECT_EQ(study.sketches.asked[false], 48);
  study.explore(12);
  EXPECT_EQ(study.sketches.asked[false], 48) << "enough is known";
}

TEST(Drafts, ThatMisleadAreLeft) {
  Explored study(2);  // one in two says the opposite
  const auto samples = study.explore(12);
  EXPECT_TRUE(study.context.drafts->gone_back);
  EXPECT_LT(study.context.drafts->correlation(), kLeastCorrelation);
  EXPECT_EQ(drafts_in(samples), 0) << "what was drafted comes back in full";
  EXPECT_EQ(study.sketches.asked[false], 48);
  EXPECT_EQ(std::ranges::count_if(samples[0], &Sample::failure), 12);
  EXPECT_EQ(study.context.spent.explore, 48) << "no more full images than the budget says";
  study.explore(12);
  EXPECT_EQ(study.sketches.asked[true], 48) << "and no more drafts";
  EXPECT_EQ(study.context.drafts->images, 48);
}

TEST(Drafts, ThatDoNotShowTheirLabelAreLeft) {
  for (const std::uint64_t unclear : {2, 1}) {  // one in two, and all of them
    Explored study(0, unclear);
    const auto samples = study.explore(12);
    EXPECT_TRUE(study.context.drafts->gone_back) << unclear;
    EXPECT_GT(study.context.drafts->invalid, 0);
    EXPECT_EQ(drafts_in(samples), 0);
  }
}

TEST(Drafts, OfWhichNonePassesStayWhereAllFailInFull) {
  Explored study(0);
  std::vector<Trial> trials = {{"fly", {"a fly, bad"}, "a fly, bad"}};
  ASSERT_TRUE(sample_trials(study.context, trials, Purpose::exploration, 0, 12).ok());
  EXPECT_EQ(study.context.drafts->both, 12);
  EXPECT_FALSE(study.context.drafts->gone_back);
  Explored wrong(1);  // all say the opposite
  trials = {{"fly", {"a fly"}, "a fly"}};
  ASSERT_TRUE(sample_trials(wrong.context, trials, Purpose::exploration, 0, 12).ok());
  EXPECT_TRUE(wrong.context.drafts->gone_back);
}

TEST(Drafts, AFewThatAreWrongDoNotMatter) {
  Explored study(12);
  study.explore(24);
  EXPECT_FALSE(study.context.drafts->gone_back);
  EXPECT_GT(study.context.drafts->correlation(), kLeastCorrelation);
}

TEST(Drafts, AreOfExplorationAndScreeningAlone) {
  Explored study(0);
  study.explore(4, Purpose::screening);
  EXPECT_EQ(study.sketches.asked[true], 16);
  for (const Purpose purpose : {Purpose::shrinking, Purpose::confirmation, Purpose::audit, Purpose::cross_check,
                                Purpose::baseline, Purpose::fresh_baseline})
    EXPECT_FALSE(may_be_drafts(study.context, purpose)) << name_of(purpose);
  study.explore(4, Purpose::confirmation);
  EXPECT_EQ(study.sketches.asked[true], 16);
  study.context.drafts.reset();
  study.explore(4);
  EXPECT_EQ(study.sketches.asked[true], 16) << "a study without them";
}

RC_GTEST_PROP(Drafts, CorrelationIsPhiOfTheWeightedTable, ()) {
  DraftComparison drafts;
  drafts.both = *rc::gen::inRange(0, 25);
  drafts.only_draft = *rc::gen::inRange(0, 25);
  drafts.only_full = *rc::gen::inRange(0, 25);
  drafts.neither = *rc::gen::inRange(0, 25);
  drafts.valid = 1000;
  drafts.failed = *rc::gen::inRange(1, 1000);
  const double failing = drafts.both + drafts.only_draft;
  const double passing = drafts.only_full + drafts.neither;
  RC_PRE(failing > 0 && passing > 0);
  const double f = drafts.failed / 1000.0;
  const double a = f * drafts.both / failing;
  const double b = f * drafts.only_draft / failing;
  const double c = (1 - f) * drafts.only_full / passing;
  const double d = (1 - f) * drafts.neither / passing;
  const double spread = (a + b) * (c + d) * (a + c) * (b + d);
  RC_ASSERT(std::abs(drafts.correlation() - (spread > 0 ? (a * d - b * c) / std::sqrt(spread) : 0)) < 1e-9);
}

fake::WorldSetting with_drafts(double error) {
  fake::WorldSetting setting = fake::flower_bug();
  setting.rules.front().rate = 1;
  setting.draft_error = error;
  return setting;
}

TEST(StudyWithDrafts, FindsTheBugAndItsEvidenceHasNone) {
  fake::StudyRuns runs(with_drafts(0.05));
  const auto found = runs.run();
  ASSERT_TRUE(found.ok()) << found.error().message;
  EXPECT_EQ(fake::confirmed(found->findings), fake::Ids{"fly-on-a-flower"});
  ASSERT_TRUE(found->findings.drafts);
  EXPECT_FALSE(found->findings.drafts->gone_back);
  EXPECT_GT(found->findings.drafts->correlation(), kLeastCorrelation);
  EXPECT_EQ(runs.world.answered("draft"), static_cast<std::size_t>(found->findings.drafts->images));
  EXPECT_EQ(found->findings.fingerprints.at("draft"), "fake-draft");
  EXPECT_LE(runs.world.answered("generator"), static_cast<std::size_t>(found->findings.spent.total()));
  const auto& bug = found->findings.hypotheses.front();
  const auto models = runs.world.models();
  ASSERT_FALSE(bug.tried.empty());
  for (const Sample& sample : bug.tried)
    EXPECT_EQ(sample.image, image_id(models.generator->generate(std::vector{sample.request})->front()));
}

TEST(StudyWithDrafts, FindsItWhereTheyMislead) {
  fake::StudyRuns runs(with_drafts(0.9));
  const auto found = runs.run();
  ASSERT_TRUE(found.ok());
  EXPECT_TRUE(found->findings.drafts->gone_back);
  EXPECT_EQ(fake::confirmed(found->findings), fake::Ids{"fly-on-a-flower"});
}

TEST(StudyWithDrafts, IsTheSameAtAnyNumberOfThreadsAndAfterAnyNumberOfKills) {
  fake::StudyRuns whole(with_drafts(0.05));
  const std::string expected = fake::text_of(whole.run()->findings);
  fake::StudyRuns threads(with_drafts(0.05));
  threads.study.engine.threads = 3;
  EXPECT_EQ(fake::text_of(threads.run()->findings), expected);
  fake::StudyRuns killed(with_drafts(0.05));
  EXPECT_GT(fake::run_to_the_end(killed, {3, 9, 27, 81}, Code::interrupted), 3);
  const auto again = killed.run();
  EXPECT_EQ(fake::text_of(again->findings), expected);
  EXPECT_EQ(work_of(again->run.roles).images_generated, 0U);
  EXPECT_TRUE(killed.world.asked_again().empty());
}

}  // namespace
}  // namespace scotoma
