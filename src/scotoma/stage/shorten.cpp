// SPDX-License-Identifier: Apache-2.0
#include "scotoma/stage/shorten.h"

#include <algorithm>
#include <numeric>
#include <set>
#include <sstream>
#include <utility>

#include "scotoma/stage/phrase_words.h"
#include "scotoma/study/article.h"

namespace scotoma {
namespace {

enum Level { kPieces, kChunks, kSides, kModifiers, kLevels };

/// The word as the word classes know it; empty for mere punctuation.
std::string bare(const std::string& word) {
  const Words words = words_of(word);
  return joined(words, 0, words.size());
}

bool is_content(const std::string& word) { return !is_function_word(bare(word)) && !bare(word).empty(); }

/// "a red" | "its red": what is left without "red" is still a phrase.
bool is_determiner(const std::string& word) {
  static const std::set<std::string> words = {"a", "an", "the", "its", "his", "her", "their", "that", "some"};
  return words.contains(bare(word));
}

/// "in the middle of a road", "on a piece of paper": words that say nothing without what follows their "of".
bool needs_an_of(const std::string& word) {
  static const std::set<std::string> words = {"side", "top",  "bottom", "middle", "center", "centre", "edge",
                                              "end",  "back", "corner", "part",   "piece",  "kind",   "type",
                                              "sort", "bit",  "set",    "row",    "sea",    "body",   "close-up"};
  return words.contains(bare(word)) || is_count(bare(word));
}

Shortening::Unit range(std::size_t begin, std::size_t end) {
  Shortening::Unit unit(end - begin);
  std::iota(unit.begin(), unit.end(), begin);
  return unit;
}

/// Takes "an" before a consonant, "a" before a vowel.
std::string mended(const std::string& article, const std::string& next) {
  if (article != "a" && article != "an") return article;
  return article_of(next) == "an" ? "an" : "a";
}

}  // namespace

Shortening::Shortening(const Phrase& phrase, std::vector<bool> as_written)
    : phrase_(phrase), pieces_(phrase.pieces()), as_written_(std::move(as_written)), levels_(kLevels) {
  as_written_.resize(pieces_.size(), false);
  for (std::size_t piece = 0; piece < pieces_.size(); ++piece) add_piece(pieces_[piece], piece);
}

void Shortening::add_piece(const PhrasePart& part, std::size_t piece) {
  const std::size_t begin = words_.size();
  std::istringstream in(part.text);
  for (std::string word; in >> word;) words_.push_back({word, piece, chunks_});
  if (pieces_.size() > 1) levels_[kPieces].push_back(range(begin, words_.size()));
  if (as_written_[piece]) {
    ++chunks_;
    return;
  }
  std::vector<std::size_t> starts = {begin};
  bool content = false;
  for (std::size_t i = begin; i < words_.size() && !part.before; ++i) {
    if (content && prepositions().contains(bare(words_[i].text))) {
      starts.push_back(i);
      content = false;
    }
    content = content || is_content(words_[i].text);
  }
  starts.push_back(words_.size());
  for (std::size_t c = 0; c + 1 < starts.size(); ++c, ++chunks_) {
    for (std::size_t i = starts[c]; i < starts[c + 1]; ++i) words_[i].chunk = chunks_;
    if (starts.size() > 2) levels_[kChunks].push_back(range(starts[c], starts[c + 1]));
    if (part.before) {
      add_modifiers(starts[c], starts[c + 1]);
    } else if (starts[c] < starts[c + 1] && prepositions().contains(bare(words_[starts[c]].text))) {
      add_sides_of_of(starts[c], starts[c + 1]);
      add_modifiers(starts[c], starts[c + 1]);
    }
  }
}

/// In "on a black and white wooden table" those are "black and white" and "wooden"; in front of the label all are, as
/// what they modify is the label itself. A noun without an article keeps its words: of "in odd colours" no phrase would
/// be left that says anything.
void Shortening::add_modifiers(std::size_t begin, std::size_t end) {
  const bool before = pieces_[words_[begin].piece].before;
  const auto is_and = [&](std::size_t i) { return bare(words_[i].text) == "and"; };
  std::size_t first = begin;
  bool determined = before;
  for (std::size_t i = begin; i < end; ++i) {
    if (!is_content(words_[i].text)) {
      const bool joins = is_and(i) && i > begin && is_content(words_[i - 1].text) && i + 1 < end;
      const bool intensifies = bare(words_[i].text) == "very" && i + 1 < end;
      if (joins || intensifies) continue;
      determined = before || is_determiner(words_[i].text);
      first = i + 1;
      continue;
    }
    const bool goes_on = i + 1 < end && is_and(i + 1);
    if (goes_on) continue;
    const bool modifies = before
                              ? first > begin || i + 1 < end
                              : i + 1 < end && (is_content(words_[i + 1].text) || bare(words_[i + 1].text) == "very");
    if (modifies && determined) levels_[kModifiers].push_back(range(first, i + 1));
    first = i + 1;
  }
}

/// "in a field of flowers": either "in a field" or "in flowers". Of "in the middle of a road" only "in a road".
void Shortening::add_sides_of_of(std::size_t begin, std::size_t end) {
  bool content = false;
  for (std::size_t i = begin + 1; i + 1 < end; ++i) {
    if (content && bare(words_[i].text) == "of") {
      levels_[kSides].push_back(range(begin + 1, i + 1));
      if (!needs_an_of(words_[i - 1].text)) levels_[kSides].push_back(range(i, end));
      return;
    }
    content = content || is_content(words_[i].text);
  }
}

bool Shortening::divisible() const {
  return std::any_of(levels_.begin(), levels_.end(), [](const auto& level) { return !level.empty(); });
}

/// Whether every prepositional phrase of which something is left ends in a word that means something (in front of the
/// label: begins with one as well), and something is left at all.
bool Shortening::well_formed(const Removed& removed) const {
  bool any = false;
  for (std::size_t chunk = 0; chunk < chunks_; ++chunk) {
    const Word* first = nullptr;
    const Word* last = nullptr;
    bool whole = true;
    for (std::size_t i = 0; i < words_.size(); ++i) {
      if (words_[i].chunk != chunk) continue;
      whole = whole && !removed[i];
      if (removed[i]) continue;
      if (first == nullptr) first = &words_[i];
      last = &words_[i];
    }
    if (last == nullptr) continue;
    any = true;
    if (whole) continue;  // as it came
    if (!is_content(last->text)) return false;
    if (pieces_[last->piece].before && !is_content(first->text) && bare(first->text) != "very") return false;
  }
  return any;
}

std::string Shortening::text_of(std::size_t begin, std::size_t end, const Removed& removed) const {
  std::string text;
  std::string article;
  bool torn = false;  // something between the article and its noun went
  for (std::size_t i = begin; i < end; ++i) {
    if (removed[i]) {
      torn = true;
      continue;
    }
    if (!article.empty()) text += (text.empty() ? "" : " ") + (torn ? mended(article, words_[i].text) : article);
    article.clear();
    torn = false;
    if (words_[i].text == "a" || words_[i].text == "an") {
      article = words_[i].text;
    } else {
      text += (text.empty() ? "" : " ") + words_[i].text;
    }
  }
  return text;
}

std::optional<Phrase> Shortening::without(const Removed& removed) const {
  if (!well_formed(removed)) return std::nullopt;
  Phrase shorter = phrase_;
  shorter.parts.clear();
  std::size_t begin = 0;
  for (std::size_t piece = 0, end = 0; piece < pieces_.size(); ++piece, begin = end) {
    while (end < words_.size() && words_[end].piece == piece) ++end;
    const std::string text = text_of(begin, end, removed);
    if (!text.empty()) shorter.parts.push_back({text, pieces_[piece].before});
  }
  shorter.text.clear();
  for (const PhrasePart& part : shorter.parts) shorter.text += (shorter.text.empty() ? "" : ", ") + part.text;
  shorter.before = shorter.parts.front().before;
  if (shorter.parts.size() == 1) shorter.parts.clear();
  return shorter;
}

std::vector<Shortening::Torn> Shortening::torn(const Removed& removed) const {
  const Removed nothing(words_.size(), false);
  std::vector<Torn> torn;
  for (std::size_t begin = 0, end = 0; begin < words_.size(); begin = end) {
    while (end < words_.size() && words_[end].chunk == words_[begin].chunk) ++end;
    const auto gone = std::count(removed.begin() + static_cast<std::ptrdiff_t>(begin),
                                 removed.begin() + static_cast<std::ptrdiff_t>(end), true);
    const bool some = gone > 0 && static_cast<std::size_t>(gone) < end - begin;
    if (some && !pieces_[words_[begin].piece].before)
      torn.push_back({text_of(begin, end, nothing), text_of(begin, end, removed)});
  }
  return torn;
}

std::string Shortening::words_in(const Removed& removed) const {
  std::string text;
  for (std::size_t i = 0; i < words_.size(); ++i) {
    if (removed[i]) text += (text.empty() ? "" : " ") + words_[i].text;
  }
  return text;
}

namespace {

using Unit = Shortening::Unit;
using Units = std::vector<Unit>;
using Sufficient = std::function<std::optional<bool>(const Shortening::Removed&)>;

class Search {
 public:
  Search(const Shortening& words, const Sufficient& sufficient)
      : words_(words), sufficient_(sufficient), shortest_{Shortening::Removed(words.words(), false), std::nullopt} {}

