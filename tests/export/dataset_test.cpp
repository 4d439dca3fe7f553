// SPDX-License-Identifier: Apache-2.0
#include "scotoma/export/dataset.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cmath>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "report/made_up.h"
#include "scotoma/export/card.h"

namespace scotoma {
namespace {

Result<Dataset> choose(const Findings& findings, const ExportOptions& options) {
  return choose_images(made_up::study(), findings, options);
}

std::vector<std::string> ids(const Dataset& dataset) {
  std::vector<std::string> all;
  for (const DatasetBug& bug : dataset.bugs) all.push_back(bug.id);
  return all;
}

using Ids = std::vector<std::string>;

/// Image ids and sides, in order.
std::vector<std::pair<std::string, bool>> sides(const Dataset& dataset) {
  std::vector<std::pair<std::string, bool>> all;
  for (const DatasetImage& image : dataset.images) all.emplace_back(image.sample->image, image.test);
  return all;
}

TEST(ChooseImages, TakesEveryBugAndSystematicFailureAndNoExceptionUnlessItIsNamed) {
  const Findings findings = made_up::findings();
  EXPECT_EQ(ids(*choose(findings, {})), (Ids{"fly-on-a-flower", "ladybug-on-a-flower", "bee-systematic"}));
  EXPECT_EQ(ids(*choose(findings, {.bugs = {"bee-systematic"}})), Ids{"bee-systematic"});
  EXPECT_EQ(ids(*choose(findings, {.bugs = {"on-a-flower-as-bee"}})), (Ids{"fly-on-a-flower", "ladybug-on-a-flower"}))
      << "a cause stands for its bugs";
  EXPECT_EQ(ids(*choose(findings, {.bugs = {"bee-on-a-flower"}})), Ids{"bee-on-a-flower"});
  EXPECT_EQ(ids(*choose(findings, {.bugs = {"ladybug-on-a-flower", "fly-on-a-flower", "fly-on-a-flower"}})),
            (Ids{"fly-on-a-flower", "ladybug-on-a-flower"}))
      << "the order in which bugs are named must not show";
}

TEST(ChooseImages, OfALabelThatFailsSystematicallyAreItsBaselineImages) {
  Findings findings = made_up::findings();
  findings.hypotheses.clear();  // a classifier that is wrong on a label, and nothing else
  const auto dataset = choose(findings, {});
  ASSERT_TRUE(dataset.ok()) << dataset.error().message;
  EXPECT_EQ(ids(*dataset), Ids{"bee-systematic"});
  const auto json = image_json(*dataset, findings, dataset->images.front(), "x.png");
  EXPECT_EQ(json["generated_for"], "baseline");
  EXPECT_EQ(json["bug"], "bee-systematic");
  EXPECT_EQ(json["phrase"], "");
  EXPECT_EQ(json["predicted"], "ladybug");
  const auto about = dataset_json(made_up::study(), findings, *dataset, {.version = "1"})["bugs"][0];
  EXPECT_EQ(about["failures"], 43);
  EXPECT_EQ(about["generated_for"], "baseline");
}

TEST(ChooseImages, TakesFailuresOrAllThatIsValidEachOnce) {
  const Findings findings = made_up::findings();
  for (const ExportImages images : {ExportImages::failing, ExportImages::valid}) {
    const auto dataset = choose(findings, {.images = images});
    ASSERT_TRUE(dataset.ok());
    std::vector<std::string> expected;
    for (const auto* samples :
         {&findings.hypotheses[1].audit_samples, &findings.hypotheses[2].audit_samples, &findings.bases[1].samples}) {
      std::set<std::string> seen;
      for (const Sample& sample : *samples) {
        const bool wanted = sample.valid() && (images == ExportImages::valid || !sample.correct);
        if (wanted && seen.insert(sample.image).second) expected.push_back(sample.image);
      }
    }
    std::vector<std::string> chosen;
    for (const auto& [image, test] : sides(*dataset)) chosen.push_back(image);
    EXPECT_EQ(chosen, expected);
    EXPECT_EQ(dataset->train() + dataset->test(), chosen.size());
  }
}

RC_GTEST_PROP(ChooseImages, AtMostSoManyOfABugAreTheFirstOfThem, ()) {
  const Findings findings = made_up::findings();
  const auto images = *rc::gen::element(ExportImages::failing, ExportImages::valid);
  const auto most = *rc::gen::inRange<std::size_t>(1, 100);
  const auto all = choose(findings, {.images = images});
  const auto few = choose(findings, {.per_bug = most, .images = images});
  std::map<std::size_t, std::size_t> taken;
  std::vector<std::pair<std::string, bool>> expected;
  for (const DatasetImage& image : all->images) {
    if (taken[image.bug]++ < most) expected.emplace_back(image.sample->image, image.test);
  }
  RC_ASSERT(sides(*few) == expected);
}

RC_GTEST_PROP(ChooseImages, TheSidesAreTheSameInAnExportOfFewer, ()) {
  const Findings findings = made_up::findings();
  const double share = *rc::gen::inRange(0, 101) / 100.0;
  const auto all = choose(findings, {.images = ExportImages::valid, .test = share});
  const auto few = choose(findings, {.bugs = {"ladybug-on-a-flower"}, .images = ExportImages::valid, .test = share});
  std::map<std::string, bool> known;
  for (const auto& [image, test] : sides(*all)) known[image] = test;
  for (const auto& [image, test] : sides(*few)) RC_ASSERT(known.at(image) == test);
}

TEST(ChooseImages, OfABugThatWasNotAuditedAreThoseOfConfirmationAndSaySo) {
  Findings findings = made_up::not_audited();
  Hypothesis& bug = findings.hypotheses.front();
  bug.tried = made_up::findings().hypotheses[1].audit_samples;
  const auto dataset = choose(findings, {});
  ASSERT_TRUE(dataset.ok()) << dataset.error().message;
  EXPECT_EQ(image_json(*dataset, findings, dataset->images.front(), "x.png")["generated_for"], "confirm");
  const ExportOptions options{.version = "1"};
  EXPECT_NE(readme(made_up::study(), findings, *dataset, options).find("not audited"), std::string::npos);
  EXPECT_EQ(dataset_json(made_up::study(), findings, *dataset, options)["bugs"][0]["generated_for"], "confirm");
}

void expect_refused(const Findings& findings, const ExportOptions& options, const std::vector<std::string>& says) {
  const auto dataset = choose(findings, options);
  ASSERT_FALSE(dataset.ok());
  EXPECT_EQ(dataset.error().code, Code::bad_input);
  for (const std::string& word : says)
    EXPECT_NE(dataset.error().message.find(word), std::string::npos) << dataset.error().message;
}

TEST(ChooseImages, WhereThereIsNothingToExportSaysWhy) {
  const Findings findings = made_up::findings();
  expect_refused(made_up::nothing_confirmed(), {}, {"no bug was confirmed"});
  expect_refused(findings, {.bugs = {"fly-in-the-snow"}},
                 {"no bug, cause or systematic failure 'fly-in-the-snow'", "fly-on-a-flower", "on-a-flower-as-bee",
                  "bee-systematic"});
  expect_refused(findings, {.bugs = {"cow-on-a-beach"}}, {"'cow-on-a-beach' was not confirmed"});
  expect_refused(findings, {.test = -0.1}, {"--test", "share"});
  expect_refused(findings, {.test = 1.1}, {"--test"});
  expect_refused(findings, {.test = std::nan("")}, {"--test"});
  Findings exception = findings;
  exception.hypotheses.resize(1);
  for (Sample& sample : exception.hypotheses[0].audit_samples) sample.correct = true;
  expect_refused(exception, {.bugs = {"bee-on-a-flower"}}, {"--images valid"});
}

TEST(ImageJson, HoldsTheSampleWithNumbersThatReadersKeep) {
  Findings findings = made_up::findings();
  findings.hypotheses[1].audit_samples[0].request.seed = 18'446'744'073'709'551'615U;
  findings.hypotheses[1].audit_samples[0].correct = false;
  findings.hypotheses[1].audit_samples[0].prediction.top = {{1, 0.87F}};
  const auto dataset = choose(findings, {.test = 1});
  const auto json = image_json(*dataset, findings, dataset->images.front(), "fly/x.png");
  EXPECT_EQ(json.dump(),
            R"({"file_name":"fly/x.png","label":"fly","class":"fly","class_index":0,"predicted":"bee",)"
            R"("predicted_index":1,"score":0.87,"failed":true,"bug":"fly-on-a-flower","phrase":"on a flower",)"
            R"("prompt":"a photo of a fly on a flower","seed":"0xffffffffffffffff","generated_for":"audit",)"
            R"("judge_score":0.97,"split":"test","image_id":"fly-flower-0"})");
}

TEST(ImageJson, AWholeScoreIsStillAFraction) {
  Findings findings = made_up::findings();
  for (Sample& sample : findings.hypotheses[1].audit_samples) sample.judgement.score = 1;
  const auto dataset = choose(findings, {});
  // Readers that guess a column's type from its first rows take 1 for a whole number.
  EXPECT_NE(image_json(*dataset, findings, dataset->images[0], "x").dump().find("\"judge_score\":1.0,"),
            std::string::npos);
}

TEST(Card, ModelsBugsAndLicenceAreNamed) {
  const Findings findings = made_up::findings();
  const ExportOptions options{.format = ExportFormat::huggingface, .version = "9.8.7"};
  const auto dataset = choose(findings, options);
  const std::string text = readme(made_up::study(), findings, *dataset, options);
  const std::string print = findings.fingerprints.at("classifier");
  for (const std::string& word : Ids{"9.8.7", print, findings.descriptions.at("generator"), "## Licence",
                                     "fly-on-a-flower", "61 of 93", "path: data/train/**", "path: data/test/**"}) {
    EXPECT_NE(text.find(word), std::string::npos) << word << "\n" << text;
  }
  const auto json = dataset_json(made_up::study(), findings, *dataset, options);
  EXPECT_EQ(json["models"]["classifier"]["fingerprint"], print);
  EXPECT_EQ(json["train"].get<std::size_t>() + json["test"].get<std::size_t>(), dataset->images.size());
  EXPECT_EQ(json["bugs"][0]["failures"], 61);
  EXPECT_EQ(json["labels"].size(), 8U);
}

TEST(Card, TellsTheLoaderInEveryFormatWhereTheSidesAre) {
  const Findings findings = made_up::findings();
  const std::pair<ExportFormat, const char*> paths[] = {{ExportFormat::imagefolder, "path: test/**\n"},
                                                        {ExportFormat::huggingface, "path: data/test/**\n"},
                                                        {ExportFormat::webdataset, "path: test-*.tar\n"},
                                                        {ExportFormat::jsonl, "path: images/test/**\n"}};
  for (const auto& [format, path] : paths) {
    const ExportOptions options{.format = format};
    const std::string text = readme(made_up::study(), findings, *choose(findings, options), options);
    EXPECT_TRUE(text.starts_with("---\n"));
    EXPECT_NE(text.find(path), std::string::npos) << text.substr(0, 500);
  }
}

TEST(Card, NamesOnlySidesThatHaveImages) {
  const Findings findings = made_up::findings();
  const ExportOptions options{.format = ExportFormat::huggingface, .test = 1};
  const std::string text = readme(made_up::study(), findings, *choose(findings, options), options);
  EXPECT_EQ(text.find("data/train"), std::string::npos) << "the loader fails where a side has no file";
  EXPECT_NE(text.find("data/test"), std::string::npos);
}

TEST(Card, WhateverTheStudyIsCalledItsBlockOfYamlIsWhole) {
  const Findings findings = made_up::findings();
  const ExportOptions options{.format = ExportFormat::huggingface};
  const auto dataset = choose(findings, options);
  Study study = made_up::study();
  study.name = "\"x\"\n---\n# \x01\x7f \xc2\x80 \xff {a}: | \\ <b>";
  const std::string text = readme(study, findings, *dataset, options);
  const std::string front = text.substr(0, text.find("\n---\n", 4));
  EXPECT_NE(front.find("configs:"), std::string::npos) << "the name ends the block";
  EXPECT_NE(
      front.find(
          "pretty_name: \"Blind spots: \\\"x\\\"\\\\n---\\\\n# \\\\x01\\\\x7f <U+0080> \\\\xff {a}: | \\\\ <b>\"\n"),
      std::string::npos)
      << front;
  EXPECT_NE(text.find("\\<b\\>"), std::string::npos) << "the name is taken for HTML";
}

TEST(Card, OfImagesWithLabelsOnOneSideSaysSo) {
  Findings findings = made_up::findings();
  const auto dataset = choose(findings, {.bugs = {"on-a-flower-as-bee"}, .per_bug = 1, .test = 0.5});
  ASSERT_EQ(dataset->images.size(), 2U);
  Dataset parted = *dataset;
  for (const std::size_t b : {0U, 1U}) {
    parted.images[b].test = b == 1;
    parted.bugs[b].train = 1 - b;
    parted.bugs[b].test = b;
  }
  EXPECT_EQ(parted.one_sided(), (Ids{"fly", "ladybug"}));
  EXPECT_NE(readme(made_up::study(), findings, parted, {}).find("On one side only: fly, ladybug"), std::string::npos);
  EXPECT_EQ(choose(findings, {.test = 0})->one_sided(), Ids{}) << "there is but one side";
}

}  // namespace
}  // namespace scotoma
