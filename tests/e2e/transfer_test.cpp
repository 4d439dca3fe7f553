// SPDX-License-Identifier: Apache-2.0
// Other classifiers on a finished study, through the real command line.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "e2e/program.h"
#include "fake/folder.h"

namespace scotoma::e2e {
namespace {

using nlohmann::json;

const std::string kBalanced = kWorldText + "/classifiers/resnet_balanced.onnx";
const std::string kSkewed = kWorldText + "/classifiers/resnet_skewed.onnx";

class OtherClassifiers : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    folder_ = new fake::Folder;
    study_ = finished_study(*folder_, {{"images = 400", "images = 700"}, {"audit = 16", "audit = 40"}}).study;
  }
  static void TearDownTestSuite() { delete folder_; }
  void SetUp() override {
    ASSERT_NE(read_file(out() / "bugs.json").find("\"confirmed\""), std::string::npos)
        << "the small study finds no bug";
  }

  static std::filesystem::path out() { return *folder_ / "out"; }
  static Outcome verb(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin() + 1, study_.string());
    arguments.insert(arguments.end(), {"--out", out().string(), "--quiet"});
    return run(arguments);
  }
  static std::string file(const char* name) { return read_file(out() / name); }
  static bool has_section() { return file("report.html").find("<section id=\"transfer\">") != std::string::npos; }

  static fake::Folder* folder_;
  static std::filesystem::path study_;
};
fake::Folder* OtherClassifiers::folder_ = nullptr;
std::filesystem::path OtherClassifiers::study_;

TEST_F(OtherClassifiers, AreAskedOnceAndFillTableJsonAndReport) {
  const std::string bugs = file("bugs.json");
  const std::vector<std::string> command = {"transfer",
                                            "--classifier",
                                            kBalanced,
                                            "--classifier",
                                            kSkewed,
                                            "--classifier",
                                            kWorldText + "/classifiers/vit_skewed.onnx"};
  const Outcome first = verb(command);
  ASSERT_EQ(first.code, 0) << first.errors;
  EXPECT_NE(first.errors.find("resnet_skewed is there already"), std::string::npos) << first.errors;
  for (const char* name : {"resnet_skewed", "resnet_balanced", "vit_skewed", "aimed at"})
    EXPECT_NE(first.output.find(name), std::string::npos) << first.output;
  const std::string written = file("transfer.json");
  const json result = json::parse(written);
  ASSERT_EQ(result["classifiers"].size(), 3U);
  EXPECT_TRUE(result["classifiers"][0]["aimed_at"]);
  EXPECT_EQ(result["classifiers"][0]["accuracy"]["failing"]["right"], 0);
  EXPECT_GT(result["classifiers"][1]["accuracy"]["failing"]["rate"], 0.9) << "the balanced twin has no such bug";
  EXPECT_LT(result["classifiers"][2]["accuracy"]["failing"]["rate"], 0.5) << "the skewed transformer has it too";
  for (const json& bug : result["bugs"]) EXPECT_FALSE(bug["cells"][1]["transfers"]) << bug["id"];
  const json found = json::parse(bugs)["findings"];
  ASSERT_EQ(found["bugs"], 1);
  ASSERT_EQ(found["exceptions"], 1);
  for (const char* kind : {"bugs", "systematic_failures", "exceptions"})
    EXPECT_EQ(result["counts"][kind], found[kind]) << "not counted as bugs.json does";
  EXPECT_NE(first.output.find("0 of 1 bug, 0 of 1 systematic failure and 0 of 1 exception\n"), std::string::npos)
      << first.output;
  EXPECT_NE(first.output.find("1 exception\n  bee-on-a-flower"), std::string::npos) << first.output;
  EXPECT_TRUE(has_section());
  EXPECT_EQ(file("bugs.json"), bugs) << "what others say is no part of what was found";
  const int answers = answers_in(out());
  const Outcome again = verb({"transfer", "--json", "--classifier", kBalanced, "--classifier",
                              kWorldText + "/classifiers/vit_skewed.onnx", "--threads", "1"});
  ASSERT_EQ(again.code, 0) << again.errors;
  EXPECT_EQ(again.output, written);
  EXPECT_EQ(file("transfer.json"), written);
  EXPECT_EQ(answers_in(out()), answers) << "something was asked twice";
}

TEST_F(OtherClassifiers, StayInTheReportUntilTheyAreOfOtherFindings) {
  ASSERT_EQ(verb({"transfer", "--classifier", kBalanced}).code, 0);
  ASSERT_EQ(run({"report", study_.string(), "--out", out().string()}).code, 0);
  EXPECT_TRUE(has_section());
  json other = json::parse(file("transfer.json"));
  const std::string kept = file("transfer.json");
  other["classifiers"][0]["fingerprint"] = "of an older model";
  folder_->write("out/transfer.json", other.dump());
  ASSERT_EQ(run({"report", study_.string(), "--out", out().string()}).code, 0);
  EXPECT_FALSE(has_section());
  folder_->write("out/transfer.json", kept);
}

