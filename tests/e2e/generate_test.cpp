// SPDX-License-Identifier: Apache-2.0
// One image at a time: those of a run again, and others.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <sstream>

#include "e2e/program.h"
#include "fake/folder.h"

namespace scotoma::e2e {
namespace {

namespace fs = std::filesystem;

TEST(Generate, GivesTheVeryBytesThatTheRunHadForEachPromptAndSeed) {
  const fake::Folder folder;
  const Finished done = finished_study(folder);
  const Outcome exported =
      run({"export", done.study, "--out", done.out, "--format", "jsonl", "--images", "valid", "--to", folder / "data"});
  ASSERT_EQ(exported.code, 0) << exported.errors;
  std::istringstream lines(read_file(folder / "data/images.jsonl"));
  int compared = 0;
  for (std::string line; compared < 3 && std::getline(lines, line); ++compared) {
    const auto row = nlohmann::json::parse(line);
    const std::string hexadecimal = row["seed"];
    const std::string decimal = std::to_string(std::stoull(hexadecimal, nullptr, 16));
    const fs::path to = folder / (decimal + ".png");
    const std::string seed = compared == 0 ? hexadecimal : decimal;
    const Outcome again = run({"generate", done.study, row["prompt"], "--seed", seed, "--to", to, "--quiet"});
    EXPECT_EQ(again.code, 0) << again.errors;
    EXPECT_EQ(again.output, to.string() + ": 1 image\n");
    EXPECT_TRUE(read_file(to) == read_file(folder / "data" / row["file_name"].get<std::string>())) << row;
  }
  EXPECT_EQ(compared, 3) << "the export is laid out otherwise now";
}

TEST(Generate, FillsAFolderByTheSeedsAndOverwritesNothing) {
  const fake::Folder folder;
  const std::string study = folder.write("study.toml", small_study());
  const auto generate = [&](const std::string& seed, const std::string& count, const fs::path& to) {
    return run({"generate", study, "a photo of a bee", "--seed", seed, "--count", count, "--to", to, "--quiet"});
  };
  ASSERT_EQ(generate("7", "3", folder / "new/images").code, 0);
  ASSERT_EQ(generate("8", "1", folder / "one.png").code, 0);
  const std::string eight = read_file(folder / "new/images/8.png");
  EXPECT_TRUE(eight == read_file(folder / "one.png")) << "what an image is depends on its neighbours";
  EXPECT_FALSE(eight == read_file(folder / "new/images/7.png"));
  EXPECT_TRUE(fs::exists(folder / "new/images/9.png"));

  folder.write("new/images/12.png", "mine");
  for (const Outcome& refused : {generate("11", "2", folder / "new/images"), generate("8", "1", folder / "one.png")}) {
    EXPECT_EQ(refused.code, 2);
    EXPECT_NE(refused.errors.find(".png: is there already"), std::string::npos) << refused.errors;
  }
  EXPECT_EQ(read_file(folder / "new/images/12.png"), "mine");
  EXPECT_FALSE(fs::exists(folder / "new/images/11.png")) << "refused when half was done";
}

TEST(Generate, RefusesWhatItCannotDo) {
  const fake::Folder folder;
  const std::string study = folder.write("study.toml", small_study());
  const std::vector<std::pair<std::vector<std::string>, std::string>> cases = {
      {{"--seed", "1", "--count", "2", "--to", folder / "one.png"}, "name a folder"},
      {{"--seed", "1", "--to", folder / "one.JPG"}, "PNG"},
      {{"--seed", "18446744073709551615", "--count", "2", "--to", folder / "many"}, "not so many seeds"},
      {{"--seed", "-1", "--to", folder / "one.png"}, "--seed"},
      {{"--seed", "18446744073709551616", "--to", folder / "one.png"}, "--seed"},
      {{"--seed", "1", "--to", study + "/under/a/file"}, "another place with --to"}};
  for (const auto& [options, says] : cases) {
    std::vector<std::string> arguments = {"generate", study, "a photo of a bee", "--quiet"};
    arguments.insert(arguments.end(), options.begin(), options.end());
    const Outcome refused = run(arguments);
    EXPECT_EQ(refused.code, 2) << says;
    EXPECT_NE(refused.errors.find(says), std::string::npos) << refused.errors;
  }
}

TEST(Generate, IsNamedByShowAndByTheReport) {
  const fake::Folder folder;
  const Finished done = finished_study(folder);
  const auto bugs = nlohmann::json::parse(read_file(done.out / "bugs.json"))["bugs"];
  ASSERT_FALSE(bugs.empty());
  const Outcome shown = run({"show", done.study, bugs[0]["id"], "--out", done.out});
  EXPECT_NE(shown.output.find("scotoma generate " + done.study.string() + " \"" + bugs[0]["prompt"].get<std::string>() +
                              "\" --seed SEED"),
            std::string::npos)
      << shown.output;
  EXPECT_NE(read_file(done.out / "report.html").find("scotoma generate study.toml &quot;"), std::string::npos);
}

}  // namespace
}  // namespace scotoma::e2e
