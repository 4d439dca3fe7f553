// SPDX-License-Identifier: Apache-2.0
// A person's review through the command line: asked, answered, stored, told.
#include <gtest/gtest.h>

#include <array>
#include <nlohmann/json.hpp>

#include "e2e/program.h"
#include "fake/folder.h"
#include "scotoma/record/review_csv.h"

namespace scotoma::e2e {
namespace {

using nlohmann::json;

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

class ReviewOfASmallStudy : public testing::Test {
 protected:
  Outcome scotoma(std::vector<std::string> arguments, const Circumstances& circumstances = {}) {
    arguments.insert(arguments.begin() + 1, study_.string());
    arguments.insert(arguments.end(), {"--out", (folder_ / "out").string()});
    return run(arguments, circumstances);
  }

  /// The next `count` questions, as the program writes them.
  std::vector<ReviewRow> table(int count) {
    const Outcome wrote = scotoma({"review", "--csv", (folder_ / "t.csv").string(), "--count", std::to_string(count)});
    EXPECT_EQ(wrote.code, 0) << wrote.errors;
    return *read_review_csv(read_file(folder_ / "t.csv"), "t.csv");
  }

  Outcome import(const std::string& text) {
    return scotoma({"review", "--import", folder_.write("answers.csv", text).string()});
  }

  std::string status() { return scotoma({"review", "--status"}).output; }

  /// A label that a spreadsheet would compute, and that turns round what stands behind it.
  const std::vector<std::pair<std::string, std::string>> edits_ = {
      {"labels = [\"fly\", \"bee\"]",
       "label = [{name = \"=fly\\u202E\", class = \"fly\"}, {name = \"bee\", class = \"bee\"}]"}};
  fake::Folder folder_;
  std::filesystem::path study_ = folder_.write("study.toml", small_study(edits_));
};

TEST_F(ReviewOfASmallStudy, IsStoredWholeOrNotAtAllAndToldByTheReport) {
  const Outcome before = scotoma({"review", "--status"});
  EXPECT_EQ(before.code, 2) << "there is nothing to review before `find`";
  EXPECT_FALSE(std::filesystem::exists(folder_ / "out"));
  finished_study(folder_, edits_);
  const std::string unreviewed = read_file(folder_ / "out/bugs.json");
  EXPECT_FALSE(has(unreviewed, "judge_review"));

  std::vector<ReviewRow> rows = table(12);
  ASSERT_EQ(rows.size(), 12U);
  EXPECT_TRUE(has(read_file(folder_ / "t.csv"), ",'=fly<U+202E>,")) << read_file(folder_ / "t.csv");
  for (const ReviewRow& row : rows) EXPECT_TRUE(std::filesystem::exists(row.file)) << row.file;
  for (ReviewRow& row : rows) row.answer = true;

  // Nothing of a table with one bad line is stored.
  for (const auto& [label, image, message] : {std::array<std::string, 3>{"cat", rows[11].image, ":13: no label 'cat'"},
                                              {rows[11].label, "abc", ":13: no image"}}) {
    std::vector<ReviewRow> bad = rows;
    bad[11].label = label;
    bad[11].image = image;
    const Outcome refused = import(review_csv(bad));
    EXPECT_EQ(refused.code, 2);
    EXPECT_TRUE(has(refused.errors, message)) << refused.errors;
  }
  EXPECT_EQ(import("image,label,answer\na,fly,perhaps\n").code, 2);
  EXPECT_TRUE(has(status(), "0 of ")) << status();

  rows[11].answer.reset();
  const Outcome once = import(review_csv(rows));
  EXPECT_TRUE(has(once.output, "11 answers, 11 of them new or changed; 1 left open")) << once.output << once.errors;
  const int answers = answers_in(folder_ / "out");
  EXPECT_TRUE(has(import(review_csv(rows)).output, "11 answers, 0 of them new or changed"));
  EXPECT_EQ(answers_in(folder_ / "out"), answers) << "a second import adds rows";
  EXPECT_TRUE(has(status(), "11 of ")) << status();
  EXPECT_EQ(table(1)[0].image, rows[11].image) << "the open one is asked again, first";

  ASSERT_EQ(scotoma({"report"}).code, 0);
  json reviewed = json::parse(read_file(folder_ / "out/bugs.json"));
  EXPECT_EQ(reviewed["judge_review"]["reviewed"], 11);
  EXPECT_EQ(reviewed["judge_review"]["refused_wrong"], reviewed["judge_review"]["refused"]) << "yes to everything";
  EXPECT_TRUE(has(read_file(folder_ / "out/report.html"), "A person reviewed 11 images, chosen at random"));
  reviewed.erase("judge_review");
  for (json& bug : reviewed["bugs"]) bug.erase("reviewed");
  EXPECT_EQ(reviewed, json::parse(unreviewed)) << "eleven times yes changes nothing else";

  // The page asks about what is open, and the terminal keeps every answer at once.
  const std::string page = (folder_ / "page.html").string();
  const Outcome wrote = scotoma({"review", "--page", page, "--count", "3"});
  EXPECT_EQ(wrote.code, 0) << wrote.errors;
  EXPECT_TRUE(has(read_file(page), "data-image=\"" + rows[11].image)) << wrote.output;
  EXPECT_FALSE(has(read_file(page), rows[0].image));
  const Outcome asked = scotoma({"review"}, {.terminal = true, .typed = "perhaps\ns\ny\nn\nq\n"});
  EXPECT_EQ(asked.code, 0) << asked.output;
  EXPECT_FALSE(has(asked.output, "\u202E")) << asked.output;
  EXPECT_TRUE(has(asked.output, "2 answers kept")) << asked.output;
  EXPECT_TRUE(has(status(), "13 of ")) << status();
  EXPECT_EQ(scotoma({"review", "--bug", "no-such-bug"}).code, 2);
}

}  // namespace
}  // namespace scotoma::e2e
