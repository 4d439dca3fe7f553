// SPDX-License-Identifier: Apache-2.0
#include "scotoma/record/bugs_json.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <limits>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "record/schema.h"
#include "report/made_up.h"
#include "scotoma/evidence/joint_e_value.h"

namespace scotoma {
namespace {

using bugs_schema::schema;
using bugs_schema::Validator;
using nlohmann::json;
using nlohmann::ordered_json;

void expect_valid(const ordered_json& bugs) {
  const Validator validator(schema());
  for (const std::string& error : validator.errors(json::parse(bugs.dump()))) ADD_FAILURE() << error;
}

/// The bug of that id; null if there is none.
ordered_json bug(const ordered_json& bugs, const std::string& id) {
  for (const auto& each : bugs["bugs"]) {
    if (each["id"] == id) return each;
  }
  return nullptr;
}

TEST(BugsJson, IsWhatTheSchemaSays) {
  expect_valid(bugs_json(made_up::study(), made_up::findings()));
  expect_valid(bugs_json(made_up::study(), made_up::nothing_confirmed()));
  expect_valid(bugs_json(made_up::study(), made_up::all_records()));
  expect_valid(bugs_json(Study{}, Findings{}));
}

TEST(BugsJson, ValidatorNoticesAFieldThatLacksOrIsWrong) {
  const Validator validator(schema());
  json bugs = json::parse(bugs_json(made_up::study(), made_up::findings()).dump());
  bugs.erase("seed");
  bugs["bugs"][0]["status"] = "perhaps";
  bugs["bugs"][0]["base"]["failures"] = 0.5;
  bugs["bugs"][0]["audit"] = "none";
  bugs["new"] = 1;
  EXPECT_EQ(validator.errors(bugs).size(), 5U);
}

TEST(BugsJson, HoldsTheFindingsNumbers) {
  const ordered_json bugs = bugs_json(made_up::study(), made_up::findings());
  EXPECT_EQ(bugs["study"], "Insects on flowers");
  EXPECT_EQ(bugs["seed"], 7);
  EXPECT_EQ(bugs["images_spent"]["total"], 1674);
  const ordered_json fly = bug(bugs, "fly-on-a-flower");
  EXPECT_EQ(fly["status"], "confirmed");
  EXPECT_EQ(fly["predicted"], "bee");
  EXPECT_EQ(fly["base"]["failures"], 3);
  EXPECT_EQ(fly["base"]["valid"], 47);
  EXPECT_EQ(fly["audit"]["failures"], 61);
  EXPECT_EQ(fly["audit"]["valid"], 93);
  EXPECT_EQ(fly["pairs"]["fails_only_with"], 58);
  EXPECT_EQ(fly["log_e_value"], log_joint_e_value({33, 48}, {3, 47}, 0.05));
  EXPECT_GT(fly["log_e_value"].get<double>(), bugs["log_e_threshold"].get<double>());
  EXPECT_EQ(fly["examples"]["failing"].size(), 12U);
  EXPECT_EQ(bugs["labels"][1]["failing_label"], true);
}

TEST(BugsJson, GroupsBugsByCauseAndListsSystematicFailures) {
  const Findings findings = made_up::all_records();
  const ordered_json bugs = bugs_json(made_up::study(), findings);
  EXPECT_EQ(bugs["schema_version"], 3);
  EXPECT_EQ(bugs["findings"]["sentence"],
            "3 findings: 2 causes (3 bugs) and 1 systematic failure (1 exception). 4 of 15 hypotheses were confirmed.");
  EXPECT_EQ(bugs["findings"]["bugs"], 3);
  ASSERT_EQ(bugs["causes"].size(), 2U);
  const ordered_json cause = bugs["causes"][0];
  EXPECT_EQ(cause["id"], "on-a-flower-as-bee");
  EXPECT_EQ(cause["sentence"], "On a flower, fly and ladybug are misclassified as a bee.");
  EXPECT_EQ(cause["bugs"], json({"fly-on-a-flower", "ladybug-on-a-flower"}));
  EXPECT_EQ(cause["reaches"], json({"cat", "cow", "dog"}));
  EXPECT_EQ(cause["pieces"].dump(), R"([{"text":"on a flower","position":"after"}])");
  EXPECT_EQ(bug(bugs, "ladybug-on-a-flower")["cause"], "on-a-flower-as-bee");
  EXPECT_TRUE(bug(bugs, "bee-on-a-flower")["cause"].is_null()) << "an exception is no bug";
  EXPECT_EQ(bugs["spurious_correlations"][1]["cause"], "on-a-flower-as-bee");
  ASSERT_EQ(bugs["systematic_failures"].size(), 1U);
  const ordered_json failure = bugs["systematic_failures"][0];
  EXPECT_EQ(failure["id"], "bee-systematic");
  EXPECT_EQ(failure["class"], "bee");
  EXPECT_EQ(failure["base"]["failures"], 43);
  EXPECT_EQ(failure["lower"], findings.bases[1].lower);
  EXPECT_EQ(failure["predicted"], "ladybug");
  EXPECT_EQ(failure["exceptions"], json({"bee-on-a-flower"}));
  EXPECT_EQ(failure["examples"]["failing"].size(), 12U);
}

TEST(BugsJson, TellsTheThreeErrorRatesApart) {
  const ordered_json claims = bugs_json(made_up::study(), made_up::findings())["claims"];
  EXPECT_NEAR(claims["planned"].get<double>(), 0.04, 1e-12);
  const Findings findings = made_up::findings();
  const double least = std::min(
      {findings.hypotheses[0].log_e_value, findings.hypotheses[1].log_e_value, findings.hypotheses[2].log_e_value});
  EXPECT_NEAR(claims["by_evidence"].get<double>(), 256 / (3 * std::exp(least)), 1e-9);
  EXPECT_EQ(claims["systematic"], 0.01);
  EXPECT_TRUE(bugs_json(made_up::study(), made_up::nothing_confirmed())["claims"]["by_evidence"].is_null());
}

TEST(BugsJson, SaysWhatBecameOfThePhrasesWords) {
  const ordered_json bugs = bugs_json(made_up::study(), made_up::all_records());
  const ordered_json fly = bug(bugs, "fly-on-a-flower");
  EXPECT_EQ(fly["shrunk_from"], "sitting on a large yellow flower");
  ASSERT_EQ(fly["shrink_steps"].size(), 5U);
  EXPECT_EQ(fly["shrink_steps"][2]["without"], "large");
  EXPECT_EQ(fly["shrink_steps"][2]["phrase"], "on a yellow flower");
  EXPECT_EQ(fly["shrink_steps"][2]["rate"]["failures"], 13);
  EXPECT_EQ(fly["shrink_steps"][2]["kept"], true);
  EXPECT_EQ(fly["shrink_steps"][2]["meaning"], 0.96);
  EXPECT_FALSE(fly["shrink_steps"][3].contains("meaning")) << "the embedder was not asked";
  EXPECT_EQ(fly["merged"], json({"on a big flower"}));
  EXPECT_EQ(fly["pieces"].dump(), R"([{"text":"on a flower","position":"after"}])");
  EXPECT_TRUE(fly["part_rates"].empty());
  EXPECT_EQ(bug(bugs, "fly-on-a-big-flower")["status"], "merged");
  const ordered_json dog = bug(bugs, "dog-dark-on-a-beach");
  EXPECT_EQ(dog["sentence"], "A dark dog on a beach is misclassified as a cat.");
  EXPECT_EQ(dog["pieces"].dump(), R"([{"text":"dark","position":"before"},{"text":"on a beach","position":"after"}])");
  EXPECT_EQ(dog["part_rates"][1]["phrase"], "on a beach");
  EXPECT_EQ(dog["part_rates"][1]["rate"]["failures"], 2);
  EXPECT_TRUE(dog["shrunk_from"].is_null());
}

TEST(BugsJson, HoldsEveryCellOfTheCrossCheck) {
  const Findings findings = made_up::all_records();
  const ordered_json bugs = bugs_json(made_up::study(), findings);
  EXPECT_EQ(bugs["images_spent"]["shrink"], 144);
  EXPECT_EQ(bugs["diversity"]["within"], 0.21);
  EXPECT_EQ(bugs["images_spent"]["cross"], 416);
  EXPECT_EQ(bugs["images_spent"]["total"], findings.spent.total());
  ASSERT_EQ(bugs["spurious_correlations"].size(), 2U);
  const ordered_json row = bugs["spurious_correlations"][1];
  EXPECT_EQ(row["phrase"], "on a flower");
  EXPECT_EQ(row["answer"], "bee");
  EXPECT_EQ(row["bugs"].size(), 3U);
  EXPECT_EQ(row["sentence"],
            "On a flower, many things are misclassified as a bee: cat, cow, dog and 2 more of 6 labels.");
  ASSERT_EQ(row["cells"].size(), 6U);
  const ordered_json dog = row["cells"][3];
  EXPECT_EQ(row["cells"][0]["bug"], "fly-on-a-flower");
  EXPECT_TRUE(dog["bug"].is_null());
  EXPECT_EQ(dog["label"], "dog");
  EXPECT_EQ(dog["with"]["misclassified"], 12);
  EXPECT_EQ(dog["with"]["valid"], 15);
  EXPECT_EQ(dog["with"]["invalid"], 1);
  EXPECT_EQ(dog["without"]["misclassified"], 0);
  EXPECT_EQ(dog["only_with"], 12);
  EXPECT_EQ(dog["p"].get<double>(), findings.cross[1].cells[3].p);
  EXPECT_EQ(dog["adjusted_p"].get<double>(), findings.cross[1].cells[3].adjusted);
  EXPECT_EQ(dog["spreads"], true);
  EXPECT_EQ(dog["examples"].size(), 4U);
  EXPECT_EQ(bugs["spurious_correlations"][0]["cells"][5]["tested"], false);
}

TEST(BugsJson, CountsFailuresAlsoWhereTheClaimIsThatItPasses) {
  const ordered_json bee = bug(bugs_json(made_up::study(), made_up::findings()), "bee-on-a-flower");
  EXPECT_EQ(bee["direction"], "passes");
  EXPECT_EQ(bee["base"]["failures"], 43);
  EXPECT_EQ(bee["audit"]["failures"], 5);
  EXPECT_NEAR(bee["audit"]["rate"].get<double>(), 5.0 / 93, 1e-12);
  EXPECT_LT(bee["audit"]["low"].get<double>(), 5.0 / 93);
  EXPECT_GT(bee["audit"]["high"].get<double>(), 5.0 / 93);
  EXPECT_LT(bee["lift"]["high"].get<double>(), 0);
  EXPECT_LE(bee["lift"]["low"].get<double>(), bee["lift"]["high"].get<double>());
  EXPECT_EQ(bee["pairs"]["fails_only_with"], 0);
  EXPECT_EQ(bee["pairs"]["fails_only_without"], 79);
}

TEST(BugsJson, SaysWhyAHypothesisWasNotConfirmedAndHasNoAuditThen) {
  const ordered_json bugs = bugs_json(made_up::study(), made_up::findings());
  EXPECT_EQ(bug(bugs, "cow-on-a-beach")["status"], "not_confirmed");
  EXPECT_EQ(bug(bugs, "cat-blurry")["status"], "not_promising");
  EXPECT_EQ(bug(bugs, "frog-in-a-very-dark-room-at-night")["status"], "not_generatable");
  EXPECT_EQ(bug(bugs, "car-in-the-rain")["status"], "out_of_budget");
  for (const char* field : {"audit", "audit_base", "lift", "pairs", "mcnemar_p"}) {
    EXPECT_TRUE(bug(bugs, "cow-on-a-beach")[field].is_null()) << field;
  }
}

TEST(BugsJson, DependsNeitherOnThreadsNorOnWhereTheStudyLies) {
  Study here = made_up::study();
  Study there = here;
  there.engine.threads = 7;
  there.file = "/elsewhere/world-skewed.toml";
  there.classifier.model = "/elsewhere/models/skewed-resnet.onnx";
  const std::string text = bugs_json(here, made_up::findings()).dump();
  EXPECT_EQ(text, bugs_json(there, made_up::findings()).dump());
  EXPECT_EQ(text.find("somewhere"), std::string::npos);
}

TEST(BugsJson, TakesTextsAndNumbersThatJsonCannotHold) {
  Findings findings = made_up::findings();
  findings.clusters[0].captions[0] = "a bee \xFF on\x01 \"grass\"";
  findings.hypotheses[0].phrase.text = "\xC0\xAF";
  findings.hypotheses[0].log_e_value = std::numeric_limits<double>::infinity();
  const ordered_json bugs = bugs_json(made_up::study(), findings);
  expect_valid(bugs);
  EXPECT_TRUE(bugs["bugs"][0]["log_e_value"].is_number());
}

TEST(BugsJson, OfABugThatWasNotAuditedHasNoAuditButWhatConfirmationShowed) {
  const ordered_json bugs = bugs_json(made_up::study(), made_up::not_audited());
  expect_valid(bugs);
  const ordered_json fly = bug(bugs, "fly-on-a-flower");
  EXPECT_EQ(fly["status"], "confirmed");
  EXPECT_EQ(fly["predicted"], "bee");
  EXPECT_EQ(fly["confirm"]["failures"], 33);
  EXPECT_EQ(fly["examples"]["failing"].size(), 12U);
  for (const char* field : {"audit", "audit_base", "lift", "pairs", "mcnemar_p"}) {
    EXPECT_TRUE(fly[field].is_null()) << field;
  }
}

TEST(BugsJson, NamesImagesOfWhatWasTriedButNotConfirmed) {
  const ordered_json cow = bug(bugs_json(made_up::study(), made_up::findings()), "cow-on-a-beach");
  EXPECT_EQ(cow["examples"]["failing"].size(), 12U);
  EXPECT_EQ(cow["examples"]["passing"].size(), 12U);
}

TEST(BugsJson, HoldsThePromptsAndTheLabelsSettings) {
  Study study = made_up::study();
  study.labels[0] = {"fly", "housefly", "insect", {"gnat", "midge"}};
  const ordered_json bugs = bugs_json(study, made_up::findings());
  expect_valid(bugs);
  EXPECT_EQ(bugs["labels"][0]["class"], "housefly");
  EXPECT_EQ(bugs["labels"][0]["hypernym"], "insect");
  EXPECT_EQ(bugs["labels"][0]["synonyms"], json({"gnat", "midge"}));
  EXPECT_EQ(bugs["labels"][1]["class"], "bee");
  EXPECT_EQ(bugs["labels"][1]["level"], 1 - 0.01 / 16);
  EXPECT_EQ(bug(bugs, "fly-on-a-flower")["prompts"],
            json({"a photo of a fly on a flower", "a picture of a fly on a flower"}));
}

TEST(BugsJson, HoldsNoAbsolutePathAlsoWhereTheStudyWasNamedByARelativeOne) {
  Study study = made_up::study();
  study.file = "studies/skewed.toml";
  study.classifier.model = std::filesystem::current_path() / "world" / "skewed.onnx";
  study.judge.ensemble.resize(1);
  study.judge.ensemble[0].model = study.classifier.model;
  const ordered_json bugs = bugs_json(study, made_up::findings());
  expect_valid(bugs);
  EXPECT_EQ(bugs["settings"]["classifier"]["model"], "../world/skewed.onnx");
  EXPECT_EQ(bugs["settings"]["judge"]["ensemble"][0]["model"], "../world/skewed.onnx");
  EXPECT_EQ(bugs.dump().find(std::filesystem::current_path().string()), std::string::npos);
}

TEST(BugsJson, HoldsReviewsWhereThereAreSomeAndIsAsBeforeWhereThereAreNone) {
  Findings findings = made_up::findings();
  const std::string before = bugs_json(made_up::study(), findings).dump();
  EXPECT_EQ(before.find("review"), std::string::npos);
  for (Hypothesis& h : findings.hypotheses) h.reviewed = ReviewedRate{40, 3, 0.92, 0.84, 0.97};
  findings.judge_review = JudgeReview{40, 30, 2, 10, 1};
  const ordered_json bugs = bugs_json(made_up::study(), findings);
  expect_valid(bugs);
  EXPECT_EQ(bugs["judge_review"]["accepted_wrong"], 2);
  EXPECT_EQ(bug(bugs, "fly-on-a-flower")["reviewed"]["rate"], 0.92);
  const ordered_json passes = bug(bugs, "bee-on-a-flower")["reviewed"];
  EXPECT_NEAR(passes["rate"].get<double>(), 0.08, 1e-12) << "failures, also where the claim is that it passes";
  EXPECT_NEAR(passes["low"].get<double>(), 0.03, 1e-12);
  EXPECT_NEAR(passes["high"].get<double>(), 0.16, 1e-12);
}

TEST(BugsJson, TellsNoLevelWhereTheRuleHoldsNone) {
  Study study = made_up::study();
  EXPECT_EQ(bugs_json(study, made_up::findings())["claims"]["slots"], 2 * 16 * 8);
  study.evidence.rule = EvidenceRule::fixed;
  EXPECT_FALSE(bugs_json(study, made_up::findings()).contains("claims"));
}

TEST(BugsJson, NamesImagesByTheGivenFunction) {
  EXPECT_EQ(image_path("abcdef"), "images/ab/abcdef.png");
  const auto bugs = bugs_json(made_up::study(), made_up::findings(), [](const std::string& id) { return "x/" + id; });
  EXPECT_EQ(bugs["labels"][0]["examples"]["passing"][0], "x/fly-grass-0");
  EXPECT_EQ(bugs["clusters"][0]["members"][0]["image"], "x/bee-grass-0");
}

}  // namespace
}  // namespace scotoma
