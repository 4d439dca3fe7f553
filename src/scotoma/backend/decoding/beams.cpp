// SPDX-License-Identifier: Apache-2.0
#include "scotoma/backend/decoding/beams.h"

#include <algorithm>
#include <cmath>

namespace scotoma {
namespace {

constexpr float kNone = -1e9F;  ///< the score of what does not count, as in transformers: f32 rounds alike

}  // namespace

Beams::Beams(const GenerationRules& rules, const TokenIds& prompt, std::size_t longest)
    : rules_(&rules), prompt_(prompt.size()), longest_(longest) {
  running_.assign(rules.beams, Text{prompt, kNone});
  running_.front().score = 0;
  whole_.assign(rules.beams, Text{prompt, kNone});
}

float Beams::penalized(float score, std::size_t new_ids) const {
  return static_cast<float>(score / std::pow(static_cast<double>(new_ids), rules_->length_penalty));
}

/// The continuations of the highest score, the best first: so many that those which do not end fill all beams.
std::vector<Beams::Text> Beams::likeliest(std::span<const float> scores, std::size_t words) const {
  struct Candidate {
    float score;
    std::size_t at;  ///< beam x words + word
  };
  const std::size_t most = std::max<std::size_t>(2, 1 + rules_->ends.size()) * rules_->beams;
  const auto better = [](const Candidate& a, const Candidate& b) {
    return a.score != b.score ? a.score > b.score : a.at < b.at;
  };
  std::vector<Candidate> best;  // a heap, the worst on top
  for (std::size_t at = 0; at < scores.size(); ++at) {
    const Candidate candidate{scores[at] + running_[at / words].score, at};
    if (best.size() == most && !better(candidate, best.front())) continue;
    if (best.size() == most) {
      std::pop_heap(best.begin(), best.end(), better);
      best.pop_back();
    }
    best.push_back(candidate);
    std::push_heap(best.begin(), best.end(), better);
  }
  std::sort(best.begin(), best.end(), better);
  std::vector<Text> out;
  for (const Candidate& candidate : best) {
    const std::size_t beam = candidate.at / words;
    Text text{running_[beam].ids, candidate.score, beam};
    text.ids.push_back(static_cast<std::int64_t>(candidate.at % words));
    out.push_back(std::move(text));
  }
  return out;
}

void Beams::extend(std::span<const float> scores, std::size_t words) {
  std::vector<Text> candidates = likeliest(scores, words);
  const bool full = candidates.front().ids.size() == longest_;
  std::vector<bool> stops;
  for (const Text& text : candidates) stops.push_back(full || rules_->ends.contains(text.ids.back()));
  keep_whole(candidates, stops);
  for (std::size_t i = 0; i < candidates.size(); ++i) {
    if (stops[i]) candidates[i].score += kNone;
  }
  std::stable_sort(candidates.begin(), candidates.end(),
                   [](const Text& a, const Text& b) { return a.score > b.score; });
  // Fewer than beams only where the whole vocabulary is smaller.
  for (std::size_t beam = 0; beam < running_.size(); ++beam) {
    running_[beam] = candidates[std::min(beam, candidates.size() - 1)];
  }
  const bool all_whole = std::all_of(whole_.begin(), whole_.end(), [](const Text& text) { return text.whole; });
  const bool all_stop = std::find(stops.begin(), stops.end(), false) == stops.end();
  ended_ = all_stop || (all_whole && rules_->early_stopping == EarlyStopping::at_once) || !can_improve();
}

/// Puts the candidates that are whole now among the whole texts, if they are good enough.
void Beams::keep_whole(const std::vector<Text>& candidates, const std::vector<bool>& stops) {
  std::vector<Text> merged = whole_;
  for (std::size_t i = 0; i < std::min(candidates.size(), rules_->beams); ++i) {
    if (!stops[i]) continue;
    merged.push_back(candidates[i]);
    merged.back().score = penalized(candidates[i].score, candidates[i].ids.size() - prompt_);
    merged.back().whole = true;
  }
  std::stable_sort(merged.begin(), merged.end(), [](const Text& a, const Text& b) { return a.score > b.score; });
  merged.resize(rules_->beams);
  whole_ = std::move(merged);
}

/// Whether a text under way may still become better than the worst whole one.
bool Beams::can_improve() const {
  const bool longest = rules_->early_stopping == EarlyStopping::never && rules_->length_penalty > 0;
  const std::size_t length = longest ? longest_ - prompt_ : running_.front().ids.size() - prompt_;
  const float possible = penalized(running_.front().score, length);
  return std::any_of(whole_.begin(), whole_.end(),
                     [&](const Text& text) { return possible > (text.whole ? whole_.back().score : kNone); });
}

TokenIds Beams::best() const {
  TokenIds ids = whole_.front().ids;
  if (ids.size() > prompt_ && rules_->ends.contains(ids.back())) ids.pop_back();
  return ids;
}

}  // namespace scotoma
