// SPDX-License-Identifier: Apache-2.0
#include "scotoma/report/cause_card.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "report/rendered.h"
#include "scotoma/finding/doubt.h"

// One finding for one cause: what the page says first, what it folds, and that its numbers add up.
namespace scotoma {
namespace {

using page_text::each;

std::string page_with(const Findings& findings) { return page_text::without_images(page_text::rendered(findings)); }

bool says(const std::string& html, const std::string& text) { return page_text::has(html, text); }

std::size_t times(const std::string& html, const std::string& text) { return page_text::count(html, text); }

/// The card of the finding with this sentence.
std::string card(const std::string& html, const std::string& sentence) {
  for (const std::string& article : each(html, "<article", "</article>")) {
    if (says(article, "<h3>" + sentence)) return article;
  }
  ADD_FAILURE() << "no card says: " << sentence;
  return {};
}

/// A label that always fails, and nothing else.
Findings only_systematic() {
  Findings findings = made_up::findings();
  std::erase_if(findings.hypotheses, [](const Hypothesis& h) { return h.status == Status::confirmed; });
  return findings;
}

TEST(CauseCard, OneCauseIsOneCardHoweverManyLabelsShowIt) {
  const std::string html = page_with(made_up::findings());
  EXPECT_EQ(times(html, "<article"), 2U) << "a cause of two labels, and a systematic failure";
  const std::string flower = card(html, "On a flower, fly and ladybug are misclassified as a bee.");
  EXPECT_TRUE(says(flower, "% of images with “on a flower” fail: "));
  EXPECT_TRUE(says(
      flower, "in its 2 labels, each counted alike (95\u00A0% interval), against 6 to 9\u00A0% of baseline images."));
  EXPECT_TRUE(says(flower, "<h4>2 labels</h4>"));
  EXPECT_TRUE(says(flower, "<span class=\"row-name\">fly</span>"));
  EXPECT_TRUE(says(flower, "<span class=\"row-name\">ladybug</span>"));
}

TEST(CauseCard, TheHeadlineTheListTheSectionsAndTheRowsCountTheSame) {
  const std::string html = page_with(made_up::all_records());
  EXPECT_TRUE(says(html, "<span>3 findings: 2 causes (3 bugs) and 1 systematic failure (1 exception).</span>"));
  EXPECT_EQ(times(html, "<li data-of=\""), 3U);
  EXPECT_EQ(times(html, "<article"), 3U);
  EXPECT_TRUE(says(html, "<h2>1 systematic failure (1 exception)</h2>"));
  EXPECT_TRUE(says(html, "<h2>2 causes (3 bugs)</h2>"));
  EXPECT_EQ(times(html, "<details class=\"bug-row\""), 4U) << "three bugs and an exception";
  EXPECT_EQ(times(html, "<span class=\"badge confirmed fails\">confirmed</span>"), 3U) << "in the table";
  EXPECT_EQ(times(html, "<span class=\"badge confirmed passes\">confirmed</span>"), 1U);
  EXPECT_TRUE(says(html, "Of these 4 claims"));
}

TEST(CauseCard, ARateStaysInSightAndTheRestIsFolded) {
  const std::string html = page_with(made_up::findings());
  EXPECT_FALSE(says(html, "<details open"));
  const auto rows = each(html, "<details class=\"bug-row\"", "</details>");
  EXPECT_EQ(rows.size(), 3U);
  for (const std::string& row : rows) {
    const std::string line = row.substr(0, row.find("</summary>"));
    EXPECT_TRUE(says(line, "<b>")) << "the rate";
    EXPECT_TRUE(says(line, " to ")) << "its interval";
    EXPECT_TRUE(says(line, "baseline ")) << line;
    const std::string inside = row.substr(line.size());
    for (const char* heading : {"Images that fail", "Same seed, without and with", "How often does it happen?",
                                "Is it the phrase?", "Could it be chance?", "Reproduce it"})
      EXPECT_TRUE(says(inside, heading)) << heading;
  }
}

TEST(CauseCard, ShowsItsLabelsSideBySideWithAndWithoutThePhraseOnOneSeed) {
  const std::string html = page_with(made_up::findings());
  const std::string flower = card(html, "On a flower, fly and ladybug");
  const auto sides = each(flower, "<div class=\"side\">", "</div>");
  ASSERT_EQ(sides.size(), 8U);
  for (const std::string& side : sides) {
    const auto seeds = each(side, ", seed ", ":");
    ASSERT_EQ(seeds.size(), 2U) << side;
    EXPECT_EQ(seeds[0], seeds[1]);
    EXPECT_LT(side.find(">without</span>"), side.find(">with</span>"));
    EXPECT_TRUE(says(side, "tile pass")) << "without the phrase it is recognised";
    EXPECT_TRUE(says(side, "tile fail"));
  }
  EXPECT_EQ(times(flower, "<p class=\"side-name\">fly</p>"), 4U);
  EXPECT_EQ(times(flower, "<p class=\"side-name\">ladybug</p>"), 4U);
  EXPECT_LT(flower.find("class=\"sides\""), flower.find("class=\"rows\"")) << "seen before anything is opened";
}

TEST(CauseCard, OfOneLabelNamesItInTheSentence) {
  const std::string html = page_with(made_up::not_audited());
  const std::string fly = card(html, "A fly on a flower is misclassified as a bee.");
  EXPECT_TRUE(says(fly, "69\u00A0% of images of a fly on a flower fail, against 6\u00A0% of baseline images."));
  EXPECT_FALSE(says(fly, "side-name"));
}

TEST(FailureCard, ALabelThatAlwaysFailsIsAFindingOfTheFirstRank) {
  const std::string html = page_with(only_systematic());
  EXPECT_FALSE(says(html, "No bug was confirmed"));
  EXPECT_TRUE(says(html, "<span>1 finding: 1 systematic failure.</span>"));
  EXPECT_TRUE(says(html, "<h2>No other bug was confirmed</h2>"));
  EXPECT_EQ(times(html, "<article class=\"card fail\""), 1U);
  const std::string bee = card(html, "A bee fails systematically: 43 of 47 baseline images are misclassified");
  EXPECT_EQ(times(bee, "<figure class=\"tile fail\">"), 8U) << "examples";
  EXPECT_FALSE(says(bee, "<h4>What is it misclassified as?</h4>")) << "one answer, which the sentence names";
  EXPECT_TRUE(says(bee, "No exception was confirmed: no phrase came up to try."));
  EXPECT_LT(html.find("id=\"systematic\""), html.find("id=\"causes\"")) << "it stands first";
}

TEST(FailureCard, OfSeveralWrongAnswersSaysHowOftenEachCame) {
  Findings findings = only_systematic();
  for (Sample& sample : findings.bases[1].samples) {
    if (sample.failure() && sample.request.seed % 3 == 0) sample.prediction.top[0].label = 3;  // cat
  }
  const std::string bee = card(page_with(findings), "A bee fails systematically");
  const std::string answers = bee.substr(bee.find("<h4>What is it misclassified as?</h4>"));
  EXPECT_TRUE(says(answers, "<li><span>ladybug</span>"));
  EXPECT_LT(answers.find("<span>ladybug</span>"), answers.find("<span>cat</span>"));
  EXPECT_TRUE(says(answers, "Of 47 valid images of the baseline."));
}

TEST(FailureCard, HoldsTheExceptionsUnderWhichItPasses) {
  const std::string bee = card(page_with(made_up::findings()), "A bee fails systematically");
  EXPECT_TRUE(says(bee, "<h4>1 exception: here it passes</h4>"));
  EXPECT_TRUE(says(bee, "<span class=\"row-name\">on a flower</span>"));
  EXPECT_TRUE(says(bee, "<b>95\u00A0%</b> pass</span>"));
}

TEST(CauseCard, SaysWhatThePhraseDoesToOtherLabelsAndNoOtherPlaceDoes) {
  const std::string html = page_with(made_up::all_records());
  const std::string flower = card(html, "On a flower, fly and ladybug");
  EXPECT_TRUE(says(flower, "<p class=\"kicker\">Cause 1 · spurious correlation</p>"));
  EXPECT_TRUE(says(flower, "<p>The cross-check finds the same of cat, cow and dog. It is 5 of 6 labels in all. <a"));
  for (const char* label : {"cat", "cow", "dog"})
    EXPECT_TRUE(says(flower, std::string("<span class=\"note\">") + label + "</span>")) << label;
  const std::string beach = card(html, "A dark dog on a beach is misclassified as a cat.");
  EXPECT_FALSE(says(beach, "spurious correlation"));
  EXPECT_TRUE(says(beach, "The cross-check found nothing like it on 4 other labels. <a"));
  EXPECT_EQ(times(html, "The cross-check f"), 2U);
  EXPECT_FALSE(says(html, "only a dog is misclassified as a cat"));
  EXPECT_FALSE(says(html, "many things are misclassified as")) << "the list of correlations told the cause once more";
  const std::string bee = card(html, "A bee fails systematically");
  EXPECT_TRUE(says(bee, "other labels are misclassified as a bee: <a href=\"#cause-on-a-flower-as-bee\">cause 1</a>."));
}

TEST(CauseCard, ACorrelationOfAnExceptionAloneStandsOnTheCardOfItsLabel) {
  Findings findings = made_up::all_records();
  findings.cross[1].bugs = {"bee-on-a-flower"};
  std::erase_if(findings.hypotheses, [](const Hypothesis& h) {
    return h.status == Status::confirmed && (h.label == "fly" || h.label == "ladybug");
  });
  const std::string html = page_with(findings);
  const std::string bee = card(html, "A bee fails systematically");
  EXPECT_TRUE(says(bee, "<h4>What else passes for a bee?</h4>"));
  EXPECT_TRUE(says(bee, "On a flower, many things are misclassified as a bee"));
  EXPECT_EQ(times(html, "many things are misclassified as a bee"), 1U);
}

TEST(CauseCard, ACorrelationOfNoCardIsStillTold) {
  Findings findings = made_up::all_records();
  findings.cross[0].answer = "frog";  // not what the bug is usually misclassified as
  const std::string html = page_with(findings);
  const std::string section = html.substr(html.find("<section id=\"spurious\">"));
  EXPECT_TRUE(says(section, "only a dog is misclassified as a frog")) << section.substr(0, 600);
}

TEST(Certainty, KeepsTheRatesApartByWhatWasComparedTheNumberAndWhatItMeans) {
  const std::string html = page_with(made_up::findings());
  const std::string section = html.substr(html.find("<section id=\"certainty\">"));
  const auto rates = each(section.substr(0, section.find("</section>")), "<dt>", "</div>");
  ASSERT_EQ(rates.size(), 3U);
  EXPECT_TRUE(says(rates[0], "compared with a bar that allows for 256 phrases"));
  EXPECT_TRUE(says(rates[0], "<strong>Set before the run: of the claims that such a study confirms, at most 4\u00A0%"));
  EXPECT_TRUE(says(rates[1], "as strong as it came out"));
  EXPECT_TRUE(says(rates[1], "<strong>Of these 3 claims, at most "));
  EXPECT_TRUE(says(rates[2], "each label's baseline images was compared with 50\u00A0%, for all 8 labels at once"));
  EXPECT_TRUE(
      says(rates[2], "<strong>Of systematic failures: the probability that even one is false is at most 1\u00A0%"));
  EXPECT_TRUE(says(html, "<a href=\"#certainty\">How sure is this?</a>"));
}

TEST(Certainty, SpeaksOnlyOfWhatTheReportHolds) {
  const std::string failure = page_with(only_systematic());
  EXPECT_EQ(times(failure.substr(failure.find("<section id=\"certainty\">")),
                  "<dd>"
                  "The failure rate of each"),
            1U);
  EXPECT_FALSE(says(failure, "Set before the run"));
  EXPECT_FALSE(says(page_with(made_up::nothing_confirmed()), "id=\"certainty\""));
  Study plain = made_up::study();
  plain.evidence.rule = EvidenceRule::fixed;
  EXPECT_FALSE(says(page_text::rendered(plain, made_up::findings()), "id=\"certainty\"")) << "it holds no rate";
}

TEST(ReportHtml, WhatPutsEverythingInDoubtStandsBeforeAnyFindingAndOnce) {
  Findings findings = made_up::findings();
  EXPECT_FALSE(says(page_with(findings), "Check this first"));
  for (BaseResult& base : findings.bases) {
    for (Sample& sample : base.samples) sample.judgement = {false, 0.01F};
  }
  findings.limits = doubts(findings);
  ASSERT_EQ(findings.limits.size(), 1U);
  findings.limits.emplace_back("One more limit.");
  const std::string html = page_with(findings);
  EXPECT_EQ(times(html, "The judge refused "), 1U);
  EXPECT_LT(html.find("Check this first"), html.find("The judge refused "));
  EXPECT_LT(html.find("The judge refused "), html.find("class=\"contents\""));
  EXPECT_LT(html.find("The judge refused "), html.find("class=\"strip\""));
  EXPECT_TRUE(says(html, "<li>One more limit.</li>"));
}

/// Level of each heading, in order.
std::vector<int> levels(const std::string& html) {
  std::vector<int> found;
  for (std::size_t at = html.find("<h"); at != std::string::npos; at = html.find("<h", at + 1)) {
    if (html[at + 2] >= '1' && html[at + 2] <= '6' && html[at + 3] == '>') found.push_back(html[at + 2] - '0');
  }
  return found;
}

TEST(ReportHtml, HeadingsSkipNoLevel) {
  Study plain = made_up::study();
  plain.evidence.rule = EvidenceRule::fixed;  // a warning of its own
  std::vector<std::string> pages = {page_text::rendered(plain, made_up::findings())};
  for (const Findings& findings : {made_up::all_records(), made_up::nothing_confirmed(), only_systematic(), Findings{}})
    pages.push_back(page_with(findings));
  for (const std::string& html : pages) {
    const auto found = levels(html);
    ASSERT_FALSE(found.empty());
    EXPECT_EQ(found.front(), 1);
    EXPECT_EQ(std::count(found.begin(), found.end(), 1), 1);
    for (std::size_t i = 1; i < found.size(); ++i) EXPECT_LE(found[i], found[i - 1] + 1) << i;
  }
}

TEST(ReportHtml, EveryFoldHasItsLineAndCloses) {
  const std::string html = page_with(made_up::all_records());
  EXPECT_EQ(times(html, "<details"), times(html, "</details>"));
  EXPECT_EQ(times(html, "<details"), times(html, "<summary>"));
  for (const char* tag : {"article", "section", "div", "ul", "ol", "dl", "table", "form"})
    EXPECT_EQ(times(html, std::string("<") + tag + ">") + times(html, std::string("<") + tag + " "),
              times(html, std::string("</") + tag + ">"))
        << tag;
}

}  // namespace
}  // namespace scotoma
