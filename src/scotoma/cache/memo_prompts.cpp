// SPDX-License-Identifier: Apache-2.0
// Which prompts the generator reads whole: asked once, and remembered in one row a call, so that a run without models
// goes the way of the first.
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "scotoma/cache/memo.h"
#include "scotoma/core/hash.h"

namespace scotoma {

/// "1" or "0" for each prompt, as who has the generator answers it.
Result<std::string> Memo::ask_whole(std::span<const std::string> prompts) {
  std::string text;
  bool is_asked = false;
  const auto next = [&]() -> std::optional<Task> {
    if (std::exchange(is_asked, true)) return std::nullopt;
    Batch batch{RoleKind::generator};
    batch.texts.assign(prompts.begin(), prompts.end());
    return Task{std::move(batch), [&text](const std::vector<std::string>& answers) -> Result<void> {
                  for (const std::string& answer : answers) text += answer;
                  return {};
                }};
  };
  const RoleKind generator = RoleKind::generator;
  SCOTOMA_RETURN_IF_ERROR(executor_.run(next, {&generator, 1}, 1, cancel_));
  return text;
}

Result<std::vector<bool>> Memo::read_whole(std::span<const std::string> prompts) {
  std::vector<bool> whole;
  if (prompts.empty()) return whole;
  Hasher hasher;
  hasher.field(models_.generator->fingerprint());
  for (const std::string& prompt : prompts) hasher.field(prompt);
  const std::string key = hasher.hex();
  SCOTOMA_ASSIGN_OR_RETURN(const auto known, store_.find(AnswerCache::kPrompts, key));
  if (known && known->size() == prompts.size()) {
    for (const char each : *known) whole.push_back(each == '1');
    return whole;
  }
  if (options_.replay_only)
    return bad_input(
        "the study is not finished: which prompts can be generated is not in the cache; run `scotoma find`");
  SCOTOMA_ASSIGN_OR_RETURN(const std::string text, ask_whole(prompts));
  for (const char each : text) whole.push_back(each == '1');
  const std::vector<Answer> answer = {{key, text}};
  SCOTOMA_RETURN_IF_ERROR(store_.store(AnswerCache::kPrompts, answer));
  return whole;
}

}  // namespace scotoma
