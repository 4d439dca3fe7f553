// SPDX-License-Identifier: Apache-2.0
// A finished study opens without its models.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "e2e/program.h"
#include "fake/folder.h"
#include "fake/places.h"
#include "fake/summed.h"

namespace scotoma::e2e {
namespace {

namespace fs = std::filesystem;

std::string with(std::string text, const std::string& from, const std::string& to) {
  for (std::size_t at = 0; (at = text.find(from, at)) != std::string::npos; at += to.size())
    text.replace(at, from.size(), to);
  return text;
}

/// The study of a finished run, whose model files have gone away since.
class WithoutModels : public testing::Test {
 protected:
  void SetUp() override {
    finished_study(folder_);
    report_ = read_file(out_ / "report.html");
    const std::string study = read_file(study_);
    folder_.write("study.toml", with(study, kWorld.string(), (folder_ / "gone").string()));
    const std::string world =
        fs::absolute(kWorld).lexically_normal().lexically_relative(folder_.path()).generic_string();
    const std::string models = read_file(out_ / "study.json");
    folder_.write("out/study.json", fake::summed(nlohmann::ordered_json::parse(with(models, world, "gone"))));
    folder_.write("out/bugs.json", with(read_file(out_ / "bugs.json"), world, "gone"));
    ASSERT_NE(models, read_file(out_ / "study.json"));
  }
  Outcome verb(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin() + 1, study_.string());
    arguments.insert(arguments.end(), {"--out", out_.string()});
    return run(arguments);
  }

