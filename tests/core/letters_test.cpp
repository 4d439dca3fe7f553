// SPDX-License-Identifier: Apache-2.0
#include "scotoma/core/letters.h"

#include <gtest/gtest.h>

#include <string>

namespace scotoma {
namespace {

std::string round_trip(const std::string& text) {
  std::string out;
  for (const char32_t c : characters_of(text)) append(out, c);
  return out;
}

std::string small_of(const std::string& text) {
  std::string out;
  for (const char32_t c : characters_of(text)) append(out, small(c));
  return out;
}

std::string plain_of(const std::string& text) {
  std::string out;
  for (const char32_t c : characters_of(text)) append(out, plain(c));
  return out;
}

TEST(Letters, CharactersMakeTheTextAgain) {
  for (const std::string text : {"", "a fly", "Marienkäfer", "蝇 на цветке", "🪰", "\xF4\x8F\xBF\xBF"})
    EXPECT_EQ(round_trip(text), text);
}

TEST(Letters, BytesThatAreNotUtf8AreNoCharacter) {
  for (const std::string text :
       {"\x80", "\xC0\xAF", "\xE0\x80\x80", "\xED\xA0\x80", "\xF4\x90\x80\x80", "\xFF", "\xC3"}) {
    const std::u32string all = characters_of(text);
    EXPECT_EQ(all, std::u32string(text.size(), kNoCharacter));
  }
  EXPECT_EQ(characters_of("a\xC3z"), (std::u32string{U'a', kNoCharacter, U'z'}));
}

TEST(Letters, CapitalsBecomeSmall) {
  EXPECT_EQ(small_of("ÀÉÎÕÜÞ ÆØŒ ŠŽŹŁŇŸİ ΑΒΓΩ БЯЁЂ 蝇 ×"), "àéîõüþ æøœ šžźłňÿi αβγω бяёђ 蝇 ×");
  EXPECT_EQ(small_of("àßÿłžšαяё"), "àßÿłžšαяё");
}

TEST(Letters, AccentsGo) { EXPECT_EQ(plain_of("éàçñöÅØŁŠœæß×"), "eacnoAOLSoas×"); }

TEST(Letters, SymbolsAreNone) {
  for (const char32_t c : U"éßłЖλ蝇अ") EXPECT_TRUE(c == 0 || is_letter(c)) << static_cast<unsigned>(c);
  for (const char32_t c : U"×÷€→★。，「🪰️\u200B\uFFFD ▁—…’")
    EXPECT_FALSE(is_letter(c)) << static_cast<unsigned>(c);
}

TEST(Letters, OnlyWellFormedTextWithoutNulIsPlain) {
  for (const char* good : {"", "a fly", "caf\xC3\xA9", "\xE6\x97\xA5", "\xF0\x9F\x90\x9D"})
    EXPECT_TRUE(is_plain_utf8(good));
  for (const char* bad : {"\xFF", "\xC3", "\xC0\xAF", "\xED\xA0\x80", "\xF4\x90\x80\x80", "a\x80", "\xE6\x97"}) {
    EXPECT_FALSE(is_plain_utf8(bad));
  }
  EXPECT_FALSE(is_plain_utf8(std::string_view("a\0b", 3)));
}

}  // namespace
}  // namespace scotoma
