// SPDX-License-Identifier: Apache-2.0
// A run as its events have it.
#include <gtest/gtest.h>

#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "fake/folder.h"
#include "fake/recorder.h"
#include "fake/world.h"
#include "scotoma/find/find.h"
#include "scotoma/record/bugs_json.h"

namespace scotoma {
namespace {

class RunEvents : public testing::Test {
 protected:
  static fake::WorldSetting setting() {
    fake::WorldSetting setting;
    setting.rules = {{"fly", "on a flower", "bee", 0.9}};
    return setting;
  }

  Result<StudyRun> run(Listener& listener, const RunOptions& options = {}, int stop_at = 0) {
    CancelToken cancel;
    int calls = 0;
    world_.before_call = [&](const std::string& role, std::size_t /*call*/) -> Result<void> {
      if (role == "generator" && ++calls == stop_at) cancel.cancel();
      return {};
    };
    auto models = world_.models();
    auto cache = AnswerCache::open(folder_.path());
    auto result = run_study(study_, models, **cache, cancel, listener, options);
    world_.before_call = nullptr;
    return result;
  }

  std::vector<Stage> stages_of(const fake::Recorder& recorder) {
    std::vector<Stage> stages;
    for (const StageBegan& event : recorder.all<StageBegan>()) stages.push_back(event.stage);
    return stages;
  }

  fake::World world_{setting()};
  Study study_ = fake::study_of(world_.setting(), {"fly", "bee"});
  fake::Folder folder_;
};

TEST_F(RunEvents, NameEachStageOnceAsRunJsonDoes) {
  fake::Recorder recorder;
  const auto done = run(recorder);
  ASSERT_TRUE(done.ok()) << done.error().message;
  const std::vector<Stage> order = {Stage::sample,  Stage::describe, Stage::hypothesise,
                                    Stage::explore, Stage::shrink,   Stage::complete,
                                    Stage::confirm, Stage::audit,    Stage::cross_check};
  EXPECT_EQ(stages_of(recorder), order);
  std::vector<Stage> timed;
  for (const auto& stage : done->run.stages) timed.push_back(stage.stage);
  EXPECT_EQ(timed, order);
}

TEST_F(RunEvents, LeaveOutStagesOfASearchWhereAPhraseIsGiven) {
  Candidate asked;
  asked.label = "fly";
  asked.phrase.text = "on a flower";
  asked.source = Source::user;
  study_.budget.minutes = 1000;
  fake::Recorder recorder;
  ASSERT_TRUE(run(recorder, {.only = {asked}}).ok());
  const std::vector<Stage> order = {Stage::measure_speed, Stage::sample,  Stage::describe, Stage::hypothesise,
                                    Stage::complete,      Stage::confirm, Stage::audit};
  EXPECT_EQ(stages_of(recorder), order);
}

TEST_F(RunEvents, CountImagesToTheEndAndNeverBack) {
  fake::Recorder recorder;
  const auto done = run(recorder);
  ASSERT_TRUE(done.ok());
  const auto counted = recorder.all<ImagesSpent>();
  ASSERT_GT(counted.size(), 3U);
  EXPECT_EQ(counted.front().images, 0);
  for (std::size_t i = 1; i < counted.size(); ++i) EXPECT_GE(counted[i].images, counted[i - 1].images);
  EXPECT_EQ(counted.back().images, done->findings.spent.total());
  EXPECT_EQ(counted.back().budget, study_.budget.images);
}

TEST_F(RunEvents, EndWithTheStatusOfEveryHypothesisAndEveryBug) {
  fake::Recorder recorder;
  const auto done = run(recorder);
  ASSERT_TRUE(done.ok());
  std::map<std::size_t, HypothesisChanged> last;
  for (const auto& change : recorder.all<HypothesisChanged>()) last[change.number] = change;
  std::map<std::string, std::optional<Status>> ended;
  for (const auto& [number, change] : last) ended[change.id] = change.status;
  std::map<std::string, std::optional<Status>> found;
  for (const Hypothesis& h : done->findings.hypotheses) found[h.id] = h.status;
  EXPECT_EQ(ended, found);
  const auto bugs = recorder.all<BugConfirmed>();
  ASSERT_EQ(bugs.size(), 1U);
  EXPECT_EQ(bugs.front().id, "fly-on-a-flower");
  EXPECT_EQ(bugs.front().predicted, "bee");
  EXPECT_EQ(bugs.front().rate.valid, done->findings.hypotheses.front().confirmed.valid);
  ASSERT_TRUE(std::holds_alternative<RunFinished>(recorder.events.back()));
  const auto& finished = std::get<RunFinished>(recorder.events.back());
  EXPECT_EQ(finished.images, done->findings.spent.total());
  EXPECT_EQ(finished.budget, study_.budget.images);
  EXPECT_EQ(finished.bugs, 1U);
  EXPECT_EQ(finished.work, work_of(done->run.roles));
  EXPECT_FALSE(finished.work.replayed());
}

TEST_F(RunEvents, OfAResumedRunSayWhatItRecalledAndOfAReplayThatNoModelWasAsked) {
  fake::Recorder recorder;
  const auto stopped = run(recorder, {}, 20);
  ASSERT_FALSE(stopped.ok());
  EXPECT_TRUE(recorder.all<RunFinished>().empty());
  EXPECT_TRUE(recorder.all<AnswersRecalled>().empty());
  recorder.events.clear();
  const auto resumed = run(recorder);
  ASSERT_TRUE(resumed.ok()) << resumed.error().message;
  ASSERT_EQ(recorder.all<AnswersRecalled>().size(), 1U);
  const RunWork work = recorder.all<RunFinished>().front().work;
  EXPECT_EQ(recorder.all<AnswersRecalled>().front().images, work.images_recalled);
  EXPECT_GT(work.images_recalled, 0U);
  EXPECT_GT(work.images_generated, 0U);
  recorder.events.clear();
  ASSERT_TRUE(run(recorder).ok());
  EXPECT_TRUE(recorder.all<AnswersRecalled>().empty());
  EXPECT_TRUE(recorder.all<WorkAdvanced>().empty());
  const RunWork replayed = recorder.all<RunFinished>().front().work;
  EXPECT_TRUE(replayed.replayed());
  EXPECT_EQ(replayed.images_recalled, work.images_generated + work.images_recalled);
}

TEST_F(RunEvents, ChangeNoFinding) {
  Silent silent;
  const auto unheard = run(silent);
  ASSERT_TRUE(unheard.ok());
  const fake::Folder other;
  auto models = world_.models();
  fake::Recorder recorder;
  const auto heard = run_study(study_, models, **AnswerCache::open(other.path()), CancelToken(), recorder);
  ASSERT_TRUE(heard.ok());
  EXPECT_EQ(bugs_json(study_, heard->findings).dump(), bugs_json(study_, unheard->findings).dump());
}

}  // namespace
}  // namespace scotoma
