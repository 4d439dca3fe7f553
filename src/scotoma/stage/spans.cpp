// SPDX-License-Identifier: Apache-2.0
#include "scotoma/stage/spans.h"

#include <algorithm>
#include <limits>

#include "scotoma/stage/phrase_words.h"
#include "scotoma/study/prompt.h"

namespace scotoma {
namespace {

constexpr std::size_t kAll = std::numeric_limits<std::size_t>::max();
constexpr std::size_t kMostWords = 8;   // of a span in front
constexpr std::size_t kMostChunks = 6;  // of a span behind

/// Words that make a sentence of a caption, where a prompt wants none: "a fly that is sitting on a flower".
bool is_verb(const std::string& word) {
  static const std::set<std::string> words = {"is", "are", "was", "were", "there", "it", "that", "which", "who", "has"};
  return words.contains(word);
}

/// "sitting", "covered": what a prompt can say without "is".
bool is_participle(const std::string& word) { return word.ends_with("ing") || word.ends_with("ed"); }

bool is_article(const std::string& word) { return word == "a" || word == "an" || word == "the"; }

/// "k", "x": no phrase alone.
bool is_single_letter(const std::string& word) { return word.size() == 1; }

bool can_end(const std::string& word) {
  return !is_function_word(word) && !is_count(word) && !is_single_letter(word) && word != kUnknownWord;
}

std::size_t first_preposition(const Words& words) {
  return static_cast<std::size_t>(
      std::find_if(words.begin(), words.end(), [](const auto& word) { return prepositions().contains(word); }) -
      words.begin());
}

/// The first of `names` that begins before word `end`.
Noun::Place first_of(const std::vector<Noun>& names, const Words& words, std::size_t end) {
  Noun::Place first;
  for (const Noun& name : names) {
    const Noun::Place place = name.first_in(words, 0, first ? std::min(end, first.begin) : end);
    if (place) first = place;
  }
  return first;
}

/// Where the subject stands in a sentence: its piece, and the words there.
struct Subject {
  std::size_t piece = 0;
  Noun::Place place;
};

/// "goldfish, Carassius auratus" are two names.
void add_names(std::vector<Noun>& names, const std::string& text) {
  for (std::size_t begin = 0; begin <= text.size();) {
    const std::size_t comma = std::min(text.find(',', begin), text.size());
    const Words name = words_of(text.substr(begin, comma - begin));
    if (!name.empty()) names.emplace_back(name);
    begin = comma + 1;
  }
}

/// Up to "stock photo", which captioners learnt from where they learnt.
Words without_stock(const Words& words) {
  Words out;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (words[i] == "stock" && i + 1 < words.size() && says_nothing(words[i + 1])) break;
    out.push_back(words[i]);
  }
  return out;
}

class Reader {
 public:
  explicit Reader(const Vocabulary& vocabulary) : vocabulary_(vocabulary) {}

  std::vector<Phrase> read(const std::string& caption);

 private:
  Subject subject_of(const Sentence& sentence, bool named) const;
  void read_front(const Sentence& sentence, const Subject& subject);
  void add_front(const Words& words);
  void add_run(const Words& run);
  void add_behind(const Words& words, bool at_once);
  void add(const Words& words, bool before);
  bool means_something(const Words& words) const;
  std::vector<bool> own_in(const Words& words) const;

