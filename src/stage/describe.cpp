#include "stage/describe.h"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <iterator>
#include <map>
#include <sstream>

#include "evidence/fisher.h"
#include "finding/count.h"
#include "study/prompt.h"

namespace scotoma {
namespace {

using Words = std::vector<std::string>;

const std::set<std::string>& prepositions() {
  static const std::set<std::string> words = {"on",      "in",     "at",    "under",   "over",    "near",   "by",
                                              "behind",  "beside", "with",  "without", "among",   "next",   "inside",
                                              "outside", "above",  "below", "along",   "against", "around", "through",
                                              "between", "into",   "from",  "during"};
  return words;
}

/// No phrase may end (or, in front of the subject, begin) with one of these.
bool is_function_word(const std::string& word) {
  static const std::set<std::string> words = {"a",     "an",   "the",  "and",   "or",  "of",    "to",
                                              "is",    "are",  "its",  "his",   "her", "their", "that",
                                              "which", "some", "very", "there", "it",  "front"};
  return words.contains(word) || prepositions().contains(word);
}

/// Words that make a sentence of a caption, where a prompt wants none.
bool is_verb(const std::string& word) { return word == "is" || word == "are" || word == "there" || word == "it"; }

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

bool is_plural_or_same(const std::string& word, const std::string& name) {
  if (word == name || word == name + "s" || word == name + "es") return true;
  return name.ends_with('y') && word == name.substr(0, name.size() - 1) + "ies";
}

/// Where `name` (one or more words) stands in `words`: its first and one past its last word; {0, 0} when nowhere.
std::pair<std::size_t, std::size_t> place_of(const Words& words, const Words& name) {
  for (std::size_t at = 0; !name.empty() && at + name.size() <= words.size(); ++at) {
    bool same = true;
    for (std::size_t i = 0; i < name.size(); ++i) same &= is_plural_or_same(words[at + i], name[i]);
    if (same) return {at, at + name.size()};
  }
  return {0, 0};
}

/// The subject: the label if the caption names it, else the first class name that stands in it, so that a bee's caption
/// for a fly still gives the place.
std::pair<std::size_t, std::size_t> subject_of(const Words& words, const Vocabulary& vocabulary) {
  std::pair<std::size_t, std::size_t> first{0, 0};
  for (const std::string& name : vocabulary.subject) {
    const auto at = place_of(words, words_of(name));
    if (at.second == 0) continue;
    if (&name == &vocabulary.subject.front()) return at;
    if (first.second == 0 || at.first < first.first) first = at;
  }
  return first;
}

void add(std::vector<Phrase>& phrases, const std::string& text, bool before) {
  for (const Phrase& phrase : phrases) {
    if (phrase.text == text && phrase.before == before) return;
  }
  Phrase phrase;
  phrase.text = text;
  phrase.before = before;
  phrases.push_back(phrase);
}

void add_before(std::vector<Phrase>& phrases, const Words& words, std::size_t end, const std::set<std::string>& given) {
  for (std::size_t begin = 0; begin < end;) {
    std::size_t stop = begin;  // a run of words that the base prompt does not have
    while (stop < end && !given.contains(words[stop])) ++stop;
    for (std::size_t i = begin; i < stop; ++i) {
      for (std::size_t j = i + 1; j <= stop; ++j) {
        const bool torn =
            (i > begin && words[i - 1] == "and") || (j < stop && words[j] == "and");  // "black and white" is one
        if (!torn && !is_function_word(words[i]) && !is_function_word(words[j - 1]))
          add(phrases, joined(words, i, j), true);
      }
    }
    begin = stop + 1;
  }
}

void add_after(std::vector<Phrase>& phrases, const Words& words, std::size_t begin) {
  for (std::size_t i = begin; i < words.size(); ++i) {
    if (i != begin && !prepositions().contains(words[i])) continue;
    if (is_verb(words[i])) continue;  // "a photo of a fly is on a flower"
    for (std::size_t j = i + 1; j <= words.size(); ++j) {
      const bool whole =
          j == words.size() || prepositions().contains(words[j]);  // never "on a wooden" of a wooden table
      if (whole && !is_function_word(words[j - 1])) add(phrases, joined(words, i, j), false);
    }
  }
}

Vocabulary vocabulary_of(const StageContext& context, const StudyLabel& label) {
  Vocabulary vocabulary;
  vocabulary.subject = {label.name};
  vocabulary.subject.insert(vocabulary.subject.end(), label.synonyms.begin(), label.synonyms.end());
  if (!label.hypernym.empty()) vocabulary.subject.push_back(label.hypernym);
  for (const std::string& name : context.memo.class_names()) vocabulary.subject.push_back(name);
  for (std::size_t i = 0; i < context.study.prompts.base.size(); ++i) {
    for (const std::string& word : words_of(base_prompt(context.study.prompts, label, i)))
      vocabulary.given.insert(word);
  }
  return vocabulary;
}

using Key = std::pair<std::string, bool>;

std::map<Key, int> count_spans(std::span<const std::string> captions, const Vocabulary& vocabulary) {
  std::map<Key, int> counts;
  for (const std::string& caption : captions) {
    for (const Phrase& phrase : spans_of(caption, vocabulary)) ++counts[{phrase.text, phrase.before}];
  }
  return counts;
}

}  // namespace

std::vector<Phrase> spans_of(const std::string& caption, const Vocabulary& vocabulary) {
  const Words words = words_of(caption);
  const auto [begin, end] = subject_of(words, vocabulary);
  std::vector<Phrase> phrases;
  add_before(phrases, words, begin, vocabulary.given);
  if (end > 0) {
    add_after(phrases, words, end);
    return phrases;
  }
  const auto place =
      std::find_if(words.begin(), words.end(), [](const auto& word) { return prepositions().contains(word); });
  if (place != words.end()) add_after(phrases, words, static_cast<std::size_t>(place - words.begin()));
  return phrases;
}

std::vector<Phrase> contrast(std::span<const std::string> captions, std::span<const std::string> others,
                             const Vocabulary& vocabulary) {
  const auto inside = count_spans(captions, vocabulary);
  const auto outside = count_spans(others, vocabulary);
  std::vector<Phrase> phrases;
  for (const auto& [key, count] : inside) {
    Phrase phrase{key.first, key.second, count, static_cast<int>(captions.size()), 0, static_cast<int>(others.size()),
                  0};
    if (const auto found = outside.find(key); found != outside.end()) phrase.in_contrast = found->second;
    const double share = static_cast<double>(count) / phrase.cluster_captions;
    const double other_share = others.empty() ? 0 : static_cast<double>(phrase.in_contrast) / phrase.contrast_captions;
    if (share <= other_share) continue;
    phrase.score = 0.0 - std::log10(std::max(1e-300, fisher_greater(count, phrase.cluster_captions, phrase.in_contrast,
                                                                    phrase.contrast_captions)));
    phrases.push_back(phrase);
  }
  std::stable_sort(phrases.begin(), phrases.end(), [](const Phrase& a, const Phrase& b) {
    if (a.score != b.score) return a.score > b.score;
    if (a.in_cluster != b.in_cluster) return a.in_cluster > b.in_cluster;
    return a.text.size() < b.text.size();
  });
  std::vector<Phrase> kept;
  for (const Phrase& phrase : phrases) {
    const bool explained = std::any_of(kept.begin(), kept.end(), [&](const Phrase& better) {
      return (" " + phrase.text + " ").find(" " + better.text + " ") != std::string::npos;
    });
    if (!explained) kept.push_back(phrase);
  }
  return kept;
}

Result<std::vector<Phrase>> describe(StageContext& context, Cluster& cluster, const BaseResult& base) {
  const SearchOptions& search = context.study.search;
  std::vector<std::string> members;
  for (const Sample& sample : cluster.members) {
    if (static_cast<int>(members.size()) < search.captions) members.push_back(sample.image);
  }
  std::vector<std::string> controls;
  const Direction other = cluster.direction == Direction::fails ? Direction::passes : Direction::fails;
  for (const Sample& sample : base.samples) {
    if (shows(sample, other) && static_cast<int>(controls.size()) < search.controls) controls.push_back(sample.image);
  }
  SCOTOMA_TRY(cluster.captions, context.memo.caption(members));
  SCOTOMA_TRY(const auto contrast_captions, context.memo.caption(controls));
  auto phrases =
      contrast(cluster.captions, contrast_captions, vocabulary_of(context, context.target(base.label).label));
  if (phrases.size() > static_cast<std::size_t>(search.phrases))
    phrases.resize(static_cast<std::size_t>(search.phrases));
  return phrases;
}

}  // namespace scotoma
