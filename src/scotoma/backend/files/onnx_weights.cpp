// SPDX-License-Identifier: Apache-2.0
#include "scotoma/backend/files/onnx_weights.h"

#include <algorithm>
#include <cstdint>
#include <string>

#include "scotoma/backend/files/json_file.h"
#include "scotoma/backend/files/wire_reader.h"

namespace scotoma {
namespace {

enum class Message { model, graph, function, node, attribute, sparse, tensor, entry };

/// Message `inside` stands in field `number` of message `of`: the ways down to tensors in onnx.proto.
struct Way {
  Message of;
  std::uint64_t number;
  Message inside;
};

constexpr Way kWays[] = {
    {Message::model, 7, Message::graph},       {Message::model, 25, Message::function},
    {Message::graph, 1, Message::node},        {Message::graph, 5, Message::tensor},
    {Message::graph, 15, Message::sparse},     {Message::function, 7, Message::node},
    {Message::node, 5, Message::attribute},    {Message::attribute, 5, Message::tensor},
    {Message::attribute, 6, Message::graph},   {Message::attribute, 10, Message::tensor},
    {Message::attribute, 11, Message::graph},  {Message::attribute, 22, Message::sparse},
    {Message::attribute, 23, Message::sparse}, {Message::sparse, 1, Message::tensor},
    {Message::sparse, 2, Message::tensor},     {Message::tensor, 13, Message::entry},
};

constexpr int kDeepest = 64;  ///< graphs in graphs

/// Walks a message; false when it is not well formed.
bool collect(Message message, std::string_view bytes, int depth, std::vector<std::filesystem::path>& found) {
  if (depth > kDeepest) return false;
  std::string_view key;
  std::string_view value;
  for (WireReader reader(bytes); !reader.done();) {
    const auto field = reader.next();
    if (!field) return false;
    if (message == Message::entry && field->number == 1) key = field->inside;
    if (message == Message::entry && field->number == 2) value = field->inside;
    for (const Way& way : kWays) {
      if (way.of != message || way.number != field->number) continue;
      if (!collect(way.inside, field->inside, depth + 1, found)) return false;
    }
  }
  if (key == "location" && std::find(found.begin(), found.end(), value) == found.end()) found.emplace_back(value);
  return true;
}

}  // namespace

Result<std::vector<std::filesystem::path>> onnx_weights(const std::filesystem::path& model) {
  SCOTOMA_ASSIGN_OR_RETURN(const std::string bytes, read_text_file(model));
  std::vector<std::filesystem::path> out;
  if (!collect(Message::model, bytes, 0, out)) return bad_input(model.string() + ": not an ONNX file, or not whole");
  for (auto& path : out) path = model.parent_path() / path;
  return out;
}

}  // namespace scotoma
