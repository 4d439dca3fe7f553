// SPDX-License-Identifier: Apache-2.0
// The models as the stages see them: every question is asked once, answered in batches on all threads, and remembered.
//
// Resume needs no code of its own: a study that runs again asks the same questions and finds the old answers here.
#pragma once

#include <map>
#include <span>
#include <string>
#include <unordered_set>
#include <vector>

#include "scotoma/cache/answer_cache.h"
#include "scotoma/core/cancel.h"
#include "scotoma/core/progress.h"
#include "scotoma/finding/finding.h"
#include "scotoma/finding/observer.h"
#include "scotoma/model/roles.h"

namespace scotoma {

class Memo : public Observer {
 public:
  struct Options {
    int threads = 1;
    bool replay_only = false;  ///< never call a model: an answer that is not there is an error
  };

  /// All references must outlive the memo.
  Memo(Models& models, AnswerCache& cache, const CancelToken& cancel, Progress& progress, Options options);

  /// Answers in the order of the questions. Errors: those of the models and of the disk; interrupted when cancelled.
  /// Whatever was answered before an error is kept.
  Result<std::vector<std::string>> generate(std::span<const Draw> draws);  ///< image ids
  Result<std::vector<Prediction>> classify(std::span<const std::string> images);
  Result<std::vector<Judgement>> judge(std::span<const std::string> images, const std::string& label);
  Result<std::vector<std::string>> caption(std::span<const std::string> images);
  Result<std::vector<std::vector<float>>> embed_images(std::span<const std::string> images);
  Result<std::vector<std::vector<float>>> embed_texts(std::span<const std::string> texts);

  Result<std::vector<Sample>> observe(std::span<const Question> questions) override;

  const std::vector<std::string>& class_names() const { return models_.classifier->class_names(); }

  /// Work of this run by role; a question counts once, however often it is asked. Images per second counts the seconds
  /// spent in `generate` while drawing.
  std::map<std::string, RunFacts::RoleUse> uses() const;
  double drawing_seconds() const { return drawing_seconds_; }

 private:
  template <class Ask>
  Result<std::vector<std::string>> answers(const std::string& role, const Role& model,
                                           std::span<const std::string> inputs, const Ask& ask);
  Result<void> observe_part(std::span<const Question> questions, std::vector<Sample>& samples);
  template <class Call>
  auto on_images(std::span<const std::string> ids, Call call) const;
  Result<std::vector<Image>> images(std::span<const std::string> ids) const;

  Models& models_;
  AnswerCache& cache_;
  const CancelToken& cancel_;
  Progress& progress_;
  Options options_;
  std::map<std::string, std::string> fingerprints_;
  std::map<std::string, RunFacts::RoleUse> uses_;
  std::map<std::string, std::unordered_set<std::size_t>>
      counted_;  ///< hashes of the questions that uses_ holds, by role
  double drawing_seconds_ = 0;
};

}  // namespace scotoma
