// SPDX-License-Identifier: Apache-2.0
// A label that always fails is a finding like any other, for every verb.
#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "e2e/program.h"
#include "fake/folder.h"

namespace scotoma::e2e {
namespace {

using nlohmann::json;

const std::string kClassifiers = kWorldText + "/classifiers/";

/// The world's class names with two of them exchanged: whatever knows the things then always calls one the other.
std::string exchanged(const std::string& a, const std::string& b) {
  json names = json::parse(read_file(kClassifiers + "labels.json"));
  for (json& name : names) {
    if (name == a) {
      name = b;
    } else if (name == b) {
      name = a;
    }
  }
  return names.dump();
}

/// A classifier that calls every penguin a duck, and has no other fault, as a finished study.
class ALabelThatAlwaysFails : public testing::Test {
 protected:
  void SetUp() override {
    folder_.write("names.json", exchanged("penguin", "duck"));
    study_ = folder_
                 .write("study.toml", small_study({{"[\"fly\", \"bee\"]", "[\"penguin\", \"cat\"]"},
                                                   {"resnet_skewed", "resnet_balanced"},
                                                   {kClassifiers + "labels.json", (folder_ / "names.json").string()}}))
                 .string();
  }
  Outcome verb(std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin() + 1, study_);
    arguments.insert(arguments.end(), {"--out", (folder_ / "out").string()});
    return run(arguments);
  }
  static void expect_in(const std::string& text, const std::vector<std::string>& all) {
    for (const std::string& one : all) EXPECT_NE(text.find(one), std::string::npos) << one << " is not in:\n" << text;
  }

  fake::Folder folder_;
  std::string study_;
};

TEST_F(ALabelThatAlwaysFails, IsAFindingForEveryVerb) {
  const Outcome found = verb({"find", "--quiet"});
  ASSERT_EQ(found.code, 0) << found.errors;
  expect_in(found.output, {"1 finding: 1 systematic failure.", "A penguin fails systematically: 32 of 32 baseline",
                           "mostly as a duck", "even one is false"});
  EXPECT_EQ(found.output.find("No bug was confirmed"), std::string::npos) << found.output;

  const json bugs = json::parse(read_file(folder_ / "out/bugs.json"));
  EXPECT_EQ(bugs["findings"]["systematic_failures"], 1);
  ASSERT_EQ(bugs["systematic_failures"].size(), 1U);
  EXPECT_EQ(bugs["systematic_failures"][0]["base"]["failures"], 32);

  expect_in(verb({"list"}).output, {"penguin-systematic", "A penguin fails systematically", "100 %", "duck"});
  const json listed = json::parse(verb({"list", "--json", "--label", "penguin"}).output);
  ASSERT_EQ(listed.size(), 1U);
  EXPECT_EQ(listed[0]["kind"], "systematic_failure");
  EXPECT_EQ(json::parse(verb({"list", "--json", "--label", "cat"}).output).size(), 0U);
  EXPECT_EQ(json::parse(verb({"list", "--json", "--misclassified-as", "duck"}).output).size(), 1U);
  expect_in(verb({"show", "penguin-systematic"}).output, {"32 of 32 fail: 100.0 %", "images/", "a photo of a penguin"});

  const std::string junit = (folder_ / "junit.xml").string();
  const Outcome red = verb({"check", "--against", kClassifiers + "resnet_balanced.onnx", "--junit", junit, "--quiet"});
  EXPECT_EQ(red.code, 1) << red.output << red.errors;
  expect_in(red.output, {"still there", "32 of 32 baseline images fail"});
  expect_in(red.errors, {"1 systematic failure"});
  expect_in(read_file(junit), {"<testsuite name=\"penguin-systematic\" tests=\"1\" failures=\"1\""});
  const Outcome green = verb({"check", "--against", kClassifiers + "resnet_balanced.onnx", "--labels",
                              kClassifiers + "labels.json", "--images", "40", "--quiet"});
  EXPECT_EQ(green.code, 0) << green.output << green.errors;
  expect_in(green.output, {"fixed", "of 40 baseline images fail"});

  const Outcome exported = verb({"export", "--format", "jsonl", "--to", (folder_ / "set").string(), "--quiet"});
  EXPECT_EQ(exported.code, 0) << exported.errors;
  expect_in(exported.output, {"32 images of 1 systematic failure"});
  expect_in(read_file(folder_ / "set/images.jsonl"),
            {"\"bug\":\"penguin-systematic\"", "\"generated_for\":\"baseline\""});

  const Outcome others = verb({"transfer", "--classifier", kClassifiers + "resnet_skewed.onnx", "--labels",
                               kClassifiers + "labels.json", "--quiet"});
  EXPECT_EQ(others.code, 0) << others.errors;
  expect_in(others.output, {"penguin-systematic"});
}

}  // namespace
}  // namespace scotoma::e2e
