#include "stage/describe.h"

#include <algorithm>
#include <cmath>
#include <map>

#include "evidence/fisher.h"
#include "finding/count.h"
#include "finding/phrase.h"
#include "stage/phrase_words.h"
#include "study/prompt.h"

namespace scotoma {
namespace {

constexpr std::size_t kMostPieces = 3;  // of a conjunction
constexpr std::size_t kJoined = 2;      // phrases joined to one that fails sometimes
constexpr double kWorthALook = 1;       // score of such a phrase: p = 0.1

/// Words that make a sentence of a caption, where a prompt wants none.
bool is_verb(const std::string& word) { return word == "is" || word == "are" || word == "there" || word == "it"; }

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

using Place = std::pair<std::size_t, std::size_t>;  // first word, one past the last; {0, 0} is nowhere

/// The first of `names` to stand in the words before `end`.
Place first_of(const std::vector<Words>& names, const Words& words, std::size_t end) {
  Place first{0, 0};
  for (const Words& name : names) {
    const Place at = place_of(words, name);
    if (at.second > 0 && at.first < end && (first.second == 0 || at.first < first.first)) first = at;
  }
  return first;
}

std::size_t first_preposition(const Words& words) {
  return static_cast<std::size_t>(
      std::find_if(words.begin(), words.end(), [](const auto& word) { return prepositions().contains(word); }) -
      words.begin());
}

/// Where the subject stands: the label's own name before all others, else another word for it. A class name only before
/// the first preposition but "of": a bee's caption for a fly still gives the place, and "on a bookcase" is a place
/// though there is a class of that name.
Place subject_of(const Words& words, const Vocabulary& vocabulary) {
  if (const Place at = first_of({vocabulary.label}, words, words.size()); at.second > 0) return at;
  const Place synonym = first_of(vocabulary.synonyms, words, words.size());
  const Place of_class = first_of(vocabulary.classes, words, first_preposition(words));
  if (synonym.second == 0 || of_class.second == 0) return synonym.second > 0 ? synonym : of_class;
  return std::min(synonym, of_class);
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

/// "goldfish, Carassius auratus" are two names.
void add_names(std::vector<Words>& names, const std::string& text) {
  for (std::size_t begin = 0; begin <= text.size();) {
    const std::size_t comma = std::min(text.find(',', begin), text.size());
    Words name = words_of(text.substr(begin, comma - begin));
    if (!name.empty()) names.push_back(std::move(name));
    begin = comma + 1;
  }
}

std::vector<Phrase> best_phrases(std::vector<Phrase> phrases, int most) {
  phrases.resize(std::min(phrases.size(), static_cast<std::size_t>(most)));
  return phrases;
}

template <class Counts>
int count_in(const Counts& counts, const typename Counts::key_type& key) {
  const auto found = counts.find(key);
  return found == counts.end() ? 0 : found->second;
}

/// Counts and score of a phrase that stands in `count` captions inside and `other` outside; false where its share is no
/// larger inside.
bool score(Phrase& phrase, int count, int other, const SpanCounts& inside, const SpanCounts& outside) {
  phrase.in_cluster = count;
  phrase.cluster_captions = inside.captions;
  phrase.in_contrast = other;
  phrase.contrast_captions = outside.captions;
  const double share = static_cast<double>(count) / inside.captions;
  const double other_share = outside.captions == 0 ? 0 : static_cast<double>(other) / outside.captions;
  if (share <= other_share) return false;
  phrase.score = 0.0 - std::log10(std::max(1e-300, fisher_greater(count, inside.captions, other, outside.captions)));
  return true;
}

void best_first(std::vector<Phrase>& phrases) {
  std::stable_sort(phrases.begin(), phrases.end(), [](const Phrase& a, const Phrase& b) {
    if (a.score != b.score) return a.score > b.score;
    if (a.in_cluster != b.in_cluster) return a.in_cluster > b.in_cluster;
    return a.text.size() < b.text.size();
  });
}

/// Whether one of the texts stands in the other, word for word.
bool overlap(const std::string& a, const std::string& b) {
  const auto holds = [](const std::string& text, const std::string& part) {
    return (" " + text + " ").find(" " + part + " ") != std::string::npos;
  };
  return holds(a, b) || holds(b, a);
}

/// Files of the first `most` samples that `wanted` holds of.
template <class Wanted>
std::vector<std::string> images_of(const std::vector<Sample>& samples, int most, Wanted wanted) {
  std::vector<std::string> images;
  for (const Sample& sample : samples) {
    if (static_cast<int>(images.size()) < most && wanted(sample)) images.push_back(sample.image);
  }
  return images;
}

}  // namespace

Vocabulary vocabulary_of(const StudyLabel& label, const PromptOptions& prompts,
                         const std::vector<std::string>& class_names) {
  Vocabulary vocabulary;
  vocabulary.label = words_of(label.name);
  for (const std::string& synonym : label.synonyms) add_names(vocabulary.synonyms, synonym);
  add_names(vocabulary.synonyms, label.hypernym);
  for (const std::string& name : class_names) add_names(vocabulary.classes, name);
  for (const std::string& prompt : base_prompts(prompts, label)) {
    for (const std::string& word : words_of(prompt)) vocabulary.given.insert(word);
  }
  return vocabulary;
}

SpanCounts count_spans(std::span<const std::string> captions, const Vocabulary& vocabulary) {
  SpanCounts counts;
  counts.captions = static_cast<int>(captions.size());
  for (const std::string& caption : captions) {
    const auto spans = spans_of(caption, vocabulary);
    for (const Phrase& phrase : spans) {
      ++counts.spans[{phrase.text, phrase.before}];
      for (const Phrase& other : spans) {
        if (phrase.before && !other.before) ++counts.pairs[{phrase.text, other.text}];
      }
    }
  }
  return counts;
}

std::vector<Phrase> spans_of(const std::string& caption, const Vocabulary& vocabulary) {
  const Words words = words_of(caption);
  const auto [begin, end] = subject_of(words, vocabulary);
  std::vector<Phrase> phrases;
  add_before(phrases, words, begin, vocabulary.given);
  if (end > 0) {
    add_after(phrases, words, end);
    return phrases;
  }
  add_after(phrases, words, first_preposition(words));
  return phrases;
}

std::vector<Phrase> contrast(const SpanCounts& inside, const SpanCounts& outside) {
  std::vector<Phrase> phrases;
  for (const auto& [key, count] : inside.spans) {
    Phrase phrase;
    phrase.text = key.first;
    phrase.before = key.second;
    if (score(phrase, count, count_in(outside.spans, key), inside, outside)) phrases.push_back(phrase);
  }
  best_first(phrases);
  std::vector<Phrase> kept;
  for (const Phrase& phrase : phrases) {
    const bool explained = std::any_of(kept.begin(), kept.end(), [&](const Phrase& better) {
      return (" " + phrase.text + " ").find(" " + better.text + " ") != std::string::npos;
    });
    if (!explained) kept.push_back(phrase);
  }
  return kept;
}

std::vector<Phrase> contrast_pairs(const SpanCounts& inside, const SpanCounts& outside) {
  const auto alone = [&](const std::string& text, bool before) {
    Phrase part;
    const std::pair key{text, before};
    score(part, count_in(inside.spans, key), count_in(outside.spans, key), inside, outside);
    return part.score;
  };
  std::vector<Phrase> pairs;
  for (const auto& [key, count] : inside.pairs) {
    Phrase phrase = conjunction({{key.first, true}, {key.second, false}});
    if (!score(phrase, count, count_in(outside.pairs, key), inside, outside)) continue;
    if (phrase.score > std::max(alone(key.first, true), alone(key.second, false))) pairs.push_back(phrase);
  }
  best_first(pairs);
  return pairs;
}

Result<std::vector<std::vector<Phrase>>> describe(const StageContext& context, Memo& memo,
                                                  std::vector<Cluster>& clusters, const BaseResult& base) {
  const SearchOptions& search = context.study.search;
  const Vocabulary vocabulary =
      vocabulary_of(context.target(base.label).label, context.study.prompts, context.class_names);
  const Direction direction = direction_of(base);
  const auto controls =
      images_of(base.samples, search.controls, [&](const Sample& s) { return s.valid() && !shows(s, direction); });
  std::vector<std::string> members;
  for (const Cluster& cluster : clusters) {
    const auto own = images_of(cluster.members, search.captions, [](const Sample&) { return true; });
    members.insert(members.end(), own.begin(), own.end());
  }
  if (members.empty()) return std::vector<std::vector<Phrase>>(clusters.size());
  SCOTOMA_TRY(const auto captions, memo.caption(members));
  SCOTOMA_TRY(const auto contrast_captions, memo.caption(controls));
  const SpanCounts outside = count_spans(contrast_captions, vocabulary);
  std::vector<std::vector<Phrase>> phrases;
  auto next = captions.begin();
  for (Cluster& cluster : clusters) {
    const auto count = std::min(std::ssize(cluster.members), static_cast<std::ptrdiff_t>(search.captions));
    cluster.captions.assign(next, next + count);
    next += count;
    const SpanCounts inside = count_spans(cluster.captions, vocabulary);
    phrases.push_back(best_phrases(contrast(inside, outside), search.phrases));
    const auto pairs = best_phrases(contrast_pairs(inside, outside), 1);
    phrases.back().insert(phrases.back().end(), pairs.begin(), pairs.end());
  }
  return phrases;
}

Result<std::vector<Phrase>> describe_more(const StageContext& context, Memo& memo, const Hypothesis& hypothesis) {
  const SearchOptions& search = context.study.search;
  const auto pieces = hypothesis.phrase.pieces();
  const auto with =
      images_of(hypothesis.tried, search.captions, [&](const Sample& s) { return shows(s, hypothesis.direction); });
  const auto without = images_of(hypothesis.tried, search.controls,
                                 [&](const Sample& s) { return s.valid() && !shows(s, hypothesis.direction); });
  std::vector<Phrase> joined;
  const auto few = static_cast<std::size_t>(search.tiny_cluster);
  if (with.size() < few || without.size() < few || pieces.size() >= kMostPieces) return joined;
  const Vocabulary vocabulary =
      vocabulary_of(context.target(hypothesis.label).label, context.study.prompts, context.class_names);
  SCOTOMA_TRY(const auto captions, memo.caption(with));
  SCOTOMA_TRY(const auto other_captions, memo.caption(without));
  for (Phrase& phrase : contrast(count_spans(captions, vocabulary), count_spans(other_captions, vocabulary))) {
    if (phrase.score < kWorthALook || joined.size() >= kJoined) break;
    const bool said = std::any_of(pieces.begin(), pieces.end(),
                                  [&](const PhrasePart& piece) { return overlap(piece.text, phrase.text); });
    if (said) continue;
    auto parts = pieces;
    parts.push_back({phrase.text, phrase.before});
    Phrase whole = conjunction(parts);
    phrase.text = whole.text;
    phrase.before = whole.before;
    phrase.parts = whole.parts;
    joined.push_back(phrase);
  }
  return joined;
}

}  // namespace scotoma
