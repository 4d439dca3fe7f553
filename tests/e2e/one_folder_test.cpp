// SPDX-License-Identifier: Apache-2.0
// One run at a time writes into a folder of results; readers and runs elsewhere are not kept waiting.
#include <gtest/gtest.h>
#include <signal.h>

#include "e2e/program.h"
#include "fake/folder.h"
#include "scotoma/core/lock.h"

namespace scotoma::e2e {
namespace {

TEST(OneFolder, KeepsOutWhateverElseWouldWriteThereUntilTheRunEndsOrIsKilled) {
  const fake::Folder folder;
  const std::string study = folder.write("study.toml", small_study());
  const std::string other = folder.write("other.toml", small_study({{"name = \"small\"", "name = \"other\""}}));
  const std::string table = folder.write("review.csv", "");
  const std::string out = (folder / "out").string();
  const std::string model = kWorldText + "/classifiers/resnet_balanced.onnx";
  const std::vector<std::vector<std::string>> writers = {{"find", other},
                                                         {"find", study},
                                                         {"report", study},
                                                         {"probe", study, "--label", "fly", "on a flower"},
                                                         {"transfer", study, "--classifier", model},
                                                         {"review", study, "--import", table},
                                                         {"check", study, "--against", model, "--images", "50"}};
  const auto while_it_runs = [&] {
    if (answers_in(out) == 0) return false;
    for (std::vector<std::string> arguments : writers) {
      const std::string verb = arguments.front();
      arguments.insert(arguments.end(), {"--out", out});
      const Outcome refused = run(arguments);
      EXPECT_EQ(refused.code, 2) << verb << ": " << refused.errors;
      EXPECT_NE(refused.errors.find("`scotoma find " + study + "` is running (process "), std::string::npos)
          << verb << ": " << refused.errors;
      EXPECT_NE(refused.errors.find("--out"), std::string::npos) << verb << ": " << refused.errors;
    }
    const Outcome list = run({"list", study, "--out", out});
    EXPECT_NE(list.errors.find("run `scotoma find " + study + " --out " + out + "`"), std::string::npos)
        << "readers read: " << list.errors;
    return true;
  };
  const Outcome killed = run({"find", study, "--out", out, "--quiet"}, {.stop_when = while_it_runs, .signal = SIGKILL});
  EXPECT_EQ(killed.code, 128 + SIGKILL) << killed.errors;
  EXPECT_TRUE(FolderLock::take(out, "a test").ok()) << "a killed run left its lock";
}

TEST(OneFolder, WhereOnlyTheCacheIsSharedKeepsNobodyOut) {
  const fake::Folder folder;
  const std::string study = folder.write("study.toml", small_study());
  std::filesystem::create_directory(folder / "shared");
  const auto lock = FolderLock::take(folder / "shared", "scotoma find other.toml");
  ASSERT_TRUE(lock.ok());
  const Outcome probe = run({"probe", study, "--label", "unicorn", "on a flower", "--out", (folder / "out").string(),
                             "--cache", (folder / "shared").string()});
  EXPECT_EQ(probe.errors.find("is running"), std::string::npos) << probe.errors;
  EXPECT_NE(probe.errors.find("unicorn"), std::string::npos) << probe.errors;
}

}  // namespace
}  // namespace scotoma::e2e
