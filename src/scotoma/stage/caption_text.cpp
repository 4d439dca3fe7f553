// SPDX-License-Identifier: Apache-2.0
#include "scotoma/stage/caption_text.h"

#include <algorithm>
#include <set>
#include <string_view>
#include <utility>

#include "scotoma/core/letters.h"
#include "scotoma/stage/phrase_words.h"

namespace scotoma {
namespace {

enum class Kind { word, hyphen, apostrophe, mark, stop };

struct Item {
  Kind kind = Kind::word;
  std::string text;
};

using Items = std::vector<Item>;

bool is_in(char32_t c, std::u32string_view all) { return all.find(c) != std::u32string_view::npos; }
bool is_apostrophe(char32_t c) { return is_in(c, U"'`\u2018\u2019\u02BC\u00B4"); }
bool is_hyphen(char32_t c) { return is_in(c, U"-\u2010\u2011"); }
bool is_stop(char32_t c) { return is_in(c, U".!?:;\n\u2026\u3002\uFF01\uFF1F"); }
bool is_mark(char32_t c) {
  return is_in(c, U",\"()[]{}<>/|\\\u2012\u2013\u2014\u2015\u201C\u201D\u201E\u00AB\u00BB\u3001\uFF0C");
}

/// Cuts a caption into words and marks.
class Scanner {
 public:
  explicit Scanner(const std::string& text) : text_(characters_of(text)) {}

  Items run() {
    while (at_ < text_.size() && words_ < kMostCaptionWords) {
      if (!special_token() && !continued_word() && !word()) mark();
    }
    return std::move(items_);
  }

 private:
  char32_t look(std::size_t ahead) const { return at_ + ahead < text_.size() ? text_[at_ + ahead] : U' '; }
  static bool is_inside(char32_t c) { return is_letter(c) || is_digit(c); }

  void add(Kind kind, std::string text = "") {
    words_ += kind == Kind::word ? 1 : 0;
    items_.push_back({kind, std::move(text)});
  }

  /// "<image>", "</s>", "[UNK]", "[ unk ]": one word in brackets.
  bool special_token() {
    constexpr std::size_t kLongest = 40;
    if (!is_in(look(0), U"<[")) return false;
    const char32_t close = look(0) == U'<' ? U'>' : U']';
    const std::size_t end = text_.find(close, at_);
    if (end == std::u32string::npos || end - at_ > kLongest) return false;
    std::string name;
    bool torn = false;
    for (std::size_t i = at_ + 1; i < end; ++i) {
      if (text_[i] == U' ') {
        torn = torn || (!name.empty() && text_[i + 1] != U' ' && i + 1 < end);
      } else {
        append(name, small(text_[i]));
      }
    }
    if (torn || name.empty()) return false;
    const bool for_a_word = name.find("unk") != std::string::npos || name.find("mask") != std::string::npos;
    for_a_word ? add(Kind::word, kUnknownWord) : add(Kind::stop);
    at_ = end + 1;
    return true;
  }

  /// "##fly" of "butter ##fly".
  bool continued_word() {
    const bool continued = look(0) == U'#' && look(1) == U'#' && is_inside(look(2));
    if (!continued || items_.empty() || items_.back().kind != Kind::word) return false;
    at_ += 2;
    const std::string begun = std::move(items_.back().text);
    items_.pop_back();
    --words_;
    word(begun);
    return true;
  }

  /// Whether the mark here stands inside a word, which `since` letters of the word stand before.
  bool joins(std::size_t since) const {
    const char32_t c = look(0);
    const bool figures = is_digit(text_[at_ - 1]) && is_digit(look(1));
    if (!is_inside(look(1))) return false;
    if (is_hyphen(c) || is_apostrophe(c) || c == U'\u2013') return true;
    return (figures && is_in(c, U".,:")) || (c == U'.' && since == 1 && !is_inside(look(2)));
  }

  bool word(std::string begun = "") {
    if (!is_inside(look(0))) return false;
    std::size_t since = 0;  // letters since the word or its last dot began
    bool initials = false;
    for (; at_ < text_.size(); ++at_) {
      const char32_t c = look(0);
      if (is_inside(c)) {
        append(begun, small(c));
        ++since;
      } else if (joins(since)) {
        since = 0;
        initials = initials || (c == U'.' && !is_digit(look(1)));
        if (initials && c == U'.') continue;  // "U.S."
        append(begun, is_apostrophe(c) ? U'\'' : is_digit(look(1)) && is_in(c, U".,:") ? c : U'-');
      } else {
        break;
      }
    }
    static const std::set<std::string> shortened = {"st", "mr", "mrs", "dr", "mt"};
    const bool dotted = initials || shortened.contains(begun);
    if (look(0) == U'.' && dotted && look(1) == U' ' && at_ + 2 < text_.size()) ++at_;
    add(Kind::word, std::move(begun));
    return true;
  }

