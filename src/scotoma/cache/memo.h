// SPDX-License-Identifier: Apache-2.0
// The models as the stages see them: every question is asked once, answered in batches on all threads, and remembered.
//
// Resume needs no code of its own: a study that runs again asks the same questions and finds the old answers here.
#pragma once

#include <chrono>
#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "scotoma/cache/answer_cache.h"
#include "scotoma/cache/sharing.h"
#include "scotoma/cache/store.h"
#include "scotoma/core/cancel.h"
#include "scotoma/execute/threads.h"
#include "scotoma/finding/events.h"
#include "scotoma/finding/finding.h"
#include "scotoma/finding/sampler.h"
#include "scotoma/model/roles.h"

namespace scotoma {

class Memo : public Sampler {
 public:
  struct Options {
    int threads = 1;
    bool replay_only = false;      ///< never call a model: an answer that is not there is an error
    Executor* executor = nullptr;  ///< who carries batches to models; null: `threads` of this process
    /// Other runs of the study answer a part of the questions; none: all are answered here.
    std::optional<Sharing> sharing = std::nullopt;
  };

  /// All references must outlive the memo.
  Memo(Models& models, AnswerStore& answers, ImageStore& images, const CancelToken& cancel, Listener& listener,
       Options options);
  Memo(Models& models, AnswerCache& cache, const CancelToken& cancel, Listener& listener, Options options);

  /// settle(), whatever comes of it.
  ~Memo() override;
  Memo(const Memo&) = delete;
  Memo& operator=(const Memo&) = delete;

  /// Answers in the order of the queries. Errors: those of the models and of the disk; interrupted when cancelled;
  /// with `sharing` also waits, once all that is asked in the call and is this shard's has been answered, where answers
  /// of other shards are missing. Whatever was answered before an error is kept.
  Result<std::vector<std::string>> generate(std::span<const GenerationRequest> requests);  ///< image ids
  Result<std::vector<Prediction>> classify(std::span<const std::string> images);
  Result<std::vector<Judgement>> judge(std::span<const std::string> images, const std::string& label);
  Result<std::vector<Judgement>> judge(std::span<const std::string> images, std::span<const std::string> labels);
  Result<std::vector<std::string>> caption(std::span<const std::string> images);
  Result<std::vector<std::vector<float>>> embed_images(std::span<const std::string> images);
  Result<std::vector<std::vector<float>>> embed_texts(std::span<const std::string> texts);

  Result<std::vector<Sample>> sample(std::span<const Query> queries) override;
  Result<std::vector<bool>> read_whole(std::span<const std::string> prompts) override;

  /// Waits until all that was answered is remembered: images may be on their way to where they are kept, which the next
  /// questions do not wait for. Errors: why some could not be kept; of several the first.
  Result<void> settle();

  /// Whether texts and images can be compared.
  bool has_embedder() const { return models_.embedder != nullptr; }

  const std::vector<std::string>& class_names() const { return models_.classifier->class_names(); }

  /// Work of this run by role; a question counts once, however often it is asked.
  std::map<std::string, RunFacts::RoleUse> uses() const;

  /// Of the calls so far, each from its beginning to its last generated image: what images a second are counted by.
  double generating_seconds() const { return generating_seconds_; }

  /// Questions of the last call that only other shards answer.
  std::size_t left() const { return left_; }

  struct Inquiry;  ///< of one role in one call: cache/inquiry.h, for the memo alone

 private:
  enum class Others { are_left, are_awaited };

  Inquiry to_generate(RoleKind role, std::span<const GenerationRequest> requests,
                      std::span<const std::string> labels = {}) const;
  Inquiry about_images(RoleKind role, std::span<const std::string> ids, std::span<const std::string> labels = {}) const;
  Result<std::string> ask_whole(std::span<const std::string> prompts);
  Result<std::vector<std::string>> answers(Inquiry inquiry, std::span<const std::string> inputs);
  Result<std::optional<std::string>> known_to(Inquiry& inquiry, const std::string& input);
  void count(RoleKind role, const std::string& input, bool known);
  Result<void> put(Inquiry& inquiry, std::size_t place, const std::string& input, bool here = false);
  Result<void> settle(Inquiry& inquiry, const std::string& input, const std::string& value, bool here);
  Result<void> ask(std::span<Inquiry* const> inquiries);
  void report_recalled();
  RunFacts::RoleUse& use_of(RoleKind role) { return uses_[std::string(name_of(role))]; }
  Result<void> check_replay(std::span<Inquiry* const> inquiries) const;
  Result<void> remember(Inquiry& inquiry, std::span<const std::size_t> places, const std::vector<std::string>& values,
                        bool leads);
  Result<std::vector<std::vector<float>>> of_one_space(std::vector<std::vector<float>> vectors);
  Result<void> keep(RoleKind role, const std::string& fingerprint, std::vector<Answer> rows);
  Result<void> keep_settled(bool wait);
  Result<std::vector<Prediction>> predictions(std::span<const std::string> answers) const;
  Result<std::vector<Sample>> sample_all(std::span<const Query> queries, Others others);
  Result<void> sample_part(std::span<const Query> queries, Others others, std::vector<Sample>& samples);

  // memo_shared.cpp: what other runs of the study answer.
  Result<void> run(std::span<Inquiry* const> inquiries, Others others);
  Result<void> check_round(std::size_t missing) const;
  Result<void> check_round(std::span<const Query> queries) const;
  Result<void> await_others(std::span<Inquiry* const> inquiries);
  Result<bool> look_again(Inquiry& inquiry);
  bool is_ours(const Inquiry& inquiry, std::size_t place) const;
  void give_up_waiting(std::span<Inquiry* const> inquiries);
  bool is_answered(const Inquiry& inquiry, const std::string& input) const;
  void leave_answered(Inquiry& inquiry) const;
  Error left_to_others() const;

  /// Answers of the generator that are not remembered yet: their images are on their way to where they are kept.
  struct Unsettled {
    std::string fingerprint;
    std::vector<Answer> rows;
  };
  bool take_unsettled(Unsettled& first);

  Models& models_;
  AnswerStore& store_;
  ImageStore& images_;
  ThreadExecutor own_executor_;
  Executor& executor_;
  const CancelToken& cancel_;
  Listener& listener_;
  Options options_;
  std::mutex mutex_;  ///< around what follows, and around the inquiries that are under way
  std::map<RoleKind, std::string> fingerprints_;
  std::map<std::string, RunFacts::RoleUse> uses_;
  std::map<RoleKind, std::unordered_set<std::size_t>> counted_;  ///< hashes of the questions that uses_ holds, by role
  std::deque<Unsettled> unsettled_;                              ///< in the order that they came
  std::map<std::pair<std::string, std::string>, std::string> on_their_way_;  ///< the same: image by fingerprint and
                                                                             ///< question
  bool recalled_reported_ = false;
  std::size_t dimensions_ = 0;  ///< of the embedder's space; 0: not known yet
  std::size_t left_ = 0;
  std::set<std::size_t> lost_;  ///< shards
  double generating_seconds_ = 0;
  std::chrono::steady_clock::time_point last_generated_;
};

}  // namespace scotoma
