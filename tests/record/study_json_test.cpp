// SPDX-License-Identifier: Apache-2.0
#include "scotoma/record/study_json.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "fake/summed.h"
#include "report/made_up.h"

namespace scotoma {
namespace {

Study study_with_models() {
  Study study = made_up::study();
  study.captioner.model = "/somewhere/studies/models/captioner";
  study.embedder.model = "/somewhere/studies/models/clip";
  return study;
}

Findings answered() {
  Findings findings;
  for (const char* role : {"generator", "classifier", "captioner", "embedder", "judge"}) {
    findings.fingerprints[role] = std::string(64, role[0]);
    findings.descriptions[role] = std::string("the ") + role;
  }
  findings.class_names = {"fly", "bee", "caf\xC3\xA9"};
  return findings;
}

nlohmann::ordered_json written(const Study& study) { return study_json(study, answered(), "/studies/pets.out"); }

TEST(StudyJson, GivesBackWhatWasWritten) {
  Study study = study_with_models();
  study.file = "/studies/pets.toml";
  study.text = "name = \"pets\"";
  const auto read = read_study_json(written(study).dump());
  ASSERT_TRUE(read.has_value());
  EXPECT_EQ(read->file, "../pets.toml");
  EXPECT_EQ(read->text, study.text);
  EXPECT_EQ(read->fingerprints, answered().fingerprints);
  EXPECT_EQ(read->descriptions, answered().descriptions);
  EXPECT_EQ(read->class_names, answered().class_names);
  EXPECT_TRUE(has_models_of(*read, study));
}

TEST(StudyJson, IsOfNoOtherModelsThanTheStudysOwn) {
  const Study study = study_with_models();
  const auto record = read_study_json(written(study).dump());
  ASSERT_TRUE(record.has_value());
  const auto fits_with = [&](const auto& change) {
    Study other = study;
    change(other);
    return has_models_of(*record, other);
  };
  EXPECT_FALSE(fits_with([](Study& s) { s.generator.steps += 1; }));
  EXPECT_FALSE(fits_with([](Study& s) { s.classifier.model = "another.onnx"; }));
  EXPECT_FALSE(fits_with(
      [](Study& s) { s.engine.precision = s.engine.precision == Precision::f32 ? Precision::bf16 : Precision::f32; }));
  EXPECT_FALSE(fits_with([](Study& s) { s.judge.threshold += 0.1; }));
  EXPECT_FALSE(fits_with([](Study& s) { s.judge.kind = JudgeKind::none; }));
  EXPECT_FALSE(fits_with([](Study& s) { s.labels.push_back({"cow", "cow", "", {}}); })) << "judges compare labels";
  EXPECT_FALSE(fits_with([](Study& s) { s.labels[0].article = "that"; }));
  EXPECT_TRUE(fits_with([](Study& s) { s.budget.images *= 2; }));
  EXPECT_TRUE(fits_with([](Study& s) { s.engine.threads += 1; }));
}

TEST(StudyJson, DamagedIsNone) {
  const nlohmann::ordered_json whole = written(study_with_models());
  EXPECT_FALSE(read_study_json(""));
  EXPECT_FALSE(read_study_json("[1]"));
  EXPECT_TRUE(read_study_json(fake::summed(whole)));
  auto by_hand = whole;
  by_hand["class_names"][0] = "flea";
  EXPECT_FALSE(read_study_json(by_hand.dump()));
  EXPECT_FALSE(read_study_json(whole.dump().substr(0, 100)));
  for (const char* key : {"schema_version", "file", "text", "asked", "roles", "class_names"}) {
    auto without = whole;
    without.erase(key);
    EXPECT_FALSE(read_study_json(fake::summed(without))) << key;
    auto other = whole;
    other[key] = 7;
    EXPECT_FALSE(read_study_json(fake::summed(other))) << key;
  }
  for (const char* role : {"generator", "classifier", "captioner", "embedder", "judge"}) {
    auto without = whole;
    without["roles"].erase(role);
    EXPECT_FALSE(has_models_of(*read_study_json(fake::summed(without)), study_with_models())) << role;
    auto other = whole;
    other["roles"][role]["fingerprint"] = 7;
    EXPECT_FALSE(read_study_json(fake::summed(other))) << role;
  }
  auto names = whole;
  names["class_names"][0] = 7;
  EXPECT_FALSE(read_study_json(fake::summed(names)));
}

}  // namespace
}  // namespace scotoma