  fake::Folder folder_;
  fs::path study_ = folder_ / "study.toml";
  fs::path out_ = folder_ / "out";
  std::string report_;
};

TEST_F(WithoutModels, ItIsReportedExportedReviewedAndCheckedAgain) {
  const std::string world = fs::absolute(kWorld).lexically_normal().lexically_relative(folder_.path()).generic_string();
  const Outcome reported = verb({"report"});
  EXPECT_EQ(reported.code, 0) << reported.errors;
  EXPECT_EQ(reported.errors, "");
  const std::string again = read_file(out_ / "report.html");
  const auto body = [](const std::string& page) { return page.substr(0, page.find("<!-- bugs.json")); };
  EXPECT_EQ(body(again), with(body(report_), world, "gone"));
  const Outcome listed = verb({"list"});
  EXPECT_EQ(listed.code, 0) << listed.errors;
  const Outcome exported = verb({"export", "--format", "jsonl", "--to", (folder_ / "data").string()});
  EXPECT_EQ(exported.code, 0) << exported.errors;
  const Outcome checked = verb({"check", "--against", (kWorld / "classifiers/resnet_balanced.onnx").string()});
  EXPECT_NE(checked.code, 2) << checked.errors;
  EXPECT_NE(checked.output.find("fly"), std::string::npos) << checked.output;
}

TEST_F(WithoutModels, WhatAsksThemNamesTheFile) {
  const Outcome found = verb({"find", "-q"});
  EXPECT_EQ(found.code, 2);
  EXPECT_NE(found.errors.find((folder_ / "gone").string()), std::string::npos) << found.errors;
  fs::remove(out_ / "study.json");
  const Outcome reported = verb({"report"});
  EXPECT_EQ(reported.code, 2) << "nothing says who answered";
}

TEST_F(WithoutModels, TheFolderOfTheResultsIsEnough) {
  fs::remove(study_);
  const auto alone = [&](std::vector<std::string> arguments) {
    arguments.insert(arguments.begin() + 1, out_.string());
    return run(arguments);
  };
  const std::string study = read_file(out_ / "study.json");
  folder_.write("out/study.json",
                fake::summed(nlohmann::ordered_json::parse(with(study, kWorld.string(), (folder_ / "gone").string()))));
  const Outcome reported = alone({"report"});
  EXPECT_EQ(reported.code, 0) << reported.errors;
  const Outcome listed = alone({"list", "--json"});
  ASSERT_EQ(listed.code, 0) << listed.errors;
  EXPECT_EQ(listed.errors, "");
  const std::string id = nlohmann::json::parse(listed.output).at(0).at("id");
  EXPECT_EQ(alone({"show", id}).code, 0);
  EXPECT_EQ(alone({"export", "--format", "jsonl", "--to", (folder_ / "data").string()}).code, 0);
  EXPECT_EQ(alone({"review", "--import", folder_.write("none.csv", "image_id,label,valid\n").string()}).code, 2);
  const Outcome found = alone({"find", "-q"});
  EXPECT_EQ(found.code, 2);
  EXPECT_NE(found.errors.find("study file"), std::string::npos) << found.errors;
  const Outcome empty = run({"list", folder_.path().string()});
  EXPECT_EQ(empty.code, 2);
  EXPECT_NE(empty.errors.find("no results of a study there"), std::string::npos) << empty.errors;
}

TEST_F(WithoutModels, AStudyJsonThatWasChangedOrIsOfOtherResultsIsNotTaken) {
  const std::string study = read_file(out_ / "study.json");
  folder_.write("out/study.json", with(study, "\"fly\"", "\"fly-by\""));
  EXPECT_EQ(verb({"report"}).code, 2);
  const Outcome alone = run({"report", out_.string()});
  EXPECT_EQ(alone.code, 2);
  EXPECT_NE(alone.errors.find("study.json is missing or damaged"), std::string::npos) << alone.errors;
  auto other = nlohmann::ordered_json::parse(study);
  other["roles"]["judge"]["fingerprint"] = std::string(64, '0');
  folder_.write("out/study.json", fake::summed(other));
  const Outcome reported = verb({"report"});
  EXPECT_EQ(reported.code, 2);
  EXPECT_NE(reported.errors.find("not of the bugs.json beside it"), std::string::npos) << reported.errors;
}

TEST(AFinishedStudy, OfWhichAnImageIsGoneNamesItWhereItIsReplayed) {
  const fake::Folder folder;
  finished_study(folder);
  fs::remove(folder / "out/findings.sqlite");
  std::filesystem::path gone;
  for (const auto& entry : fs::recursive_directory_iterator(folder / "out/images")) {
    if (entry.path().extension() == ".png") gone = entry.path();
  }
  fs::remove(gone);
  const Outcome reported = run({"report", (folder / "study.toml").string(), "--out", (folder / "out").string()});
  EXPECT_EQ(reported.code, 2);
  EXPECT_NE(reported.errors.find("1 of the study's images is missing or damaged"), std::string::npos)
      << reported.errors;
  EXPECT_NE(reported.errors.find(gone.filename().string()), std::string::npos) << reported.errors;
  EXPECT_NE(reported.errors.find("generates it anew"), std::string::npos) << reported.errors;
}

TEST(AFinishedStudy, OfWhichAnImageOfTheReportIsGoneNamesItToo) {
  const fake::Folder folder;
  const Finished finished = finished_study(folder);
  const auto bugs = nlohmann::json::parse(read_file(finished.out / "bugs.json"));
  const std::string gone = bugs["labels"][0]["examples"]["passing"][0];
  fs::remove(finished.out / gone);
  const Outcome reported = run({"report", finished.out.string()});
  EXPECT_EQ(reported.code, 1);
  EXPECT_NE(reported.errors.find(gone), std::string::npos) << reported.errors;
}

TEST(AFinishedStudy, SaysWhereAModelIsNewerThanItsResults) {
  const fake::Folder folder;
  finished_study(folder);
  const auto record = folder / "out/study.json";
  fs::last_write_time(record, fs::file_time_type::min() + std::chrono::hours(1));
  const Outcome reported = run({"report", (folder / "study.toml").string(), "--out", (folder / "out").string()});
  EXPECT_EQ(reported.code, 0) << reported.errors;
  EXPECT_NE(reported.errors.find("has been written after these results"), std::string::npos) << reported.errors;
}

}  // namespace
}  // namespace scotoma::e2e
