#include "report/html.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <limits>
#include <set>
#include <string>

#include "image/image.h"
#include "report/made_up.h"
#include "report/svg.h"

namespace scotoma {
namespace {

std::string rendered(const Study& study, const Findings& findings) {
  const Result<std::string> html = report_html(study, findings, made_up::picture);
  EXPECT_TRUE(html.ok()) << (html.ok() ? "" : html.error().message);
  return html.ok() ? *html : "";
}

std::string rendered(const Findings& findings) { return rendered(made_up::study(), findings); }

bool has(const std::string& html, const std::string& text) { return html.find(text) != std::string::npos; }

/// What stands between each `before` and the next `after`.
std::multiset<std::string> all(const std::string& html, const std::string& before, const std::string& after) {
  std::multiset<std::string> found;
  for (std::size_t at = html.find(before); at != std::string::npos; at = html.find(before, at + 1)) {
    const std::size_t start = at + before.size();
    found.insert(html.substr(start, html.find(after, start) - start));
  }
  return found;
}

std::size_t count(const std::string& html, const std::string& text) { return all(html, text, "").size(); }

/// Without the embedded pictures, whose base64 may hold any word.
std::string without_pictures(const std::string& html) {
  return html.substr(0, html.find("<svg class=\"pictures\"")) + html.substr(html.find("</defs></svg>"));
}

TEST(ReportHtml, TellsTheConfirmedBugsInWordsAndNumbers) {
  const std::string html = rendered(made_up::findings());
  EXPECT_TRUE(has(html, "2 bugs confirmed among 13 hypotheses. 1 label fails nearly everywhere."));
  EXPECT_TRUE(has(html, "at most 5\u00A0% are expected to be false"));
  EXPECT_TRUE(has(html, "A fly on a flower is taken for a bee."));
  EXPECT_TRUE(has(html, "61 of 93 fail (66\u00A0%)"));
  EXPECT_TRUE(has(html, "With it <strong>61</strong> failed, without it <strong>5</strong>."));
  EXPECT_TRUE(has(html, "scotoma probe world-skewed.toml --label fly &quot;on a flower&quot;"));
  EXPECT_TRUE(has(html, "A bee is mostly not recognised."));
  EXPECT_TRUE(has(html, "A bee on a flower is recognised; most pictures of a bee are not."));
}

TEST(ReportHtml, EmbedsEachPictureOnceAndEveryOneThatItShows) {
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

TEST(ReportHtml, EveryPictureHasAnAlternativeTextAndEveryLinkATarget) {
  const std::string html = rendered(made_up::findings());
  EXPECT_EQ(count(html, "<svg class=\"picture\""), count(html, "<svg class=\"picture\" role=\"img\" aria-label=\""));
  EXPECT_FALSE(has(html, "aria-label=\"\""));
  const auto ids = all(html, " id=\"", "\"");
  for (const std::string& target : all(html, "<a href=\"#", "\"")) EXPECT_EQ(ids.count(target), 1U) << target;
}

TEST(ReportHtml, LoadsNothingAndRunsNothing) {
  for (const Findings& findings : {made_up::findings(), made_up::nothing_confirmed(), Findings{}}) {
    const std::string html = without_pictures(rendered(findings));
    for (const char* word : {"http://", "https://", "<script", "<link", "@import", "url(", " src="}) {
      EXPECT_FALSE(has(html, word)) << word;
    }
  }
}

/// Every text that comes from outside, made hostile.
void poison(Study& study, Findings& f, const std::string& text) {
  study.name = text;
  study.file = "/somewhere/" + text + ".toml";
  study.generator.negative_prompt = text;
  study.prompts.base = {text};
  for (BaseResult& base : f.bases) {
    base.label = base.predicted = text;
    base.prompts = {text};
    base.undrawable = true;
    for (Sample& sample : base.samples) sample.draw.prompt = text;
  }
  for (Hypothesis& h : f.hypotheses) {
    h.id = h.label = h.phrase.text = h.prompt = h.expected = h.source = text;
    if (!h.predicted.empty()) h.predicted = text;
    for (Sample& sample : h.audit_samples) sample.draw.prompt = text;
    for (Pair& pair : h.pairs) pair.with.draw.prompt = pair.without.draw.prompt = text;
  }
  for (Cluster& cluster : f.clusters) {
    cluster.label = cluster.predicted = text;
    for (std::string& caption : cluster.captions) caption = text;
  }
  f.fingerprints = {{text, text}, {"classifier", text}};
  f.descriptions = {{text, text}, {"classifier", text}};
  f.limits = {text};
}

TEST(ReportHtml, EscapesHostileTextsEverywhere) {
  for (const std::string text :
       {"<img onerror=alert(1)>", "\"><img onerror=alert(1)>", "' onload='<img onerror=alert(1)>",
        "</style><img onerror=alert(1)>", "<!-- <img onerror=alert(1)>", "{} {0} %s \xFF\xC0 <img "}) {
    Study study = made_up::study();
    Findings findings = made_up::findings();
    poison(study, findings, text);
    const std::string html = rendered(study, findings);
    EXPECT_FALSE(has(html, "<img")) << text;
    EXPECT_FALSE(has(html, "' onload")) << text;
    EXPECT_FALSE(has(html, "\xFF"));
    EXPECT_TRUE(has(html, "&lt;img "));
    EXPECT_EQ(count(html, "<svg"), count(html, "</svg>"));
  }
}

TEST(ReportHtml, SaysPlainlyThatNothingWasConfirmedAndWhatWasTested) {
  const std::string html = rendered(made_up::nothing_confirmed());
  EXPECT_TRUE(has(html, "No bug was confirmed among 10 hypotheses."));
  EXPECT_TRUE(
      has(html,
          "That does not prove there is none. 10 hypotheses came up for 7 labels; 1 of them went to the test, on 90 "
          "valid pictures."));
  EXPECT_FALSE(has(html, "<article"));
}

TEST(ReportHtml, StandsWithoutAnyFindings) {
  const std::string html = rendered(Study{}, Findings{});
  EXPECT_TRUE(has(html, "No bug was confirmed."));
  EXPECT_TRUE(has(html, "</html>"));
  EXPECT_FALSE(has(html, "nan"));
}

TEST(ReportHtml, StandsWithABugOfWhichNothingButTheStatusIsKnown) {
  Findings findings;
  findings.hypotheses.emplace_back();
  findings.hypotheses[0].label = "fly";
  findings.hypotheses[0].status = Status::confirmed;
  const std::string html = rendered(findings);
  EXPECT_TRUE(has(html, "A fly is not recognised."));
  EXPECT_FALSE(has(html, "nan%"));
}

TEST(ReportHtml, ProbeCommandSaysWhereThePhraseStands) {
  Findings findings = made_up::findings();
  findings.hypotheses[1].phrase = {"dark", true, 0, 0, 0, 0, 0};
  EXPECT_TRUE(has(rendered(findings), "scotoma probe world-skewed.toml --label fly --before dark<"));
}

TEST(ReportHtml, SaysWhenNoJudgeLooked) {
  Study study = made_up::study();
  EXPECT_FALSE(has(rendered(study, made_up::findings()), "No judge looked"));
  study.judge.kind = "none";
  EXPECT_TRUE(has(rendered(study, made_up::findings()), "No judge looked"));
}

TEST(ReportHtml, IsAFunctionOfTheFindingsAndHoldsNoAbsolutePath) {
  const std::string html = rendered(made_up::findings());
  EXPECT_EQ(html, rendered(made_up::findings()));
  EXPECT_FALSE(has(without_pictures(html), "/somewhere"));
}

TEST(ReportHtml, FailsWithTheReasonWhenAPictureIsLost) {
  const auto lost = [](const std::string&) -> Result<std::vector<std::uint8_t>> {
    return failed("images/ab/abc.png: gone");
  };
  const auto html = report_html(made_up::study(), made_up::findings(), lost);
  ASSERT_FALSE(html.ok());
  EXPECT_EQ(html.error().message, "images/ab/abc.png: gone");
  const auto no_png = [](const std::string&) -> Result<std::vector<std::uint8_t>> {
    return std::vector<std::uint8_t>(100);
  };
  const auto broken = report_html(made_up::study(), made_up::findings(), no_png);
  ASSERT_FALSE(broken.ok());
  EXPECT_TRUE(has(broken.error().message, "not a PNG"));
}

TEST(ReportHtml, MakesLargePicturesSmaller) {
  const auto large = [](const std::string&) -> Result<std::vector<std::uint8_t>> {
    Image image{600, 500, std::vector<std::uint8_t>(600 * 500 * 3)};
    std::uint32_t state = 1;
    for (std::uint8_t& byte : image.rgb)
      byte = static_cast<std::uint8_t>((state = state * 1664525U + 1013904223U) >> 24U);
    return encode_png(image);
  };
  Pictures pictures(large);
  EXPECT_NE(pictures.show("a", "noise"), "");
  const auto definitions = pictures.definitions();
  ASSERT_TRUE(definitions.ok());
  EXPECT_LT(definitions->size(), 200U * 166U * 3U * 3U / 2U);
}

TEST(EvidenceCurve, TakesInfiniteEvidenceAndShortPaths) {
  EXPECT_EQ(evidence_curve({}, 7, "fail"), "");
  EXPECT_EQ(evidence_curve({1}, 7, "fail"), "");
  const std::string curve = evidence_curve({0, 1, std::numeric_limits<double>::infinity()}, 7, "fail");
  EXPECT_FALSE(has(curve, "inf"));
  EXPECT_FALSE(has(curve, "nan"));
}

}  // namespace
}  // namespace scotoma
