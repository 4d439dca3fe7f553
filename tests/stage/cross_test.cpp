// SPDX-License-Identifier: Apache-2.0
#include "scotoma/stage/cross.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "fake/stage.h"
#include "scotoma/core/seed.h"
#include "scotoma/evidence/holm.h"
#include "scotoma/evidence/paired.h"
#include "scotoma/stage/sample.h"

namespace scotoma {
namespace {

/// A flower makes flies and cats look like bees; cows and dogs stay what they are.
fake::WorldSetting flower_world() {
  fake::WorldSetting setting;
  setting.things = {"fly", "bee", "cat", "cow", "dog"};
  setting.rules = {{"fly", "on a flower", "bee", 0.95}, {"cat", "on a flower", "bee", 0.95}};
  return setting;
}

struct Checked {
  explicit Checked(fake::WorldSetting setting, const std::vector<std::string>& labels = {})
      : stage(std::move(setting), labels) {
    stage.study.budget.images = 10'000;
  }

  Hypothesis& confirmed(const std::string& label, const std::string& phrase, const std::string& answer) {
    Hypothesis bug = stage.hypothesis(label, phrase);
    bug.status = Status::confirmed;
    bug.expected = answer;
    hypotheses.push_back(bug);
    return hypotheses.back();
  }

  const std::vector<CrossRow>& run() {
    if (bases.empty()) bases = *sample_bases(stage.context);
    stage.world.forget();
    auto result = cross_check(stage.context, hypotheses, bases);
    EXPECT_TRUE(result.ok());
    rows = std::move(*result);
    return rows;
  }

  int spent() const { return stage.context.spent.cross; }
  int count() const { return stage.study.budget.cross; }

