// SPDX-License-Identifier: Apache-2.0
#include "scotoma/report/github.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>

namespace scotoma {
namespace {

CheckCase checked(const std::string& id, Verdict verdict) {
  CheckCase one;
  one.id = id;
  one.finding = "on-a-flower-as-bee";
  one.label = "fly";
  one.prompt = "a photo of a fly on a flower";
  one.now.claimed = {3, 64, 0, 0.047, 0.0098, 0.131};
  one.now.allowed = 0.096;
  one.before = {60, 64, 0, 0.94, 0.85, 0.98};
  one.verdict = verdict;
  return one;
}

Check of(std::vector<CheckCase> cases) { return {"new", "abc", "new.onnx, 16 classes", std::move(cases)}; }

Study called(const std::string& name) {
  Study study;
  study.name = name;
  return study;
}

std::size_t occurrences(const std::string& text, const std::string& part) {
  std::size_t found = 0;
  for (std::size_t at = 0; (at = text.find(part, at)) != std::string::npos; at += part.size()) ++found;
  return found;
}

TEST(GithubCommand, EscapesAsGithubsToolkitDoes) {
  EXPECT_EQ(github_command("error", "a: b, c", "50 % of a: b, c"), "::error title=a%3A b%2C c::50 %25 of a: b, c");
}

TEST(GithubCommand, StaysOnOneLineWhateverTheTextsHold) {
  const std::string hostile = "x\r\n::set-env name=PATH::/tmp\n::endgroup::\x1b[31m";
  const std::string command = github_command("warning", hostile, hostile);
  EXPECT_EQ(command.find_first_of("\r\n\x1b"), std::string::npos) << command;
  EXPECT_TRUE(command.starts_with("::warning title=x\\r\\n%3A%3Aset-env name=PATH%3A%3A/tmp")) << command;
  EXPECT_EQ(occurrences(command.substr(0, command.find("::x")), "::"), 1U)
      << "the title has no end of its own: " << command;
}

TEST(GithubAnnotations, AreErrorsForWhatIsNotFixedAndWarningsForWhatMayBeUndecided) {
  const Check check = of({checked("a", Verdict::fixed), checked("b", Verdict::there), checked("c", Verdict::worse),
                          checked("d", Verdict::undecided)});
  const auto strict = github_annotations(check, false, {});
  ASSERT_EQ(strict.size(), 3U);
  EXPECT_EQ(
      strict[0],
      "::error title=b%3A still there::new: a photo of a fly on a flower. 3 of 64 images with the phrase fail (95 "
      "%25 interval 1.0 to 13.1 %25); 9.6 %25 are allowed; before: 60 of 64");
  EXPECT_TRUE(strict[2].starts_with("::error title=d%3A undecided::"));
  EXPECT_TRUE(github_annotations(check, true, {}).back().starts_with("::warning title=d%3A undecided::"));
  EXPECT_TRUE(github_annotations(of({checked("a", Verdict::fixed)}), false, {}).empty());
}

TEST(GithubAnnotations, ThatGithubWouldLeaveOutAreCounted) {
  for (const int cases : {10, 11, 25}) {
    const auto commands = github_annotations(
        of(std::vector<CheckCase>(static_cast<std::size_t>(cases), checked("b", Verdict::there))), false, {});
    ASSERT_EQ(commands.size(), 10U) << cases;
    const bool says = commands.back().find(fmt::format("title={} more are not fixed", cases - 9)) != std::string::npos;
    EXPECT_EQ(says, cases > 10) << commands.back();
  }
}

TEST(GithubAnnotations, LeaveRoomForDoubtsAndSayWhereNothingWasChecked) {
  const Check open = of(std::vector<CheckCase>(12, checked("b", Verdict::undecided)));
  const auto commands = github_annotations(open, true, {"The judge refuses all.", "The captioner repeats itself."});
  ASSERT_EQ(commands.size(), 10U);
  EXPECT_EQ(commands.front(), "::warning title=doubtful::The judge refuses all.");
  EXPECT_TRUE(commands.back().starts_with("::warning title=5 more are not fixed::")) << commands.back();
  const auto nothing = github_annotations(of({}), false, {});
  ASSERT_EQ(nothing.size(), 1U);
  EXPECT_TRUE(nothing[0].starts_with("::error title=nothing was checked::")) << nothing[0];
}

TEST(GithubSummary, HasARowACaseThoseFirstThatAreNotFixed) {
  const Check check = of({checked("a", Verdict::fixed), checked("b", Verdict::worse)});
  const std::string text = github_summary(called("small"), check, false, {}, kGithubSummary);
  EXPECT_NE(
      text.find("## Scotoma: new on the findings of small\n\nOf 2 bugs, 1 fixed, 1 still there (1 of them worse), "
                "0 undecided.\n"),
      std::string::npos)
      << text;
  const auto worse = text.find("| ❌ worse | b | a photo of a fly on a flower | 3 of 64 (");
  const auto fixed = text.find("| ✅ fixed | a |");
  ASSERT_NE(worse, std::string::npos) << text;
  ASSERT_NE(fixed, std::string::npos) << text;
  EXPECT_LT(worse, fixed);
  EXPECT_NE(text.find("| 9.6 % | 60 of 64 |\n"), std::string::npos) << text;
}

TEST(GithubSummary, NeverPassesOffNothingOrDoubtAsWell) {
  const std::string nothing =
      github_summary(called("small"), of({}), false, {"The judge refuses all."}, kGithubSummary);
  EXPECT_NE(nothing.find("nothing was checked"), std::string::npos) << nothing;
  EXPECT_NE(nothing.find("**Doubtful:** The judge refuses all."), std::string::npos) << nothing;
}

TEST(GithubSummary, HoldsOthersTextsAsText) {
  CheckCase one = checked("<b>", Verdict::there);
  one.prompt = "a|b\n# c <script> `d` [e](f)";
  Check check = of({one});
  check.name = "new\n## forged";
  const std::string text = github_summary(called("*n*"), check, false, {"<img>"}, kGithubSummary);
  EXPECT_EQ(text.find("<b>"), std::string::npos) << text;
  EXPECT_EQ(text.find("<script>"), std::string::npos) << text;
  EXPECT_EQ(text.find("<img>"), std::string::npos) << text;
  EXPECT_EQ(text.find("\n## forged"), std::string::npos) << text;
  EXPECT_NE(text.find("a\\|b\\\\n\\# c \\<script\\> \\`d\\` \\[e\\](f)"), std::string::npos) << text;
}

TEST(GithubSummary, KeepsToItsRoomAndCountsWhatHasNone) {
  const Check check = of(std::vector<CheckCase>(200, checked("b", Verdict::there)));
  for (const std::size_t room : {0U, 100U, 800U, 5000U, 15000U}) {
    const std::string text = github_summary(called("small"), check, false, {}, room);
    EXPECT_LE(text.size(), room);
    const std::size_t rows = occurrences(text, "| ❌ still there |");
    if (text.empty()) {
      EXPECT_LT(room, 800U);
    } else {
      EXPECT_LT(rows, 200U);
      EXPECT_NE(text.find(fmt::format("{} more cases have no room here", 200 - rows)), std::string::npos) << text;
    }
  }
}

}  // namespace
}  // namespace scotoma
