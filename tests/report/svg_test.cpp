// SPDX-License-Identifier: Apache-2.0
#include "scotoma/report/svg.h"

#include <gtest/gtest.h>

#include <limits>

#include "report/rendered.h"

namespace scotoma {
namespace {

TEST(EvidenceCurve, TakesInfiniteEvidenceAndShortPaths) {
  EXPECT_EQ(evidence_curve({}, 7, "fail"), "");
  EXPECT_EQ(evidence_curve({1}, 7, "fail"), "");
  const std::string curve = evidence_curve({0, 1, std::numeric_limits<double>::infinity()}, 7, "fail");
  EXPECT_FALSE(page_text::has(curve, "inf"));
  EXPECT_FALSE(page_text::has(curve, "nan"));
}

}  // namespace
}  // namespace scotoma
