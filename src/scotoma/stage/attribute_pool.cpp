// SPDX-License-Identifier: Apache-2.0
#include "scotoma/stage/attribute_pool.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <string>
#include <string_view>
#include <utility>

#include "scotoma/core/letters.h"
#include "scotoma/finding/count.h"
#include "scotoma/study/common_attributes.h"

namespace scotoma {
namespace {

constexpr std::size_t kMostOfCaptions = 16;
constexpr std::size_t kBlock = 16;  // phrases of a list that keep each other's company in rows
constexpr std::array<std::string_view, 3> kEndings = {"", "s", "es"};

bool holds(const std::vector<AttributeList>& lists, const std::string& text) {
  return std::any_of(lists.begin(), lists.end(), [&](const AttributeList& list) { return list.holds(text); });
}

/// Pieces of phrases from captions, the most promising first, each once.
std::vector<PhrasePart> of_captions(const std::vector<Hypothesis>& known) {
  std::vector<const Hypothesis*> best;
  for (const Hypothesis& h : known) {
    if (h.source == Source::captions && h.status != Status::not_generatable) best.push_back(&h);
  }
  std::stable_sort(best.begin(), best.end(), [](const Hypothesis* a, const Hypothesis* b) {
    return posterior_mean(a->explored) > posterior_mean(b->explored);
  });
  std::vector<PhrasePart> pieces;
  for (const Hypothesis* h : best) {
    for (const PhrasePart& piece : h->phrase.pieces()) {
      if (std::find(pieces.begin(), pieces.end(), piece) == pieces.end()) pieces.push_back(piece);
    }
  }
  pieces.resize(std::min(pieces.size(), kMostOfCaptions));
  return pieces;
}

/// Whether a phrase has a word among its own, or the word's plural in -s or -es.
bool has_word(const std::string& phrase, const std::string& word) {
  const std::string text = " " + phrase + " ";
  return std::any_of(kEndings.begin(), kEndings.end(), [&](std::string_view ending) {
    return text.find(fmt::format(" {}{} ", small_ascii(word), ending)) != std::string::npos;
  });
}

/// A phrase that names a label would bring a second thing that the classifier may answer with.
bool names_a_label(const Study& study, const std::string& phrase) {
  return std::any_of(study.labels.begin(), study.labels.end(), [&](const StudyLabel& label) {
    return has_word(phrase, label.name) || std::any_of(label.synonyms.begin(), label.synonyms.end(),
                                                       [&](const std::string& word) { return has_word(phrase, word); });
  });
}

}  // namespace

Source AttributePool::source_of(const Combination& combination) const {
  const bool built_in = std::any_of(combination.begin(), combination.end(),
                                    [&](const auto& at) { return sources[at.first][at.second] == Source::library; });
  return built_in ? Source::library : Source::other_labels;
}

std::size_t AttributePool::longest() const {
  std::size_t most = 0;
  for (const AttributeList& list : lists) most = std::max(most, list.phrases.size());
  return most;
}

Combination AttributePool::row(std::size_t row, std::size_t label) const {
  const std::size_t begin = row / kBlock * kBlock;
  Combination shown;
  for (std::size_t list = 0; list < lists.size(); ++list) {
    const std::size_t size = lists[list].phrases.size();
    if (begin >= size) continue;
    const std::size_t block = std::min(kBlock, size - begin);
    shown.emplace_back(list, begin + (row - begin + list * (label + 1)) % block);
  }
  return shown;
}

Combination AttributePool::joined(std::pair<std::size_t, std::size_t> phrase, std::size_t row, std::size_t label,
                                  std::size_t common) const {
  Combination shown;
  for (std::size_t list = 0; list < lists.size(); ++list) {
    const std::size_t size = std::min(common, lists[list].phrases.size());
    if (list == phrase.first) {
      shown.push_back(phrase);
    } else if (size > 0) {
      shown.emplace_back(list, (row + list * label) % size);
    }
  }
  return shown;
}

std::string AttributePool::count_words(const Combination& tried) const {
  std::map<Source, std::size_t> all;
  std::map<Source, std::size_t> had;
  for (std::size_t list = 0; list < lists.size(); ++list) {
    for (std::size_t i = 0; i < sources[list].size(); ++i) {
      ++all[sources[list][i]];
      had[sources[list][i]] += std::find(tried.begin(), tried.end(), std::pair(list, i)) == tried.end() ? 0 : 1;
    }
  }
  std::string words = fmt::format("{} of the {} built-in attributes", had[Source::library], all[Source::library]);
  const std::size_t others = had[Source::other_labels];
  if (others > 0) words += fmt::format(" and {} phrase{} of captions of other labels", others, others == 1 ? "" : "s");
  return words;
}

AttributePool attribute_pool(const Study& study, const std::vector<Hypothesis>& known) {
  AttributePool pool;
  for (const auto& [slot, name] : names_of(AttributeSlot())) pool.lists.push_back({std::string(name), {}, true});
  pool.sources.resize(pool.lists.size());
  const auto add = [&](AttributeSlot slot, ListedPhrase phrase, Source source) {
    const auto list = static_cast<std::size_t>(slot);
    pool.lists[list].phrases.push_back(std::move(phrase));
    pool.sources[list].push_back(source);
  };
  for (const PhrasePart& piece : of_captions(known)) {
    if (holds(study.attributes, piece.text) || holds(pool.lists, piece.text)) continue;
    add(piece.before ? AttributeSlot::condition : AttributeSlot::setting, {piece.text, piece.before},
        Source::other_labels);
  }
  for (const auto& [slot, name] : names_of(AttributeSlot())) {
    for (const ListedPhrase& phrase : common_phrases(slot)) {
      const bool again = holds(study.attributes, phrase.text) || holds(pool.lists, phrase.text);
      if (!again && !names_a_label(study, phrase.text)) add(slot, phrase, Source::library);
    }
  }
  return pool;
}

}  // namespace scotoma
