#include "stage/phrase_words.h"

#include <cctype>
#include <iterator>
#include <sstream>

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

Words words_of(const std::string& text) {
  std::string clean;
  for (char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    clean +=
        std::isalnum(byte) != 0 || byte >= 128 || c == '-' || c == '\'' ? static_cast<char>(std::tolower(byte)) : ' ';
  }
  std::istringstream in(clean);
  return {std::istream_iterator<std::string>(in), {}};
}

std::string joined(const Words& words, std::size_t begin, std::size_t end) {
  std::string text;
  for (std::size_t i = begin; i < end; ++i) text += (text.empty() ? "" : " ") + words[i];
  return text;
}

}  // namespace scotoma
