// SPDX-License-Identifier: Apache-2.0
#include "scotoma/find/conclude.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "report/made_up.h"
#include "scotoma/finding/review.h"

namespace scotoma {
namespace {

/// As the stages leave them: the confirmed ones last.
Findings as_stages_leave_them() {
  Findings findings = made_up::findings();
  std::reverse(findings.hypotheses.begin(), findings.hypotheses.end());
  return findings;
}

TEST(Conclude, PutsConfirmedBugsInFrontByTheirAuditAndKeepsHowTheyStood) {
  const Findings found = as_stages_leave_them();
  Findings findings = found;
  conclude(made_up::study(), {}, findings);
  EXPECT_EQ(findings.hypotheses[0].id, "bee-on-a-flower");
  EXPECT_EQ(findings.hypotheses[1].id, "fly-on-a-flower");
  EXPECT_EQ(findings.hypotheses[2].id, "ladybug-on-a-flower");
  ASSERT_TRUE(findings.before_review);
  ASSERT_EQ(findings.before_review->hypotheses.size(), found.hypotheses.size());
  for (std::size_t i = 0; i < found.hypotheses.size(); ++i)
    EXPECT_EQ(findings.before_review->hypotheses[i].id, found.hypotheses[i].id);
}

TEST(Conclude, SaysDoubtsFirstThenLimitsThenWhatAReviewWithdrew) {
  Findings findings = as_stages_leave_them();
  for (BaseResult& base : findings.bases) {
    for (Sample& sample : base.samples) sample.judgement.valid = false;
  }
  Hypothesis& fly = *std::find_if(findings.hypotheses.begin(), findings.hypotheses.end(),
                                  [](const Hypothesis& h) { return h.id == "fly-on-a-flower"; });
  Reviews answers;
  for (const Sample& sample : fly.audit_samples) answers[review_key(sample.image, "fly")] = false;
  conclude(made_up::study(), answers, findings);
  const auto place_of = [&](const std::string& part) {
    const auto found = std::find_if(findings.limits.begin(), findings.limits.end(),
                                    [&](const std::string& limit) { return limit.find(part) != std::string::npos; });
    return found - findings.limits.begin();
  };
  const auto withdrawn = place_of("It is not called a bug.");
  EXPECT_LT(place_of("The judge refused"), place_of(made_up::findings().limits[0]));
  EXPECT_LT(place_of(made_up::findings().limits[0]), withdrawn);
  EXPECT_LT(withdrawn, std::ssize(findings.limits));
}

}  // namespace
}  // namespace scotoma
