#include "study/prompt.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <vector>

namespace scotoma {
namespace {

bool starts_with_any(std::string_view word, std::initializer_list<std::string_view> starts) {
  return std::any_of(starts.begin(), starts.end(), [&](std::string_view start) { return word.starts_with(start); });
}

std::string replaced(std::string text, std::string_view name, std::string_view value) {
  for (std::size_t at = text.find(name); at != std::string::npos; at = text.find(name, at + value.size())) {
    text.replace(at, name.size(), value);
  }
  return text;
}

std::string fill(std::string text, const StudyLabel& label) {
  text = replaced(std::move(text), "{a label}", with_article(label.name));
  text = replaced(std::move(text), "{hypernym}", label.hypernym);
  return replaced(std::move(text), "{label}", label.name);
}

/// "a photo of ..." -> "photo of ...", so that a phrase can stand in front with an article of its own.
std::string without_article(const std::string& text) {
  constexpr std::string_view kLabel = "{a label}";
  if (text.starts_with(kLabel)) return "{label}" + text.substr(kLabel.size());
  for (const std::string_view article : {"a ", "an ", "the ", "A ", "An ", "The "}) {
    if (text.starts_with(article)) return text.substr(article.size());
  }
  return text;
}

}  // namespace

std::string with_article(std::string_view noun) {
  if (noun.empty()) return {};
  std::string lower(noun);
  for (char& c : lower) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  const bool vowel = std::string_view("aeiou").find(lower.front()) != std::string_view::npos;
  const bool sounds_like_consonant = starts_with_any(
      lower, {"uni", "use", "usu", "usb", "eu", "ewe", "one ", "one-", "ufo", "ute", "uti", "uto", "uku"});
  const bool sounds_like_vowel = starts_with_any(lower, {"hour", "honest", "honou", "honor", "heir", "x-"});
  const bool unlike_uni = starts_with_any(lower, {"unin", "unim"});
  return ((vowel && (!sounds_like_consonant || unlike_uni)) || sounds_like_vowel ? "an " : "a ") + std::string(noun);
}

std::string base_prompt(const PromptOptions& prompts, const StudyLabel& label, std::size_t index) {
  return fill(prompts.base[index % prompts.base.size()], label);
}

std::string phrase_prompt(const PromptOptions& prompts, const StudyLabel& label, std::string_view phrase, bool before,
                          std::size_t index) {
  const std::string& base = prompts.base[index % prompts.base.size()];
  std::string text = before ? prompts.before : prompts.after;
  text = replaced(std::move(text), "{base}", base);
  text = replaced(std::move(text), "{bare base}", without_article(base));
  text = replaced(fill(std::move(text), label), "{a phrase}", with_article(phrase));
  return replaced(std::move(text), "{phrase}", phrase);
}

std::vector<std::string> phrase_prompts(const PromptOptions& prompts, const StudyLabel& label, std::string_view phrase,
                                        bool before) {
  std::vector<std::string> all;
  for (std::size_t i = 0; i < prompts.base.size(); ++i) all.push_back(phrase_prompt(prompts, label, phrase, before, i));
  return all;
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
