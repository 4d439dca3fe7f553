// SPDX-License-Identifier: Apache-2.0
// What a caption says beside its subject: the spans that may become phrases.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "scotoma/finding/finding.h"
#include "scotoma/stage/nouns.h"
#include "scotoma/study/study.h"

namespace scotoma {

/// Names that a caption may have for its subject, and words that say nothing.
struct Vocabulary {
  std::vector<Noun> label;      ///< one, or none where the label holds no word
  std::vector<Noun> synonyms;   ///< and the hypernym
  std::vector<Noun> classes;    ///< of the classifier; a comma parts two names of one class
  std::set<std::string> own;    ///< words of the label's name, each alone
  std::set<std::string> given;  ///< words that the base prompts bring in anyway
};
Vocabulary vocabulary_of(const StudyLabel& label, const PromptOptions& prompts,
                         const std::vector<std::string>& class_names);

/// Spans of one caption that could explain something: behind the subject they start at a preposition or right after
/// it ("on a flower"), in front of it they are what the base prompt does not say ("dark"). Each span once. None reaches
/// over a comma or a full stop, and none is or holds what a prompt cannot say: the label's own name, a count ("two
/// flies"), the same again, a token that is no word. In a caption of several sentences each is read alone.
std::vector<Phrase> find_spans(const std::string& caption, const Vocabulary& vocabulary);

}  // namespace scotoma
