#include "report/text.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <vector>

namespace scotoma {
namespace {

TEST(EscapeHtml, LeavesNothingThatCouldEndAnAttributeOrStartATag) {
  EXPECT_EQ(escape_html("<b onload=\"x\">'&amp;"), "&lt;b onload=&quot;x&quot;&gt;&#39;&amp;amp;");
  EXPECT_EQ(escape_html("a\nb\tc"), "a\nb\tc");
  EXPECT_EQ(escape_html(std::string("a\0b\x1B", 4)), "a\uFFFDb\uFFFD");
  EXPECT_EQ(escape_html("fleur é 花"), "fleur é 花");
}

TEST(ValidUtf8, KeepsEveryWellFormedSequence) {
  for (const std::string text : {"", "a", "é", "花", "🪰", "\u07FF\u0800\uFFFF\U00010000\U0010FFFF"}) {
    EXPECT_EQ(valid_utf8(text), text);
  }
}

TEST(ValidUtf8, ReplacesBytesOfMalformedOnes) {
  EXPECT_EQ(valid_utf8("a\xFFz"), "a\uFFFDz");
  EXPECT_EQ(valid_utf8("\xC3"), "\uFFFD");                                // cut off
  EXPECT_EQ(valid_utf8("\xC0\xAF"), "\uFFFD\uFFFD");                      // overlong
  EXPECT_EQ(valid_utf8("\xE0\x80\xAF"), "\uFFFD\uFFFD\uFFFD");            // overlong
  EXPECT_EQ(valid_utf8("\xED\xA0\x80"), "\uFFFD\uFFFD\uFFFD");            // surrogate
  EXPECT_EQ(valid_utf8("\xF4\x90\x80\x80"), "\uFFFD\uFFFD\uFFFD\uFFFD");  // above U+10FFFF
}

TEST(QuoteForShell, GivesOneArgumentWhateverTheText) {
  EXPECT_EQ(quote_for_shell("skewed.toml"), "skewed.toml");
  EXPECT_EQ(quote_for_shell("on a flower"), "\"on a flower\"");
  EXPECT_EQ(quote_for_shell(""), "\"\"");
  EXPECT_EQ(quote_for_shell("it's"), "\"it's\"");
  EXPECT_EQ(quote_for_shell("$(reboot)"), "'$(reboot)'");
  EXPECT_EQ(quote_for_shell("a \"b\" 'c'"), "'a \"b\" '\\''c'\\'''");
}

std::string encoded(const std::string& text) { return base64(std::vector<std::uint8_t>(text.begin(), text.end())); }

TEST(Base64, AgreesWithTheVectorsOfRfc4648) {
  EXPECT_EQ(encoded(""), "");
  EXPECT_EQ(encoded("f"), "Zg==");
  EXPECT_EQ(encoded("fo"), "Zm8=");
  EXPECT_EQ(encoded("foo"), "Zm9v");
  EXPECT_EQ(encoded("foobar"), "Zm9vYmFy");
  EXPECT_EQ(encoded("\xFF\xFE\xFD"), "//79");
}

}  // namespace
}  // namespace scotoma
