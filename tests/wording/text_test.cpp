// SPDX-License-Identifier: Apache-2.0
#include "scotoma/wording/text.h"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace scotoma {
namespace {

/// Of a code point beyond ASCII.
std::string utf8(char32_t point) {
  const auto tail = [&](unsigned shift) { return static_cast<char>(0x80U | (point >> shift & 0x3FU)); };
  if (point < 0x800) return {static_cast<char>(0xC0U | point >> 6U), tail(0)};
  if (point < 0x10000) return {static_cast<char>(0xE0U | point >> 12U), tail(6), tail(0)};
  return {static_cast<char>(0xF0U | point >> 18U), tail(12), tail(6), tail(0)};
}

TEST(EscapeHtml, LeavesNothingThatCouldEndAnAttributeOrStartATag) {
  EXPECT_EQ(escape_html("<b onload=\"x\">'&amp;"), "&lt;b onload=&quot;x&quot;&gt;&#39;&amp;amp;");
  EXPECT_EQ(escape_html("a\nb\tc"), "a\nb\tc");
  EXPECT_EQ(escape_html(std::string("a\0b\x1B", 4)), "a\\x00b\\x1b");
  EXPECT_EQ(escape_html("fleur é 花"), "fleur é 花");
}

TEST(EscapeHtml, LetsNoTextTurnAroundWhatStandsBesideIt) {
  EXPECT_EQ(escape_html("\u202Eabc"), "&lt;U+202E&gt;abc");
  EXPECT_EQ(escape_html("\u2066a\u2069\u0085\uFFFF"), "&lt;U+2066&gt;a&lt;U+2069&gt;&lt;U+0085&gt;&lt;U+FFFF&gt;");
}

TEST(Printable, LeavesTextsOfPeopleAsTheyAre) {
  for (const std::string text : {"", "on a flower", "fleur \u00E9", "e\u0301", "\u82B1", "<b>\\x1b</b>", "\U0001FAB0",
                                 "\u0645\u06CC\u200C\u062E\u0648\u0627\u0647\u0645",
                                 "\U0001F468\u200D\U0001F469\u200D\U0001F467", "\u2764\uFE0F"}) {
    EXPECT_EQ(printable(text), text);
    EXPECT_EQ(printable_lines(text), text);
    EXPECT_EQ(printable_json(text), text);
  }
}

TEST(Printable, SpellsWhatATerminalWouldObey) {
  EXPECT_EQ(printable("\x1B[31mred\x1B[0m"), "\\x1b[31mred\\x1b[0m");
  EXPECT_EQ(printable("bell\a tab\t end\r\n del\x7F"), "bell\\x07 tab\\t end\\r\\n del\\x7f");
  EXPECT_EQ(printable(std::string("a\0b", 3)), "a\\x00b");
  EXPECT_EQ(printable("\u009B31m\u0085"), "<U+009B>31m<U+0085>") << "C1 controls: an escape in one character";
  EXPECT_EQ(printable("\x9B"
                      "31m \xFF \xC3"),
            "\\x9b31m \\xff \\xc3")
      << "and in one byte, or no text at all";
}

TEST(Printable, SpellsWhatAPersonWouldNotSeeOrSeeElsewhere) {
  for (const char32_t point :
       {0x061C, 0x200B, 0x200E, 0x200F, 0x2028, 0x2029, 0x202A, 0x202B, 0x202C, 0x202D,  0x202E,  0x2060,
        0x2066, 0x2067, 0x2068, 0x2069, 0x00AD, 0x3164, 0xFEFF, 0xFFF9, 0xFFFE, 0xE0041, 0x10FFFF}) {
    const std::string text = "fl" + utf8(point) + "y";
    EXPECT_EQ(printable(text), fmt::format("fl<U+{:04X}>y", static_cast<std::uint32_t>(point)));
    EXPECT_EQ(printable_lines(text), printable(text));
  }
  EXPECT_EQ(printable("fl\u200Dy \uFE0F"), "fl<U+200D>y <U+FE0F>") << "a joiner that joins nothing";
}

TEST(Printable, KeepsLinesWhereThereMayBeSeveral) { EXPECT_EQ(printable_lines("a\n\tb\r\x1B"), "a\n\tb\\r\\x1b"); }

/// Any text: signs that matter here, in any order, and bytes that are no text.
rc::Gen<std::string> any_text() {
  return rc::gen::map(rc::gen::container<std::vector<std::string>>(rc::gen::element<std::string>(
                          "a", "\"", "\\", "\n", "\t", "\x1B", "\x7F", "\u0085", "\u00E9", "\u200D", "\u202E", "\uFEFF",
                          "\uFFFF", "\U0001F468", "\U000E0041", "\xFF", "\xE2", "\x80")),
                      [](const std::vector<std::string>& parts) {
                        std::string text;
                        for (const std::string& part : parts) text += part;
                        return text;
                      });
}

RC_GTEST_PROP(Printable, OfItsOwnOutputIsThatOutput, ()) {
  const std::string once = printable(*any_text());
  RC_ASSERT(printable(once) == once);
  RC_ASSERT(valid_utf8(once) == once);
}

RC_GTEST_PROP(PrintableJson, HoldsTheSameValueAndHidesNothing, ()) {
  const nlohmann::json value = {valid_utf8(*any_text())};
  const std::string text = printable_json(value.dump(2));
  RC_ASSERT(nlohmann::json::parse(text) == value);
  RC_ASSERT(printable_lines(text) == text);
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
