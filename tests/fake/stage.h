// SPDX-License-Identifier: Apache-2.0
// A stage's surroundings in a test: a fake world behind a memo, a study of it, and the context of both.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <string>
#include <vector>

#include "fake/folder.h"
#include "fake/world.h"
#include "scotoma/cache/memo.h"
#include "scotoma/finding/count.h"
#include "scotoma/stage/context.h"
#include "scotoma/study/prompt.h"

namespace scotoma::fake {

class Stage {
 public:
  explicit Stage(WorldSetting setting = {}, const std::vector<std::string>& labels = {})
      : world(std::move(setting)), study(study_of(world.setting(), labels)) {
    const auto& things = world.setting().things;
    for (const StudyLabel& label : study.labels) {
      targets.push_back(
          {label, static_cast<int>(std::find(things.begin(), things.end(), label.name) - things.begin())});
    }
  }

  /// A base result made up from counts; for stages that only look at its bounds.
  static BaseResult base(const std::string& label, double lower, double upper) {
    BaseResult result;
    result.label = label;
    result.lower = lower;
    result.upper = upper;
    return result;
  }

  /// One that counted so many.
  static BaseResult base(const std::string& label, int failures, int valid) {
    BaseResult result;
    result.label = label;
    result.rate.failures = failures;
    result.rate.valid = valid;
    fill_interval(result.rate);
    return result;
  }

  /// Its label's baseline rate is well known: null_rate - delta, from 1000 images.
  Hypothesis hypothesis(const std::string& label, const std::string& phrase, double null_rate = 0.2) const {
    Hypothesis result;
    result.label = label;
    result.id = label + " " + phrase;
    result.phrase.text = phrase;
    result.prompts = phrase_prompts(study.prompts, context.target(label).label, phrase, false);
    result.prompt = result.prompts.front();
    result.base_valid = 1000;
    result.base_events = static_cast<int>(std::lround(1000 * std::max(0.0, null_rate - study.evidence.delta)));
    result.null_rate = null_rate;
    return result;
  }

  World world;
  Study study;
  std::vector<Target> targets;
  Folder folder;
  Models models = world.models();
  std::unique_ptr<AnswerCache> cache = std::move(AnswerCache::open(folder.path())).value();
  CancelToken cancel;
  Silent progress;
  Memo memo{models, *cache, cancel, progress, {}};
  StageContext context{study, targets, memo.class_names(), memo, progress};
};

}  // namespace scotoma::fake
