// SPDX-License-Identifier: Apache-2.0
// A report whose every text comes from somebody who means harm.
#include <gtest/gtest.h>

#include <string>

#include "report/made_up.h"
#include "report/rendered.h"

namespace scotoma {
namespace {

using page_text::count;
using page_text::has;
using page_text::rendered;

/// Every text that comes from outside, made hostile.
void poison(Study& study, Findings& f, const std::string& text) {
  study.name = text;
  study.file = "/somewhere/" + text + ".toml";
  study.generator.negative_prompt = text;
  study.prompts.base = {text};
  for (BaseResult& base : f.bases) {
    base.label = base.predicted = text;
    base.prompts = {text};
    base.not_generatable = true;
    for (Sample& sample : base.samples) sample.request.prompt = text;
  }
  for (Hypothesis& h : f.hypotheses) {
    h.id = h.label = h.phrase.text = h.prompt = h.expected = text;
    if (!h.predicted.empty()) h.predicted = text;
    for (Sample& sample : h.audit_samples) sample.request.prompt = text;
    for (Pair& pair : h.pairs) pair.with.request.prompt = pair.without.request.prompt = text;
  }
  for (Cluster& cluster : f.clusters) {
    cluster.label = cluster.predicted = text;
    for (std::string& caption : cluster.captions) caption = text;
  }
  for (Hypothesis& h : f.hypotheses) {
    if (!h.shrunk_from.empty()) h.shrunk_from = text;
    for (ShrinkStep& step : h.shrink_steps) step.phrase = step.without = text;
    for (std::string& phrase : h.merged) phrase = text;
    for (PartRate& part : h.part_rates) part.phrase = text;
    for (PhrasePart& part : h.phrase.parts) part.text = text;
  }
  for (CrossRow& row : f.cross) {
    row.phrase.text = row.answer = text;
    row.bugs = {text};
    for (PhrasePart& part : row.phrase.parts) part.text = text;
    for (CrossCell& cell : row.cells) {
      cell.label = text;
      for (Sample& sample : cell.samples) sample.request.prompt = text;
    }
  }
  f.fingerprints = {{text, text}, {"classifier", text}};
  f.descriptions = {{text, text}, {"classifier", text}};
  f.limits = {text};
}

TEST(ReportHtml, EscapesHostileTextsEverywhere) {
  for (const std::string text : {"<img onerror=alert(1)>", "\"><img onerror=alert(1)>",
                                 "' onload='<img onerror=alert(1)>", "</style><img onerror=alert(1)>",
                                 "<!-- <img onerror=alert(1)>", "{} {0} %s \xFF\xC0 <img ", "\u202E\u200B<img "}) {
    Study study = made_up::study();
    Findings findings = made_up::all_records();
    poison(study, findings, text);
    const std::string html = rendered(study, findings);
    EXPECT_FALSE(has(html, "<img")) << text;
    EXPECT_FALSE(has(html, "' onload")) << text;
    EXPECT_FALSE(has(html, "\xFF"));
    EXPECT_FALSE(has(html, "\u202E")) << "it would turn what follows";
    EXPECT_FALSE(has(html, "\u200B"));
    EXPECT_TRUE(has(html, "&lt;img "));
    EXPECT_EQ(count(html, "<svg"), count(html, "</svg>"));
  }
}

}  // namespace
}  // namespace scotoma
