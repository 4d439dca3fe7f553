// SPDX-License-Identifier: Apache-2.0
#include "scotoma/stage/meaning.h"

#include <algorithm>

#include "scotoma/model/similarity.h"

namespace scotoma {
namespace {

constexpr double kNothing = 1e-6;  // a distance below the rounding of embeddings

}  // namespace

double kept_meaning(const std::vector<float>& whole, const std::vector<float>& left, const std::vector<float>& bare) {
  const double said = 1 - dot(whole, bare);
  return said < kNothing ? 1 : 1 - (1 - dot(whole, left)) / said;
}

const std::vector<float>* Meanings::vector_of(const std::string& text) {
  const auto found = known_.find(text);
  if (found != known_.end()) return &found->second;
  if (std::find(asked_.begin(), asked_.end(), text) == asked_.end()) asked_.push_back(text);
  return nullptr;
}

std::optional<double> Meanings::kept(const std::string& whole, const std::string& left, const std::string& bare) {
  const auto* of_whole = vector_of(whole);
  const auto* of_left = vector_of(left);
  const auto* of_bare = vector_of(bare);
  if (of_whole == nullptr || of_left == nullptr || of_bare == nullptr) return std::nullopt;
  return kept_meaning(*of_whole, *of_left, *of_bare);
}

Result<void> Meanings::learn() {
  SCOTOMA_ASSIGN_OR_RETURN(auto vectors, embed_(asked_));
  for (std::size_t i = 0; i < asked_.size(); ++i) known_[asked_[i]] = std::move(vectors[i]);
  asked_.clear();
  return {};
}

}  // namespace scotoma
