// SPDX-License-Identifier: Apache-2.0
// The beams of one image: the likeliest texts under way, and the whole texts found so far.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "scotoma/backend/decoding/generation_rules.h"

namespace scotoma {

class Beams {
 public:
  /// All beams begin with the prompt; the first alone counts, or all would find the same.
  Beams(const GenerationRules& rules, const TokenIds& prompt, std::size_t longest);

  /// Takes one step. `scores`: [beams, words], the logarithms of the probability of each next word, after the rules on
  /// words. Requires that it has not ended.
  void extend(std::span<const float> scores, std::size_t words);

  bool ended() const { return ended_; }
  const TokenIds& text(std::size_t beam) const { return running_[beam].ids; }   ///< with the prompt
  std::size_t origin(std::size_t beam) const { return running_[beam].origin; }  ///< its beam before the step
  TokenIds best() const;  ///< with the prompt, without the id that ends it

 private:
  struct Text {
    TokenIds ids;
    float score = 0;  ///< the sum of logarithms; of a whole text, with the length penalty
    std::size_t origin = 0;
    bool whole = false;
  };

  std::vector<Text> likeliest(std::span<const float> scores, std::size_t words) const;
  void keep_whole(const std::vector<Text>& candidates, const std::vector<bool>& stops);
  bool can_improve() const;
  float penalized(float score, std::size_t new_ids) const;

  const GenerationRules* rules_;
  std::size_t prompt_;
  std::size_t longest_;
  std::vector<Text> running_;
  std::vector<Text> whole_;  ///< as many as beams, the best first; those that are not whole yet are places kept free
  bool ended_ = false;
};

}  // namespace scotoma
