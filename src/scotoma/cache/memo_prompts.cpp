// SPDX-License-Identifier: Apache-2.0
// Which prompts the generator reads whole: asked once, and remembered in one row a call, so that a run without models
// goes the way of the first.
#include <algorithm>
#include <string>
#include <vector>

#include "scotoma/cache/memo.h"
#include "scotoma/core/hash.h"
#include "scotoma/core/parallel.h"

namespace scotoma {

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
  std::string text;
  for (const std::string& prompt : prompts) {
    if (cancel_.cancelled()) return stopped();
    SCOTOMA_ASSIGN_OR_RETURN(const bool all, models_.generator->reads_whole(prompt));
    whole.push_back(all);
    text += all ? '1' : '0';
  }
  const std::vector<Answer> answer = {{key, text}};
  SCOTOMA_RETURN_IF_ERROR(store_.store(AnswerCache::kPrompts, answer));
  return whole;
}

}  // namespace scotoma