  fake::Stage stage;
  std::vector<Hypothesis> hypotheses;
  std::vector<BaseResult> bases;
  std::vector<CrossRow> rows;
};

std::vector<std::string> labels_of(const CrossRow& row, bool only_spreading) {
  std::vector<std::string> labels;
  for (const CrossCell& cell : row.cells) {
    if (cell.spreads || !only_spreading) labels.push_back(cell.label);
  }
  return labels;
}

using Labels = std::vector<std::string>;

TEST(Cross, TellsWhichLabelsThePhraseMakesLookLikeTheAnswer) {
  Checked checked(flower_world());
  checked.confirmed("fly", "on a flower", "bee");
  const auto& rows = checked.run();
  ASSERT_EQ(rows.size(), 1U);
  EXPECT_EQ(rows[0].phrase.text, "on a flower");
  EXPECT_EQ(rows[0].answer, "bee");
  EXPECT_EQ(rows[0].bugs, Labels{"fly on a flower"});
  EXPECT_EQ(labels_of(rows[0], false), (Labels{"fly", "cat", "cow", "dog"})) << "the answer's own label has no cell";
  EXPECT_EQ(labels_of(rows[0], true), (Labels{"fly", "cat"}));
  EXPECT_EQ(checked.spent(), 8 * checked.count());
  EXPECT_EQ(checked.stage.world.answered("generator"), static_cast<std::size_t>(checked.spent()));
  EXPECT_TRUE(checked.stage.context.limits.empty());
}

TEST(Cross, PairsShareASeedOfTheirOwnAndTheBasePromptOfTheirTurn) {
  Checked checked(flower_world());
  checked.stage.study.prompts.base = {"a photo of {a label}", "a sketch of {a label}"};
  checked.confirmed("fly", "on a flower", "bee");
  for (const CrossCell& cell : checked.run()[0].cells) {
    EXPECT_LE(cell.samples.size(), kCrossSamples);
    EXPECT_EQ(cell.samples.empty(), cell.with.failures == 0);
    for (const Sample& sample : cell.samples) {
      EXPECT_TRUE(sample.valid());
      EXPECT_EQ(sample.prediction.label(), 1) << "only images that are misclassified as the bee are shown";
      bool found = false;
      for (std::size_t i = 0; i < 16; ++i) {
        const std::string base = base_prompt(checked.stage.study.prompts, {cell.label, cell.label, "", {}}, i);
        const std::string stream = base_prompt(checked.stage.study.prompts, {cell.label, cell.label, "", {}});
        found |= sample.request.seed == sample_seed(checked.stage.study.seed, Purpose::cross_check, stream, i) &&
                 sample.request.prompt == base + " on a flower";
      }
      EXPECT_TRUE(found) << sample.request.prompt;
    }
  }
}

/// Every cell again, one image at a time, from the definition.
TEST(Cross, CountsAsOneWouldByHand) {
  fake::WorldSetting setting = flower_world();
  setting.generation_error = 0.15;
  setting.base_error = 0.2;
  Checked checked(setting);
  checked.stage.study.budget.cross = 40;
  checked.confirmed("fly", "on a flower", "bee");
  checked.confirmed("cow", "in the snow", "cat");
  std::vector<double> p;
  std::vector<double> adjusted;
  for (const CrossRow& row : checked.run()) {
    const auto& things = setting.things;
    const auto answer = static_cast<int>(std::find(things.begin(), things.end(), row.answer) - things.begin());
    for (const CrossCell& cell : row.cells) {
      const StudyLabel label{cell.label, cell.label, "", {}};
      const std::string base = base_prompt(checked.stage.study.prompts, label);
      int pairs = 0, with = 0, without = 0, only_with = 0, only_without = 0, refused = 0;
      for (std::size_t i = 0; i < 40; ++i) {
        const std::uint64_t seed = sample_seed(checked.stage.study.seed, Purpose::cross_check, base, i);
        const std::vector<Query> queries = {{cell.label, 0, {base + " " + row.phrase.text, seed}},
                                            {cell.label, 0, {base, seed}}};
        const auto seen = *checked.stage.memo.sample(queries);
        refused += seen[0].valid() ? 0 : 1;
        if (!seen[0].valid() || !seen[1].valid()) continue;
        const bool a = seen[0].prediction.label() == answer;
        const bool b = seen[1].prediction.label() == answer;
        pairs += 1;
        with += a ? 1 : 0;
        without += b ? 1 : 0;
        only_with += a && !b ? 1 : 0;
        only_without += b && !a ? 1 : 0;
      }
      EXPECT_EQ(cell.with.valid, pairs) << cell.label;
      EXPECT_EQ(cell.without.valid, pairs);
      EXPECT_EQ(cell.with.failures, with);
      EXPECT_EQ(cell.without.failures, without);
      EXPECT_EQ(cell.with.invalid, refused);
      EXPECT_EQ(cell.only_with, only_with);
      EXPECT_EQ(cell.only_without, only_without);
      EXPECT_EQ(cell.p, mcnemar_greater(only_with, only_without));
      p.push_back(cell.p);
      adjusted.push_back(cell.adjusted);
      EXPECT_EQ(cell.spreads, cell.adjusted <= checked.stage.study.evidence.alpha);
    }
  }
  EXPECT_EQ(p.size(), 8U);
  EXPECT_EQ(adjusted, holm_adjusted(p)) << "corrected over the cells of all rows together";
}

TEST(Cross, APhraseConfirmedForSeveralLabelsIsOneRow) {
  Checked checked(flower_world());
  checked.confirmed("cow", "in the snow", "dog").log_e_value = 90;
  checked.confirmed("fly", "on a flower", "bee").log_e_value = 20;
  checked.confirmed("cat", "on a flower", "bee").log_e_value = 30;
  checked.confirmed("dog", "in a kitchen", "cat").status = Status::not_confirmed;
  const auto& rows = checked.run();
  ASSERT_EQ(rows.size(), 2U);
  EXPECT_EQ(rows[0].bugs, (Labels{"fly on a flower", "cat on a flower"})) << "confirmed for most labels: first";
  EXPECT_EQ(rows[1].answer, "dog");
}

TEST(Cross, APhraseWithTwoAnswersGeneratesItsImagesOnce) {
  Checked checked(flower_world());
  checked.confirmed("fly", "on a flower", "bee");
  checked.confirmed("cat", "on a flower", "cow");
  const auto& rows = checked.run();
  ASSERT_EQ(rows.size(), 2U);
  EXPECT_EQ(labels_of(rows[0], false), (Labels{"fly", "cat", "cow", "dog"}));
  EXPECT_EQ(labels_of(rows[1], false), (Labels{"fly", "bee", "cat", "dog"}));
  EXPECT_EQ(checked.spent(), 2 * 5 * checked.count());
  EXPECT_EQ(checked.stage.world.answered("generator"), static_cast<std::size_t>(checked.spent()));
}

TEST(Cross, APhraseInFrontOfTheLabelIsAnotherThanTheSameBehindIt) {
  Checked checked(flower_world());
  checked.confirmed("fly", "dark", "bee");
  checked.confirmed("cat", "dark", "bee").phrase.before = true;
  EXPECT_EQ(checked.run().size(), 2U);
}

TEST(Cross, WhereALabelPassesUnderThePhraseTheAnswerIsItsClass) {
  fake::WorldSetting setting;
  setting.rules = {{"bee", "on a flower", "bee", 1}, {"bee", "", "cat", 0.97}, {"fly", "on a flower", "bee", 0.95}};
  Checked checked(setting);
  Hypothesis& bee = checked.confirmed("bee", "on a flower", "cat");
  bee.direction = Direction::passes;
  const auto& rows = checked.run();
  ASSERT_EQ(rows.size(), 1U);
  EXPECT_EQ(rows[0].answer, "bee");
  EXPECT_EQ(labels_of(rows[0], false), (Labels{"fly", "cat", "cow"}));
  EXPECT_EQ(labels_of(rows[0], true), Labels{"fly"});
}

TEST(Cross, AnAuditedBugsAnswerIsTheAuditsAndWithoutAnAnswerThereIsNoRow) {
  Checked checked(flower_world());
  Hypothesis& fly = checked.confirmed("fly", "on a flower", "cow");
  fly.audit.valid = 40;
  fly.predicted = "bee";
  checked.confirmed("cat", "in the snow", "");
  const auto& rows = checked.run();
  ASSERT_EQ(rows.size(), 1U);
  EXPECT_EQ(rows[0].answer, "bee");
}

TEST(Cross, LeavesLabelsOutThatCannotBeGenerated) {
  Checked checked(flower_world());
  checked.confirmed("fly", "on a flower", "bee");
  checked.bases = *sample_bases(checked.stage.context);
  checked.bases[3].not_generatable = true;  // cow
  EXPECT_EQ(labels_of(checked.run()[0], false), (Labels{"fly", "cat", "dog"}));
  EXPECT_EQ(checked.spent(), 6 * checked.count());
}

TEST(Cross, ACellOfTooFewValidPairsIsNotTestedAndNotCorrectedFor) {
  fake::WorldSetting setting = flower_world();
  setting.generation_error = 0.75;
  setting.judge_error = 0;
  Checked checked(setting);
  checked.stage.study.budget.cross = 10;
  checked.bases = {BaseResult{}};  // nothing is known to be not generatable
  checked.confirmed("fly", "on a flower", "bee");
  ASSERT_EQ(checked.run().size(), 1U);
  std::vector<double> p;
  std::vector<double> adjusted;
  int untested = 0;
  for (const CrossCell& cell : checked.rows[0].cells) {
    EXPECT_EQ(cell.tested, cell.with.valid >= 5);
    if (cell.tested) {
      p.push_back(cell.p);
      adjusted.push_back(cell.adjusted);
      continue;
    }
    ++untested;
    EXPECT_EQ(cell.p, 1);
    EXPECT_EQ(cell.adjusted, 1);
    EXPECT_FALSE(cell.spreads);
  }
  EXPECT_GT(untested, 0);
  EXPECT_EQ(adjusted, holm_adjusted(p));
}

TEST(Cross, TriesWhatTheBudgetPaysForAndSaysWhatItDoesNot) {
  Checked checked(flower_world());
  checked.confirmed("fly", "on a flower", "bee").log_e_value = 20;
  checked.confirmed("cow", "in the snow", "dog").log_e_value = 10;
  checked.bases = *sample_bases(checked.stage.context);
  auto& budget = checked.stage.study.budget;
  budget.images = checked.stage.context.spent.total() + 8 * budget.cross;
  ASSERT_EQ(checked.run().size(), 1U);
  EXPECT_EQ(checked.rows[0].answer, "bee");
  EXPECT_EQ(checked.stage.context.spent.total(), budget.images);
  ASSERT_EQ(checked.stage.context.limits.size(), 1U);
  EXPECT_NE(checked.stage.context.limits[0].find("none left to try this phrase on other labels: 'in the snow' (dog)"),
            std::string::npos)
      << checked.stage.context.limits[0];
}

TEST(Cross, GeneratesNothingWhereItIsSwitchedOffOrTooDearOrNothingIsConfirmed) {
  for (const int how : {0, 1, 2}) {
    Checked checked(flower_world());
    if (how != 2) checked.confirmed("fly", "on a flower", "bee");
    checked.bases = *sample_bases(checked.stage.context);
    if (how == 0) checked.stage.study.budget.cross = 0;
    if (how == 1) checked.stage.study.budget.images = checked.stage.context.spent.total() + 1;
    EXPECT_TRUE(checked.run().empty());
    EXPECT_EQ(checked.spent(), 0);
    EXPECT_EQ(checked.stage.world.calls(), 0U);
    EXPECT_EQ(checked.stage.context.limits.size(), how == 1 ? 1U : 0U);
  }
}

TEST(Cross, SaysWhenItsImagesAreTooFewToShowAnything) {
  Checked checked(flower_world());
  checked.stage.study.budget.cross = 6;  // 2^-6 times 4 cells is above 0.05
  checked.confirmed("fly", "on a flower", "bee");
  EXPECT_TRUE(labels_of(checked.run()[0], true).empty());
  ASSERT_EQ(checked.stage.context.limits.size(), 1U);
  EXPECT_NE(checked.stage.context.limits[0].find("budget.cross = 6"), std::string::npos);
  EXPECT_NE(checked.stage.context.limits[0].find("for 4 cells it takes 7."), std::string::npos);
  Checked enough(flower_world());
  enough.stage.study.budget.cross = 7;
  enough.confirmed("fly", "on a flower", "bee");
  enough.run();
  EXPECT_TRUE(enough.stage.context.limits.empty());
}

TEST(Cross, ClaimsNextToNothingWhereThePhraseChangesNothing) {
  // Cats are misclassified as bees half of the time, whatever stands in the prompt.
  int wrong = 0;
  constexpr int kStudies = 100;
  for (std::uint64_t seed = 1; seed <= kStudies; ++seed) {
    fake::WorldSetting setting = flower_world();
    setting.rules = {
        {"cat", "", "bee", 0.5}, {"cow", "", "bee", 0.3}, {"fly", "", "bee", 0.4}, {"dog", "", "bee", 0.6}};
    Checked checked(setting);
    checked.stage.study.seed = seed;
    checked.bases = {BaseResult{}};  // none of these labels
    checked.confirmed("fly", "on a flower", "bee");
    wrong += labels_of(checked.run()[0], true).empty() ? 0 : 1;
  }
  EXPECT_LE(wrong, 11) << "studies with a false cell: more than 5 % beyond chance (three standard deviations)";
}

}  // namespace
}  // namespace scotoma
