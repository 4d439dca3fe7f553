// SPDX-License-Identifier: Apache-2.0
// Whatever ends the program, it says so and why, or is silent where silence is right.
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/stat.h>

#include "e2e/program.h"
#include "fake/folder.h"

namespace scotoma::e2e {
namespace {

TEST(Ends, AModelFileThatCrashesALibraryIsNamedAndEndsNoProgram) {
  const fake::Folder folder;
  const std::string study = folder.write("study.toml", small_study());
  const Outcome outcome = run({"find", study, "--out", (folder / "out").string(), "--quiet"},
                              {.environment = {{"SCOTOMA_TRY_LOADING_CRASHES_AT", "embedder/openvino_tokenizer.xml"}}});
  EXPECT_EQ(outcome.code, 2) << outcome.errors;
  EXPECT_NE(outcome.errors.find("embedder/openvino_tokenizer.xml: crashes the tokenizer library (signal 11)"),
            std::string::npos)
      << outcome.errors;
  EXPECT_NE(outcome.errors.find("export it again"), std::string::npos) << outcome.errors;
}

TEST(Ends, AHangUpAndATerminationEndLikeCtrlC) {
  const fake::Folder folder;
  const std::string study = folder.write("study.toml", small_study());
  for (const int signal : {SIGHUP, SIGTERM}) {
    const int before = answers_in(folder / "out");
    const Outcome outcome = run({"find", study, "--out", (folder / "out").string(), "--quiet"},
                                {.stop_when = [&] { return answers_in(folder / "out") > before; }, .signal = signal});
    EXPECT_EQ(outcome.code, 130) << signal << ": " << outcome.errors;
    EXPECT_NE(outcome.errors.find("run the same command again"), std::string::npos) << signal << ": " << outcome.errors;
  }
}

TEST(Ends, WhereTheReaderOfTheOutputHasGoneItEndsQuietly) {
  const Outcome outcome = run({"options"}, {.reader_gone = true});
  EXPECT_EQ(outcome.code, 141);
  EXPECT_EQ(outcome.signal, 0);
  EXPECT_EQ(outcome.errors, "");
}

TEST(Ends, WhereTheReaderHasGoneAFailureKeepsItsCode) {
  const Outcome outcome = run({"list", "no-such-study.toml"}, {.reader_gone = true});
  EXPECT_EQ(outcome.code, 2);
  EXPECT_NE(outcome.errors.find("no-such-study.toml"), std::string::npos) << outcome.errors;
}

TEST(Ends, APipeInPlaceOfTheClassNamesIsNamedAndNotWaitedFor) {
  const fake::Folder folder;
  ASSERT_EQ(::mkfifo((folder / "names.json").c_str(), 0600), 0);
  const std::string study =
      folder.write("study.toml", small_study({{std::string(SCOTOMA_SOURCE_DIR) + "/world/classifiers/labels.json",
                                               (folder / "names.json").string()}}));
  const Outcome outcome = run({"find", study, "--out", (folder / "out").string(), "--quiet"});
  EXPECT_EQ(outcome.code, 2) << outcome.errors;
  EXPECT_NE(outcome.errors.find("names.json"), std::string::npos) << outcome.errors;
  EXPECT_NE(outcome.errors.find("a pipe"), std::string::npos) << outcome.errors;
}

TEST(Ends, AFileThatMayNotGrowFurtherIsAnErrorWithAMessage) {
  const fake::Folder folder;
  const Outcome outcome = run({"options"}, {.output_file = (folder / "options.md").string(), .largest_file = 100});
  EXPECT_EQ(outcome.code, 1);
  EXPECT_NE(outcome.errors.find("standard output: cannot be written (File too large"), std::string::npos)
      << outcome.errors;
  EXPECT_NE(outcome.errors.find("ulimit -f"), std::string::npos) << outcome.errors;
}

TEST(Ends, ARunThatMayStartNoThreadsSaysSo) {
  const fake::Folder folder;
  const std::string study = folder.write("study.toml", small_study());
  // The program is another user then, as far as access() is concerned.
  std::filesystem::create_directory(folder / "out");
  for (const auto& path : {folder.path(), folder / "out"})
    std::filesystem::permissions(path, std::filesystem::perms::all);
  const Outcome outcome = run({"find", study, "--out", (folder / "out").string(), "--quiet"}, {.no_threads = true});
  EXPECT_EQ(outcome.code, 1) << outcome.errors;
  EXPECT_NE(outcome.errors.find("no more threads or processes may be started"), std::string::npos) << outcome.errors;
  EXPECT_NE(outcome.errors.find("ulimit -u"), std::string::npos) << outcome.errors;
}

TEST(Ends, ARunThatMayOpenNoMoreFilesSaysSoAndBlamesNoModel) {
  const fake::Folder folder;
  const std::string study = folder.write("study.toml", small_study());
  int told = 0;
  for (std::uint64_t files = 4; files < 16; ++files) {
    const Outcome outcome = run({"find", study, "--out", (folder / "out").string(), "--quiet"}, {.open_files = files});
    if (outcome.code == 127 || outcome.code == 0) continue;  // not even started; enough
    ++told;
    EXPECT_EQ(outcome.code, 1) << files << ": " << outcome.errors;
    EXPECT_NE(outcome.errors.find("Too many open files"), std::string::npos) << files << ": " << outcome.errors;
    EXPECT_NE(outcome.errors.find("ulimit -n"), std::string::npos) << files << ": " << outcome.errors;
    if (told == 8) break;  // of the results, of the cache, of the engine, of its models
  }
  EXPECT_EQ(told, 8);
}

}  // namespace
}  // namespace scotoma::e2e
