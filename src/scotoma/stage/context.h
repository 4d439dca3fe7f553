// SPDX-License-Identifier: Apache-2.0
// What every stage is given: the study, where samples come from, and the budget.
#pragma once

#include <fmt/format.h>

#include <cassert>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "scotoma/finding/events.h"
#include "scotoma/finding/finding.h"
#include "scotoma/finding/sampler.h"
#include "scotoma/stage/budget.h"
#include "scotoma/study/study.h"

namespace scotoma {

/// A study's label, with the classifier's index of its class and the study's rule of what fails.
struct Target {
  StudyLabel label;
  int class_index = 0;
  FailureRule failure = {};
};

struct StageContext {
  const Study& study;
  const std::vector<Target>& targets;
  const std::vector<std::string>& class_names;  ///< of the classifier
  Sampler& sampler;
  Listener& listener;
  Spent spent = {};
  std::optional<DraftComparison> drafts = {};  ///< where exploration may take drafts: what is known of these
  std::vector<std::string> limits = {};        ///< what a reader of the findings must know: sentences
  std::vector<std::pair<std::size_t, std::string>> advices = {};  ///< of limit_of_budget(): which limit, and its advice

  /// What is left of the study's images, and what of it is whose.
  Budget budget() const { return Budget(study, spent); }

  /// Samples of images that the study pays for: counts them, and reports how much of the budget they and all before
  /// them are. A stage asks budget() first. Errors: those of the sampler; nothing is counted then.
  Result<std::vector<Sample>> sample(std::span<const Query> queries, Purpose purpose) {
    assert(count_of(purpose) != nullptr);
    SCOTOMA_ASSIGN_OR_RETURN(auto samples, sampler.sample(queries));
    spent.*count_of(purpose) += static_cast<int>(queries.size());
    listener.on(ImagesSpent{spent.total(), study.budget.images});
    return samples;
  }

  /// A limit that more images would lift. `advice`, a clause ("raise budget.images"), ends the sentence, which has no
  /// full stop, if the study has spent its budget in the end: nobody is asked for more than what was not used.
  void limit_of_budget(std::string sentence, std::string advice) {
    advices.emplace_back(limits.size(), std::move(advice));
    limits.push_back(std::move(sentence));
  }

  /// `limits` with what they advise. Requires that the study is over.
  std::vector<std::string> final_limits() const {
    std::vector<std::string> sentences = limits;
    for (const auto& [index, advice] : advices)
      sentences[index] += budget().spent() && !advice.empty() ? fmt::format("; {}.", advice) : ".";
    return sentences;
  }

  /// Reports what is done now: a sentence for people, without a full stop.
  void step(std::string sentence) const { listener.on(StepBegan{std::move(sentence)}); }

  /// Requires that `label` is one of the targets.
  const Target& target(const std::string& label) const {
    for (const Target& target : targets) {
      if (target.label.name == label) return target;
    }
    assert(false);
    return targets.front();
  }
};

/// "1 phrase", "3 phrases": for the sentences of steps.
inline std::string counted_phrases(std::size_t count) {
  return fmt::format("{} phrase{}", count, count == 1 ? "" : "s");
}

}  // namespace scotoma
