// SPDX-License-Identifier: Apache-2.0
#include "scotoma/stage/phrase_words.h"

#include <algorithm>

namespace scotoma {

const std::set<std::string>& prepositions() {
  static const std::set<std::string> words = {"on",      "in",     "at",    "under",   "over",    "near",   "by",
                                              "behind",  "beside", "with",  "without", "among",   "next",   "inside",
                                              "outside", "above",  "below", "along",   "against", "around", "through",
                                              "between", "into",   "from",  "during"};
  return words;
}

bool is_function_word(const std::string& word) {
  static const std::set<std::string> words = {"a",     "an",   "the",  "and",   "or",  "of",    "to",
                                              "is",    "are",  "its",  "his",   "her", "their", "that",
                                              "which", "some", "very", "there", "it",  "front"};
  return words.contains(word) || prepositions().contains(word);
}

bool is_count(const std::string& word) {
  static const std::set<std::string> words = {
      "zero",     "one",      "two",      "three",    "four",      "five",     "six",     "seven",    "eight",
      "nine",     "ten",      "eleven",   "twelve",   "thirteen",  "fourteen", "fifteen", "sixteen",  "seventeen",
      "eighteen", "nineteen", "twenty",   "thirty",   "forty",     "fifty",    "sixty",   "seventy",  "eighty",
      "ninety",   "hundred",  "hundreds", "thousand", "thousands", "several",  "many",    "multiple", "few",
      "various",  "numerous", "both",     "all",      "another",   "other",    "each",    "every",    "any",
      "more",     "most",     "couple",   "pair",     "pairs",     "group",    "groups",  "bunch",    "lot",
      "lots",     "number",   "dozen",    "dozens",   "single"};
  std::size_t end = 0;
  for (std::size_t begin = 0; begin <= word.size(); begin = end + 1) {
    end = std::min(word.find('-', begin), word.size());
    const std::string part = word.substr(begin, end - begin);
    const bool figures = part.find_first_not_of("0123456789.,:'") == std::string::npos;
    if (!figures && !words.contains(part)) return false;
  }
  return true;
}

bool says_nothing(const std::string& word) {
  static const std::set<std::string> words = {
      "photo",  "photos", "photograph", "photographs", "picture",  "pictures",  "pic",      "image",     "images",  //
      "shows",  "shown",  "showing",    "depicts",     "depicted", "depicting", "features", "featuring", "captures",
      "this",                                                                                                        //
      "arafed", "araffe", "araffes",    "arafe",       "arafaed",  "araffy",    "it's",     "that's",    "there's",  //
      "ein",    "eine",   "einem",      "einer",       "un",       "une",       "una",      "uno",       "der",
      "das",    "le",     "les",        "el",          "los",      "las",       "il"};
  return words.contains(word);
}

std::string joined(const Words& words, std::size_t begin, std::size_t end) {
  std::string text;
  for (std::size_t i = begin; i < end; ++i) text += (text.empty() ? "" : " ") + words[i];
  return text;
}

}  // namespace scotoma
