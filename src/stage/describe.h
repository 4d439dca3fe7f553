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
/// each cluster the phrases that tell it from those, best first, at most search.phrases.
Result<std::vector<std::vector<Phrase>>> describe(const StageContext& context, Memo& memo,
                                                  std::vector<Cluster>& clusters, const BaseResult& base);

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

/// In how many of `captions` each span stands: text and Phrase::before -> count.
struct SpanCounts {
  std::map<std::pair<std::string, bool>, int> spans;
  int captions = 0;
};
SpanCounts count_spans(std::span<const std::string> captions, const Vocabulary& vocabulary);

/// Phrases scored by contrast: -log10 of Fisher's one-sided p-value that the phrase is in more captions of the cluster
/// (`inside`) than of the contrast group (`outside`). Spans that a shorter one explains as well are dropped.
std::vector<Phrase> contrast(const SpanCounts& inside, const SpanCounts& outside);

}  // namespace scotoma
