// SPDX-License-Identifier: Apache-2.0
// Prompts: from a label, or from a label and a phrase.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "scotoma/core/result.h"
#include "scotoma/study/article.h"
#include "scotoma/study/study.h"

namespace scotoma {

/// The label's name behind the article that the study gives it, else behind the one that it takes.
std::string with_article(const StudyLabel& label);

/// A name behind its article: the study's own where it is a label of the study, or the class of one that gives it.
std::string with_article(const Study& study, std::string_view name);

/// The same with words between article and name: "an old fly", "the old moon", "old scissors".
std::string with_article(const Study& study, std::string_view front, std::string_view name);

/// Base prompt `index` of a label: "a photo of a fly".
std::string base_prompt(const PromptOptions& prompts, const StudyLabel& label, std::size_t index = 0);

/// Base prompt `index` joined with a phrase: "a photo of a fly on a flower", "a dark photo of a fly". `before`: the
/// phrase belongs in front of the label.
std::string phrase_prompt(const PromptOptions& prompts, const StudyLabel& label, std::string_view phrase, bool before,
                          std::size_t index = 0);

/// The same with every base prompt in turn: what a hypothesis is generated from, so that it differs from the base
/// sample in the phrase alone.
std::vector<std::string> phrase_prompts(const PromptOptions& prompts, const StudyLabel& label, std::string_view phrase,
                                        bool before);

/// Why the words will not do as a phrase, for people ("it is empty"); empty where they will.
std::string unfit_phrase(std::string_view words);

/// One piece of a phrase: where it stands, and its words.
struct PromptPiece {
  std::string_view text;
  bool before = false;
};

/// Base prompt `index` joined with several pieces: "a blurry dark photo of a fly on a plate" of {blurry, dark, on a
/// plate}. Pieces in front come first to last in front, the others first to last behind; each is joined by its
/// template, whose {base} is what the pieces before it made. A template that names the label without the base would
/// lose other pieces: these are then added at the end, after a comma. Of one piece: the same as with `phrase` above.
std::string conjunction_prompt(const PromptOptions& prompts, const StudyLabel& label,
                               const std::vector<PromptPiece>& pieces, std::size_t index = 0);

/// The same with every base prompt in turn. `pieces`: anything with `text` and `before`, as Phrase::pieces() gives.
template <class Piece>
std::vector<std::string> phrase_prompts(const PromptOptions& prompts, const StudyLabel& label,
                                        const std::vector<Piece>& pieces) {
  std::vector<PromptPiece> views;
  for (const Piece& piece : pieces) views.push_back({piece.text, piece.before});
  std::vector<std::string> all;
  for (std::size_t i = 0; i < prompts.base.size(); ++i) all.push_back(conjunction_prompt(prompts, label, views, i));
  return all;
}

/// Every base prompt of a label.
std::vector<std::string> base_prompts(const PromptOptions& prompts, const StudyLabel& label);

/// Checks a template's {names}. Errors: bad_input when one is not in `known`, a brace is open, or none of `needed` is
/// there.
Result<void> check_template(std::string_view text, std::initializer_list<std::string_view> known,
                            std::initializer_list<std::string_view> needed);

}  // namespace scotoma
