// SPDX-License-Identifier: Apache-2.0
// The user's own rule of what fails, through the program: the same images and answers, counted otherwise.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "e2e/program.h"
#include "fake/folder.h"

namespace scotoma::e2e {
namespace {

using nlohmann::json;

struct Counted {
  int failures = 0;  ///< among the baseline images of all labels
  json settings;
  std::string output;
};

Counted counted(const fake::Folder& folder, const std::string& name, const std::string& rule) {
  const auto study = folder.write(name + ".toml", small_study({{"[budget]", rule + "\n[budget]"}}));
  const auto out = folder / (name + ".out");
  const Outcome outcome =
      run({"find", study.string(), "--out", out.string(), "--cache", (folder / "cache").string(), "--quiet"});
  EXPECT_EQ(outcome.code, 0) << outcome.errors;
  Counted result;
  if (outcome.code != 0) return result;
  const json bugs = json::parse(read_file(out / "bugs.json"));
  for (const json& label : bugs.at("labels")) result.failures += label.at("base").at("failures").get<int>();
  result.settings = bugs.at("settings");
  result.output = outcome.output;
  return result;
}

TEST(FailureRules, CountTheSameImagesOtherwise) {
  const fake::Folder folder;
  const Counted usual = counted(folder, "usual", "");
  const Counted top_5 = counted(folder, "top5", "[failure]\nrule = \"top-k\"\nk = 5");
  const Counted low = counted(folder, "low", "[failure]\nrule = \"low-score\"\nthreshold = 0.99");
  const Counted sure = counted(folder, "sure", "[failure]\nrule = \"confident\"\nthreshold = 0.9");
  EXPECT_LT(top_5.failures, usual.failures);
  EXPECT_GT(low.failures, usual.failures);
  EXPECT_LT(sure.failures, usual.failures);
  EXPECT_FALSE(usual.settings.contains("failure")) << "as results of programs that knew no other rule";
  EXPECT_EQ(low.settings.at("failure"), (json{{"rule", "low-score"}, {"k", 5}, {"threshold", 0.99}}));
  EXPECT_NE(low.output.find("scores below 0.99"), std::string::npos) << low.output;
}

TEST(FailureRules, AreSaidAboveWhatIsListedAndShown) {
  const fake::Folder folder;
  ASSERT_FALSE(counted(folder, "low", "[failure]\nrule = \"low-score\"\nthreshold = 0.99").output.empty());
  const std::string results = (folder / "low.out").string();
  const std::string rule = "An image fails here when its label scores below 0.99";
  EXPECT_TRUE(run({"list", results}).output.starts_with(rule));
  EXPECT_FALSE(run({"list", results, "--json"}).output.starts_with(rule)) << "JSON alone";
  const json all = json::parse(run({"list", results, "--json", "--all"}).output);
  ASSERT_FALSE(all.empty());
  const Outcome shown = run({"show", results, all.at(0).at("id").get<std::string>()});
  EXPECT_TRUE(shown.output.starts_with(rule)) << shown.output;
  const Finished usual = finished_study(folder);
  EXPECT_EQ(run({"list", usual.out.string()}).output.find("An image fails here"), std::string::npos);
}

}  // namespace
}  // namespace scotoma::e2e
