// SPDX-License-Identifier: Apache-2.0
#include "scotoma/stage/nouns.h"

#include <algorithm>
#include <string_view>
#include <utility>

namespace scotoma {
namespace {

using Forms = std::set<std::string>;

/// Ends of words that change in the plural, wherever they are said so: also "firemen", "dormice", "grandchildren".
constexpr std::pair<std::string_view, std::string_view> kEnds[] = {
    {"man", "men"},   {"mouse", "mice"},     {"louse", "lice"},    {"goose", "geese"}, {"tooth", "teeth"},
    {"foot", "feet"}, {"child", "children"}, {"person", "people"}, {"ox", "oxen"},     {"die", "dice"},
    {"f", "ves"},     {"fe", "ves"},         {"y", "ies"},         {"z", "zzes"},      {"s", "sses"},
    {"us", "i"},      {"is", "es"},          {"um", "a"},          {"ex", "ices"},     {"ix", "ices"},
    {"a", "ae"},      {"eau", "eaux"},       {"o", "i"},           {"", "s"},          {"", "es"},
};

/// Words in -s whose form without it is another word.
bool is_no_plural(std::string_view word) {
  static const std::set<std::string_view> words = {"news", "shorts", "goods", "glasses", "blues", "greens", "is", "as"};
  return words.contains(word) || word.ends_with("ss") || word.size() < 4;
}

/// The word itself and its plurals; some that nobody says among them, which nobody writes either.
Forms plurals(const std::string& word) {
  Forms forms = {word};
  for (const auto& [one, many] : kEnds) {
    if (word.size() >= 2 && word.ends_with(one))
      forms.insert(word.substr(0, word.size() - one.size()) + std::string(many));
  }
  return forms;
}

/// What it may be the plural of.
Forms singulars(const std::string& word) {
  Forms forms;
  if (is_no_plural(word)) return forms;
  for (const auto& [one, many] : kEnds) {
    const bool hisses = one.empty() && many == "es";
    if (!word.ends_with(many) || word.size() < many.size() + 2) continue;
    std::string form = word.substr(0, word.size() - many.size()) + std::string(one);
    const bool hiss = std::string_view("sxzho").find(form.back()) != std::string_view::npos;
    if (!hisses || hiss) forms.insert(std::move(form));
  }
  return forms;
}

/// Without hyphens and apostrophes.
std::string letters_of(std::string_view word) {
  std::string letters;
  std::copy_if(word.begin(), word.end(), std::back_inserter(letters), [](char c) { return c != '-' && c != '\''; });
  return letters;
}

std::size_t count_parts(const std::string& word) {
  return 1 + static_cast<std::size_t>(
                 std::count_if(word.begin(), word.end(), [](char c) { return c == '-' || c == '\''; }));
}

}  // namespace

Noun::Noun(const std::vector<std::string>& words) {
  for (std::size_t changed = 0; changed < words.size(); ++changed) {
    Forms forms = plurals(words[changed]);
    forms.merge(singulars(words[changed]));
    for (const std::string& form : forms) {
      std::string whole;
      for (std::size_t i = 0; i < words.size(); ++i) whole += letters_of(i == changed ? form : words[i]);
      spellings_.insert(whole);
    }
    most_words_ += count_parts(words[changed]);
  }
}

Noun::Place Noun::at(const std::vector<std::string>& words, std::size_t at) const {
  std::string whole;
  for (std::size_t end = at; end < words.size() && end < at + most_words_; ++end) {
    const std::string& word = words[end];
    if (word.ends_with("'s") && spellings_.contains(whole + letters_of(word.substr(0, word.size() - 2))))
      return {at, end + 1, true};
    whole += letters_of(word);
    if (spellings_.contains(whole)) return {at, end + 1, false};
  }
  return {};
}

Noun::Place Noun::first_in(const std::vector<std::string>& words, std::size_t from, std::size_t end) const {
  for (std::size_t i = from; i < std::min(end, words.size()); ++i) {
    if (const Place place = at(words, i)) return place;
  }
  return {};
}

}  // namespace scotoma
