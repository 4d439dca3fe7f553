// SPDX-License-Identifier: Apache-2.0
#include "scotoma/stage/describe.h"

#include <algorithm>
#include <cmath>

#include "scotoma/evidence/fisher.h"
#include "scotoma/finding/count.h"
#include "scotoma/finding/phrase.h"

namespace scotoma {
namespace {

constexpr std::size_t kMostPieces = 3;  // of a conjunction
constexpr std::size_t kJoined = 2;      // phrases joined to one that fails sometimes
constexpr double kWorthALook = 1;       // score of such a phrase: p = 0.1

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

/// Members of the clusters, cluster by cluster, and images of the label that behave the other way.
struct ToDescribe {
  std::vector<std::string> members;
  std::vector<std::string> controls;  ///< none where there is no member
};

ToDescribe to_describe(const StageContext& context, std::span<const Cluster> clusters, const BaseResult& base) {
  const SearchOptions& search = context.study.search;
  const Direction direction = direction_of(base);
  ToDescribe images;
  for (const Cluster& cluster : clusters) {
    const auto own = images_of(cluster.members, search.captions, [](const Sample&) { return true; });
    images.members.insert(images.members.end(), own.begin(), own.end());
  }
  if (images.members.empty()) return images;
  images.controls =
      images_of(base.samples, search.controls, [&](const Sample& s) { return s.valid() && !shows(s, direction); });
  return images;
}

/// Images tried under a hypothesis with the event and without it; none where they are too few to show anything, or the
/// hypothesis has pieces enough.
struct ToDescribeMore {
  std::vector<std::string> with;
  std::vector<std::string> without;
};

ToDescribeMore to_describe_more(const StageContext& context, const Hypothesis& hypothesis) {
  const SearchOptions& search = context.study.search;
  ToDescribeMore images;
  images.with =
      images_of(hypothesis.tried, search.captions, [&](const Sample& s) { return shows(s, hypothesis.direction); });
  images.without = images_of(hypothesis.tried, search.controls,
                             [&](const Sample& s) { return s.valid() && !shows(s, hypothesis.direction); });
  const auto few = static_cast<std::size_t>(search.tiny_cluster);
  const bool enough = images.with.size() >= few && images.without.size() >= few;
  return enough && hypothesis.phrase.pieces().size() < kMostPieces ? images : ToDescribeMore{};
}

}  // namespace

std::vector<std::string> images_to_caption(const StageContext& context, std::span<const Cluster> clusters,
                                           const BaseResult& base) {
  auto [images, controls] = to_describe(context, clusters, base);
  images.insert(images.end(), controls.begin(), controls.end());
  return images;
}

std::vector<std::string> images_to_caption(const StageContext& context, const Hypothesis& hypothesis) {
  auto [images, without] = to_describe_more(context, hypothesis);
  images.insert(images.end(), without.begin(), without.end());
  return images;
}

SpanCounts count_spans(std::span<const std::string> captions, const Vocabulary& vocabulary) {
  SpanCounts counts;
  counts.captions = static_cast<int>(captions.size());
  for (const std::string& caption : captions) {
    const auto spans = find_spans(caption, vocabulary);
    for (const Phrase& phrase : spans) {
      ++counts.spans[{phrase.text, phrase.before}];
      for (const Phrase& other : spans) {
        if (phrase.before && !other.before) ++counts.pairs[{phrase.text, other.text}];
      }
    }
  }
  return counts;
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

Result<std::vector<std::vector<Phrase>>> describe(const StageContext& context, Memo& memo, std::span<Cluster> clusters,
                                                  const BaseResult& base) {
  const SearchOptions& search = context.study.search;
  const Vocabulary vocabulary =
      vocabulary_of(context.target(base.label).label, context.study.prompts, context.class_names);
  const auto [members, controls] = to_describe(context, clusters, base);
  if (members.empty()) return std::vector<std::vector<Phrase>>(clusters.size());
  SCOTOMA_ASSIGN_OR_RETURN(const auto captions, memo.caption(members));
  SCOTOMA_ASSIGN_OR_RETURN(const auto contrast_captions, memo.caption(controls));
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
  const auto pieces = hypothesis.phrase.pieces();
  const auto [with, without] = to_describe_more(context, hypothesis);
  std::vector<Phrase> joined;
  if (with.empty()) return joined;
  const Vocabulary vocabulary =
      vocabulary_of(context.target(hypothesis.label).label, context.study.prompts, context.class_names);
  SCOTOMA_ASSIGN_OR_RETURN(const auto captions, memo.caption(with));
  SCOTOMA_ASSIGN_OR_RETURN(const auto other_captions, memo.caption(without));
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
