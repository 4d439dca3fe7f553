// SPDX-License-Identifier: Apache-2.0
// What a run is told beside its study.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <nlohmann/json.hpp>

#include "e2e/program.h"
#include "fake/folder.h"
#include "fake/places.h"

namespace scotoma::e2e {
namespace {

namespace fs = std::filesystem;

TEST(Overrides, AreWhatWasRunForAllThatReadTheResults) {
  const fake::Folder folder;
  const fs::path study = folder.write("study.toml", small_study());
  const std::string out = folder / "out";
  const Outcome found = run({"find", study, "--out", out, "--budget", "150", "--seed", "5", "--quiet"});
  ASSERT_EQ(found.code, 0) << found.errors;
  const auto bugs = nlohmann::json::parse(read_file(folder / "out/bugs.json"));
  EXPECT_EQ(bugs["seed"], 5);
  EXPECT_EQ(bugs["settings"]["budget"]["images"], 150);
  const auto stored = nlohmann::json::parse(read_file(folder / "out/study.json"));
  EXPECT_EQ(stored["run"], nlohmann::json({{"seed", 5}, {"images", 150}}));
  const std::string page = read_file(folder / "out/report.html");
  for (const auto& named : {std::vector<std::string>{study, "--out", out}, std::vector<std::string>{out}}) {
    std::vector<std::string> report = {"report"};
    report.insert(report.end(), named.begin(), named.end());
    const Outcome again = run(report);
    EXPECT_EQ(again.code, 0) << again.errors;
    EXPECT_TRUE(read_file(folder / "out/report.html") == page) << "told of another run";
  }
  EXPECT_EQ(run({"list", study, "--out", out}).errors, "") << "takes the options for a change of the study";

  fs::remove(folder / "out/bugs.json");
  EXPECT_NE(run({"list", study, "--out", out}).errors.find("--budget 150 --seed 5 --out"), std::string::npos);

  folder.write("study.toml", small_study({{"images = 400", "images = 60"}}));
  const Outcome small = run({"find", study, "--out", out, "--quiet"});
  EXPECT_NE(small.errors.find("budget.images is 60"), std::string::npos) << "the study's own: " << small.errors;
}

TEST(Overrides, ABudgetBelowTheBaselineImagesIsRefusedBeforeAnyModelIsLoaded) {
  const fake::Folder folder;
  folder.write("broken.onnx", "no model");
  const std::string study =
      folder.write("study.toml", small_study({{(kWorld / "classifiers/resnet_skewed.onnx").string(), "broken.onnx"}}));
  const std::vector<std::string> find = {"find", study, "--out", folder / "out", "--quiet", "--budget"};
  const auto with = [&](const char* budget) {
    auto arguments = find;
    arguments.push_back(budget);
    return run(arguments);
  };
  const Outcome small = with("20");
  EXPECT_EQ(small.code, 2);
  EXPECT_NE(small.errors.find("budget.images is 20, but the baseline images alone take"), std::string::npos)
      << small.errors;
  EXPECT_FALSE(fs::exists(folder / "out"));
  EXPECT_NE(with("400").errors.find("broken.onnx"), std::string::npos) << "the model was never looked at";
}

TEST(Overrides, OutOfRangeAreRefused) {
  const fake::Folder folder;
  const std::string study = folder.write("study.toml", small_study());
  for (const auto& [option, value] : std::vector<std::pair<std::string, std::string>>{
           {"--budget", "0"}, {"--budget", "many"}, {"--seed", "-1"}, {"--seed", "9000000000000001"}}) {
    const Outcome refused = run({"find", study, "--out", folder / "out", option, value});
    EXPECT_EQ(refused.code, 2) << option << " " << value;
    EXPECT_NE(refused.errors.find(option), std::string::npos) << refused.errors;
  }
}

TEST(Open, HandsTheReportToTheDesktopOrSaysWhereItIs) {
  const fake::Folder folder;
  const Finished done = finished_study(folder);
  const fs::path pipe = folder / "pipe";
  ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
  const int told = ::open(pipe.c_str(), O_RDWR | O_NONBLOCK);  // so that neither end waits for the other
  const fs::path program = folder.write("bin/xdg-open", "#!/bin/sh\necho \"$1\" > " + pipe.string() + "\n");
  fs::permissions(program, fs::perms::owner_all);
  const std::string path = (folder / "bin").string() + ":" + ::getenv("PATH");
  const std::vector<std::string> find = {"find", done.study, "--out", done.out, "--quiet", "--open"};
  const std::string report = (done.out / "report.html").string();

  const Outcome shown = run(find, {.environment = {{"DISPLAY", ":0"}, {"PATH", path}}});
  EXPECT_EQ(shown.code, 0);
  EXPECT_EQ(shown.errors, "");
  pollfd waiting{told, POLLIN, 0};
  ASSERT_EQ(::poll(&waiting, 1, 60'000), 1) << "xdg-open was not run";
  std::array<char, 4096> line{};
  const ssize_t size = ::read(told, line.data(), line.size());
  EXPECT_EQ(std::string(line.data(), static_cast<std::size_t>(size)), report + "\n");
  ::close(told);

  const Outcome nowhere = run(find, {.environment = {{"DISPLAY", ""}, {"WAYLAND_DISPLAY", ""}, {"PATH", path}}});
  EXPECT_EQ(nowhere.code, 0);
  EXPECT_NE(nowhere.errors.find("no display here, or no xdg-open; the report is " + report), std::string::npos);
}

}  // namespace
}  // namespace scotoma::e2e
