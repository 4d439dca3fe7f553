// SPDX-License-Identifier: Apache-2.0
#include "scotoma/report/spurious.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "report/rendered.h"

namespace scotoma {
namespace {

TEST(SpuriousSection, HasAMatrixOfWhichPhraseMakesWhichLabelLookLikeWhat) {
  const Findings findings = made_up::all_records();
  const std::string html = page_text::without_images(page_text::rendered(findings));
  EXPECT_TRUE(page_text::has(html, "<a href=\"#spurious\">"));
  EXPECT_EQ(page_text::count(html, "<td class=\"heat"), 12U) << "a number for every cell";
  EXPECT_EQ(page_text::count(html, "<td class=\"none\"></td>"), 2U) << "the answers' own labels";
  EXPECT_EQ(page_text::count(html, "<td class=\"heat spreads"), 6U);
  EXPECT_TRUE(page_text::has(
      html,
      "<td class=\"heat spreads\" style=\"--heat:0.80\" title=\"dog, on a flower: 12 of 15 are misclassified as "
      "a bee, without the phrase 0 of 15; p = 0.00024, corrected 0.0020\" data-label=\"dog\">80\u00A0%</td>"));
  EXPECT_TRUE(page_text::has(html, "<td class=\"heat spreads known\" style=\"--heat:0.69\""));
  EXPECT_EQ(page_text::count(html, "<td class=\"heat untested\""), 1U);
  EXPECT_TRUE(page_text::has(html, "Dashed: too few valid pairs to test."));
  EXPECT_TRUE(
      page_text::has(html, "2 of 5 are misclassified as a cat, without the phrase 0 of 5; too few pairs to test"));
  EXPECT_TRUE(page_text::has(html, "the probability that even one frame is wrong is at most 5\u00A0%"));
  EXPECT_TRUE(page_text::has(html, "Holm's correction over 11 cells"));
  EXPECT_EQ(page_text::count(html, "data-label=\"Corrected\""), 12U)
      << "every cell's counts, for those who cannot hover";
  EXPECT_FALSE(page_text::has(page_text::rendered(made_up::findings()), "id=\"spurious\""));
}

TEST(SpuriousSection, OfManyLabelsTheMatrixShowsThoseThatAreAffectedMost) {
  Findings findings = made_up::all_records();
  CrossRow& row = findings.cross[1];
  for (int i = 0; i < 100; ++i) {
    CrossCell cell = row.cells[5];
    cell.label = fmt::format("thing-{}", i);
    cell.with.rate = i / 200.0;
    row.cells.push_back(cell);
  }
  const std::string html = page_text::without_images(page_text::rendered(findings));
  EXPECT_EQ(page_text::count(html, "<th scope=\"col\" class=\"turned\">"), 40U);
  EXPECT_TRUE(page_text::has(html, "class=\"turned\"><span>cat</span>"));
  EXPECT_TRUE(page_text::has(html, "class=\"turned\"><span>thing-99</span>"));
  EXPECT_FALSE(page_text::has(html, "class=\"turned\"><span>thing-1</span>"));
  EXPECT_TRUE(page_text::has(html, "67 more labels are in bugs.json."));
}

}  // namespace
}  // namespace scotoma
