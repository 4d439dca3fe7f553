// SPDX-License-Identifier: Apache-2.0
// How much memory a network will take, told by its graph before it is compiled.
#pragma once

#include <cstdint>
#include <openvino/openvino.hpp>

namespace scotoma {

struct NetworkMemory {
  std::uint64_t weights = 0;      ///< bytes, of which all requests share one copy
  std::uint64_t activations = 0;  ///< bytes of one request

  NetworkMemory operator+(const NetworkMemory& other) const {
    return {weights + other.weights, activations + other.activations};
  }
};

/// An estimate: weights at four bytes each, since the CPU computes in f32 whatever the file holds, and the results that
/// must be alive at once when the nodes run in their order. Requires static shapes; what has none counts as nothing.
/// The engine's scratch space is not in it, nor what it saves by computing in place.
NetworkMemory estimate_memory(const ov::Model& model);

/// Bytes that the machine has left for processes; 0 where it does not say.
std::uint64_t available_memory();

}  // namespace scotoma
