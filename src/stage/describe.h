// Stage 5: from a cluster to phrases.
#pragma once

#include <set>
#include <span>
#include <string>
#include <vector>

#include "stage/context.h"

namespace scotoma {

/// Captions the cluster's members (filled in) and pictures of the label that behave the other way, and returns the
/// phrases that tell them apart, best first, at most search.phrases.
Result<std::vector<Phrase>> describe(StageContext& context, Cluster& cluster, const BaseResult& base);

/// Words that name the subject of a caption, and words that prompts bring in anyway.
struct Vocabulary {
  std::vector<std::string> subject;  ///< the label, its synonyms, then all class names
  std::set<std::string> given;       ///< words of the base prompts
};

/// Spans of one caption that could explain something: behind the subject they start at a preposition or right after
/// it ("on a flower"), in front of it they are what the base prompt does not say ("dark"). Each span once.
std::vector<Phrase> spans_of(const std::string& caption, const Vocabulary& vocabulary);

/// Phrases of `captions` scored by contrast: -log10 of Fisher's one-sided p-value that the phrase is in more captions
/// of the cluster than of the contrast group. Spans that a shorter one explains as well are dropped.
std::vector<Phrase> contrast(std::span<const std::string> captions, std::span<const std::string> others,
                             const Vocabulary& vocabulary);

}  // namespace scotoma
