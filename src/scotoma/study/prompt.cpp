// SPDX-License-Identifier: Apache-2.0
#include "scotoma/study/prompt.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <vector>

namespace scotoma {
namespace {

// What templates of [prompts] may hold.
constexpr std::array<std::string_view, 6> kPlaceholders = {"{label}",  "{a label}",  "{hypernym}",
                                                           "{phrase}", "{a phrase}", "{base}"};

std::string replaced(std::string text, std::string_view name, std::string_view value) {
  for (std::size_t at = text.find(name); at != std::string::npos; at = text.find(name, at + value.size())) {
    text.replace(at, name.size(), value);
  }
  return text;
}

std::string behind(const std::string& article, std::string_view noun) {
  return article + (article.empty() ? "" : " ") + std::string(noun);
}

/// Whether the study says that the label takes none, or one that does not depend on the next sound.
bool has_fixed_article(const StudyLabel& label) {
  return label.article && *label.article != "a" && *label.article != "an";
}

/// The label of that name, or of that class, to which the study gives an article; null: none.
const StudyLabel* label_of_own_article(const Study& study, std::string_view name) {
  for (const bool by_class : {false, true}) {
    for (const StudyLabel& label : study.labels) {
      if (label.article && name == (by_class ? label.class_name : label.name)) return &label;
    }
  }
  return nullptr;
}

std::string fill(std::string text, const StudyLabel& label) {
  text = replaced(std::move(text), "{a label}", with_article(label));
  text = replaced(std::move(text), "{hypernym}", label.hypernym);
  return replaced(std::move(text), "{label}", label.name);
}

/// "a photo of ..." -> "photo of ...", so that a phrase can stand in front with an article of its own.
std::string without_article(const std::string& text) {
  for (const std::string_view article : {"a ", "an ", "the ", "A ", "An ", "The "}) {
    if (text.starts_with(article)) return text.substr(article.size());
  }
  return text;
}

/// `base`: a finished prompt. `leads`: it begins with the label's fixed article, which what stands in front of the
/// label then takes over: "scissors on a table" -> "old scissors on a table".
std::string join(const PromptOptions& prompts, const StudyLabel& label, const std::string& base,
                 const PromptPiece& piece, bool leads) {
  std::string text = fill(piece.before ? prompts.before : prompts.after, label);
  text = replaced(std::move(text), "{base}", base);
  text = replaced(std::move(text), "{bare base}", without_article(base));
  text = replaced(std::move(text), "{a phrase}",
                  leads && piece.before ? behind(*label.article, piece.text) : with_article(piece.text));
  return replaced(std::move(text), "{phrase}", piece.text);
}

}  // namespace

std::string with_article(const StudyLabel& label) {
  return label.article ? behind(*label.article, label.name) : with_article(label.name);
}

std::string with_article(const Study& study, std::string_view name) {
  const StudyLabel* label = label_of_own_article(study, name);
  return label != nullptr ? behind(*label->article, name) : with_article(name);
}

std::string with_article(const Study& study, std::string_view front, std::string_view name) {
  const StudyLabel* label = label_of_own_article(study, name);
  const std::string noun = fmt::format("{} {}", front, name);
  return label != nullptr && has_fixed_article(*label) ? behind(*label->article, noun) : with_article(noun);
}

std::string base_prompt(const PromptOptions& prompts, const StudyLabel& label, std::size_t index) {
  return fill(prompts.base[index % prompts.base.size()], label);
}

std::string conjunction_prompt(const PromptOptions& prompts, const StudyLabel& label,
                               const std::vector<PromptPiece>& pieces, std::size_t index) {
  std::string text = base_prompt(prompts, label, index);
  const bool leads = has_fixed_article(label) && prompts.base[index % prompts.base.size()].starts_with("{a label}");
  for (auto piece = pieces.rbegin(); piece != pieces.rend(); ++piece) {  // the first in front is joined last
    if (piece->before) text = join(prompts, label, text, *piece, leads);
  }
  for (const PromptPiece& piece : pieces) {
    if (!piece.before) text = join(prompts, label, text, piece, leads);
  }
  for (const PromptPiece& piece : pieces) {
    if (text.find(piece.text) == std::string::npos) text += fmt::format(", {}", piece.text);
  }
  return text;
}

std::string phrase_prompt(const PromptOptions& prompts, const StudyLabel& label, std::string_view phrase, bool before,
                          std::size_t index) {
  return conjunction_prompt(prompts, label, {{phrase, before}}, index);
}

std::string unfit_phrase(std::string_view words) {
  if (words.find_first_not_of(" \t\r\n") == std::string_view::npos) return "it is empty";
  const auto is_control = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; };
  if (std::any_of(words.begin(), words.end(), is_control))
    return "it holds a control character, such as a line end or a tab; put its words alone, on one line";
  for (const std::string_view placeholder : kPlaceholders) {
    if (words.find(placeholder) == std::string_view::npos) continue;
    return fmt::format("it holds {}, which stands for something in [prompts] alone and would be generated as written",
                       placeholder);
  }
  return {};
}

std::vector<std::string> phrase_prompts(const PromptOptions& prompts, const StudyLabel& label, std::string_view phrase,
                                        bool before) {
  return phrase_prompts(prompts, label, std::vector<PromptPiece>{{phrase, before}});
}

std::vector<std::string> base_prompts(const PromptOptions& prompts, const StudyLabel& label) {
  std::vector<std::string> all;
  for (std::size_t i = 0; i < prompts.base.size(); ++i) all.push_back(base_prompt(prompts, label, i));
  return all;
}

Result<void> check_template(std::string_view text, std::initializer_list<std::string_view> known,
                            std::initializer_list<std::string_view> needed) {
  bool has_needed = false;
  for (std::size_t open = text.find('{'); open != std::string_view::npos; open = text.find('{', open + 1)) {
    const std::size_t close = text.find('}', open);
    if (close == std::string_view::npos) return bad_input(fmt::format("\"{}\" has a '{{' without '}}'", text));
    const std::string_view name = text.substr(open + 1, close - open - 1);
    if (std::find(known.begin(), known.end(), name) == known.end()) {
      return bad_input(fmt::format("\"{}\" has the unknown name {{{}}}", text, name));
    }
    has_needed |= std::find(needed.begin(), needed.end(), name) != needed.end();
  }
  if (!has_needed)
    return bad_input(fmt::format("\"{}\" has no {{{}}}; without it all prompts are the same", text, *needed.begin()));
  return {};
}

}  // namespace scotoma
