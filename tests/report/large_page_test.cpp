// SPDX-License-Identifier: Apache-2.0
// The page of a large study: small enough to open, and nothing left out of it in silence.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <set>
#include <string>

#include "report/made_up.h"
#include "report/rendered.h"
#include "scotoma/core/philox.h"
#include "scotoma/report/html.h"

namespace scotoma {
namespace {

using page_text::all;
using page_text::count;
using page_text::has;
using page_text::without_images;

/// What no format makes smaller.
Image incompressible(int side) {
  Philox random(1);
  Image image{side, side, {}};
  for (int i = 0; i < side * side * 3; ++i) image.rgb.push_back(static_cast<std::uint8_t>(random.below(256)));
  return image;
}

std::string rendered(const Findings& findings, int side) {
  const Image image = incompressible(side);
  Study study = made_up::study();
  study.evidence.max_hypotheses = 1'000;  // of each label: no more is confirmed than was planned for
  const auto made = report_html(study, findings, [&](const std::string&) -> Result<Image> { return image; });
  EXPECT_TRUE(made.ok());
  return made.ok() ? *made : "";
}

/// A study of 1000 labels: a cluster each, one cause of 120 labels and 30 of one.
Findings huge() {
  const Findings small = made_up::findings();
  Findings f = small;
  for (int i = 0; i < 148; ++i) {
    Hypothesis bug = small.hypotheses[1];
    bug.label += fmt::format("-{}", i);
    if (i >= 118) bug.phrase.text += fmt::format(" {}", i);
    bug.id = fmt::format("{}-{}", bug.label, i);
    for (Sample& sample : bug.audit_samples) sample.image += fmt::format("-bug-{}", i);
    f.hypotheses.push_back(bug);
  }
  for (int i = 0; i < 1900; ++i) f.hypotheses.push_back(small.hypotheses[4]);
  f.clusters.clear();
  for (int i = 0; i < 1000; ++i) {
    Cluster cluster = small.clusters[0];
    cluster.members.resize(static_cast<std::size_t>(3 + i % 20));
    for (Sample& sample : cluster.members) sample.image += fmt::format("-group-{}", i);
    f.clusters.push_back(cluster);
    f.bases.push_back(small.bases[static_cast<std::size_t>(i) % small.bases.size()]);
    f.bases.back().label += fmt::format("-{}", i);
  }
  return f;
}

/// `bugs` copies of a bug, in causes of one label, two, three and so on up to 12; each has images of its own.
Findings with_bugs(int bugs) {
  const Findings small = made_up::findings();
  Findings f = small;
  for (int i = 0, cause = 0, left = 0; i < bugs; ++i, --left) {
    if (left == 0) left = 1 + ++cause % 12;
    Hypothesis bug = small.hypotheses[1];
    bug.label += fmt::format("-{}", i);
    bug.phrase.text += fmt::format(" {}", cause);
    bug.id = fmt::format("fly-{}-on-a-flower", i);
    for (Sample& sample : bug.audit_samples) sample.image += fmt::format("-{}", i);
    f.hypotheses.push_back(bug);
  }
  return f;
}

void expect_every_link_to_have_a_target(const std::string& html) {
  const auto ids = all(html, " id=\"", "\"");
  for (const std::string& target : all(html, "<a href=\"#", "\"")) EXPECT_EQ(ids.count(target), 1U) << target;
}

TEST(LargePage, HasNoMoreOfEverythingThanABrowserOpens) {
  const std::string made = rendered(huge(), 128);
  EXPECT_LT(made.size(), 10'000'000U);
  EXPECT_LE(count(made, "href=\"data:image/"), 700U);
  EXPECT_GT(count(made, "href=\"data:image/jpeg"), 100U);
  const std::string html = without_images(made);
  EXPECT_TRUE(has(html, "157 findings: 31 causes (150 bugs) and 126 systematic failures (1 exception)."));
  EXPECT_EQ(count(html, "<p class=\"kicker\">Cause "), 20U);
  EXPECT_EQ(count(html, "<p class=\"kicker\">Systematic failure "), 10U);
  EXPECT_TRUE(has(html, "127 more findings are in the sections below."));
  EXPECT_TRUE(has(html, "11 more causes are in this <a href=\"#more-bugs\">list</a>."));
  EXPECT_TRUE(has(html, "<summary>31 more bugs</summary>")) << "11 of those causes, 20 of the one of 120 labels";
  EXPECT_TRUE(has(html, "116 more systematic failures are in this <a href=\"#more-systematic\">list</a>."));
  EXPECT_TRUE(has(html, "<summary>116 more systematic failures</summary>"));
  EXPECT_EQ(count(html, "class=\"bug-row\""), 100U + 19U + 1U) << "a line for each bug of a card, up to a limit";
  EXPECT_TRUE(has(html, "20 more labels are in the <a href=\"#more-bugs\">list</a> below."));
  EXPECT_EQ(count(html, "<details class=\"bug-row\""), 40U) << "those told in full";
  EXPECT_EQ(count(html, "<summary>84 more labels</summary>"), 1U) << "the first sixteen are not folded";
  EXPECT_EQ(count(html, "data-label=\"Explored\""), 1000U);
  EXPECT_TRUE(has(html, "1,061 more rows are in bugs.json."));
  expect_every_link_to_have_a_target(html);
}

TEST(LargePage, ShowsTheLargestGroupsAndSaysHowManyItDoesNot) {
  const std::string html = without_images(rendered(huge(), 8));
  EXPECT_GT(count(html, "<section class=\"cluster\">"), 10U);
  EXPECT_TRUE(has(html, "<span class=\"soft\">22 images</span>"));
  EXPECT_FALSE(has(html, "<span class=\"soft\">3 images</span>")) << "the largest groups come first";
  EXPECT_TRUE(has(html, " more groups are in bugs.json."));
}

TEST(LargePage, OfAThousandBugsStaysBelowTenMegabytesAndNamesEachOfThem) {
  const Findings findings = with_bugs(1000);
  const std::string made = rendered(findings, 128);
  EXPECT_LT(made.size(), 10'000'000U);
  const std::string html = without_images(made);
  for (const Hypothesis& h : findings.hypotheses) {
    if (h.status != Status::confirmed) continue;
    EXPECT_EQ(count(html, "id=\"bug-" + h.id + "\""), 1U) << h.id;
  }
  EXPECT_EQ(count(html, " data-log-e=\""), 1003U) << "the filter picks from all claims";
  EXPECT_TRUE(has(html, "<code>scotoma show OUT ID</code>"));
  expect_every_link_to_have_a_target(html);
}

TEST(LargePage, SaysWhichImagesHaveNoRoomAndWhereTheyAre) {
  const std::string html = without_images(rendered(with_bugs(300), 128));
  EXPECT_TRUE(has(html,
                  "8 images have no room on this page; their files are in the folder images/ beside it: <a "
                  "href=\"images/"));
  EXPECT_TRUE(has(html, "6 more pairs have no room on this page; below is how to generate it again."));
  EXPECT_TRUE(has(html, " more have no room. The whole ones are PNG files in the folder images/ beside it:"));
  EXPECT_FALSE(has(page_text::rendered(made_up::all_records()), "no room")) << "where all have";
}

TEST(LargePage, NamesEveryBugOnceHoweverManyThereAre) {
  for (const int bugs : {0, 1, 39, 41, 120}) {
    const auto anchors = all(without_images(rendered(with_bugs(bugs), 8)), " id=\"bug-", "\"");
    EXPECT_EQ(std::set<std::string>(anchors.begin(), anchors.end()).size(), anchors.size());
    EXPECT_EQ(anchors.size(), static_cast<std::size_t>(bugs) + 3) << "a line or a row";
  }
}

TEST(LargePage, SaysHowManyBugsAreNotEvenInAList) {
  const std::string html = without_images(rendered(with_bugs(2500), 8));
  const std::size_t lines = count(html, "class=\"bug-row\"");
  EXPECT_TRUE(has(html, "<summary>2,000 more bugs</summary>"));
  EXPECT_TRUE(has(html, fmt::format("{} more bugs are in bugs.json.", 2502 - 2000 - (lines - 1)))) << "1 exception";
  EXPECT_FALSE(has(without_images(rendered(with_bugs(1000), 8)), "more bugs are in bugs.json"));
}

}  // namespace
}  // namespace scotoma
