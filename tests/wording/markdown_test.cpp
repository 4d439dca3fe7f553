// SPDX-License-Identifier: Apache-2.0
#include "scotoma/wording/markdown.h"

#include <gtest/gtest.h>

namespace scotoma {
namespace {

TEST(EscapeMarkdown, LeavesNoMarkupOfOthersTexts) {
  EXPECT_EQ(escape_markdown("a fly on a flower"), "a fly on a flower");
  EXPECT_EQ(escape_markdown("*b* _i_ `c` [l](x) <img> a|b \\ # ~~s~~ $x$ &amp;"),
            "\\*b\\* \\_i\\_ \\`c\\` \\[l\\](x) \\<img\\> a\\|b \\\\ \\# \\~\\~s\\~\\~ \\$x\\$ \\&amp;");
  EXPECT_EQ(escape_markdown("- a"), "\\- a");
  EXPECT_EQ(escape_markdown("12. a_b"), "12\\. a\\_b");
  EXPECT_EQ(escape_markdown("9.6 %, a-b"), "9.6 %, a-b");
  EXPECT_EQ(escape_markdown("two\nlines\x1b"), "two\\\\nlines\\\\x1b") << "no line of its own, no escape sequence";
}

TEST(CodeInCell, IsOneSpanOfCodeWhateverTheTextHolds) {
  EXPECT_EQ(code_in_cell("a photo of a fly"), "`a photo of a fly`");
  EXPECT_EQ(code_in_cell("a|b"), "`a\\|b`");
  EXPECT_EQ(code_in_cell("a ``b` c"), "```a ``b` c```");
  EXPECT_EQ(code_in_cell("`b"), "`` `b ``");
  EXPECT_EQ(code_in_cell(""), "");
}

TEST(ModelTable, HasARowARoleAndTakesModelsWithoutADescription) {
  Findings findings;
  findings.fingerprints = {{"classifier", "abc"}, {"judge", "d|e"}};
  findings.descriptions = {{"classifier", "net_1.onnx"}};
  EXPECT_EQ(
      model_table(findings),
      "| role | model | fingerprint |\n|---|---|---|\n| classifier | net\\_1.onnx | abc |\n| judge |  | d\\|e |\n");
}

}  // namespace
}  // namespace scotoma