TEST_F(OtherClassifiers, CheckedGoFromRedToGreen) {
  const auto junit = (*folder_ / "junit.xml").string();
  const Outcome red = verb({"check", "--against", kSkewed, "--junit", junit});
  EXPECT_EQ(red.code, 1) << red.output << red.errors;
  EXPECT_NE(red.output.find("still there"), std::string::npos) << red.output;
  EXPECT_NE(read_file(junit).find("<failure type=\"still there\""), std::string::npos);
  const Outcome green = verb({"check", "--against", kBalanced, "--junit", junit, "--images", "96"});
  EXPECT_EQ(green.code, 0) << green.output << green.errors;
  EXPECT_EQ(read_file(junit).find("<failure"), std::string::npos);
  const Outcome as_json = verb({"check", "--against", kBalanced, "--json", "--images", "96"});
  EXPECT_EQ(as_json.code, 0);
  const json checked = json::parse(as_json.output);
  ASSERT_FALSE(checked["bugs"].empty());
  for (const json& bug : checked["bugs"]) {
    EXPECT_EQ(bug["verdict"], "fixed");
    const int with = bug["now"]["with"]["valid"].get<int>() + bug["now"]["with"]["invalid"].get<int>();
    EXPECT_EQ(with, 96) << "images were not generated as asked for";
  }
}

TEST_F(OtherClassifiers, WithSettingsOfTheirOwnAreDescribedByATable) {
  // Fed in another way than it was trained for, the same model is another classifier.
  const auto table =
      folder_->write("dark.toml", "[classifier]\nmodel = \"" + kBalanced + "\"\nlabels = \"" + kWorldText +
                                      "/classifiers/labels.json\"\nmean = [255, 255, 255]\n");
  const Outcome other = verb({"check", "--against", table.string()});
  EXPECT_EQ(other.code, 1) << other.output << other.errors;
}

TEST_F(OtherClassifiers, AreNotSaidToFailWhereTheImagesAreMissing) {
  const auto table =
      folder_->write("bright.toml", "[classifier]\nmodel = \"" + kBalanced + "\"\nlabels = \"" + kWorldText +
                                        "/classifiers/labels.json\"\nmean = [64, 64, 64]\n");
  std::filesystem::rename(out() / "images", *folder_ / "aside");
  const Outcome unread = verb({"check", "--against", table.string()});
  std::filesystem::remove_all(out() / "images");
  std::filesystem::rename(*folder_ / "aside", out() / "images");
  EXPECT_EQ(unread.code, 2) << "1 is the verdict: " << unread.output << unread.errors;
  EXPECT_NE(unread.errors.find("missing"), std::string::npos) << unread.errors;
}

TEST_F(OtherClassifiers, ThatCannotBeUsedAreBadInputThatIsNamed) {
  const std::string labels = kModelsText + "/seventeen.labels.json";
  const std::vector<std::pair<std::vector<std::string>, std::string>> cases = {
      {{"gone.onnx"}, "gone.onnx: not there"},
      {{kModelsText + "/truncated.onnx"}, "truncated.onnx"},
      {{kBalanced, "--labels", "gone.json"}, "gone.json: not there"},
      {{kBalanced, "--labels", labels}, "17"},
      {{kModelsText + "/logits.onnx", "--labels", kModelsText + "/names.json"}, "fly"},
      {{folder_->write("empty.toml", "").string()}, "classifier.model"}};
  for (const auto& [arguments, says] : cases) {
    for (const std::string name : {"transfer", "check"}) {
      std::vector<std::string> command = {name, name == "check" ? "--against" : "--classifier"};
      command.insert(command.end(), arguments.begin(), arguments.end());
      const Outcome outcome = verb(command);
      EXPECT_EQ(outcome.code, 2) << name << " " << arguments[0] << ": " << outcome.errors;
      EXPECT_NE(outcome.errors.find(says), std::string::npos) << outcome.errors;
    }
  }
}

TEST_F(OtherClassifiers, OfAStudyWithoutResultsAreToldToRunFindAndLeaveNoFolder) {
  for (const std::string name : {"transfer", "check"}) {
    const auto nowhere = (*folder_ / "nowhere").string();
    const Outcome outcome =
        run({name, study_.string(), name == "check" ? "--against" : "--classifier", kBalanced, "--out", nowhere});
    EXPECT_EQ(outcome.code, 2) << outcome.errors;
    EXPECT_NE(outcome.errors.find("scotoma find"), std::string::npos) << outcome.errors;
    EXPECT_FALSE(std::filesystem::exists(nowhere));
  }
}

}  // namespace
}  // namespace scotoma::e2e
