// SPDX-License-Identifier: Apache-2.0
#include "scotoma/study/article.h"

#include <algorithm>
#include <cctype>
#include <initializer_list>
#include <iterator>
#include <set>

#include "scotoma/core/letters.h"

namespace scotoma {
namespace {

using Words = std::initializer_list<std::string_view>;

bool is_one_of(std::string_view word, Words words) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

bool starts_with_any(std::string_view word, Words starts) {
  return std::any_of(starts.begin(), starts.end(), [&](std::string_view start) { return word.starts_with(start); });
}

bool is_vowel(char c) { return std::string_view("aeiou").find(c) != std::string_view::npos; }
bool is_figure(char c) { return c >= '0' && c <= '9'; }

/// The first word of a noun, up to a blank, hyphen or other mark.
struct First {
  std::string word;       ///< plain small letters and digits
  bool capitals = false;  ///< of more than one letter, all capitals
  bool alone = true;      ///< nothing follows it
  bool hyphen = false;    ///< a hyphen follows it
};

/// Without the marks in front ("\"old\" sign", "$8 bill") and the dots of "U.S.".
First first_of(std::string_view noun) {
  First first;
  std::size_t capitals = 0;
  std::size_t letters = 0;
  const std::u32string all = characters_of(noun);
  std::size_t i = 0;
  while (i < all.size() && !is_letter(all[i]) && !is_digit(all[i])) ++i;
  for (; i < all.size(); ++i) {
    const char32_t next = i + 1 < all.size() ? all[i + 1] : U' ';
    const bool inside = is_letter(next) || is_digit(next);
    if ((all[i] == U'.' || all[i] == U',') && inside) {
      if (is_digit(all[i - 1])) break;  // "8.5", "11,000": the figures in front decide
      continue;
    }
    if (!is_letter(all[i]) && !is_digit(all[i])) break;
    const char32_t low = small(all[i]);
    letters += is_letter(all[i]) ? 1 : 0;
    capitals += low != all[i] ? 1 : 0;
    append(first.word, plain(low));
  }
  first.capitals = letters > 1 && capitals == letters;
  first.alone = i == all.size();
  first.hyphen = i < all.size() && all[i] == U'-';
  return first;
}

/// Figures as they are read: eight ..., eleven ..., eighteen ... begin with a vowel.
bool number_takes_an(std::string_view word, std::string_view noun) {
  if (word.starts_with('8')) return true;
  std::size_t figures = 0;
  for (const char c : noun.substr(std::min(noun.find(word.front()), noun.size()))) {
    if (is_figure(c)) ++figures;
    if (!is_figure(c) && c != ',') break;
  }
  const bool teen = word.starts_with("11") || word.starts_with("18");
  return teen && (figures % 3 == 2 || figures == 4);  // 11, 18,000; and 1850 is eighteen fifty
}

/// Whether the name of the letter begins with a vowel: "an F", "a U".
bool letter_takes_an(char letter) { return std::string_view("aefhilmnorsx").find(letter) != std::string_view::npos; }

/// Whether English words may begin like this, as far as it matters: behind a letter whose name and sound differ.
bool can_be_a_word(std::string_view word) {
  if (word.find_first_of("aeiouy") == std::string_view::npos) return false;
  if (word.size() < 2 || is_vowel(word[1]) || word[1] == 'y') return true;
  const auto goes = [&](std::string_view seconds) { return seconds.find(word[1]) != std::string_view::npos; };
  switch (word[0]) {
    case 'f':
      return goes("jlr");
    case 'h':
      return goes("wr");
    case 'l':
      return goes("hl");
    case 'm':
      return goes("cn");
    case 'n':
      return goes("j");
    case 'r':
      return goes("hw");
    case 's':
      return goes("cfhklmnpqrtvwz");
    case 'x':
      return false;
    default:
      return true;
  }
}

/// Whether it is read letter by letter.
bool is_spelled(const First& first) {
  const std::string& word = first.word;
  const auto figure = std::find_if(word.begin(), word.end(), [](char c) { return is_figure(c); });
  const std::string_view letters(word.data(), static_cast<std::size_t>(figure - word.begin()));
  if (letters.size() == 1) return true;  // "X ray", "T-shirt", "F1 car"
  if (is_one_of(letters, {"mr", "mrs", "ms", "mt", "ft", "st", "lt", "sgt", "sr", "fr", "xmas"})) return false;
  if (is_one_of(letters, {"suv", "suvs", "led", "leds", "sos", "hiv", "uv", "uk", "url", "urls", "usda", "usaf", "ussr",
                          "unhcr", "naacp"}))
    return true;
  if (!can_be_a_word(letters)) return true;
  if (!first.capitals || letters.size() > 3) return false;
  static const std::set<std::string_view> words = {
      "sim", "ram", "rom", "lan", "sam", "hud", "faq", "fly", "fox", "fan", "fig", "hat", "hen", "hog",
      "ham", "hut", "lab", "lip", "log", "leg", "lid", "map", "mat", "mop", "mug", "mud", "man", "net",
      "nut", "nun", "rat", "rug", "rod", "row", "sea", "saw", "sun", "ski", "sky", "sub", "ewe", "urn",
      "use", "red", "hot", "new", "shy", "six", "his", "her", "hop", "fir", "fur", "fin"};
  return !words.contains(letters);
}

/// U said as in "use", and other vowels that sound like a consonant.
bool starts_like_you_or_one(std::string_view word) {
  if (is_one_of(word, {"one", "ones", "once", "oneself", "onetime", "onesie", "onesies"})) return true;
  if (starts_with_any(word, {"euler", "ubuntu", "uruk"})) return false;
  if (starts_with_any(word, {"eu", "ew", "ouija", "oaxaca", "ua", "ukr", "uefa", "unanim", "unesco"})) return true;
  if (starts_with_any(word, {"unidirec", "unidimen", "unimo"})) return true;
  if (starts_with_any(word, {"unin", "unim", "unid", "uniron", "unirri", "uniss", "unill"})) return false;
  if (word.starts_with("uni")) return true;
  const bool u = word.size() > 2 && word[0] == 'u';
  return u && std::string_view("bcfghjkqrst").find(word[1]) != std::string_view::npos && is_vowel(word[2]);
}

bool word_takes_an(std::string_view word) {
  if (word[0] == 'h') {
    return starts_with_any(word, {"hour", "heir", "honest", "honor", "honour"}) ? !word.starts_with("houri")
                                                                                : word == "hors";
  }
  if (word[0] == 'y')
    return starts_with_any(word, {"ybl", "ybo", "ycl", "yfere", "ygg", "ypi", "ypo", "yps", "ypr", "yqu", "ytt", "yv"});
  return is_vowel(word[0]) && !starts_like_you_or_one(word);
}

/// "the Eiffel Tower", "my dog": there is an article, or what stands in its place.
bool brings_its_own(std::string_view noun) {
  const std::size_t blank = noun.find(' ');
  if (blank == std::string_view::npos) return false;
  const std::string word = small_ascii(std::string(noun.substr(0, blank)));
  if (word == "a" && starts_with_any(noun.substr(blank + 1), {"cappella", "la "})) return false;
  return is_one_of(word, {"a", "an", "the", "my", "your", "his", "her", "its", "our", "their", "this", "that", "these",
                          "those", "some"});
}

}  // namespace

std::string_view article_of(std::string_view noun) {
  if (brings_its_own(noun)) return {};
  const First first = first_of(noun);
  if (first.word.empty()) return noun.empty() ? std::string_view{} : "a";
  if (is_figure(first.word[0])) return number_takes_an(first.word, noun) ? "an" : "a";
  const bool an = is_spelled(first) ? letter_takes_an(first.word[0]) : word_takes_an(first.word);
  return an ? "an" : "a";
}

std::string with_article(std::string_view noun) {
  const std::string_view article = article_of(noun);
  return std::string(article) + (article.empty() ? "" : " ") + std::string(noun);
}

}  // namespace scotoma
