// SPDX-License-Identifier: Apache-2.0
// Datasets of a finished study, as a user asks for them. That their readers read them: ./dev readers.
#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <nlohmann/json.hpp>
#include <sstream>

#include "e2e/program.h"
#include "fake/folder.h"

namespace scotoma::e2e {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

class ExportVerb : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    shared_ = std::make_unique<fake::Folder>();
    finished_study(*shared_);
  }
  static void TearDownTestSuite() { shared_.reset(); }

  static std::string study() { return (*shared_ / "study.toml").string(); }
  static std::string out() { return (*shared_ / "out").string(); }

  Outcome write(const std::string& format, const std::string& to, const std::vector<std::string>& more = {}) const {
    std::vector<std::string> arguments = {"export",   study(), "--out", out(),
                                          "--format", format,  "--to",  (folder_ / to).string()};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return run(arguments);
  }
  void expect_refused(const Outcome& outcome, const std::string& says) const {
    EXPECT_EQ(outcome.code, 2) << outcome.output;
    EXPECT_NE(outcome.errors.find(says), std::string::npos) << "'" << says << "' is not in: " << outcome.errors;
    EXPECT_TRUE(fs::is_empty(folder_.path())) << "something was written";
  }

  fake::Folder folder_;
  static inline std::unique_ptr<fake::Folder> shared_;
};

std::vector<json> lines_of(const fs::path& file) {
  std::vector<json> all;
  std::istringstream lines(read_file(file));
  for (std::string line; std::getline(lines, line);) all.push_back(json::parse(line));
  return all;
}

TEST_F(ExportVerb, WritesTheFailuresOfTheConfirmedBugAndOfTheLabelThatFailsSystematically) {
  const Outcome outcome = write("jsonl", "x");
  ASSERT_EQ(outcome.code, 0) << outcome.errors;
  const auto lines = lines_of(folder_ / "x/images.jsonl");
  const json found = json::parse(read_file(fs::path(out()) / "bugs.json"));
  const json& bugs = found["bugs"];
  const auto fly =
      std::find_if(bugs.begin(), bugs.end(), [](const json& bug) { return bug["id"] == "fly-on-a-flower"; });
  ASSERT_NE(fly, bugs.end());
  ASSERT_EQ(found["systematic_failures"].size(), 1U);
  const int of_bee = found["systematic_failures"][0]["base"]["failures"];
  EXPECT_EQ(lines.size(), (*fly)["audit"]["failures"].get<std::size_t>() + static_cast<std::size_t>(of_bee))
      << "the audit's failures and the baseline's, and nothing of the exception";
  for (const json& line : lines) {
    const bool fly_line = line["label"] == "fly";
    EXPECT_EQ(line["bug"], fly_line ? "fly-on-a-flower" : "bee-systematic");
    if (fly_line) {
      EXPECT_EQ(line["predicted"], "bee");
    }
    const std::string id = line["image_id"];
    EXPECT_EQ(read_file(folder_ / "x" / line["file_name"].get<std::string>()),
              read_file(fs::path(out()) / "images" / id.substr(0, 2) / (id + ".png")));
  }
  const json about = json::parse(read_file(folder_ / "x/dataset.json"));
  EXPECT_EQ(about["models"]["classifier"]["fingerprint"],
            json::parse(read_file(fs::path(out()) / "bugs.json"))["fingerprints"]["classifier"]);
  EXPECT_EQ(run({"--version"}).output, "scotoma " + about["scotoma"].get<std::string>() + "\n");
}

