// SPDX-License-Identifier: Apache-2.0
// Marked cells of the cross-check go through confirmation and audit, and stand among the bugs.
#include "scotoma/find/spread.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "fake/runs.h"
#include "fake/stage.h"
#include "scotoma/core/seed.h"
#include "scotoma/evidence/closed_e_bh.h"
#include "scotoma/finding/cause.h"
#include "scotoma/stage/audit.h"
#include "scotoma/stage/confirm.h"
#include "scotoma/stage/cross.h"
#include "scotoma/stage/sample.h"

namespace scotoma {
namespace {

using fake::confirmed;
using fake::Ids;
using fake::run_to_the_end;
using fake::StudyRuns;
using fake::text_of;

/// Nearly everything on a flower is a bee.
fake::WorldSetting shortcut() {
  fake::WorldSetting setting;
  setting.things = {"fly", "bee", "cat", "cow", "dog"};
  for (const char* thing : {"fly", "cat", "cow", "dog"}) setting.rules.push_back({thing, "on a flower", "bee", 0.95});
  return setting;
}

/// Flies on a flower are confirmed, audited and cross-checked; what else there is, a test adds.
class Spreading {
 public:
  explicit Spreading(fake::WorldSetting setting = shortcut(), std::uint64_t seed = 1) : stage(std::move(setting)) {
    stage.study.seed = seed;
    stage.study.budget.images = 10000;
    findings.bases = *sample_bases(stage.context);
    tested = {add("fly", "on a flower", Status::out_of_budget)};
    static_cast<void>(complete_bases(stage.context, findings.bases, findings.hypotheses, tested));
    static_cast<void>(confirm(stage.context, findings.bases, findings.hypotheses, tested));
    static_cast<void>(audit(stage.context, findings.hypotheses));
    findings.cross = *cross_check(stage.context, findings.hypotheses, findings.bases);
  }

  std::size_t add(const std::string& label, const std::string& phrase, Status status) {
    Hypothesis hypothesis = stage.hypothesis(label, phrase, 0.3);
    hypothesis.status = status;
    hypothesis.expected = "bee";
    findings.hypotheses.push_back(std::move(hypothesis));
    return findings.hypotheses.size() - 1;
  }

  std::vector<std::size_t> take_up() { return *take_up_spread(stage.context, stage.memo, findings, tested); }

  void run() {
    const auto spread = take_up();
    const auto done = confirm_spread(stage.context, findings, spread);
    EXPECT_TRUE(done.ok()) << done.error().message;
  }

  Hypothesis& of(const std::string& label) {
    const auto found = std::find_if(findings.hypotheses.begin(), findings.hypotheses.end(),
                                    [&](const Hypothesis& h) { return h.label == label; });
    EXPECT_NE(found, findings.hypotheses.end()) << label;
    return *found;
  }

  std::set<std::string> labels(const std::vector<std::size_t>& indices) const {
    std::set<std::string> names;
    for (const std::size_t h : indices) names.insert(findings.hypotheses[h].label);
    return names;
  }

