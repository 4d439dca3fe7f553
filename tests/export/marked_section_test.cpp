// SPDX-License-Identifier: Apache-2.0
#include "scotoma/export/marked_section.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace scotoma {
namespace {

const std::string kBegin = begin_marker("pets");
const std::string kEnd = end_marker("pets");
const std::string kNew = "## New";

std::string with(const std::string& document) {
  const auto done = with_section(document, "pets", kNew);
  EXPECT_TRUE(done.ok()) << done.error().message;
  return done.ok() ? *done : "";
}

TEST(MarkedSection, ReplacesWhatItWroteBeforeAndLeavesTheRest) {
  EXPECT_EQ(with("# A\n" + kBegin + "\nold\n\n" + kEnd + "\n## B\n"),
            "# A\n" + kBegin + "\n" + kNew + "\n" + kEnd + "\n## B\n");
}

TEST(MarkedSection, ComesToTheEndWhereNoneIsThere) {
  EXPECT_EQ(with(""), kBegin + "\n" + kNew + "\n" + kEnd + "\n");
  EXPECT_EQ(with("# A\n"), "# A\n\n" + kBegin + "\n" + kNew + "\n" + kEnd + "\n");
  EXPECT_EQ(with("# A"), "# A\n\n" + kBegin + "\n" + kNew + "\n" + kEnd + "\n");
}

TEST(MarkedSection, EndsItsLinesAsTheDocumentDoes) {
  EXPECT_EQ(with("# A\r\n" + kBegin + "\r\nold\r\n" + kEnd + "\r\nb\r\n"),
            "# A\r\n" + kBegin + "\r\n" + kNew + "\r\n" + kEnd + "\r\nb\r\n");
}

TEST(MarkedSection, OfAnotherStudyStays) {
  const std::string other = begin_marker("birds") + "\nx\n" + end_marker("birds") + "\n";
  EXPECT_EQ(with(other), other + "\n" + kBegin + "\n" + kNew + "\n" + kEnd + "\n");
}

TEST(MarkedSection, TakesNoExampleInABlockOfCodeForIt) {
  const std::string shown = "~~~~\n```\n" + kBegin + "\n" + kEnd + "\n~~~~\n";
  EXPECT_EQ(with(shown), shown + "\n" + kBegin + "\n" + kNew + "\n" + kEnd + "\n");
}

TEST(MarkedSection, RefusesMarkersThatAreNotAsTheyWereWritten) {
  for (const std::string& document :
       {kBegin + "\n", kEnd + "\n", kEnd + "\n" + kBegin + "\n", kBegin + "\n" + kBegin + "\n" + kEnd + "\n",
        kBegin + "\n" + kEnd + "\n" + kEnd + "\n"}) {
    const auto done = with_section(document, "pets", kNew);
    ASSERT_FALSE(done.ok()) << document;
    EXPECT_EQ(done.error().code, Code::bad_input);
    EXPECT_NE(done.error().message.find("marker"), std::string::npos) << done.error().message;
  }
}

TEST(MarkedSection, IsNotAddedInsideABlockOfCode) {
  EXPECT_FALSE(with_section("# A\n```\nx\n", "pets", kNew).ok());
  EXPECT_TRUE(with_section("# A\n```x```\n", "pets", kNew).ok()) << "code within its line is no block";
}

RC_GTEST_PROP(MarkedSection, WrittenTwiceIsAsWrittenOnce, (std::string document)) {
  const auto once = with_section(document, "pets", kNew);
  RC_PRE(once.ok());
  const auto twice = with_section(*once, "pets", kNew);
  RC_ASSERT(twice.ok());
  RC_ASSERT(*twice == *once);
}

}  // namespace
}  // namespace scotoma
