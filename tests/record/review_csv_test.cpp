// SPDX-License-Identifier: Apache-2.0
#include "scotoma/record/review_csv.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace scotoma {
namespace {

RC_GTEST_PROP(ReviewCsv, ReadsWhatItWrites, ()) {
  const auto text = [] {
    return *rc::gen::container<std::string>(rc::gen::elementOf(std::string("ab ,\"'\r\n\t;é=+-@")));
  };
  std::vector<ReviewRow> rows;
  const int count = *rc::gen::inRange(0, 6);
  for (int i = 0; i < count; ++i) {
    const int answer = *rc::gen::inRange(0, 3);
    rows.push_back({"image" + std::to_string(i) + text(), "label" + text(), text(),
                    answer == 2 ? std::nullopt : std::optional(answer == 1)});
  }
  const auto read = read_review_csv(review_csv(rows), "t.csv");
  RC_ASSERT(read.ok());
  RC_ASSERT(read->size() == rows.size());
  for (std::size_t i = 0; i < rows.size(); ++i) {
    RC_ASSERT((*read)[i].image == rows[i].image && (*read)[i].label == rows[i].label);
    RC_ASSERT((*read)[i].file == rows[i].file && (*read)[i].answer == rows[i].answer);
  }
}

/// "-", "+", "=" and "@" begin formulas; tabs and line ends are skipped before one; full-width signs count as well.
TEST(ReviewCsv, GivesASpreadsheetNoFormulaToCompute) {
  for (const std::string name : {"=1+1", "+1", "-1+cmd|' /C calc'!A0", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "'=1",
                                 "''+1", "\uFF1D1", "\uFF0B1", "\uFF0D1", "\uFF201"}) {
    const std::string text = review_csv({{name, name, name, true}});
    const std::string line = text.substr(text.find("\r\n") + 2);
    EXPECT_TRUE(line.starts_with("'") || line.starts_with("\"'")) << line;
    const auto read = read_review_csv(text, "t.csv");
    ASSERT_TRUE(read.ok()) << read.error().message;
    EXPECT_EQ((*read)[0].image, name);
    EXPECT_EQ((*read)[0].label, name);
    EXPECT_EQ((*read)[0].file, name);
  }
  EXPECT_EQ(review_csv({{"a", "'til dawn", "b-c=d", {}}}), "image,label,file,answer\r\na,'til dawn,b-c=d,\r\n");
  EXPECT_EQ((*read_review_csv("image,label,answer\na,=1+1,yes\n", "t.csv"))[0].label, "=1+1") << "written by hand";
}

RC_GTEST_PROP(ReviewCsv, TakesAnyTextWithoutHarm, ()) {
  const auto text = *rc::gen::container<std::string>(rc::gen::elementOf(std::string("a,\"\r\n\0 y\xEF\xBB\xBF")));
  static_cast<void>(read_review_csv("image,label,answer\n" + text, "t.csv").ok());
  static_cast<void>(read_review_csv(text, "t.csv").ok());
}

TEST(ReviewCsv, ReadsWhatASpreadsheetMadeOfIt) {
  const auto rows = read_review_csv(
      "\xEF\xBB\xBFnote,Label,Answer,file\r\n"
      "good,fly,YES,out/images/ab/abc.png\r\n"
      ",,,\r\n"
      "\"a, b\",\"insect \"\"x\"\"\",n,def.png\r\n"
      ",fly,,ghi.png",
      "t.csv");
  ASSERT_TRUE(rows.ok()) << rows.error().message;
  ASSERT_EQ(rows->size(), 3U);
  EXPECT_EQ((*rows)[0].image, "abc");
  EXPECT_EQ((*rows)[0].answer, true);
  EXPECT_EQ((*rows)[1].label, "insect \"x\"");
  EXPECT_EQ((*rows)[1].answer, false);
  EXPECT_EQ((*rows)[1].line, 4);
  EXPECT_EQ((*rows)[2].answer, std::nullopt);
}

TEST(ReviewCsv, RefusesWhatItCannotReadAndNamesTheLine) {
  const std::pair<const char*, const char*> cases[] = {
      {"", "t.csv:1: empty"},
      {"file name,label,answer\n", "t.csv:1: the first line must name the columns"},
      {"image,label\na,fly\n", "t.csv:1: the first line must name the columns"},
      {"image,label,answer,label\n", "t.csv:1: column 'label' is there twice"},
      {"image,label,answer\na,fly,yes\nb,fly\n", "t.csv:3: 2 cells; the first line has 3"},
      {"image,label,answer\na,fly,yes,\n", "t.csv:2: 4 cells"},
      {"image,label,answer\na,fly,perhaps\n", "t.csv:2: 'perhaps' is no answer"},
      {"image,label,answer\n,fly,yes\n", "t.csv:2: no image"},
      {"image,label,answer\na,,yes\n", "t.csv:2: no label"},
      {"image,label,answer\na,fly,yes\nb,fly,no\na,fly,no\n",
       "t.csv:4: the same question is answered otherwise in line 2"},
      {"image,label,answer\na,fly,\"yes\n", "a quotation mark is opened and never closed"},
  };
  for (const auto& [text, message] : cases) {
    const auto rows = read_review_csv(text, "t.csv");
    ASSERT_FALSE(rows.ok()) << text;
    EXPECT_EQ(rows.error().code, Code::bad_input);
    EXPECT_NE(rows.error().message.find(message), std::string::npos) << rows.error().message;
  }
}

}  // namespace
}  // namespace scotoma
