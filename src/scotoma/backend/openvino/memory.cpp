// SPDX-License-Identifier: Apache-2.0
#include "scotoma/backend/openvino/memory.h"

#include <algorithm>
#include <fstream>
#include <openvino/op/ops.hpp>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

namespace scotoma {
namespace {

using Port = ov::Output<const ov::Node>;

std::uint64_t bytes_of(const Port& port) {
  if (port.get_partial_shape().is_dynamic()) return 0;
  const std::uint64_t each = port.get_element_type().is_real() ? 4 : port.get_element_type().size();
  return ov::shape_size(port.get_shape()) * each;
}

/// Nodes whose output is their first input's memory.
bool only_renames(const ov::Node& node) {
  return ov::is_type<ov::op::v0::Result>(&node) || ov::is_type<ov::op::v1::Reshape>(&node) ||
         ov::is_type<ov::op::v0::Squeeze>(&node) || ov::is_type<ov::op::v0::Unsqueeze>(&node);
}

/// A piece of memory: when it is needed last.
struct Buffer {
  std::uint64_t bytes = 0;
  std::size_t last = 0;
};

}  // namespace

NetworkMemory estimate_memory(const ov::Model& model) {
  NetworkMemory out;
  std::unordered_set<const ov::Node*> fixed;  // what does not depend on inputs is computed once
  std::vector<Buffer> buffers;
  std::unordered_map<const ov::Node*, std::vector<std::size_t>> owned;  // by node: a buffer for each output
  std::vector<std::vector<std::size_t>> made;                           // by step: the buffers that begin to live
  const auto nodes = model.get_ordered_ops();
  for (std::size_t step = 0; step < nodes.size(); ++step) {
    const ov::Node& node = *nodes[step];
    made.emplace_back();
    if (ov::is_type<ov::op::v0::Constant>(&node)) out.weights += 4 * ov::shape_size(node.get_output_shape(0));
    const auto inputs = node.input_values();
    const bool is_input = ov::is_type<ov::op::v0::Parameter>(&node);
    const bool is_fixed =
        !is_input && std::all_of(inputs.begin(), inputs.end(),
                                 [&](const ov::Output<ov::Node>& input) { return fixed.contains(input.get_node()); });
    if (is_fixed) {
      fixed.insert(&node);
      continue;
    }
    for (const auto& input : inputs) {
      const auto found = owned.find(input.get_node());
      if (found != owned.end()) buffers[found->second[input.get_index()]].last = step;
    }
    const auto first = inputs.empty() ? owned.end() : owned.find(inputs[0].get_node());
    if (only_renames(node) && first != owned.end()) {
      owned[&node] = {first->second[inputs[0].get_index()]};
      continue;
    }
    for (const auto& output : node.outputs()) {
      owned[&node].push_back(buffers.size());
      made.back().push_back(buffers.size());
      buffers.push_back({bytes_of(Port(&node, output.get_index())), step});
    }
  }
  std::vector<std::uint64_t> freed(nodes.size() + 1, 0);
  for (const Buffer& buffer : buffers) freed[buffer.last + 1] += buffer.bytes;
  std::uint64_t alive = 0;
  for (std::size_t step = 0; step < nodes.size(); ++step) {
    alive -= freed[step];
    for (const std::size_t buffer : made[step]) alive += buffers[buffer].bytes;
    out.activations = std::max(out.activations, alive);
  }
  return out;
}

std::uint64_t available_memory() {
  std::ifstream file("/proc/meminfo");
  std::string key;
  std::uint64_t kilobytes = 0;
  std::string unit;
  while (file >> key >> kilobytes) {
    if (key == "MemAvailable:") return kilobytes * 1024;
    std::getline(file, unit);
  }
  return 0;
}

}  // namespace scotoma
