// SPDX-License-Identifier: Apache-2.0
// Whether a shorter phrase names the same thing, by what an embedder says of texts.
#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "scotoma/core/result.h"

namespace scotoma {

/// Embeddings of texts: unit vectors of one length, in the order of the texts. Empty: there is no embedder.
using TextEmbedding = std::function<Result<std::vector<std::vector<float>>>(std::span<const std::string>)>;

/// How much of what a phrase says a shorter one says too: 1 - d(whole, left) / d(whole, bare), with d the cosine
/// distance of unit vectors. 1 where both say the same; 0 where the shorter phrase is no nearer to the whole one than
/// the prompt without any phrase; below 0 where it is further away. Embedders differ in how near they put all texts;
/// the prompt without a phrase is the yardstick. 1 where the embedder does not tell the whole phrase from none.
double kept_meaning(const std::vector<float>& whole, const std::vector<float>& left, const std::vector<float>& bare);

/// Asks the embedder about many texts at once: what is not known yet is noted, and learnt together.
class Meanings {
 public:
  /// Without an embedder all phrases mean the same.
  explicit Meanings(TextEmbedding embed) : embed_(std::move(embed)) {}

  bool can_tell() const { return static_cast<bool>(embed_); }

  /// kept_meaning of three prompts; nothing where one of them is not known yet. Requires can_tell().
  std::optional<double> kept(const std::string& whole, const std::string& left, const std::string& bare);

  /// Whether something was asked since the last learn().
  bool anything_asked() const { return !asked_.empty(); }

  /// Learns what was asked. Errors: those of the embedder.
  Result<void> learn();

 private:
  const std::vector<float>* vector_of(const std::string& text);

  TextEmbedding embed_;
  std::map<std::string, std::vector<float>> known_;
  std::vector<std::string> asked_;  ///< each once, in the order in which they came up
};

}  // namespace scotoma