  const Vocabulary& vocabulary_;
  std::vector<Phrase> phrases_;
  std::set<std::pair<std::string, bool>> seen_;
};

/// At which words the label's name stands.
std::vector<bool> Reader::own_in(const Words& words) const {
  std::vector<bool> own(words.size(), false);
  for (const Noun& label : vocabulary_.label) {
    for (std::size_t at = 0; at < words.size(); ++at) {
      for (std::size_t i = at; i < label.at(words, at).end; ++i) own[i] = true;
    }
  }
  return own;
}

/// The label's own name before all others, else another word for it (unless the label is `named` in another sentence).
/// A class name only before the first preposition but "of": a bee's caption for a fly still gives the place, and "on a
/// bookcase" is a place though there is a class of that name.
Subject Reader::subject_of(const Sentence& sentence, bool named) const {
  for (std::size_t i = 0; i < sentence.size(); ++i) {
    if (const auto place = first_of(vocabulary_.label, sentence[i], kAll)) return {i, place};
  }
  bool in_front = !named;  // of the sentence's first preposition
  for (std::size_t i = 0; i < sentence.size() && !named; ++i) {
    const Noun::Place synonym = first_of(vocabulary_.synonyms, sentence[i], kAll);
    const std::size_t preposition = first_preposition(sentence[i]);
    const Noun::Place of_class = in_front ? first_of(vocabulary_.classes, sentence[i], preposition) : Noun::Place{};
    if (synonym && (!of_class || synonym.begin <= of_class.begin)) return {i, synonym};
    if (of_class) return {i, of_class};
    in_front = in_front && preposition == sentence[i].size();
  }
  return {};
}

bool Reader::means_something(const Words& words) const {
  const bool said = std::any_of(words.begin(), words.end(),
                                [&](const auto& word) { return can_end(word) && !vocabulary_.own.contains(word); });
  return said && without_repeats(words).size() == words.size();
}

void Reader::add(const Words& words, bool before) {
  if (!means_something(words)) return;
  Phrase phrase;
  phrase.text = joined(words, 0, words.size());
  phrase.before = before;
  if (seen_.emplace(phrase.text, before).second) phrases_.push_back(phrase);
}

/// All spans of a run of words in front that the base prompt does not have.
void Reader::add_run(const Words& run) {
  for (std::size_t i = 0; i < run.size(); ++i) {
    for (std::size_t j = i + 1; j <= std::min(i + kMostWords, run.size()); ++j) {
      const bool torn =
          (i > 0 && run[i - 1] == "and") || (j < run.size() && run[j] == "and");  // "black and white" is one
      const Words span(run.begin() + static_cast<std::ptrdiff_t>(i), run.begin() + static_cast<std::ptrdiff_t>(j));
      const bool again = std::set<std::string>(span.begin(), span.end()).size() < span.size();
      if (!torn && !again && !is_function_word(span.front()) && can_end(span.back())) add(span, true);
    }
  }
}

void Reader::add_front(const Words& words) {
  Words run;
  const std::vector<bool> own = own_in(words);
  for (std::size_t i = 0; i < words.size(); ++i) {
    const std::string& word = words[i];
    const bool barrier =
        vocabulary_.given.contains(word) || is_count(word) || says_nothing(word) || word == kUnknownWord || own[i];
    if (!barrier) run.push_back(word);
    if (barrier) add_run(std::exchange(run, {}));
  }
  add_run(run);
}

/// What stands in front of the subject in its piece; and the pieces before that as long as they are adjectives of the
/// same noun ("a dark, blurry photo of a fly") and not things of their own ("insect, fly", "a dog, a fly").
void Reader::read_front(const Sentence& sentence, const Subject& subject) {
  const Words& piece = sentence[subject.piece];
  const auto front_of = [](const Words& words, std::size_t end) {
    return Words(words.begin(), words.begin() + static_cast<std::ptrdiff_t>(end));
  };
  add_front(front_of(piece, subject.place.begin));
  bool goes_on = subject.place.begin > 0 && first_preposition(piece) > subject.place.begin;
  for (std::size_t i = subject.piece; i > 0; --i) {
    goes_on = goes_on && !is_article(sentence[i].front());
    const Words& before = sentence[i - 1];
    if (!goes_on || first_preposition(before) < before.size()) return;
    add_front(before);
  }
}

/// Spans that begin at a preposition, or (`at_once`) at the first word, and end where the next begins or at the end.
void Reader::add_behind(const Words& words, bool at_once) {
  const std::vector<bool> own = own_in(words);
  std::size_t begin = 0;
  while (begin < words.size() && is_verb(words[begin])) ++begin;  // "a photo of a fly is on a flower"
  if (begin > 0 && begin < words.size()) at_once = at_once && is_participle(words[begin]);  // never "a fly small"
  for (std::size_t i = begin; i < words.size(); ++i) {
    const bool preposition = prepositions().contains(words[i]);
    if (!preposition && (!at_once || i != begin || is_count(words[i]))) continue;
    std::set<std::string> chunks;  // "on a flower" again says nothing new
    std::size_t chunk = i;
    for (std::size_t j = i; j < words.size() && words[j] != kUnknownWord && !own[j]; ++j) {
      const bool ends = j + 1 == words.size() || prepositions().contains(words[j + 1]) || own[j + 1];
      if (!ends) continue;  // never "on a wooden" of a wooden table
      if (is_count(words[j]) || is_single_letter(words[j])) break;
      if (!can_end(words[j])) continue;
      const bool said = !chunks.insert(joined(words, chunk, j + 1)).second;
      if (said || chunks.size() > kMostChunks) break;
      chunk = j + 1;
      add(Words(words.begin() + static_cast<std::ptrdiff_t>(i), words.begin() + static_cast<std::ptrdiff_t>(chunk)),
          false);
    }
  }
}

std::vector<Phrase> Reader::read(const std::string& caption) {
  const std::vector<Sentence> sentences = sentences_of(caption);
  const bool named = std::any_of(sentences.begin(), sentences.end(), [&](const Sentence& sentence) {
    return std::any_of(sentence.begin(), sentence.end(),
                       [&](const Words& piece) { return bool{first_of(vocabulary_.label, piece, kAll)}; });
  });
  for (const Sentence& sentence : sentences) {
    const Subject subject = subject_of(sentence, named);
    if (subject.place) read_front(sentence, subject);
    for (std::size_t i = 0; i < sentence.size(); ++i) {
      const bool here = subject.place && i == subject.piece;
      const Words& piece = sentence[i];
      const std::size_t from = here ? subject.place.end : first_preposition(piece);
      const Words behind(piece.begin() + static_cast<std::ptrdiff_t>(from), piece.end());
      add_behind(without_repeats(without_stock(behind)), here && !subject.place.possessive);
    }
  }
  return std::move(phrases_);
}

}  // namespace

Vocabulary vocabulary_of(const StudyLabel& label, const PromptOptions& prompts,
                         const std::vector<std::string>& class_names) {
  Vocabulary vocabulary;
  const Words own = words_of(label.name);
  if (!own.empty()) vocabulary.label.emplace_back(own);
  vocabulary.own.insert(own.begin(), own.end());
  for (const std::string& synonym : label.synonyms) add_names(vocabulary.synonyms, synonym);
  add_names(vocabulary.synonyms, label.hypernym);
  for (const std::string& name : class_names) add_names(vocabulary.classes, name);
  for (const std::string& prompt : base_prompts(prompts, label)) {
    for (const std::string& word : words_of(prompt)) vocabulary.given.insert(word);
  }
  return vocabulary;
}

std::vector<Phrase> find_spans(const std::string& caption, const Vocabulary& vocabulary) {
  return Reader(vocabulary).read(caption);
}

}  // namespace scotoma