TEST_F(ExportVerb, EveryFormatAndOptionIsUnderstood) {
  for (const std::string format : {"imagefolder", "huggingface", "webdataset", "jsonl", "fiftyone"}) {
    const Outcome outcome = write(format, format,
                                  {"--images", "valid", "--test", "0.5", "--bug", "bee-on-a-flower", "--bug",
                                   "fly-on-a-flower", "--per-bug", "5", "--quiet"});
    EXPECT_EQ(outcome.code, 0) << outcome.errors;
    EXPECT_TRUE(outcome.output.starts_with("10 images of 1 bug and 1 exception: ")) << outcome.output;
    const json about = json::parse(read_file(folder_ / format / "dataset.json"));
    EXPECT_EQ(about["format"], format);
    EXPECT_EQ(about["train"].get<int>() + about["test"].get<int>(), 10);
  }
  EXPECT_EQ(write("webdataset", "small", {"--shard-size", "1"}).code, 0);
}

TEST_F(ExportVerb, WhatCannotBeMeantIsRefused) {
  expect_refused(write("tfrecord", "x"), "imagefolder");
  expect_refused(run({"export", study(), "--out", out(), "--to", (folder_ / "x").string()}), "--format");
  expect_refused(run({"export", study(), "--out", out(), "--format", "jsonl"}), "--to");
  expect_refused(write("jsonl", "x", {"--test", "1.5"}), "--test");
  expect_refused(write("jsonl", "x", {"--test", "nan"}), "--test");
  expect_refused(write("jsonl", "x", {"--per-bug", "0"}), "--per-bug");
  expect_refused(write("jsonl", "x", {"--images", "all"}), "--images");
  expect_refused(write("jsonl", "x", {"--shard-size", "5"}), "webdataset");
  expect_refused(write("jsonl", "x", {"--bug", "fly-in-the-snow"}), "fly-on-a-flower");
  expect_refused(run({"export", study(), "--out", (folder_ / "nothing").string(), "--format", "jsonl", "--to",
                      (folder_ / "x").string()}),
                 "scotoma find");
}

TEST_F(ExportVerb, AFullFolderIsRefusedBeforeAnyModelIsLoaded) {
  folder_.write("x/mine.txt", "precious");
  const Outcome outcome = write("jsonl", "x");
  EXPECT_EQ(outcome.code, 2);
  EXPECT_NE(outcome.errors.find("not empty"), std::string::npos) << outcome.errors;
  EXPECT_EQ(read_file(folder_ / "x/mine.txt"), "precious");
}

TEST_F(ExportVerb, OfAStudyThatIsNotFinishedSaysSo) {
  const std::string longer = folder_.write("longer.toml", small_study({{"audit = 16", "audit = 17"}})).string();
  const Outcome outcome =
      run({"export", longer, "--cache", out(), "--format", "jsonl", "--to", (folder_ / "x").string()});
  EXPECT_EQ(outcome.code, 2);
  EXPECT_NE(outcome.errors.find("not finished"), std::string::npos) << outcome.errors;
  EXPECT_FALSE(fs::exists(folder_ / "x"));
}

TEST_F(ExportVerb, OfAStudyThatFoundNothingSaysSo) {
  // No rise of a failure rate is large enough to be a bug, and no failure rate to be systematic.
  const std::string strict =
      folder_
          .write("strict.toml",
                 small_study({{"[engine]", "[evidence]\ndelta = 1\nfailing_label_threshold = 1\n[engine]"}}))
          .string();
  const std::string to = (folder_ / "x").string();
  ASSERT_EQ(run({"find", strict, "--out", (folder_ / "strict").string(), "--cache", out(), "--quiet"}).code, 0);
  const Outcome outcome = run({"export", strict, "--cache", out(), "--format", "jsonl", "--to", to});
  EXPECT_EQ(outcome.code, 2);
  EXPECT_NE(outcome.errors.find("no bug was confirmed"), std::string::npos) << outcome.errors;
  EXPECT_FALSE(fs::exists(to));
  const Outcome checked =
      run({"check", strict, "--cache", out(), "--against", kWorldText + "/classifiers/resnet_balanced.onnx"});
  EXPECT_EQ(checked.code, 2) << "nothing was looked at, which must not pass for a green check";
  EXPECT_NE(checked.errors.find("nothing was checked"), std::string::npos) << checked.errors;
}

}  // namespace
}  // namespace scotoma::e2e
