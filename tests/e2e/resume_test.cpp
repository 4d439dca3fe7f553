// What was paid for is never lost, and no interruption shows in the result.
#include <gtest/gtest.h>

#include "core/philox.h"
#include "e2e/program.h"
#include "fake/folder.h"

namespace scotoma::e2e {
namespace {

class Resume : public testing::Test {
 protected:
  Outcome find(const std::string& out, const std::string& threads, int kill_after_ms = -1) {
    return run({"find", study_.string(), "--out", (folder_ / out).string(), "--threads", threads, "--quiet"},
               kill_after_ms);
  }
  std::string bugs(const std::string& out) { return read_file(folder_ / out / "bugs.json"); }

  fake::Folder folder_;
  std::filesystem::path study_ = folder_.write("study.toml", small_study());
};

TEST_F(Resume, KilledTwentyTimesEndsByteForByteLikeAnUninterruptedRun) {
  const Outcome whole = find("whole", "2");
  ASSERT_EQ(whole.code, 0) << whole.errors;
  Philox random(20);
  int killed = 0;
  for (int i = 0; i < 20; ++i) {
    const Outcome part = find("killed", "2", 200 + static_cast<int>(random.below(1200)));
    if (part.code == 128 + 9) ++killed;
    ASSERT_TRUE(part.code == 128 + 9 || part.code == 0) << part.errors;
  }
  EXPECT_GE(killed, 1) << "no run was killed before its end: the test shows nothing";
  const Outcome last = find("killed", "2");
  ASSERT_EQ(last.code, 0) << last.errors;
  EXPECT_EQ(bugs("killed"), bugs("whole"));
}

TEST_F(Resume, OneAndTwoThreadsGiveTheSameBytes) {
  ASSERT_EQ(find("one", "1").code, 0);
  ASSERT_EQ(find("two", "2").code, 0);
  EXPECT_FALSE(bugs("one").empty());
  EXPECT_EQ(bugs("one"), bugs("two"));
}

TEST_F(Resume, AFinishedStudyIsReplayedWithoutAskingAnyModel) {
  ASSERT_EQ(find("out", "2").code, 0);
  const std::string before = bugs("out");
  ASSERT_EQ(find("out", "2").code, 0);
  EXPECT_EQ(bugs("out"), before);
  EXPECT_EQ(read_file(folder_ / "out" / "run.json").find("\"computed\": 0") == std::string::npos, false);
  const Outcome report = run({"report", study_.string(), "--out", (folder_ / "out").string()});
  EXPECT_EQ(report.code, 0) << report.errors;
}

TEST_F(Resume, AReportOfAnUnfinishedStudySaysSo) {
  const Outcome report = run({"report", study_.string(), "--out", (folder_ / "new").string()});
  EXPECT_EQ(report.code, 2);
  EXPECT_NE(report.errors.find("run `scotoma find`"), std::string::npos) << report.errors;
}

}  // namespace
}  // namespace scotoma::e2e