  fake::Stage stage;
  Findings findings;
  std::vector<std::size_t> tested;
};

using Labels = std::set<std::string>;

TEST(Spread, MarkedCellsBecomeBugsOfTheSameCause) {
  Spreading spreading;
  ASSERT_EQ(spreading.of("fly").status, Status::confirmed);
  ASSERT_EQ(spreading.findings.cross.size(), 1U);
  const int before = spreading.stage.context.spent.total();
  spreading.run();
  EXPECT_EQ(spreading.findings.hypotheses.size(), 4U);
  for (const char* label : {"cat", "cow", "dog"}) {
    const Hypothesis& bug = spreading.of(label);
    EXPECT_EQ(bug.source, Source::cross);
    EXPECT_EQ(bug.status, Status::confirmed) << label;
    EXPECT_EQ(bug.wave, Wave::cross_check);
    EXPECT_GE(bug.log_e_value, least_rejected(3, 3, 0.004)) << "a tenth of 4 %, for three";
    EXPECT_EQ(static_cast<int>(bug.log_e_path.size()), bug.confirmed.valid);
    EXPECT_GT(bug.audit.rate, 0.6) << label;
    EXPECT_EQ(bug.predicted, "bee");
    EXPECT_EQ(bug.id, std::string(label) + "-on-a-flower");
    const CrossCell& cell = *std::ranges::find_if(spreading.findings.cross[0].cells,
                                                  [&](const CrossCell& each) { return each.label == label; });
    EXPECT_EQ(bug.explored, cell.with) << "the cell's images explored it";
  }
  EXPECT_EQ(spreading.findings.cross[0].bugs.size(), 4U);
  EXPECT_GT(spreading.stage.context.spent.total(), before);
  EXPECT_EQ(spreading.stage.world.answered("generator"),
            static_cast<std::size_t>(spreading.stage.context.spent.total()));
  const auto causes = find_causes(spreading.findings);
  ASSERT_EQ(causes.size(), 1U);
  EXPECT_EQ(causes[0].labels().size(), 4U);
}

TEST(Spread, NoImageThatChoseALabelConfirmsIt) {
  Spreading spreading;
  spreading.run();
  std::set<std::string> chose;
  for (const CrossCell& cell : spreading.findings.cross[0].cells) {
    for (const Sample& sample : cell.samples) chose.insert(sample.image);
  }
  for (const char* label : {"cat", "cow", "dog"}) {
    const Hypothesis& bug = spreading.of(label);
    for (std::size_t i = 0; i < bug.tried.size(); ++i) {
      EXPECT_FALSE(chose.contains(bug.tried[i].image));
      EXPECT_EQ(bug.tried[i].request.seed, sample_seed(1, Purpose::confirmation, bug.prompt, i));
    }
  }
}

TEST(Spread, TakesUpWhatExplorationHadDroppedInsteadOfASecondHypothesis) {
  for (const Status status : {Status::not_promising, Status::out_of_budget}) {
    Spreading spreading;
    const std::size_t cat = spreading.add("cat", "on a flower", status);
    Hypothesis& hypothesis = spreading.findings.hypotheses[cat];
    hypothesis.explored.valid = 2;
    hypothesis.expected = "cow";
    spreading.run();
    const Hypothesis& bug = spreading.findings.hypotheses[cat];
    EXPECT_EQ(bug.status, Status::confirmed);
    EXPECT_EQ(bug.source, Source::captions);
    EXPECT_EQ(bug.expected, "bee");
    EXPECT_GT(bug.explored.valid, 10) << "and the images of the cell";
    EXPECT_EQ(spreading.findings.hypotheses.size(), 4U);
  }
}

TEST(Spread, WhatHadATrialGetsNoSecondOne) {
  Spreading spreading;
  const std::size_t cat = spreading.add("cat", "on a flower", Status::not_confirmed);
  spreading.findings.hypotheses[cat].log_e_value = 1.5;
  spreading.tested.push_back(cat);
  const Hypothesis before = spreading.findings.hypotheses[cat];
  EXPECT_EQ(spreading.labels(spreading.take_up()), (Labels{"cow", "dog"}));
  EXPECT_EQ(spreading.findings.hypotheses[cat], before);
}

TEST(Spread, WhatSaysTheSameAsSomethingTestedGetsNoTrialEither) {
  fake::WorldSetting setting = shortcut();
  setting.places.emplace_back("on a red flower");
  Spreading spreading(setting);
  spreading.tested.push_back(spreading.add("cat", "on a red flower", Status::not_confirmed));
  EXPECT_TRUE(spreading.labels(spreading.take_up()).contains("cat")) << "0.96 alike, and the limit is 0.97";
  Spreading close(setting);
  close.stage.study.search.phrase_similarity = 0.9;
  close.tested.push_back(close.add("cat", "on a red flower", Status::not_confirmed));
  EXPECT_FALSE(close.labels(close.take_up()).contains("cat"));
}

TEST(Spread, WhatWasFoundOutOtherwiseStays) {
  for (const Status status : {Status::not_generatable, Status::underpowered, Status::merged}) {
    Spreading spreading;
    spreading.add("cat", "on a flower", status);
    EXPECT_EQ(spreading.labels(spreading.take_up()), (Labels{"cow", "dog"})) << name_of(status);
  }
}

TEST(Spread, LabelsThatFailSystematicallyAreSoughtForPassesAlone) {
  Spreading spreading;
  for (BaseResult& base : spreading.findings.bases) base.failing_label = base.label == "cow";
  EXPECT_EQ(spreading.labels(spreading.take_up()), (Labels{"cat", "dog"}));
}

TEST(Spread, TakesUpTheClearestAsManyAsThereIsBudgetFor) {
  Spreading spreading;
  spreading.stage.study.budget.finalists = 2;
  EXPECT_EQ(spreading.take_up().size(), 2U);
  Spreading poor;
  auto& budget = poor.stage.study.budget;
  const int each = 8 + 2 * shortest_audit(poor.stage.study);
  budget.images = poor.stage.context.spent.total() + each - 1;
  EXPECT_TRUE(poor.take_up().empty());
  EXPECT_EQ(poor.findings.hypotheses.size(), 1U);
  budget.images += 1;
  EXPECT_EQ(poor.take_up().size(), 1U);
}

TEST(Spread, SpendsNoMoreThanTheBudget) {
  for (const int more : {30, 60, 90, 200}) {
    Spreading spreading;
    spreading.stage.study.budget.images = spreading.stage.context.spent.total() + more;
    spreading.run();
    EXPECT_LE(spreading.stage.context.spent.total(), spreading.stage.study.budget.images);
  }
}

TEST(Spread, WhatWasMarkedByMistakeIsNotConfirmed) {
  int wrong = 0;
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    fake::WorldSetting setting = shortcut();
    setting.rules = {{"fly", "on a flower", "bee", 0.95}, {"cat", "", "bee", 0.3}, {"cow", "", "bee", 0.1}};
    Spreading spreading(setting, seed);
    for (CrossRow& row : spreading.findings.cross) {
      for (CrossCell& cell : row.cells) cell.spreads = true;
    }
    spreading.run();
    EXPECT_EQ(spreading.of("cat").source, Source::cross);
    for (const char* label : {"cat", "cow", "dog"}) wrong += spreading.of(label).status == Status::confirmed ? 1 : 0;
  }
  EXPECT_LE(wrong, 1) << "of 120 false hypotheses";
}

TEST(Spread, TheirLabelsGetFreshBaselineImages) {
  Spreading spreading;
  const int before = spreading.stage.context.spent.base;
  const Hypothesis fly = spreading.of("fly");
  spreading.run();
  EXPECT_GT(spreading.stage.context.spent.base, before);
  EXPECT_EQ(spreading.of("fly"), fly) << "its trial is over";
  for (const char* label : {"cat", "cow", "dog"})
    EXPECT_EQ(spreading.of(label).base_valid, base_of(spreading.findings.bases, label)->fresh.valid);
}

/// Two of the four labels are finalists; the cross-check finds the other two.
struct TwoFinalists : StudyRuns {
  TwoFinalists() : StudyRuns(shortcut()) {
    study.budget.images = 6000;
    study.budget.finalists = 2;
  }
};

TEST(StudyRun, FindsTheLabelsThatOnlyTheCrossCheckFound) {
  TwoFinalists runs;
  const auto result = runs.run();
  ASSERT_TRUE(result.ok()) << result.error().message;
  const Findings& findings = result->findings;
  auto ids = confirmed(findings);
  std::sort(ids.begin(), ids.end());
  EXPECT_EQ(ids, (Ids{"cat-on-a-flower", "cow-on-a-flower", "dog-on-a-flower", "fly-on-a-flower"}));
  EXPECT_EQ(find_causes(findings).size(), 1U);
  ASSERT_EQ(findings.cross.size(), 1U);
  EXPECT_EQ(findings.cross[0].bugs.size(), 4U);
  EXPECT_EQ(result->run.stages.back().stage, Stage::spread);
  EXPECT_EQ(runs.world.answered("generator"), static_cast<std::size_t>(findings.spent.total()));
  EXPECT_TRUE(runs.world.asked_again().empty());
}

TEST(StudyRun, WhatSpreadsIsTheSameOnAnyNumberOfThreadsAndAfterInterruptions) {
  TwoFinalists whole;
  const auto once = whole.run();
  ASSERT_TRUE(once.ok());
  const std::string expected = text_of(once->findings);
  TwoFinalists threads;
  threads.study.engine.threads = 3;
  EXPECT_EQ(text_of(threads.run()->findings), expected);
  TwoFinalists interrupted;
  const std::size_t calls = whole.world.calls();
  ASSERT_GT(run_to_the_end(interrupted, {calls / 2, calls / 4, calls / 8, 5}, Code::interrupted), 1);
  EXPECT_EQ(text_of(interrupted.run()->findings), expected);
}

TEST(StudyRun, ThePlainRuleTakesNothingUp) {
  TwoFinalists runs;
  runs.study.evidence.rule = EvidenceRule::fixed;
  const auto result = runs.run();
  ASSERT_TRUE(result.ok());
  EXPECT_EQ(result->run.stages.back().stage, Stage::cross_check);
  EXPECT_LE(confirmed(result->findings).size(), 2U);
}

}  // namespace
}  // namespace scotoma
