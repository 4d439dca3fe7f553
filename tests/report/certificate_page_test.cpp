// SPDX-License-Identifier: Apache-2.0
#include "scotoma/report/certificate_page.h"

#include <gtest/gtest.h>

#include "fake/certificate.h"
#include "scotoma/report/certificate_junit.h"

namespace scotoma {
namespace {

Result<Image> grey(const std::string& /*id*/) { return Image{2, 2, std::vector<std::uint8_t>(12, 128)}; }

TEST(CertificatePage, ShowsEveryVerdictTheLevelsAndTheFailingImages) {
  Study study;
  study.name = "flies";
  Certificate all = fake::certificate();
  all.cells[3].failures.resize(2);
  all.cells[3].failures[0].image = "one";
  all.cells[3].failures[1].image = "two";
  const auto page = certificate_page(study, all, grey);
  ASSERT_TRUE(page.ok());
  for (const char* word :
       {"<td class=\"certified\"", "<td class=\"bug\"", "<td class=\"undecided\"", "<td class=\"not_generatable\"",
        "e-BH over all 6", "0 of 17", "href=\"#p1\"", "What is not certified", "none were needed"})
    EXPECT_NE(page->find(word), std::string::npos) << word;
  EXPECT_EQ(page->find("://"), std::string::npos) << "it needs nothing else";
  EXPECT_EQ(page->find("<script"), std::string::npos);
}

TEST(CertificatePage, NamesOfOthersAreNoMarkup) {
  Study study;
  study.name = "<script>";
  const Certificate all = fake::certificate("<b>\"", "<i onload='x'>");
  const auto page = certificate_page(study, all, grey);
  ASSERT_TRUE(page.ok());
  for (const char* markup : {"<script>", "<b>\"", "<i onload"})
    EXPECT_EQ(page->find(markup), std::string::npos) << markup;
  const std::string xml = certificate_junit(study, all);
  for (const char* markup : {"<script>", "<b>\"", "<i onload"})
    EXPECT_EQ(xml.find(markup), std::string::npos) << markup;
}

TEST(CertificateJunit, HasASuiteALabelAndAFailureWhateverIsNotCertified) {
  Study study;
  study.name = "flies";
  const std::string xml = certificate_junit(study, fake::certificate());
  for (const char* part :
       {"<testsuites name=\"flies\" tests=\"6\" failures=\"3\"", "<testsuite name=\"fly\" tests=\"3\" failures=\"0\"",
        "<testsuite name=\"bee\" tests=\"3\" failures=\"3\"", "<failure type=\"cannot be generated\"",
        "<testcase classname=\"flies.bee\" name=\"on a plate\">"})
    EXPECT_NE(xml.find(part), std::string::npos) << part << "\n" << xml;
}

}  // namespace
}  // namespace scotoma
