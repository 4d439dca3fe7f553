// SPDX-License-Identifier: Apache-2.0
// A run whose answers are all there loads no model; one whose models are others asks them.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>

#include "e2e/program.h"
#include "fake/folder.h"

namespace scotoma::e2e {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

class RememberedModels : public testing::Test {
 protected:
  /// Runs the study; what it compiled lies in a folder of this run's own.
  Outcome find(std::vector<std::string> more = {}) {
    engine_ = folder_ / ("engine" + std::to_string(++runs_));
    more.insert(more.begin(), {"find", study_.string(), "--out", (folder_ / "out").string(), "--threads", "2"});
    return run(more, {.environment = {{"SCOTOMA_ENGINE_CACHE", engine_.string()}}});
  }
  bool loaded() const { return fs::exists(engine_); }
  json bugs() const { return json::parse(read_file(folder_ / "out/bugs.json")); }

  fake::Folder folder_;
  fs::path study_ = folder_ / "study.toml";
  fs::path engine_;
  int runs_ = 0;
};

TEST_F(RememberedModels, AreLoadedOnlyWhereSomethingNewIsAsked) {
  folder_.write("study.toml", small_study());
  const Outcome first = find();
  ASSERT_EQ(first.code, 0) << first.errors;
  EXPECT_TRUE(loaded());
  const std::string found = read_file(folder_ / "out/bugs.json");
  const Outcome again = find();
  ASSERT_EQ(again.code, 0) << again.errors;
  EXPECT_FALSE(loaded());
  EXPECT_NE(again.output.find("no model was asked"), std::string::npos) << again.output;
  EXPECT_EQ(read_file(folder_ / "out/bugs.json"), found);
  const Outcome other = find({"--seed", "5"});
  ASSERT_EQ(other.code, 0) << other.errors;
  EXPECT_TRUE(loaded());
}

TEST_F(RememberedModels, AreAskedAnewWhereAFileOfTheSameSizeAndTimeHoldsOtherBytes) {
  const fs::path copy = folder_ / "classifiers/net.onnx";
  fs::create_directories(copy.parent_path());
  fs::copy_file(kWorld / "classifiers/resnet_skewed.onnx", copy);
  folder_.write("study.toml", small_study({{kWorldText + "/classifiers/resnet_skewed.onnx", copy.string()}}));
  const Outcome first = find();
  ASSERT_EQ(first.code, 0) << first.errors;
  const std::string before = bugs()["fingerprints"]["classifier"];
  const auto time = fs::last_write_time(copy);
  std::string bytes = read_file(copy);
  bytes[bytes.size() / 2] = static_cast<char>(bytes[bytes.size() / 2] ^ 1);  // in the midst of its weights
  folder_.write("classifiers/net.onnx", bytes);
  fs::last_write_time(copy, time);
  const Outcome second = find();
  ASSERT_EQ(second.code, 0) << second.errors;
  EXPECT_TRUE(loaded());
  EXPECT_NE(bugs()["fingerprints"]["classifier"], before);
}

}  // namespace
}  // namespace scotoma::e2e
