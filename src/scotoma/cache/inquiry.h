// SPDX-License-Identifier: Apache-2.0
// Inside the memo: what one role is asked in one call.
#pragma once

#include <algorithm>
#include <cstddef>
#include <deque>
#include <functional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "scotoma/cache/memo.h"
#include "scotoma/core/hash.h"

namespace scotoma {

/// What is asked of the generator, as a key of fixed length.
inline std::string key_of(const GenerationRequest& request) {
  return Hasher().field(request.prompt).field(request.seed).hex();
}

/// What one role is asked in one call, by place: an input is asked once however many places it has, and not at all
/// where the cache knows the answer.
struct Memo::Inquiry {
  using ToBatch = std::function<Batch(std::span<const std::size_t> places)>;

  Inquiry(const Models& models, RoleKind asked, std::size_t places, ToBatch make)
      : role(asked), model(*role_of(models, asked)), to_batch(std::move(make)), inputs(places), found(places) {}

  RoleKind role;
  const Role& model;
  ToBatch to_batch;  ///< what is asked of some places
  /// Is called with each place whose answer is there; `here`: a model was asked for it in this run.
  std::function<Result<void>(std::size_t place, bool here)> follow = {};
  const std::vector<std::string>* decides = nullptr;  ///< by place, whose shard it is; null: its own inputs'
  std::string fingerprint = {};                       ///< once there is an input
  std::vector<std::string> inputs;
  std::vector<std::string> found;
  std::unordered_map<std::string, std::vector<std::size_t>> open = {};  ///< places that wait for the answer to an input
  std::deque<std::size_t> waiting = {};                                 ///< one place of each input to ask
  std::vector<std::size_t> elsewhere = {};                              ///< those that are for other shards
  std::size_t under_way = 0;                                            ///< batches
  std::size_t done = 0;
  std::size_t missing = 0;
  std::size_t lost = 0;         ///< images that were generated, and are not there any more
  std::string first_lost = {};  ///< its file

  std::size_t batch() const { return std::max<std::size_t>(1, model.batch()); }
  const std::string& decider(std::size_t place) const { return decides == nullptr ? inputs[place] : (*decides)[place]; }
  bool ended() const { return waiting.empty() && under_way == 0; }

  std::vector<std::size_t> take_batch() {
    const auto end = waiting.begin() + static_cast<std::ptrdiff_t>(std::min(batch(), waiting.size()));
    std::vector<std::size_t> places(waiting.begin(), end);
    waiting.erase(waiting.begin(), end);
    ++under_way;
    return places;
  }
};

}  // namespace scotoma
