// SPDX-License-Identifier: Apache-2.0
// Candidate models on fake worlds, beside the one whose bugs a run has found.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "fake/folder.h"
#include "fake/world.h"
#include "scotoma/find/find.h"
#include "scotoma/transfer/check.h"
#include "scotoma/transfer/transfer.h"

namespace scotoma::fake {

/// A classifier of another world, under a fingerprint of its own, with its classes turned round.
class Turned : public Classifier {
 public:
  Turned(std::unique_ptr<Classifier> of, std::string fingerprint)
      : of_(std::move(of)),
        fingerprint_(std::move(fingerprint)),
        names_(of_->class_names().rbegin(), of_->class_names().rend()) {}
  std::string fingerprint() const override { return fingerprint_; }
  std::string describe() const override { return "turned round"; }
  std::size_t batch() const override { return of_->batch(); }
  const std::vector<std::string>& class_names() const override { return names_; }
  Result<std::vector<Prediction>> classify(std::span<const Image> images) override {
    auto predictions = of_->classify(images);
    if (!predictions.ok()) return predictions.error();
    for (Prediction& prediction : *predictions) {
      for (Score& score : prediction.top) score.label = static_cast<int>(names_.size()) - 1 - score.label;
    }
    return predictions;
  }
  Result<std::vector<std::vector<float>>> probabilities(std::span<const Image> images) override {
    auto rows = of_->probabilities(images);
    if (!rows.ok()) return rows.error();
    for (auto& row : *rows) std::reverse(row.begin(), row.end());
    return rows;
  }

 private:
  std::unique_ptr<Classifier> of_;
  std::string fingerprint_;
  std::vector<std::string> names_;
};

inline WorldSetting with_rules(std::vector<Rule> rules) {
  WorldSetting setting;
  setting.rules = std::move(rules);
  return setting;
}

/// A run on a classifier with a bug and with a label that fails systematically; a twin with the same faults, and
/// one without any.
class Candidates : public ::testing::Test {
 protected:
  void SetUp() override {
    study_.budget.audit = 64;
    auto models = aimed_.models();
    auto done = run_study(study_, models, *cache_, never_, silent_);
    ASSERT_TRUE(done.ok()) << done.error().message;
    findings_ = std::move(done->findings);
    for (const Hypothesis& h : findings_.hypotheses) {
      if (h.status == Status::confirmed) bugs_.push_back(&h);
    }
    ASSERT_GE(bugs_.size(), 2U);
    ASSERT_TRUE(std::any_of(bugs_.begin(), bugs_.end(), [](auto* h) { return h->direction == Direction::passes; }));
    ASSERT_TRUE(std::any_of(bugs_.begin(), bugs_.end(), [](auto* h) { return h->direction == Direction::fails; }));
  }

  inline static CandidateModel candidate(World& world, const std::string& name) {
    CandidateModel candidate{name, {}};
    candidate.models.classifier = std::make_unique<Turned>(world.models().classifier, "turned-" + name);
    return candidate;
  }
  inline std::vector<CandidateModel> both() {
    std::vector<CandidateModel> candidates;
    candidates.push_back(candidate(same_, "same"));
    candidates.push_back(candidate(sound_, "sound"));
    return candidates;
  }
  inline Result<Transfer> transferred(std::vector<CandidateModel> candidates) {
    return transfer(study_, findings_, candidates, *cache_, *cache_, never_, silent_);
  }
  inline Check checked(CandidateModel candidate) {
    auto result = check(study_, findings_, candidate, *cache_, *cache_, never_, silent_);
    EXPECT_TRUE(result.ok()) << result.error().message;
    return result.ok() ? *result : Check{};
  }

  const std::vector<Rule> rules_ = {
      {"fly", "on a flower", "bee", 0.9}, {"cow", "on the grass", "cow", 1}, {"cow", "", "cat", 0.9}};
  World aimed_{with_rules(rules_)};
  World same_{with_rules(rules_)};
  World sound_{with_rules({})};
  Study study_ = study_of(aimed_.setting(), {});
  Folder folder_;
  std::unique_ptr<AnswerCache> cache_ = std::move(AnswerCache::open(folder_.path())).value();
  CancelToken never_;
  Silent silent_;
  Findings findings_;
  std::vector<const Hypothesis*> bugs_;
};

}  // namespace scotoma::fake
