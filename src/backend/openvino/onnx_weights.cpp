#include "backend/openvino/onnx_weights.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>

#include "backend/openvino/json_file.h"

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

/// Reads Protocol Buffers' wire format, as far as it takes to walk through.
class Reader {
 public:
  explicit Reader(std::string_view bytes) : rest_(bytes) {}
  bool done() const { return rest_.empty(); }

  std::optional<std::uint64_t> number() {
    std::uint64_t value = 0;
    for (unsigned shift = 0; shift < 64 && !rest_.empty(); shift += 7) {
      const auto byte = static_cast<unsigned char>(rest_.front());
      rest_.remove_prefix(1);
      value |= std::uint64_t{byte & 0x7FU} << shift;
      if (byte < 0x80) return value;
    }
    return std::nullopt;
  }

  std::optional<std::string_view> bytes(std::uint64_t length) {
    if (length > rest_.size()) return std::nullopt;
    const std::string_view out = rest_.substr(0, length);
    rest_.remove_prefix(length);
    return out;
  }

 private:
  std::string_view rest_;
};

/// A field: its number, and its bytes where it has a length.
struct Field {
  std::uint64_t number = 0;
  std::string_view inside;
};

std::optional<Field> next(Reader& reader) {
  const auto tag = reader.number();
  if (!tag) return std::nullopt;
  Field out{*tag >> 3U, {}};
  const auto skipped = [&](std::optional<std::string_view> bytes) -> std::optional<Field> {
    if (!bytes) return std::nullopt;
    return out;
  };
  switch (*tag & 7U) {
    case 0:
      return reader.number() ? std::optional(out) : std::nullopt;
    case 1:
      return skipped(reader.bytes(8));
    case 5:
      return skipped(reader.bytes(4));
    case 2:
      break;
    default:
      return std::nullopt;
  }
  const auto length = reader.number();
  const auto inside = length ? reader.bytes(*length) : std::nullopt;
  if (!inside) return std::nullopt;
  out.inside = *inside;
  return out;
}

/// Walks a message; false when it is not well formed.
bool collect(Message message, std::string_view bytes, int depth, std::vector<std::filesystem::path>& found) {
  if (depth > kDeepest) return false;
  std::string_view key;
  std::string_view value;
  for (Reader reader(bytes); !reader.done();) {
    const auto field = next(reader);
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
  SCOTOMA_TRY(const std::string bytes, read_text_file(model));
  std::vector<std::filesystem::path> out;
  if (!collect(Message::model, bytes, 0, out)) return bad_input(model.string() + ": not an ONNX file, or not whole");
  for (auto& path : out) path = model.parent_path() / path;
  return out;
}

}  // namespace scotoma
