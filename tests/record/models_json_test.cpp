#include "scotoma/record/models_json.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "report/made_up.h"

namespace scotoma {
namespace {

Findings answered() {
  Findings findings;
  for (const char* role : {"generator", "classifier", "captioner", "embedder", "judge"}) {
    findings.fingerprints[role] = std::string(64, role[0]);
    findings.descriptions[role] = std::string("the ") + role;
  }
  findings.class_names = {"fly", "bee", "caf\xC3\xA9"};
  return findings;
}

TEST(ModelsJson, GivesBackWhatWasWritten) {
  const Study study = made_up::study();
  const auto read = read_models_json(models_json(study, answered()).dump(), study);
  ASSERT_TRUE(read.has_value());
  EXPECT_EQ(read->fingerprints, answered().fingerprints);
  EXPECT_EQ(read->descriptions, answered().descriptions);
  EXPECT_EQ(read->class_names, answered().class_names);
}

TEST(ModelsJson, IsOfNoOtherModelsThanTheStudysOwn) {
  const Study study = made_up::study();
  const std::string text = models_json(study, answered()).dump();
  const auto fits_with = [&](const auto& change) {
    Study other = study;
    change(other);
    return read_models_json(text, other).has_value();
  };
  EXPECT_FALSE(fits_with([](Study& s) { s.generator.steps += 1; }));
  EXPECT_FALSE(fits_with([](Study& s) { s.classifier.model = "another.onnx"; }));
  EXPECT_FALSE(fits_with([](Study& s) { s.engine.precision = s.engine.precision == "f32" ? "bf16" : "f32"; }));
  EXPECT_FALSE(fits_with([](Study& s) { s.judge.threshold += 0.1; }));
  EXPECT_FALSE(fits_with([](Study& s) { s.labels.push_back({"cow", "cow", "", {}}); })) << "judges compare labels";
  EXPECT_FALSE(fits_with([](Study& s) { s.labels[0].article = "that"; }));
  EXPECT_TRUE(fits_with([](Study& s) { s.budget.images *= 2; }));
  EXPECT_TRUE(fits_with([](Study& s) { s.engine.threads += 1; }));
}

TEST(ModelsJson, DamagedIsNone) {
  const Study study = made_up::study();
  const nlohmann::ordered_json whole = models_json(study, answered());
  EXPECT_FALSE(read_models_json("", study));
  EXPECT_FALSE(read_models_json("[1]", study));
  EXPECT_FALSE(read_models_json(whole.dump().substr(0, 100), study));
  for (const char* key : {"schema_version", "study", "roles", "class_names"}) {
    auto without = whole;
    without.erase(key);
    EXPECT_FALSE(read_models_json(without.dump(), study)) << key;
    auto other = whole;
    other[key] = 7;
    EXPECT_FALSE(read_models_json(other.dump(), study)) << key;
  }
  for (const char* role : {"generator", "classifier", "captioner", "embedder", "judge"}) {
    auto without = whole;
    without["roles"].erase(role);
    EXPECT_FALSE(read_models_json(without.dump(), study)) << role;
    auto other = whole;
    other["roles"][role]["fingerprint"] = 7;
    EXPECT_FALSE(read_models_json(other.dump(), study)) << role;
  }
  auto names = whole;
  names["class_names"][0] = 7;
  EXPECT_FALSE(read_models_json(names.dump(), study));
}

}  // namespace
}  // namespace scotoma
