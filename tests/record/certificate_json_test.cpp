// SPDX-License-Identifier: Apache-2.0
#include "scotoma/record/certificate_json.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>

#include "fake/certificate.h"

namespace scotoma {
namespace {

TEST(CertificateJson, HoldsVerdictsCountsAndLevels) {
  Study study;
  study.name = "flies";
  const auto written = certificate_json(study, fake::certificate());
  EXPECT_EQ(written["schema_version"], 1);
  EXPECT_FALSE(written["certified"]);
  EXPECT_EQ(written["counts"]["certified"], 3);
  EXPECT_EQ(written["counts"]["not_generatable"], 1);
  EXPECT_EQ(written["labels"][0]["certified"], true);
  EXPECT_EQ(written["cells"].size(), 6U);
  EXPECT_EQ(written["cells"][4]["end"], "hopeless");
  EXPECT_TRUE(written["cells"][3]["at_most"].is_null());
  EXPECT_NEAR(written["levels"]["passed"].get<double>(), 6 / (3 * std::exp(3.1)), 1e-12);
  EXPECT_NEAR(written["levels"]["labels"].get<double>(), 2 / std::exp(3.1), 1e-12)
      << "the least of the label's e-values";
}

TEST(CertificateJson, HoldsNoByteThatIsNotUtf8AndNoInfinity) {
  Study study;
  study.name = "\xff";
  Certificate all = fake::certificate("fl\xff", "in the \xfe");
  all.cells[3].log_bug = std::numeric_limits<double>::infinity();
  const auto written = certificate_json(study, all);
  EXPECT_TRUE(written["cells"][3]["log_e_bug"].is_null());
  EXPECT_NO_THROW(static_cast<void>(written.dump()));
}

}  // namespace
}  // namespace scotoma