  Shortest run() {
    for (Shortening::Removed before; before != shortest_.removed;) {
      before = shortest_.removed;
      for (const Units& level : words_.levels()) minimise(left_of(level));
    }
    return shortest_;
  }

 private:
  /// Units of which a word is still there.
  Units left_of(const Units& level) const {
    Units left;
    for (const Unit& unit : level) {
      if (std::any_of(unit.begin(), unit.end(), [&](std::size_t i) { return !shortest_.removed[i]; }))
        left.push_back(unit);
    }
    return left;
  }

  /// Takes units first .. last - 1 out if the phrase will do without them; after an open question nothing will.
  bool goes(const Units& units, std::size_t first, std::size_t last) {
    if (shortest_.asked) return false;
    auto removed = shortest_.removed;
    for (std::size_t u = first; u < last; ++u) {
      for (const std::size_t i : units[u]) removed[i] = true;
    }
    if (removed == shortest_.removed || !words_.without(removed)) return false;
    const auto answer = sufficient_(removed);
    if (!answer) shortest_.asked = removed;
    if (answer.value_or(false)) shortest_.removed = removed;
    return answer.value_or(false);
  }

  /// All units but first .. last - 1.
  bool goes_but(const Units& units, std::size_t first, std::size_t last) {
    Units others(units.begin(), units.begin() + static_cast<std::ptrdiff_t>(first));
    others.insert(others.end(), units.begin() + static_cast<std::ptrdiff_t>(last), units.end());
    return goes(others, 0, others.size());
  }

