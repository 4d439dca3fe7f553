// SPDX-License-Identifier: Apache-2.0
#include "scotoma/transfer/transfer.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <vector>

#include "fake/candidates.h"
#include "scotoma/finding/count.h"
#include "scotoma/record/transfer_json.h"
#include "scotoma/wording/tally.h"

namespace scotoma {
namespace {

using Candidates = fake::Candidates;

TEST_F(Candidates, WithTheSameFaultsShowEveryBugAndThoseWithoutShowNone) {
  const auto result = transferred(both());
  ASSERT_TRUE(result.ok()) << result.error().message;
  ASSERT_EQ(result->rows.size(), bugs_.size());
  for (const TransferRow& row : result->rows) {
    EXPECT_FALSE(row.cells[0].transfers) << row.id;
    EXPECT_TRUE(row.cells[1].transfers) << row.id;
    EXPECT_FALSE(row.cells[2].transfers) << row.id;
  }
}

TEST_F(Candidates, AreCountedByKindAsTheFindingsAre) {
  const auto result = transferred(both());
  ASSERT_TRUE(result.ok()) << result.error().message;
  const Tally tally = tally_of(findings_);
  ASSERT_FALSE(tally.exceptions.empty());
  const KindCounts all = counts_of(*result);
  const KindCounts same = transferring(*result, 1);
  for (const KindCounts& counts : {all, same, counts_of(checked(candidate(same_, "same")))}) {
    EXPECT_EQ(counts.bugs, static_cast<int>(tally.bugs.size())) << "an exception is no bug";
    EXPECT_EQ(counts.systematic, static_cast<int>(tally.systematic.size()));
    EXPECT_EQ(counts.exceptions, static_cast<int>(tally.exceptions.size()));
  }
  EXPECT_EQ(transferring(*result, 2).total(), 0);
  const auto json = transfer_json(study_, *result);
  EXPECT_EQ(json["counts"]["exceptions"], all.exceptions);
  EXPECT_EQ(json["classifiers"][1]["transferring"], same.bugs);
  EXPECT_EQ(json["classifiers"][1]["transferring_of_each_kind"]["systematic_failures"], same.systematic);
}

TEST_F(Candidates, AreAskedAboutTheBaselineImagesOfALabelThatFailsSystematically) {
  const auto result = transferred(both());
  ASSERT_TRUE(result.ok()) << result.error().message;
  ASSERT_EQ(result->systematic.size(), 1U);
  const TransferRow& row = result->systematic[0];
  EXPECT_EQ(row.id, "cow-systematic");
  ASSERT_EQ(row.cells.size(), 3U);
  const BaseResult* cow = base_of(findings_.bases, "cow");
  EXPECT_EQ(row.cells[0].claimed.failures, cow->rate.failures);
  EXPECT_EQ(row.cells[0].claimed.valid, cow->rate.valid);
  EXPECT_EQ(row.cells[0].predicted, "cat");
  EXPECT_FALSE(row.cells[0].transfers) << "it is the one that the failure is of";
  EXPECT_TRUE(row.cells[1].transfers);
  EXPECT_EQ(row.cells[1].predicted, "cat") << "its classes stand in another order";
  EXPECT_FALSE(row.cells[2].transfers);
}

TEST_F(Candidates, AreCountedOnTheAuditsImagesInTermsOfFailuresWhateverTheirClassOrder) {
  const auto result = transferred(both());
  ASSERT_TRUE(result.ok());
  for (std::size_t b = 0; b < bugs_.size(); ++b) {
    const Hypothesis& h = *bugs_[b];
    const TransferCell& aimed = result->rows[b].cells[0];
    const bool passes = h.direction == Direction::passes;
    EXPECT_EQ(aimed.claimed.failures, passes ? h.audit_base.valid - h.audit_base.failures : h.audit.failures) << h.id;
    EXPECT_EQ(aimed.controls.failures, passes ? h.audit.valid - h.audit.failures : h.audit_base.failures) << h.id;
    EXPECT_EQ(aimed.only_claimed, h.effect->only_with) << h.id;
    EXPECT_EQ(aimed.only_controls, h.effect->only_without) << h.id;
    // The same rules, in other words: the twin fails exactly where the aimed-at one does.
    const TransferCell& twin = result->rows[b].cells[1];
    EXPECT_EQ(twin.claimed.failures, aimed.claimed.failures) << h.id;
    EXPECT_EQ(twin.controls.failures, aimed.controls.failures) << h.id;
    EXPECT_EQ(twin.predicted, aimed.predicted) << h.id;
    EXPECT_EQ(twin.claimed.valid, aimed.claimed.valid) << h.id;
  }
}

TEST_F(Candidates, TheSetOfFailingImagesIsAllWrongForTheOneItIsAimedAtByConstruction) {
  const auto result = transferred(both());
  ASSERT_TRUE(result.ok());
  const TransferColumn& aimed = result->columns[0];
  ASSERT_GT(aimed.failing.valid, 0);
  EXPECT_EQ(aimed.failing.failures, aimed.failing.valid);
  EXPECT_EQ(aimed.failing.valid, aimed.claimed.failures);
  int claimed = 0;
  for (const TransferRow& row : result->rows) claimed += row.cells[2].claimed.valid;
  EXPECT_EQ(result->columns[2].claimed.valid, claimed);
  EXPECT_EQ(result->columns[2].failing.valid, aimed.failing.valid);
  EXPECT_LT(result->columns[2].failing.rate, 0.1);
}

TEST_F(Candidates, AreAskedOnceAndStoppedTheyGoOn) {
  CancelToken cancel;
  std::size_t calls = 0;
  same_.before_call = [&](const std::string& /*role*/, std::size_t) -> Result<void> {
    if (++calls == 3) cancel.cancel();
    return {};
  };
  study_.engine.threads = 1;
  auto candidates = both();
  const auto stopped = transfer(study_, findings_, candidates, *cache_, *cache_, cancel, silent_);
  ASSERT_FALSE(stopped.ok());
  EXPECT_EQ(stopped.error().code, Code::interrupted);
  const auto first = transferred(both());
  const auto again = transferred(both());
  ASSERT_TRUE(first.ok() && again.ok());
  EXPECT_TRUE(same_.asked_again().empty()) << "an image was classified twice";
  EXPECT_TRUE(sound_.asked_again().empty());
  EXPECT_EQ(transfer_json(study_, *first).dump(), transfer_json(study_, *again).dump());
}

TEST_F(Candidates, OneWithoutAClassOfTheStudyIsBadInputThatNamesIt) {
  fake::WorldSetting other;
  other.things = {"fly", "bee", "cat", "horse"};
  fake::World world(other);
  std::vector<CandidateModel> candidates;
  candidates.push_back(candidate(world, "other"));
  const auto result = transferred(std::move(candidates));
  ASSERT_FALSE(result.ok());
  EXPECT_EQ(result.error().code, Code::bad_input);
  EXPECT_NE(result.error().message.find("cow"), std::string::npos) << result.error().message;
}

TEST_F(Candidates, WithMorePairsAreToldMoreAndTheAuditsOwnStayTheFirst) {
  auto models = aimed_.models();
  Memo memo(models, *cache_, never_, silent_, {});
  const auto targets = find_targets(study_, memo.class_names());
  ASSERT_TRUE(targets.ok());
  std::vector<Hypothesis> grown = findings_.hypotheses;
  ASSERT_TRUE(generate_more_pairs({study_, *targets, findings_.class_names, memo, silent_}, grown, 100).ok());
  for (std::size_t i = 0; i < grown.size(); ++i) {
    const Hypothesis& h = findings_.hypotheses[i];
    ASSERT_EQ(grown[i].pairs.size(), h.status == Status::confirmed ? 100U : h.pairs.size()) << h.id;
    std::set<std::uint64_t> seeds;
    for (std::size_t p = 0; p < grown[i].pairs.size(); ++p) {
      const Pair& pair = grown[i].pairs[p];
      EXPECT_EQ(pair.with.request.seed, pair.without.request.seed);
      seeds.insert(pair.with.request.seed);
      if (p < h.pairs.size()) {
        EXPECT_EQ(pair.with.image, h.pairs[p].with.image);
      }
    }
    EXPECT_EQ(seeds.size(), grown[i].pairs.size()) << "a seed came twice";
  }
}

TEST_F(Candidates, WithMoreBaselineImagesAreToldMoreOfSystematicFailuresAlone) {
  auto models = aimed_.models();
  Memo memo(models, *cache_, never_, silent_, {});
  const auto targets = find_targets(study_, memo.class_names());
  ASSERT_TRUE(targets.ok());
  std::vector<BaseResult> grown = findings_.bases;
  ASSERT_TRUE(generate_more_baselines({study_, *targets, findings_.class_names, memo, silent_}, grown, 100).ok());
  for (std::size_t i = 0; i < grown.size(); ++i) {
    const BaseResult& base = findings_.bases[i];
    ASSERT_EQ(grown[i].samples.size(), base.failing_label ? 100U : base.samples.size()) << base.label;
    std::set<std::pair<std::string, std::uint64_t>> generated;
    for (std::size_t s = 0; s < grown[i].samples.size(); ++s) {
      const Sample& sample = grown[i].samples[s];
      generated.insert({sample.request.prompt, sample.request.seed});
      if (s < base.samples.size()) {
        EXPECT_EQ(sample.image, base.samples[s].image);
      }
    }
    EXPECT_EQ(generated.size(), grown[i].samples.size()) << "an image was generated twice";
    EXPECT_EQ(grown[i].rate.valid, base.rate.valid) << "the study's own figures stay";
  }
}

TEST_F(Candidates, OfABugWithoutAnAuditHaveNoRowAndAnOpenCase) {
  for (Hypothesis& h : findings_.hypotheses) {
    if (h.id != bugs_[0]->id) continue;
    h.audit = h.audit_base = {};
    h.pairs.clear();
    h.audit_samples.clear();
  }
  const auto result = transferred(both());
  ASSERT_TRUE(result.ok());
  EXPECT_EQ(result->rows.size(), bugs_.size() - 1);
  EXPECT_EQ(result->not_audited, std::vector<std::string>{bugs_[0]->id});
  const Check open = checked(candidate(sound_, "sound"));
  ASSERT_EQ(open.cases.size(), bugs_.size() + 1);
  for (const CheckCase& one : open.cases)
    EXPECT_EQ(one.verdict == Verdict::undecided, one.id == bugs_[0]->id) << one.id;
}

TEST(NoBug, IsNothingToTransferAndNothingToCheck) {
  fake::World world(fake::with_rules({}));
  const Study study = fake::study_of(world.setting(), {});
  const fake::Folder folder;
  auto cache = std::move(AnswerCache::open(folder.path())).value();
  const CancelToken never;
  Silent silent;
  Findings none;
  none.fingerprints["classifier"] = "some";
  std::vector<CandidateModel> candidates;
  candidates.push_back({"sound", {}});
  candidates[0].models.classifier = world.models().classifier;
  const auto result = transfer(study, none, candidates, *cache, *cache, never, silent);
  ASSERT_TRUE(result.ok());
  EXPECT_TRUE(result->rows.empty());
  EXPECT_EQ(result->columns.size(), 2U);
  EXPECT_TRUE(read_transfer(transfer_json(study, *result).dump(), none).has_value());
  EXPECT_TRUE(check(study, none, candidates[0], *cache, *cache, never, silent)->cases.empty());
}

}  // namespace
}  // namespace scotoma
