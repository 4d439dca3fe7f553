// SPDX-License-Identifier: Apache-2.0
// A study's run: the only place that knows the order of the stages.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "scotoma/cache/answer_cache.h"
#include "scotoma/cache/sharing.h"
#include "scotoma/core/cancel.h"
#include "scotoma/core/clock.h"
#include "scotoma/execute/executor.h"
#include "scotoma/finding/events.h"
#include "scotoma/finding/finding.h"
#include "scotoma/finding/run_work.h"
#include "scotoma/model/roles.h"
#include "scotoma/stage/hypothesise.h"
#include "scotoma/study/study.h"

namespace scotoma {

/// A finished run.
struct StudyRun {
  Findings findings;
  RunFacts run;
};

struct RunOptions {
  bool replay_only = false;          ///< take every answer from the cache; an answer that is missing is an error
  std::vector<Candidate> only = {};  ///< test these hypotheses of the user's instead of searching for some
  Clock* clock = nullptr;            ///< measures what budget.minutes are worth; null: the machine's own
  Executor* executor = nullptr;      ///< who carries batches to models; null: threads of this process
  ImageStore* images = nullptr;      ///< where images are put and looked for; null: the cache's folder
  /// Other runs of the study answer a part of its questions; none: all are answered here.
  std::optional<Sharing> sharing = std::nullopt;
};

/// Runs a study on models, remembering every answer in the cache. The findings are a function of the study and of
/// the models' answers: the same whatever was in the cache, at any number of threads. With budget.minutes, also of
/// the speed that was measured once and is kept in the cache.
/// Errors: bad_input for a label that no class of the classifier carries, or that the judge does not know; those of the
/// models and of the disk; interrupted; waits where the next answers are for other runs to give. What was answered
/// before an error is kept; run again to go on.
Result<StudyRun> run_study(const Study& study, Models& models, AnswerCache& cache, const CancelToken& cancel,
                           Listener& listener, const RunOptions& options = {});

/// What one shard did for a study.
struct ShardRun {
  RunWork work;
  std::size_t left = 0;  ///< questions that only other shards answer; none: the cache has every answer of the study
};

/// Answers those questions of the study that are the shard's and can be known by now: later ones depend on answers.
/// Goes on to the end where no answer is missing, or others' are awaited; concludes nothing. Errors: those of
/// run_study, less waits; bad_input for a study with budget.minutes, which each machine would take for another budget.
Result<ShardRun> answer_shard(const Study& study, Models& models, AnswerCache& cache, const CancelToken& cancel,
                              Listener& listener, const Sharing& sharing);

/// The study's labels as the classifier knows them. Errors: those of classes_of_labels (study/label_class.h) and of
/// failure_rule (find/rule_of_study.h).
Result<std::vector<Target>> find_targets(const Study& study, const std::vector<std::string>& class_names);

}  // namespace scotoma
