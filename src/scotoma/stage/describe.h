// SPDX-License-Identifier: Apache-2.0
// Stage 5: from clusters to phrases.
#pragma once

#include <map>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "scotoma/cache/memo.h"
#include "scotoma/stage/context.h"
#include "scotoma/stage/spans.h"

namespace scotoma {

/// Captions the members of one label's clusters (filled in) and images of the label that behave the other way. For
/// each cluster the phrases that distinguish it from those, best first, at most search.phrases; and behind them the
/// best pair of a phrase in front of the subject and one behind it ("dark, on a plate"), where that distinguishes
/// better than either.
Result<std::vector<std::vector<Phrase>>> describe(const StageContext& context, Memo& memo, std::span<Cluster> clusters,
                                                  const BaseResult& base);

/// What else must hold for the event to happen under a hypothesis: its images so far (`tried`) are captioned, those
/// with the event are contrasted with those without it, and the best phrases are joined to the hypothesis' own ("dark"
/// -> "dark, on a plate"), at most two. Empty with fewer than search.tiny_cluster images of either kind, where no
/// phrase reaches p = 0.1, and for a hypothesis of three pieces or more.
Result<std::vector<Phrase>> describe_more(const StageContext& context, Memo& memo, const Hypothesis& hypothesis);

/// The images that describe() and describe_more() have captioned: those of all labels, or of all hypotheses, may be
/// asked for at once before, in full batches.
std::vector<std::string> images_to_caption(const StageContext& context, std::span<const Cluster> clusters,
                                           const BaseResult& base);
std::vector<std::string> images_to_caption(const StageContext& context, const Hypothesis& hypothesis);

/// In how many of `captions` each span stands: text and Phrase::before -> count; and each pair of a span in front and
/// one behind.
struct SpanCounts {
  std::map<std::pair<std::string, bool>, int> spans;
  std::map<std::pair<std::string, std::string>, int> pairs;
  int captions = 0;
};
SpanCounts count_spans(std::span<const std::string> captions, const Vocabulary& vocabulary);

/// Phrases scored by contrast: -log10 of Fisher's one-sided p-value that the phrase is in more captions of the cluster
/// (`inside`) than of the contrast group (`outside`). Spans that a shorter one explains as well are dropped.
std::vector<Phrase> contrast(const SpanCounts& inside, const SpanCounts& outside);

/// The same for pairs: conjunctions that score higher than both of their parts, best first.
std::vector<Phrase> contrast_pairs(const SpanCounts& inside, const SpanCounts& outside);

}  // namespace scotoma
