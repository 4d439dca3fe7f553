// Stage 5: from clusters to phrases.
#pragma once

#include <map>
#include <set>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "catalogue/memo.h"
#include "stage/context.h"

namespace scotoma {

/// Captions the members of one label's clusters (filled in) and pictures of the label that behave the other way. For
/// each cluster the phrases that tell it from those, best first, at most search.phrases; and behind them the best pair
/// of a phrase in front of the subject and one behind it ("dark, on a plate"), where that tells more than either.
Result<std::vector<std::vector<Phrase>>> describe(const StageContext& context, Memo& memo,
                                                  std::vector<Cluster>& clusters, const BaseResult& base);

/// What else must hold for the event to happen under a hypothesis: its pictures so far (`tried`) are captioned, those
/// with the event are contrasted with those without it, and the best phrases are joined to the hypothesis' own ("dark"
/// -> "dark, on a plate"), at most two. Empty with fewer than search.tiny_cluster pictures of either kind, where no
/// phrase reaches p = 0.1, and for a hypothesis of three pieces or more.
Result<std::vector<Phrase>> describe_more(const StageContext& context, Memo& memo, const Hypothesis& hypothesis);

/// Names that a caption may have for its subject, each as words, and words that the base prompts bring in anyway.
struct Vocabulary {
  std::vector<std::string> label;
  std::vector<std::vector<std::string>> synonyms;  ///< and the hypernym
  std::vector<std::vector<std::string>> classes;   ///< of the classifier; a comma parts two names of one class
  std::set<std::string> given;
};
Vocabulary vocabulary_of(const StudyLabel& label, const PromptOptions& prompts,
                         const std::vector<std::string>& class_names);

/// Spans of one caption that could explain something: behind the subject they start at a preposition or right after
/// it ("on a flower"), in front of it they are what the base prompt does not say ("dark"). Each span once.
std::vector<Phrase> spans_of(const std::string& caption, const Vocabulary& vocabulary);

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
