// SPDX-License-Identifier: Apache-2.0
#include "scotoma/stage/caption_counts.h"

#include <fmt/format.h>

#include <algorithm>

#include "scotoma/stage/caption_text.h"

namespace scotoma {

void CaptionCounts::add(std::span<const std::string> answers, std::span<const std::string> prompts) {
  std::vector<Words> asked;
  for (const std::string& prompt : prompts) asked.push_back(words_of(prompt));
  for (const std::string& caption : answers) {
    const Words words = words_of(caption);
    const Words once = without_repeats(words);
    ++captions;
    if (words.empty()) ++empty;
    if (once.size() < words.size()) ++repeated;
    if (words.size() >= kMostCaptionWords) ++cut;
    if (!words.empty() && std::find(asked.begin(), asked.end(), once) != asked.end()) ++echoes;
  }
}

std::string CaptionCounts::sentence() const {
  std::vector<std::string> parts;
  if (empty > 0) parts.push_back(fmt::format("{} say nothing", empty));
  if (repeated > 0) parts.push_back(fmt::format("{} repeat themselves (read as if they did not)", repeated));
  if (cut > 0) parts.push_back(fmt::format("{} have {} words or more (read up to there)", cut, kMostCaptionWords));
  if (2 * echoes > captions) parts.push_back(fmt::format("{} say no more than the prompt", echoes));
  if (parts.empty()) return "";
  std::string all;
  for (std::size_t i = 0; i < parts.size(); ++i)
    all += (i == 0 ? "" : i + 1 == parts.size() ? " and " : ", ") + parts[i];
  return fmt::format("Of {} captions {}; where these are many, take another captioner.", captions, all);
}

}  // namespace scotoma
