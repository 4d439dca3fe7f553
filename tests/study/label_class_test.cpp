// SPDX-License-Identifier: Apache-2.0
#include "scotoma/study/label_class.h"

#include <gtest/gtest.h>

namespace scotoma {
namespace {

Study study_of(const std::string& label, const std::string& class_name = "") {
  Study study;
  study.file = "study.toml";
  study.classifier.model = "resnet.onnx";
  study.classifier.labels = "names.txt";
  study.labels = {{label, class_name.empty() ? label : class_name, "", {}}};
  return study;
}

void expect_refused(const std::string& label, const std::vector<std::string>& names,
                    std::initializer_list<const char*> parts) {
  const auto found = classes_of_labels(study_of(label), names);
  ASSERT_FALSE(found.ok()) << label;
  EXPECT_EQ(found.error().code, Code::bad_input);
  for (const char* part : parts) {
    EXPECT_NE(found.error().message.find(part), std::string::npos) << found.error().message;
  }
}

TEST(LabelClass, ALabelMustNameOneClassAndOneOnly) {
  EXPECT_EQ(classes_of_labels(study_of("crane"), {"heron", "crane"}).value(), std::vector<std::size_t>{1});
  EXPECT_EQ(classes_of_labels(study_of("bird", "heron"), {"heron", "crane"}).value(), std::vector<std::size_t>{0});
  expect_refused("bird", {"heron", "crane"},
                 {"study.toml: label 'bird': no class of resnet.onnx is called 'bird'",
                  "names.txt names 2: heron, crane", "[[label]] name = \"bird\", class = \"...\""});
  expect_refused("crane", {"crane", "heron", "crane"}, {"number 0 and number 2", "rename", "names.txt"});
}

TEST(LabelClass, WhatWasProbablyMeantIsSaid) {
  expect_refused("tench", {"goldfish, Carassius auratus", "tench, Tinca tinca"},
                 {"did you mean 'tench, Tinca tinca'?"});
  expect_refused("traffic light", {"traffic_light", "Cat"}, {"did you mean 'traffic_light'?"});
  expect_refused("cat", {"traffic_light", "Cat"}, {"did you mean 'Cat'?"});
}

TEST(LabelClass, NamesThatAreNoneAreCalledSo) {
  expect_refused("fly", {"LABEL_0", "LABEL_1"}, {"saved without names", "one a line in the order of the outputs"});
  expect_refused("fly", {"n01440764 fly", "n01440765 bee"}, {"WordNet", "cut -c11- names.txt > plain_names.txt"});
  expect_refused("fly", {"n01440764", "n01440765"}, {"WordNet", "the id as the label's class"});
}

TEST(LabelClass, AJudgeGoesByTheNameAndElseByTheClass) {
  const std::filesystem::path model = "judge.onnx";
  const std::filesystem::path file = "judge.txt";
  const std::vector<std::string> names = {"house fly", "bee", "bee"};
  EXPECT_EQ(judges_class({"fly", "house fly", "", {}}, {names, model, file}).value(), 0U);
  for (const StudyLabel& label : {StudyLabel{"cat", "", "", {}}, StudyLabel{"bee", "bee", "", {}}}) {
    const auto refused = judges_class(label, {names, model, file});
    ASSERT_FALSE(refused.ok());
    for (const std::string& part : {std::string("judge.txt"), "label '" + label.name + "'", std::string("rename")}) {
      EXPECT_NE(refused.error().message.find(part), std::string::npos) << refused.error().message;
    }
  }
}

}  // namespace
}  // namespace scotoma
