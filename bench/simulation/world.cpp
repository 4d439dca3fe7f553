// SPDX-License-Identifier: Apache-2.0
#include "simulation/world.h"

#include <fmt/format.h>

#include "scotoma/study/prompt.h"

namespace scotoma::simulation {

std::string World::add_label(const std::vector<Chances>& chances) {
  const std::string name = fmt::format("thing {}", targets.size() + 1);
  StudyLabel label;
  label.name = name;
  label.class_name = name;
  const auto prompts = base_prompts(study.prompts, label);
  for (std::size_t i = 0; i < prompts.size(); ++i) truth.prompts[prompts[i]] = chances[i];
  targets.push_back({label, static_cast<int>(class_names.size())});
  study.labels.push_back(label);
  class_names.push_back(name);
  class_names.push_back("not " + name);
  return name;
}

Candidate World::new_phrase(const std::string& label, const std::string& text, const std::vector<Chances>& chances) {
  for (const Target& target : targets) {
    if (target.label.name != label) continue;
    const auto prompts = phrase_prompts(study.prompts, target.label, text, false);
    for (std::size_t i = 0; i < prompts.size(); ++i) truth.prompts[prompts[i]] = chances[i];
  }
  Candidate candidate;
  candidate.label = label;
  candidate.phrase.text = text;
  return candidate;
}

Candidate World::in_other_words(const std::string& label, const std::string& text, int attempt) {
  std::vector<Chances> chances;
  for (const Target& target : targets) {
    if (target.label.name != label) continue;
    for (const auto& prompt : phrase_prompts(study.prompts, target.label, text, false))
      chances.push_back(truth.prompts.at(prompt));
  }
  return new_phrase(label, fmt::format("{} or so {}", text, attempt), chances);
}

}  // namespace scotoma::simulation
