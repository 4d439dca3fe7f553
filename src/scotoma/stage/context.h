// SPDX-License-Identifier: Apache-2.0
// What every stage is given: the study, where samples come from, and the budget.
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "scotoma/finding/events.h"
#include "scotoma/finding/finding.h"
#include "scotoma/finding/sampler.h"
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
  std::vector<std::string> limits = {};  ///< what a reader of the findings must know: sentences

  /// Whether `images` more stay within the budget. A stage asks before it generates, and counts with spend().
  bool affords(std::int64_t images) const { return spent.total() + images <= study.budget.images; }

  /// `count` images for each of `trials`, in a type that holds the product of any two options.
  bool affords(int count, std::size_t trials) const {
    return affords(std::int64_t{count} * static_cast<std::int64_t>(trials));
  }

  /// Counts images that were asked for, and reports how much of the budget they and all before them are.
  void spend(int Spent::*purpose, std::int64_t images) {
    spent.*purpose += static_cast<int>(images);
    listener.on(ImagesSpent{spent.total(), study.budget.images});
  }

  /// Reports what is done now: a sentence for people, without a full stop.
  void step(std::string sentence) const { listener.on(StepBegan{std::move(sentence)}); }

  /// How many more images may explore: three quarters of what the baseline samples left. Evidence takes few images: a
  /// bug that always fails is confirmed on about ten.
  int left_to_explore() const {
    const std::int64_t others = spent.total() - spent.explore;
    return static_cast<int>(std::max(std::int64_t{0}, (study.budget.images - others) * 3 / 4 - spent.explore));
  }

  /// Requires that `label` is one of the targets.
  const Target& target(const std::string& label) const {
    for (const Target& target : targets) {
      if (target.label.name == label) return target;
    }
    return targets.front();
  }
};

/// "1 phrase", "3 phrases": for the sentences of steps.
inline std::string counted_phrases(std::size_t count) {
  return fmt::format("{} phrase{}", count, count == 1 ? "" : "s");
}

}  // namespace scotoma
