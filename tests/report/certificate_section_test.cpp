// SPDX-License-Identifier: Apache-2.0
#include "scotoma/report/certificate_section.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "fake/certificate.h"
#include "record/schema.h"
#include "report/made_up.h"
#include "report/rendered.h"
#include "scotoma/record/bugs_json.h"
#include "scotoma/record/bugs_reader.h"
#include "scotoma/report/html.h"
#include "scotoma/wording/tally.h"

namespace scotoma {
namespace {

using page_text::has;
using page_text::rendered;

const Hypothesis& first_bug(const Findings& findings) { return *tally_of(findings).bugs.front(); }

/// Findings of which the first bug is the certificate's first cell, with this verdict.
Findings findings_with(CellVerdict verdict) {
  Findings findings = made_up::findings();
  const Hypothesis& bug = first_bug(findings);
  findings.certificate = fake::certificate(bug.label, bug.phrase.text);
  CertificateCell& cell = findings.certificate->cells.front();
  cell.before = bug.phrase.before;
  cell.verdict = verdict;
  cell.failures = {bug.audit_samples.begin(), bug.audit_samples.begin() + 3};
  for (std::size_t i = 3; i < 6; ++i) findings.certificate->cells[i].label = "cat";
  findings.certificate->labels[1].label = "cat";
  conclude(*findings.certificate);
  return findings;
}

TEST(CertificateSection, StandsInThePageWithLinksFromTheTopAndToTheBugs) {
  const Findings findings = findings_with(CellVerdict::bug);
  const std::string page = rendered(findings);
  for (const char* part :
       {"<section id=\"certificate\">", "<a href=\"#certificate\">Certificate</a>", "<td class=\"bug\"",
        "a bug of the search</a>", "not confirmed by the search", "The certificate says of", "What it took",
        "Images of what is not certified", "<p>Certificate: Not all is certified: of 6 phrases and labels"})
    EXPECT_TRUE(has(page, part)) << part;
}

TEST(CertificateSection, AContradictionIsSaidAtTheTop) {
  const std::string page = rendered(findings_with(CellVerdict::certified));
  const std::size_t warning = page.find("Search and certificate contradict each other");
  ASSERT_NE(warning, std::string::npos);
  EXPECT_LT(warning, page.find("<main>"));
  EXPECT_TRUE(has(page, "but a bug of the search</a>"));
}

TEST(CertificateSection, WithoutOneNothingOfThePageSaysSo) {
  const std::string page = rendered(made_up::findings());
  EXPECT_FALSE(has(page, "ertificate"));
  EXPECT_FALSE(has(page, ".verdicts"));
  EXPECT_FALSE(bugs_json(made_up::study(), made_up::findings()).contains("certificate"));
}

TEST(CertificateInBugsJson, FitsTheSchemaAndSaysWhatTheSearchSays) {
  const Findings findings = findings_with(CellVerdict::certified);
  const nlohmann::json bugs = bugs_json(made_up::study(), findings);
  EXPECT_EQ(bugs_schema::Validator(bugs_schema::schema()).errors(bugs), std::vector<std::string>{});
  const auto& cell = bugs["certificate"]["cells"][0];
  EXPECT_EQ(cell["hypothesis"], first_bug(findings).id);
  EXPECT_EQ(cell["confirmed_bug"], true);
  EXPECT_EQ(cell["contradicts_bug"], true);
  EXPECT_FALSE(cell["examples"].empty());
  EXPECT_EQ(bugs["certificate"]["cells"][3]["confirmed_bug"], false);
  EXPECT_EQ(bugs["certificate"]["beside_search"]["warnings"].size(), 2U);
}

TEST(CertificateInBugsJson, IsReadAndADamagedOneIsNamed) {
  nlohmann::ordered_json bugs = bugs_json(made_up::study(), findings_with(CellVerdict::bug));
  EXPECT_TRUE(read_bugs_json("bugs.json", bugs.dump(), "scotoma find").ok());
  bugs["certificate"]["cells"][1].erase("verdict");
  const auto damaged = read_bugs_json("bugs.json", bugs.dump(), "scotoma find");
  ASSERT_FALSE(damaged.ok());
  EXPECT_TRUE(has(damaged.error().message, "'verdict'")) << damaged.error().message;
  bugs.erase("certificate");
  EXPECT_TRUE(read_bugs_json("bugs.json", bugs.dump(), "scotoma find").ok()) << "as older programs wrote it";
}

}  // namespace
}  // namespace scotoma