  void mark() {
    const char32_t c = look(0);
    if (c == kNoCharacter) {
      add(Kind::word, kUnknownWord);
    } else if (c == U'&') {
      add(Kind::word, "and");
    } else if (is_hyphen(c)) {
      add(is_hyphen(look(1)) ? Kind::mark : Kind::hyphen);
    } else if (is_apostrophe(c)) {
      add(Kind::apostrophe);
    } else if (is_stop(c)) {
      add(Kind::stop);
    } else if (is_mark(c)) {
      add(Kind::mark);
    }
    ++at_;
  }

  std::u32string text_;
  std::size_t at_ = 0;
  std::size_t words_ = 0;  ///< among the items
  Items items_;
};

/// Closes the blanks of a WordPiece decoder; what then is left of hyphens and apostrophes are dashes and quotes.
Items joined_words(const Items& items) {
  static const std::set<std::string> ends = {"s", "t", "d", "m", "re", "ve", "ll"};
  Items out;
  const auto kind = [&](std::size_t i) { return i < items.size() ? items[i].kind : Kind::stop; };
  const auto is_word = [&](std::size_t i) { return kind(i) == Kind::word && items[i].text != kUnknownWord; };
  for (std::size_t i = 0; i < items.size(); ++i) {
    const bool behind_word = !out.empty() && out.back().kind == Kind::word && out.back().text != kUnknownWord;
    const auto join = [&](const char* sign, std::size_t next) {
      out.back().text += sign + items[next].text;
      i = next;
    };
    if (kind(i) == Kind::word || kind(i) == Kind::stop) {
      out.push_back(items[i]);
    } else if (kind(i) == Kind::apostrophe && behind_word && is_word(i + 1) && ends.contains(items[i + 1].text)) {
      join("'", i + 1);
    } else if (kind(i) == Kind::apostrophe && behind_word && kind(i + 1) == Kind::hyphen && is_word(i + 2)) {
      join("'-", i + 2);  // jack - o ' - lantern
    } else if (kind(i) == Kind::hyphen && behind_word && is_word(i + 1) &&
               (!is_function_word(items[i + 1].text) || kind(i + 2) == Kind::hyphen)) {
      join("-", i + 1);
    } else {
      out.push_back({Kind::mark, ""});
    }
  }
  return out;
}

}  // namespace

std::vector<Sentence> sentences_of(const std::string& caption) {
  std::vector<Sentence> sentences;
  Sentence sentence;
  Words piece;
  const auto close_piece = [&] {
    if (!piece.empty()) sentence.push_back(std::exchange(piece, {}));
  };
  const auto close_sentence = [&] {
    close_piece();
    if (!sentence.empty()) sentences.push_back(std::exchange(sentence, {}));
  };
  for (Item& item : joined_words(Scanner(caption).run())) {
    if (item.kind == Kind::word) piece.push_back(std::move(item.text));
    if (item.kind == Kind::mark) close_piece();
    if (item.kind == Kind::stop) close_sentence();
  }
  close_sentence();
  return sentences;
}

Words words_of(const std::string& text) {
  Words words;
  for (const Sentence& sentence : sentences_of(text)) {
    for (const Words& piece : sentence) {
      std::copy_if(piece.begin(), piece.end(), std::back_inserter(words),
                   [](const auto& w) { return w != kUnknownWord; });
    }
  }
  return words;
}

Words without_repeats(Words words) {
  for (std::size_t length = 1; 2 * length <= words.size(); ++length) {
    for (std::size_t at = 0; at + 2 * length <= words.size();) {
      const auto first = words.begin() + static_cast<std::ptrdiff_t>(at);
      const auto second = first + static_cast<std::ptrdiff_t>(length);
      if (std::equal(first, second, second)) {
        words.erase(second, second + static_cast<std::ptrdiff_t>(length));
      } else {
        ++at;
      }
    }
  }
  return words;
}

}  // namespace scotoma
