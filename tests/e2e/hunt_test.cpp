// The main job: the planted bugs of the embedded world are found, and nothing is found where nothing was planted. Truth
// is world/truth.json, measured on rendered scenes.
#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "e2e/program.h"
#include "fake/folder.h"

namespace scotoma::e2e {
namespace {

using nlohmann::json;

json bugs_of(const std::filesystem::path& out) { return json::parse(read_file(out / "bugs.json")); }

const json* find_bug(const json& result, const std::string& id) {
  for (const json& bug : result["bugs"]) {
    if (bug["id"] == id) return &bug;
  }
  return nullptr;
}

std::filesystem::path example(const std::string& name) {
  return std::filesystem::path(SCOTOMA_SOURCE_DIR) / "examples" / name;
}

TEST(Hunt, FindsThatFliesOnFlowersAreTakenForBees) {
  const fake::Folder folder;
  const Outcome outcome =
      run({"find", example("world-skewed.toml").string(), "--out", (folder / "out").string(), "--quiet"});
  ASSERT_EQ(outcome.code, 0) << outcome.errors;
  const json result = bugs_of(folder / "out");
  const json* bug = find_bug(result, "fly-on-a-flower");
  ASSERT_NE(bug, nullptr) << outcome.output;
  EXPECT_EQ((*bug)["status"], "confirmed");
  EXPECT_EQ((*bug)["predicted"], "bee");
  EXPECT_GT((*bug)["audit"]["low"].get<double>(), (*bug)["base"]["high"].get<double>());
  EXPECT_NE(outcome.output.find("report:"), std::string::npos);

  const Outcome list =
      run({"list", example("world-skewed.toml").string(), "--out", (folder / "out").string(), "--json"});
  EXPECT_EQ(list.code, 0) << list.errors;
  EXPECT_FALSE(json::parse(list.output).empty());
  const Outcome show =
      run({"show", example("world-skewed.toml").string(), "fly-on-a-flower", "--out", (folder / "out").string()});
  EXPECT_EQ(show.code, 0) << show.errors;
  EXPECT_NE(show.output.find("taken for"), std::string::npos) << show.output;
}

TEST(Hunt, FindsNothingInTheBalancedTwin) {
  const fake::Folder folder;
  const Outcome outcome =
      run({"find", example("world-balanced.toml").string(), "--out", (folder / "out").string(), "--quiet"});
  ASSERT_EQ(outcome.code, 0) << outcome.errors;
  const json result = bugs_of(folder / "out");
  for (const json& bug : result["bugs"]) EXPECT_NE(bug["status"], "confirmed") << bug["prompt"];
}

TEST(Doctor, SaysThatTheWorldIsWell) {
  const fake::Folder folder;
  const auto study = folder.write("study.toml", small_study());
  const Outcome outcome = run({"doctor", study.string(), "--out", (folder / "out").string()});
  EXPECT_EQ(outcome.code, 0) << outcome.errors;
  EXPECT_NE(outcome.output.find("all is well"), std::string::npos) << outcome.output;
}

TEST(Probe, PutsAPhraseOfTheUsersThroughTheSameEvidence) {
  const fake::Folder folder;
  const auto study = folder.write("study.toml", small_study());
  const Outcome outcome =
      run({"probe", study.string(), "--label", "fly", "on a flower", "--out", (folder / "out").string(), "--json"});
  ASSERT_EQ(outcome.code, 0) << outcome.errors;
  const json bug = json::parse(outcome.output);
  EXPECT_EQ(bug["source"], "user");
  EXPECT_GT(bug["confirm"]["valid"].get<int>(), 0);
}

}  // namespace
}  // namespace scotoma::e2e
