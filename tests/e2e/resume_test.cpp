// SPDX-License-Identifier: Apache-2.0
// What was paid for is never lost, and no interruption shows in the result.
#include <gtest/gtest.h>
#include <signal.h>

#include <nlohmann/json.hpp>

#include "e2e/program.h"
#include "fake/folder.h"
#include "scotoma/core/philox.h"

namespace scotoma::e2e {
namespace {

class Resume : public testing::Test {
 protected:
  Outcome find(const std::string& out, const std::string& threads, const Circumstances& circumstances = {}) {
    return run({"find", study_.string(), "--out", (folder_ / out).string(), "--threads", threads, "--quiet"},
               circumstances);
  }

  /// Sends the signal once the cache has grown by `growth` answers since the program was started.
  Outcome find_until(const std::string& out, int growth, int signal) {
    const int before = answers_in(folder_ / out);
    return find(out, "2",
                {.stop_when = [=, this] { return answers_in(folder_ / out) >= before + growth; }, .signal = signal});
  }
  /// bugs.json of a run that nothing interrupted; the run is at "out".
  std::string uninterrupted() {
    finished_study(folder_);
    return bugs("out");
  }
  std::string bugs(const std::string& out) { return read_file(folder_ / out / "bugs.json"); }

  fake::Folder folder_;
  std::filesystem::path study_ = folder_.write("study.toml", small_study());
};

TEST_F(Resume, KilledTwentyTimesEndsByteForByteLikeAnUninterruptedRun) {
  const std::string whole = uninterrupted();
  const int all = answers_in(folder_ / "out");
  Philox random(20);
  int killed_midway = 0;
  for (int i = 0; i < 20; ++i) {
    const int before = answers_in(folder_ / "killed");
    const int growth = 1 + static_cast<int>(random.below(static_cast<std::uint32_t>(all) / 20));
    const Outcome part = find_until("killed", growth, SIGKILL);
    ASSERT_TRUE(part.code == 128 + SIGKILL || part.code == 0) << part.errors;
    const int after = answers_in(folder_ / "killed");
    EXPECT_GE(after, before) << "answers were lost";
    if (part.code != 0 && after >= before + growth && after < all) ++killed_midway;
  }
  EXPECT_GE(killed_midway, 15) << "of " << all << " answers: too few runs were killed between two answers";
  const Outcome last = find("killed", "2");
  ASSERT_EQ(last.code, 0) << last.errors;
  EXPECT_EQ(bugs("killed"), whole);
}

TEST_F(Resume, InterruptedItSaysHowToGoOnAndEndsWithTheSameBytes) {
  const std::string whole = uninterrupted();
  const Outcome stopped = find_until("stopped", 20, SIGINT);
  EXPECT_EQ(stopped.code, 130) << stopped.errors;
  EXPECT_NE(stopped.errors.find("press Ctrl-C again"), std::string::npos) << stopped.errors;
  EXPECT_NE(stopped.errors.find("run the same command again"), std::string::npos) << stopped.errors;
  EXPECT_LT(answers_in(folder_ / "stopped"), answers_in(folder_ / "out"));
  EXPECT_FALSE(std::filesystem::exists(folder_ / "stopped" / "bugs.json"));
  ASSERT_EQ(find("stopped", "2").code, 0);
  EXPECT_EQ(bugs("stopped"), whole);
}

// Under ctest the run with two threads has the engine's cache.
TEST_F(Resume, OneAndTwoThreadsWithoutAndWithTheEnginesCacheGiveTheSameBytes) {
  const std::string two = uninterrupted();
  EXPECT_FALSE(two.empty());
  ASSERT_EQ(find("one", "1", {.environment = {{"SCOTOMA_ENGINE_CACHE", ""}}}).code, 0);
  EXPECT_EQ(bugs("one"), two);
}

TEST_F(Resume, AFinishedStudyIsReplayedWithoutAskingAnyModel) {
  const std::string before = uninterrupted();
  ASSERT_EQ(find("out", "2").code, 0);
  EXPECT_EQ(bugs("out"), before);
  const auto facts = nlohmann::json::parse(read_file(folder_ / "out" / "run.json"));
  ASSERT_EQ(facts["roles"].size(), 5U) << facts["roles"];
  for (const auto& [role, use] : facts["roles"].items()) {
    EXPECT_EQ(use["computed"], 0) << role;
    EXPECT_GT(use["recalled"], 0) << role;
  }
}

TEST_F(Resume, AReportOfAFinishedStudyIsTheSameFromWhereverItsPathIsTyped) {
  const std::string before = uninterrupted();
  EXPECT_EQ(before.find(folder_.path().parent_path().string() + "/scotoma"), std::string::npos)
      << "bugs.json tells where the study lies";
  const auto settings = nlohmann::json::parse(before)["settings"];
  for (const auto& [table, keys] : settings.items()) {
    EXPECT_FALSE(keys.value("model", "").starts_with("/")) << table << ".model: " << keys;
  }
  std::filesystem::remove(folder_ / "out" / "bugs.json");
  const auto typed = std::filesystem::relative(study_);
  ASSERT_TRUE(typed.is_relative());
  const Outcome report = run({"report", typed.string(), "--out", (folder_ / "out").string()});
  EXPECT_EQ(report.code, 0) << report.errors;
  EXPECT_EQ(bugs("out"), before);
}

TEST_F(Resume, AReportOfAnUnfinishedStudySaysSoAndLeavesNoFolder) {
  const Outcome report = run({"report", study_.string(), "--out", (folder_ / "new").string()});
  EXPECT_EQ(report.code, 2);
  EXPECT_NE(report.errors.find("run `scotoma find"), std::string::npos) << report.errors;
  EXPECT_FALSE(std::filesystem::exists(folder_ / "new"));
}

TEST_F(Resume, ASharedCacheAnswersASecondStudyAndEachKeepsItsResults) {
  const auto other = folder_.write("other.toml", small_study({{"name = \"small\"", "name = \"other\""}}));
  uninterrupted();
  const std::string shared = (folder_ / "shared").string();
  std::filesystem::create_directory(shared);
  for (const char* part : {"cache.sqlite", "images"})
    std::filesystem::rename(folder_ / "out" / part, folder_ / "shared" / part);
  ASSERT_EQ(run({"find", study_.string(), "--out", (folder_ / "a").string(), "--cache", shared}).code, 0);
  ASSERT_EQ(run({"find", other.string(), "--out", (folder_ / "b").string(), "--cache", shared}).code, 0);
  const auto facts = nlohmann::json::parse(read_file(folder_ / "b" / "run.json"));
  EXPECT_EQ(facts["roles"]["generator"]["computed"], 0);
  EXPECT_FALSE(std::filesystem::exists(folder_ / "b" / "cache.sqlite"));
  EXPECT_FALSE(std::filesystem::exists(folder_ / "shared" / "bugs.json"));
  const auto a = nlohmann::json::parse(bugs("a"));
  ASSERT_FALSE(a["labels"][0]["examples"]["passing"].empty());
  for (const auto& image : a["labels"][0]["examples"]["passing"])
    EXPECT_TRUE(std::filesystem::exists(folder_ / "a" / image.get<std::string>())) << image;

  const Outcome refused = run({"find", other.string(), "--out", (folder_ / "a").string(), "--cache", shared});
  EXPECT_EQ(refused.code, 2);
  EXPECT_NE(refused.errors.find("would be overwritten"), std::string::npos) << refused.errors;
  EXPECT_EQ(nlohmann::json::parse(bugs("a")), a);
}

}  // namespace
}  // namespace scotoma::e2e
