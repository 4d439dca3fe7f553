// SPDX-License-Identifier: Apache-2.0
// A check as a step of GitHub Actions.
#include "scotoma/report/github.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "e2e/program.h"
#include "fake/folder.h"

namespace scotoma::e2e {
namespace {

class GithubStep : public testing::Test {
 protected:
  /// A check of the classifier on which the bugs were found.
  Outcome check(const std::vector<std::string>& more, const std::string& actions, const std::string& summary) const {
    std::vector<std::string> arguments = {"check",
                                          finished_.study.string(),
                                          "--out",
                                          finished_.out.string(),
                                          "--quiet",
                                          "--against",
                                          kWorldText + "/classifiers/resnet_skewed.onnx"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return run(arguments, {.environment = {{"GITHUB_ACTIONS", actions}, {"GITHUB_STEP_SUMMARY", summary}}});
  }

  fake::Folder folder_;
  Finished finished_ = finished_study(folder_, {{"images = 400", "images = 700"}, {"audit = 16", "audit = 40"}});
  std::string summary_ = folder_.write("summary.md", "# Of another command\n").string();
};

TEST_F(GithubStep, IsAnnotatedAndSummedUpWhereThatIsWhereItRuns) {
  const Outcome outcome = check({}, "true", summary_);
  EXPECT_EQ(outcome.code, 1) << outcome.errors;
  EXPECT_NE(outcome.output.find("\n::error title=fly-on-a-flower%3A "), std::string::npos) << outcome.output;
  const std::string summary = read_file(summary_);
  EXPECT_TRUE(summary.starts_with("# Of another command\n## Scotoma: resnet\\_skewed on the findings of ")) << summary;
  EXPECT_NE(summary.find("| fly-on-a-flower | a photo of a fly on a flower | "), std::string::npos) << summary;
}

TEST_F(GithubStep, IsNeitherElsewhereNorWhereItIsNotWanted) {
  for (const Outcome& outcome : {check({}, "", summary_), check({"--no-github"}, "true", summary_)}) {
    EXPECT_EQ(outcome.code, 1) << outcome.errors;
    EXPECT_EQ(outcome.output.find("::error"), std::string::npos) << outcome.output;
    EXPECT_EQ(read_file(summary_), "# Of another command\n");
  }
  EXPECT_NE(check({"--github"}, "", "").output.find("::error"), std::string::npos) << "annotations need no summary";
}

TEST_F(GithubStep, LeavesJsonToProgramsAndAnnotatesBesideIt) {
  const Outcome outcome = check({"--json"}, "true", summary_);
  EXPECT_TRUE(nlohmann::json::accept(outcome.output)) << outcome.output;
  EXPECT_NE(outcome.errors.find("::error title=fly-on-a-flower%3A "), std::string::npos) << outcome.errors;
}

TEST_F(GithubStep, NamesASummaryThatCannotBeWritten) {
  const Outcome nowhere = check({}, "true", (folder_ / "gone/summary.md").string());
  EXPECT_EQ(nowhere.code, 2);
  EXPECT_NE(nowhere.errors.find("GITHUB_STEP_SUMMARY"), std::string::npos) << nowhere.errors;
  const Outcome folder = check({}, "true", folder_.path().string());
  EXPECT_EQ(folder.code, 2);
  EXPECT_NE(folder.errors.find("GITHUB_STEP_SUMMARY"), std::string::npos) << folder.errors;
}

TEST_F(GithubStep, WritesNoMoreThanGithubShows) {
  folder_.write("summary.md", std::string(kGithubSummary - 300, 'x'));
  const Outcome outcome = check({}, "true", summary_);
  EXPECT_EQ(outcome.code, 1);
  EXPECT_NE(outcome.errors.find("no room left"), std::string::npos) << outcome.errors;
  EXPECT_EQ(std::filesystem::file_size(summary_), kGithubSummary - 300);
}

}  // namespace
}  // namespace scotoma::e2e
