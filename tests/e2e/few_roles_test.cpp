// SPDX-License-Identifier: Apache-2.0
// A study whose phrases come from lists needs neither captioner nor embedder.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>

#include "e2e/program.h"
#include "fake/folder.h"

namespace scotoma::e2e {
namespace {

using nlohmann::json;

class FewRoles : public testing::Test {
 protected:
  FewRoles() {
    folder_.write("study.toml", small_study({{"[captioner]\nmodel = \"" + kWorldText + "/captioner\"\n", ""},
                                             {"[embedder]\nmodel = \"" + kWorldText + "/embedder\"\n", ""},
                                             {"[search]\n",
                                              "[[attributes]]\nname = "
                                              "\"places\"\nphrases = [\"on a flower\", \"in the snow\"]\n"
                                              "[search]\nsource = \"none\"\n"}}));
  }
  Outcome verb(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin() + 1, (folder_ / "study.toml").string());
    arguments.insert(arguments.end(), {"--out", (folder_ / "out").string()});
    return run(arguments);
  }
  fake::Folder folder_;
};

TEST_F(FewRoles, AreEnoughForAStudyOfLists) {
  const Outcome found = verb({"find", "--quiet"});
  ASSERT_EQ(found.code, 0) << found.errors;
  const json bugs = json::parse(read_file(folder_ / "out/bugs.json"));
  EXPECT_FALSE(bugs["fingerprints"].contains("captioner"));
  EXPECT_FALSE(bugs["fingerprints"].contains("embedder"));
  EXPECT_FALSE(bugs["bugs"].empty()) << "no phrase of the list was tried";
  const std::string before = read_file(folder_ / "out/report.html");
  const Outcome again = verb({"report"});
  EXPECT_EQ(again.code, 0) << again.errors;
  EXPECT_EQ(read_file(folder_ / "out/report.html"), before);
  const Outcome examined = run({"doctor", (folder_ / "study.toml").string()});
  EXPECT_NE(examined.output.find("none: phrases come from the study's lists"), std::string::npos) << examined.output;
  EXPECT_NE(examined.code, 2) << examined.errors;
}

}  // namespace
}  // namespace scotoma::e2e
