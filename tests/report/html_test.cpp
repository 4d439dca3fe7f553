// SPDX-License-Identifier: Apache-2.0
#include "scotoma/report/html.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <nlohmann/json.hpp>
#include <set>
#include <string>

#include "report/made_up.h"
#include "report/rendered.h"
#include "scotoma/record/bugs_json.h"
#include "scotoma/wording/claims_filter.h"

namespace scotoma {
namespace {

using page_text::all;
using page_text::count;
using page_text::has;
using page_text::rendered;
using page_text::without_images;

TEST(ReportHtml, TellsTheConfirmedBugsInWordsAndNumbers) {
  const std::string html = rendered(made_up::findings());
  EXPECT_TRUE(has(html,
                  "<span>2 findings: 1 cause (2 bugs) and 1 systematic failure (1 exception).</span> <span>3 of 13 "
                  "hypotheses were confirmed.</span>"));
  EXPECT_TRUE(has(html, "<h2>1 systematic failure (1 exception)</h2>"));
  EXPECT_TRUE(has(html, "<h2>1 cause (2 bugs)</h2>"));
  EXPECT_TRUE(has(html, "of the claims that such a study confirms, at most 4\u00A0% are expected to be false"));
  EXPECT_TRUE(has(html, "<dd>skewed-resnet.onnx, 64 x 64, f32</dd>"));
  EXPECT_TRUE(has(html, "<h3>On a flower, fly and ladybug are misclassified as a bee.</h3>"));
  EXPECT_TRUE(has(html, "61 of 93 fail (66\u00A0%)"));
  EXPECT_TRUE(has(html, "With it <strong>61</strong> failed, without it <strong>5</strong>."));
  EXPECT_TRUE(has(html, "scotoma probe world-skewed.toml --label fly &quot;on a flower&quot; --out OUT<"));
  EXPECT_TRUE(has(html, "Run it in the study's folder; OUT is the folder of this report."));
  EXPECT_TRUE(has(html,
                  "<h3>A bee fails systematically: 43 of 47 baseline images are misclassified, mostly as a "
                  "ladybug.</h3>"));
  EXPECT_TRUE(has(html, "95\u00A0% of images of a bee on a flower are recognised, against 9\u00A0% of baseline"));
}

TEST(ReportHtml, CausesComeBeforeSystematicFailuresAsInTheHeadline) {
  const std::string html = rendered(made_up::findings());
  const auto expect_in_order = [&](const std::string& first, const std::string& second) {
    EXPECT_TRUE(has(html, first)) << first;
    EXPECT_TRUE(has(html, second)) << second;
    EXPECT_LT(html.find(first), html.find(second)) << first;
  };
  expect_in_order("<span>2 findings: 1 cause", "and 1 systematic failure");
  expect_in_order("<a href=\"#causes\">", "<a href=\"#systematic\">");
  expect_in_order("<section id=\"causes\">", "<section id=\"systematic\">");
  expect_in_order("<b>On a flower, fly and ladybug", "<b>A bee fails systematically");    // contents
  expect_in_order("<h3>On a flower, fly and ladybug", "<h3>A bee fails systematically");  // cards
}

TEST(ReportHtml, AndTheFindingsTakeTheArticleThatTheStudySays) {
  Study study = made_up::study();
  for (StudyLabel& label : study.labels) label.article = label.name == "bee" ? "the" : "";
  const Findings findings = made_up::findings();
  const auto page = report_html(study, findings, made_up::test_image, nullptr);
  ASSERT_TRUE(page.ok());
  EXPECT_TRUE(has(*page, "<h3>On a flower, fly and ladybug are misclassified as the bee.</h3>"));
  EXPECT_TRUE(has(*page, "<h3>The bee fails systematically: "));
  const auto as_image = [](const std::string& id) { return id; };
  for (const std::string& text : {without_images(*page), bugs_json(study, findings, as_image).dump()}) {
    for (const StudyLabel& label : study.labels) {
      for (const std::string article : {"a ", "an ", "A ", "An "}) {
        const std::string wrong = article + label.name;
        for (std::size_t at = text.find(wrong); at != std::string::npos; at = text.find(wrong, at + 1)) {
          const std::string front = text.substr(at - 20, 20);
          // Prompts, which the made up study has as they are.
          EXPECT_TRUE(front.ends_with("photo of ") || front.ends_with("picture of ")) << front << text.substr(at, 60);
        }
      }
    }
  }
}

TEST(ReportHtml, EmbedsEachImageOnceAndEveryOneThatItShows) {
  const std::string html = rendered(made_up::findings());
  const auto defined = all(html, "<image id=\"", "\"");
  const auto shown = all(html, "<use href=\"#", "\"");
  const std::set<std::string> once(defined.begin(), defined.end());
  EXPECT_GT(once.size(), 50U);
  EXPECT_EQ(defined.size(), count(html, "href=\"data:image/png;base64,"));
  EXPECT_EQ(once.size(), defined.size());
  EXPECT_EQ(once, std::set<std::string>(shown.begin(), shown.end()));
  EXPECT_GT(shown.size(), once.size());
}

TEST(ReportHtml, EveryImageHasAnAlternativeTextAndEveryLinkATarget) {
  const std::string html = rendered(made_up::findings());
  EXPECT_EQ(count(html, "<svg class=\"image\""), count(html, "<svg class=\"image\" role=\"img\" aria-label=\""));
  EXPECT_FALSE(has(html, "aria-label=\"\""));
  const auto ids = all(html, " id=\"", "\"");
  for (const std::string& target : all(html, "<a href=\"#", "\"")) EXPECT_EQ(ids.count(target), 1U) << target;
}

TEST(ReportHtml, LoadsNothing) {
  for (const Findings& findings :
       {made_up::findings(), made_up::all_records(), made_up::nothing_confirmed(), Findings{}}) {
    const std::string html = without_images(rendered(findings));
    for (const char* word : {"http://", "https://", "<link", "@import", "url(", " src="}) {
      EXPECT_FALSE(has(html, word)) << word;
    }
  }
}

TEST(ReportHtml, RunsNothingButTheScriptThatFiltersItsClaims) {
  const std::string html = without_images(rendered(made_up::findings()));
  const auto scripts = all(html, "<script", "</script>");
  ASSERT_EQ(scripts.size(), 1U);
  EXPECT_EQ(*scripts.begin(), ">" + std::string(kClaimsScript));
  EXPECT_TRUE(has(html, "default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src " +
                            script_source(kClaimsScript) + "\""));
  for (const Findings& findings : {made_up::nothing_confirmed(), Findings{}}) {
    EXPECT_FALSE(has(rendered(findings), "<script")) << "there is nothing to filter";
    EXPECT_FALSE(has(rendered(findings), "script-src"));
  }
  Study plain = made_up::study();
  plain.evidence.rule = EvidenceRule::fixed;
  EXPECT_FALSE(has(rendered(plain, made_up::findings()), "<script")) << "no error rate is held";
}

TEST(ReportHtml, TellsTheLevelOfTheListedClaimsAndWhatTheScriptNeeds) {
  const std::string html = without_images(rendered(made_up::findings()));
  EXPECT_TRUE(has(html, "<form class=\"filter\" id=\"claims-filter\" hidden>")) << "nothing to pick without the script";
  EXPECT_TRUE(has(html, "data-trials=\"0 0 256\" data-beside=\"[]\">Of these 3 claims, at most "));
  EXPECT_EQ(count(html, " data-log-e=\""), 3U) << "fly, ladybug and the exception";
  EXPECT_EQ(count(html, " data-words=\""), 4U) << "and the systematic failure, which has no e-value";
  const auto cards = all(html, "<article class=\"card fail\" id=\"", "\"");
  EXPECT_EQ(all(html, "<li data-of=\"", "\""), cards) << "a line that goes with each card";
}

TEST(ReportHtml, TellsWhatAPersonSaidBesideWhatTheJudgeSaid) {
  Findings findings = made_up::findings();
  EXPECT_FALSE(has(rendered(findings), "prediction-powered"));
  for (Hypothesis& h : findings.hypotheses) {
    if (h.id == "fly-on-a-flower") h.reviewed = ReviewedRate{40, 3, 0.92, 0.84, 0.97};
  }
  findings.judge_review = JudgeReview{40, 30, 2, 10, 1};
  const std::string html = rendered(findings);
  EXPECT_TRUE(has(html,
                  "92\u00A0% fail (84 to 97\u00A0%) among images that truly show a fly, from 40 reviewed images "
                  "(prediction-powered)"));
  EXPECT_TRUE(has(html, "61 of 93 fail (66\u00A0%)")) << "the rate among what the judge accepted stays";
  EXPECT_TRUE(has(html,
                  "A person reviewed 40 images, chosen at random. Of those that the judge accepted, the label was "
                  "missing in 2 of 30 (1 to 22\u00A0%)"));
}

TEST(ReportHtml, NamesWhatTheGeneratorCannotShow) {
  EXPECT_TRUE(has(rendered(made_up::findings()),
                  "What the generator cannot show, so that nothing is claimed of it: <b>a frog in a very dark room at "
                  "night</b>."));
}

TEST(ReportHtml, SaysPlainlyThatNothingWasConfirmedAndWhatWasTested) {
  const std::string html = rendered(made_up::nothing_confirmed());
  EXPECT_TRUE(has(html, "No bug was confirmed among 10 hypotheses."));
  EXPECT_TRUE(
      has(html,
          "That does not prove there is none. 10 hypotheses came up for 7 labels; 1 of them went to the test, on 90 "
          "valid images."));
  EXPECT_FALSE(has(html, "<article"));
}

TEST(ReportHtml, StandsWithoutAnyFindings) {
  const std::string html = rendered(Study{}, Findings{});
  EXPECT_TRUE(has(html, "<h2>No bug was confirmed</h2>"));
  EXPECT_TRUE(has(html, "</html>"));
  EXPECT_FALSE(has(html, "nan"));
}

TEST(ReportHtml, StandsWithABugOfWhichNothingButTheStatusIsKnown) {
  Findings findings;
  findings.hypotheses.emplace_back();
  findings.hypotheses[0].label = "fly";
  findings.hypotheses[0].status = Status::confirmed;
  const std::string html = rendered(findings);
  EXPECT_TRUE(has(html, "1 finding: 1 cause (1 bug).</span> <span>1 of 1 hypothesis was confirmed.<"));
  EXPECT_TRUE(has(html, "<h3>A fly is not recognised.</h3>"));
  EXPECT_TRUE(has(html, "<span class=\"row-rate\">rate not known</span>"));
  EXPECT_TRUE(has(html, "Its rate is not known."));
  EXPECT_TRUE(has(html, "no valid image"));
  EXPECT_FALSE(has(html, "nan"));
  EXPECT_FALSE(has(html, ">0\u00A0%"));
}

TEST(ReportHtml, ProbeCommandSaysWhereThePhraseStands) {
  Findings findings = made_up::findings();
  findings.hypotheses[1].phrase = {"dark", true, 0, 0, 0, 0, 0};
  EXPECT_TRUE(has(rendered(findings), "scotoma probe world-skewed.toml --label fly --before dark --out OUT<"));
}

TEST(ReportHtml, SaysWhenNoJudgeLooked) {
  Study study = made_up::study();
  EXPECT_FALSE(has(rendered(study, made_up::findings()), "No judge looked"));
  study.judge.kind = JudgeKind::none;
  EXPECT_TRUE(has(rendered(study, made_up::findings()), "No judge looked"));
}

TEST(ReportHtml, SaysWhatTheEvidenceIsAndWhatItHadToReach) {
  const std::string html = rendered(made_up::findings());
  EXPECT_TRUE(has(html,
                  "33 of 48 images failed, generated after the search and for this test only; of as fresh baseline "
                  "images 3 of 47 did."));
  EXPECT_TRUE(has(html, "256 phrases were put to the test at once"));
  EXPECT_FALSE(has(html, "upper limit"));
  EXPECT_FALSE(has(html, "No error rate is held"));
}

TEST(ReportHtml, SaysLoudlyThatThePlainRuleHoldsNoErrorRate) {
  Study study = made_up::study();
  study.evidence.rule = EvidenceRule::fixed;
  const std::string html = rendered(study, made_up::findings());
  EXPECT_TRUE(has(html, "<h2>No error rate is held.</h2>"));
  EXPECT_TRUE(has(html, "<strong>It could: nothing was tested.</strong>"));
  EXPECT_TRUE(has(html, "<strong>No rate of false claims is held.</strong>"));
  EXPECT_FALSE(has(html, "at most once in"));
  EXPECT_FALSE(has(html, "keeps the expected share"));
  EXPECT_FALSE(has(html, "expected to be false"));
}

TEST(ReportHtml, IsAFunctionOfTheFindingsAndHoldsNoAbsolutePath) {
  const std::string html = rendered(made_up::findings());
  EXPECT_EQ(html, rendered(made_up::findings()));
  EXPECT_FALSE(has(without_images(html), "/somewhere"));
}

TEST(ReportHtml, FailsWithTheReasonWhenAnImageIsLost) {
  const auto lost = [](const std::string&) -> Result<Image> { return failed("images/ab/abc.png: gone"); };
  const auto html = report_html(made_up::study(), made_up::findings(), lost);
  ASSERT_FALSE(html.ok());
  EXPECT_EQ(html.error().message, "images/ab/abc.png: gone");
}

TEST(ReportHtml, DoesNotTellTheRateOfABugThatWasNotAuditedAsZero) {
  const std::string html = rendered(made_up::not_audited());
  EXPECT_TRUE(has(html, "<h3>A fly on a flower is misclassified as a bee.</h3>"));
  EXPECT_TRUE(has(html, "<b>69\u00A0%</b> fail</span>"));
  EXPECT_TRUE(has(html, "baseline 6\u00A0%</span>"));
  EXPECT_TRUE(has(html, "<span class=\"row-name\">fly <span class=\"badge caution\">not audited</span></span>"));
  EXPECT_TRUE(has(html, "The first images with the phrase that fail, not picked by hand."));
  EXPECT_TRUE(has(html, "69\u00A0% of images of a fly on a flower fail"));
  EXPECT_TRUE(has(html,
                  "Not audited: the study's images were used up. The rate is from confirmation, which stops when it "
                  "has seen enough, so it may be too high: <strong>33 of 48 failed (69\u00A0%)</strong>."));
  EXPECT_TRUE(has(html, "data-label=\"Audit\">not audited</td>"));
  EXPECT_TRUE(has(html, "The first of confirmation in the order in which they were generated"));
  EXPECT_FALSE(has(html, "Same seeds, without it"));
  EXPECT_FALSE(has(html, "Is it the phrase?"));
  EXPECT_FALSE(has(html, "The first of the audit"));
}

TEST(ReportHtml, SaysWhenTheJudgeRefusedEveryImageOfTheAudit) {
  Findings findings = made_up::not_audited();
  findings.hypotheses[0].audit.invalid = 96;
  EXPECT_TRUE(
      has(rendered(findings), "Not audited: the judge did not see a fly in any of the 96 images generated for it."));
}

TEST(ReportHtml, ListsThePromptsThatWereGeneratedAndThoseOnly) {
  const auto code = all(rendered(made_up::findings()), "<code>", "</code>");
  EXPECT_EQ(code.count("a photo of a fly on a flower"), 1U);
  EXPECT_EQ(code.count("a picture of a fly on a flower"), 1U);
  EXPECT_EQ(code.count("a photo of a fly"), 1U);
  EXPECT_EQ(code.count("a picture of a fly"), 0U) << "a base prompt that no pair was generated from";
}

TEST(ReportHtml, SaysTheDifferenceThatThePairsShow) {
  Findings findings = made_up::findings();
  findings.hypotheses[1].effect->lift_low = 0.47;
  findings.hypotheses[1].effect->lift_high = 0.71;
  EXPECT_TRUE(has(rendered(findings), "With the phrase the rate is <strong>47 to 71 points higher</strong>"));
  findings.hypotheses[1].effect->lift_low = -0.05;
  EXPECT_TRUE(has(rendered(findings), "between -5 and +71 points"));
}

TEST(ReportHtml, SaysTheConfidenceThatTheBoundWasComputedWith) {
  Findings findings = made_up::findings();
  findings.bases[1].level = 0.9875;
  EXPECT_TRUE(has(rendered(findings), "With 98.75\u00A0% confidence the true failure rate is above"));
}

TEST(ReportHtml, ShowsTheSettingsOfEveryLabel) {
  Study study = made_up::study();
  study.labels[0] = {"fly", "housefly", "insect", {"gnat", "midge"}};
  const std::string html = rendered(study, made_up::findings());
  EXPECT_TRUE(has(html, ">housefly</td>"));
  EXPECT_TRUE(has(html, ">insect</td>"));
  EXPECT_TRUE(has(html, ">gnat, midge</td>"));
}

TEST(ReportHtml, KeepsEveryNumberOnANarrowScreen) {
  const std::string html = rendered(made_up::findings());
  const std::size_t phone = html.find("@media (max-width: 46rem)");
  ASSERT_NE(phone, std::string::npos);
  const std::string rules = html.substr(phone, html.find("@media print", phone) - phone);
  // Hidden are only the column heads, whose words then stand in each cell, and cells that hold nothing.
  EXPECT_EQ(count(rules, "display: none"), 2U);
  EXPECT_TRUE(has(rules, "thead { display: none; }"));
  EXPECT_TRUE(has(rules, "td.none { display: none; }"));
  EXPECT_TRUE(has(rules, "content: attr(data-label)"));
  EXPECT_EQ(count(html, "<td class=\"number"),
            count(html, "data-label=\"Explored\"") * 4 + count(html, "data-label=\"Fails\"") * 4);
  EXPECT_TRUE(has(html, "<td class=\"number\" data-label=\"Tested\">20 of 90</td>"));
}

TEST(ReportHtml, SaysWhichWordsOfAShrunkPhraseMatter) {
  const std::string html = without_images(rendered(made_up::all_records()));
  EXPECT_TRUE(has(html, "Shrunk from <b>“sitting on a large yellow flower”</b> to <b>“on a flower”</b>"));
  EXPECT_TRUE(has(html, "<p>“on a big flower” shrank to the same words, so this stands for both.</p>"));
  EXPECT_EQ(count(html, "<span class=\"badge\">not needed</span>"), 3U);
  EXPECT_EQ(count(html, ">needed</span>"), 2U);
  EXPECT_TRUE(has(html, "without “on a flower”</th><td class=\"\" data-label=\"Left:\">the base prompt alone</td>"));
  EXPECT_TRUE(has(html, "data-label=\"Images\">13 of 15</td>"));
  EXPECT_TRUE(has(html, "shrank to “on a flower”")) << "in the table of all hypotheses";
  EXPECT_FALSE(has(rendered(made_up::findings()), "Which words matter?"));
}

TEST(ReportHtml, ShowsThePiecesOfAConjunctionAlone) {
  Findings findings = made_up::all_records();
  const std::string html = rendered(findings);
  EXPECT_TRUE(has(html, "A dark dog on a beach is misclassified as a cat."));
  EXPECT_TRUE(has(
      html, "<b>“dark” alone 4\u00A0%, “on a beach” alone 9\u00A0%, both 90\u00A0%</b>. It takes the combination."));
  findings.hypotheses[0].part_rates[1].rate.high = 0.95;
  EXPECT_FALSE(has(rendered(findings), "It takes the combination."));
}

TEST(ReportHtml, TellsTheImagesOfEveryStage) {
  const std::string html = rendered(made_up::all_records());
  EXPECT_TRUE(has(html, "2,472 images generated"));
  EXPECT_TRUE(has(html, "shrinking <b>144</b>"));
  EXPECT_TRUE(has(html, "other labels <b>416</b>"));
}

}  // namespace
}  // namespace scotoma