  /// One step of ddmin at granularity `parts`: whether one part alone will do, or all but one part.
  bool reduce(Units& units, std::size_t& parts) {
    const auto cut = [&](std::size_t p) { return p * units.size() / parts; };
    for (std::size_t p = 0; p < parts; ++p) {
      if (!goes_but(units, cut(p), cut(p + 1))) continue;
      units = Units(units.begin() + static_cast<std::ptrdiff_t>(cut(p)),
                    units.begin() + static_cast<std::ptrdiff_t>(cut(p + 1)));
      parts = 2;
      return true;
    }
    for (std::size_t p = 0; p < parts && parts > 2; ++p) {
      if (!goes(units, cut(p), cut(p + 1))) continue;
      units.erase(units.begin() + static_cast<std::ptrdiff_t>(cut(p)),
                  units.begin() + static_cast<std::ptrdiff_t>(cut(p + 1)));
      parts = std::max<std::size_t>(parts - 1, 2);
      return true;
    }
    return false;
  }

  void minimise(Units units) {
    if (units.empty() || goes(units, 0, units.size())) return;
    std::size_t parts = 2;
    while (units.size() >= 2) {
      parts = std::min(parts, units.size());
      if (reduce(units, parts)) continue;
      if (parts == units.size()) return;
      parts *= 2;
    }
  }

  const Shortening& words_;
  const Sufficient& sufficient_;
  Shortest shortest_;
};

}  // namespace

Shortest shortest(const Shortening& words, const Sufficient& sufficient) { return Search(words, sufficient).run(); }

}  // namespace scotoma
