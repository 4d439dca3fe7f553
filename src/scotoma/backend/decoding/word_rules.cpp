// SPDX-License-Identifier: Apache-2.0
#include "scotoma/backend/decoding/word_rules.h"

#include <algorithm>
#include <limits>
#include <set>

namespace scotoma {
namespace {

constexpr float kNever = -std::numeric_limits<float>::infinity();

class Scores {
 public:
  explicit Scores(std::span<float> values) : values_(values) {}

  void forbid(std::int64_t id) {
    if (float* score = of(id); score != nullptr) *score = kNever;
  }
  template <class Ids>
  void forbid_all(const Ids& ids) {
    for (const std::int64_t id : ids) forbid(id);
  }
  template <class Ids>
  void force(const Ids& ids) {
    std::fill(values_.begin(), values_.end(), kNever);
    for (const std::int64_t id : ids) {
      if (float* score = of(id); score != nullptr) *score = 0;
    }
  }
  float* of(std::int64_t id) {
    const bool known = id >= 0 && static_cast<std::size_t>(id) < values_.size();
    return known ? &values_[static_cast<std::size_t>(id)] : nullptr;
  }

 private:
  std::span<float> values_;
};

/// What stands in the text already gets less likely, once a word however often it stands there. In f32, as
/// transformers computes it.
void penalize_repetition(double penalty, std::span<const std::int64_t> ids, Scores& scores) {
  const auto by = static_cast<float>(penalty);
  for (const std::int64_t id : std::set<std::int64_t>(ids.begin(), ids.end())) {
    if (float* score = scores.of(id); score != nullptr) *score = *score < 0 ? *score * by : *score / by;
  }
}

/// The words that would end an n-gram which stands in the text already.
void forbid_ngrams(std::size_t n, std::span<const std::int64_t> ids, Scores& scores) {
  if (ids.size() + 1 < n) return;
  const auto tail = ids.last(n - 1);
  for (std::size_t at = 0; at + n <= ids.size(); ++at) {
    const auto ngram = ids.subspan(at, n);
    if (std::equal(tail.begin(), tail.end(), ngram.begin())) scores.forbid(ngram.back());
  }
}

/// The last word of each bad text whose first ones are the end of this text. As in transformers, a bad text that is
/// longer than this one is passed over.
void forbid_bad_words(const std::vector<TokenIds>& all, std::span<const std::int64_t> ids, Scores& scores) {
  for (const TokenIds& bad : all) {
    if (bad.size() > 1 && bad.size() > ids.size()) continue;
    const auto tail = ids.last(bad.size() - 1);
    if (std::equal(tail.begin(), tail.end(), bad.begin())) scores.forbid(bad.back());
  }
}

}  // namespace

void apply_word_rules(const GenerationRules& rules, const TextSoFar& text, std::span<float> values) {
  Scores scores(values);
  const std::size_t length = text.ids.size();
  if (rules.repetition_penalty != 1) penalize_repetition(rules.repetition_penalty, text.ids, scores);
  if (rules.no_repeat_ngram_size > 0) forbid_ngrams(rules.no_repeat_ngram_size, text.ids, scores);
  forbid_bad_words(rules.bad_words, text.ids, scores);
  if (length < rules.min_length || length < text.prompt + rules.min_new_tokens) scores.forbid_all(rules.ends);
  if (rules.forced_bos >= 0 && length == 1) scores.force(TokenIds{rules.forced_bos});
  if (!rules.forced_eos.empty() && length + 1 == text.longest) scores.force(rules.forced_eos);
  scores.forbid_all(rules.suppress_tokens);
  const std::size_t first = text.prompt > 1 || rules.forced_bos < 0 ? text.prompt : text.prompt + 1;
  if (length == first) scores.forbid_all(rules.begin_suppress_tokens);
}

}  // namespace scotoma
