// SPDX-License-Identifier: Apache-2.0
#include "scotoma/find/rule_of_study.h"

#include <gtest/gtest.h>

namespace scotoma {
namespace {

TEST(RuleOfAStudy, IsTheOneThatItNames) {
  Study study;
  EXPECT_EQ(failure_rule(study, 16).value(), FailureRule());
  study.failure = {FailureKind::top_k, 3, 0.25};
  EXPECT_EQ(failure_rule(study, 16).value(), (FailureRule{FailureKind::top_k, 3, 0}));
  study.failure.rule = FailureKind::low_score;
  EXPECT_EQ(failure_rule(study, 16).value(), (FailureRule{FailureKind::low_score, 1, 0.25}));
  study.failure.rule = FailureKind::confident;
  EXPECT_EQ(failure_rule(study, 16).value(), (FailureRule{FailureKind::confident, 1, 0.25}));
}

TEST(RuleOfAStudy, UnderWhichNothingCouldFailIsRefused) {
  Study study;
  study.failure = {FailureKind::top_k, 4, 0.5};
  const auto rule = failure_rule(study, 4);
  ASSERT_FALSE(rule.ok());
  EXPECT_EQ(rule.error().code, Code::bad_input);
  EXPECT_NE(rule.error().message.find("failure.k is 4, but the classifier has 4 classes"), std::string::npos)
      << rule.error().message;
  EXPECT_TRUE(failure_rule(study, 5).ok());
}

}  // namespace
}  // namespace scotoma
