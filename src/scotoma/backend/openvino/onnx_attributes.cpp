// SPDX-License-Identifier: Apache-2.0
#include "scotoma/backend/openvino/onnx_attributes.h"

#include <fmt/format.h>

#include <algorithm>
#include <openvino/op/util/interpolate_base.hpp>
#include <openvino/op/util/max_pool_base.hpp>
#include <string_view>

#include "scotoma/backend/files/json_file.h"
#include "scotoma/backend/files/wire_reader.h"

namespace scotoma {
namespace {

constexpr int kDeepestGraph = 64;  ///< graphs in graphs

/// What is dropped: an attribute of an operator, unless it has the value that means nothing.
struct Dropped {
  std::string_view op;
  std::string_view attribute;
  std::string_view harmless;
};

constexpr Dropped kDropped[] = {
    {"Resize", "antialias", "0"},
    {"Resize", "exclude_outside", "0"},
    {"Resize", "keep_aspect_ratio_policy", "stretch"},
    {"RNN", "layout", "0"},
    {"GRU", "layout", "0"},
    {"LSTM", "layout", "0"},
    {"SpaceToDepth", "mode", "DCR"},
    {"Attention", "left_window_size", "-1"},
    {"Attention", "right_window_size", "-1"},
};

struct Attribute {
  std::string name;
  std::string value;
};

/// Walks the messages of onnx.proto down to nodes. Each function is false where its message is not well formed.
class Walk {
 public:
  std::vector<DroppedAttribute> found;

  bool model(std::string_view bytes) {
    return fields(bytes, [&](const WireField& field) {
      if (field.number == 7) return graph(field.inside, 1);
      return field.number != 25 || function(field.inside, 1);
    });
  }

 private:
  template <class Visit>
  static bool fields(std::string_view bytes, Visit visit) {
    for (WireReader reader(bytes); !reader.done();) {
      const auto field = reader.next();
      if (!field || !visit(*field)) return false;
    }
    return true;
  }

  bool graph(std::string_view bytes, int depth) {
    if (depth > kDeepestGraph) return false;
    return fields(bytes, [&](const WireField& field) { return field.number != 1 || node(field.inside, depth); });
  }

  bool function(std::string_view bytes, int depth) {
    return fields(bytes, [&](const WireField& field) { return field.number != 7 || node(field.inside, depth); });
  }

  bool node(std::string_view bytes, int depth) {
    DroppedAttribute node;
    std::string domain;
    std::vector<Attribute> attributes;
    const bool whole = fields(bytes, [&](const WireField& field) {
      if (field.number == 2 && node.output.empty()) node.output = field.inside;
      if (field.number == 3) node.node = field.inside;
      if (field.number == 4) node.op = field.inside;
      if (field.number == 7) domain = field.inside;
      if (field.number != 5) return true;
      attributes.emplace_back();
      return attribute(field.inside, depth, attributes.back());
    });
    if (!whole) return false;
    if (!domain.empty() && domain != "ai.onnx") return true;
    if (node.node.empty()) node.node = node.output;
    for (const Attribute& each : attributes) {
      const bool dropped = std::any_of(std::begin(kDropped), std::end(kDropped), [&](const Dropped& known) {
        return known.op == node.op && known.attribute == each.name && known.harmless != each.value;
      });
      if (!dropped) continue;
      node.attribute = each.name;
      node.value = each.value;
      found.push_back(node);
    }
    return true;
  }

  bool attribute(std::string_view bytes, int depth, Attribute& out) {
    return fields(bytes, [&](const WireField& field) {
      if (field.number == 1) out.name = field.inside;
      if (field.number == 3) out.value = std::to_string(static_cast<std::int64_t>(field.value));
      if (field.number == 4) out.value = field.inside;
      return (field.number != 6 && field.number != 11) || graph(field.inside, depth + 1);
    });
  }
};

/// Whether the engine knows the sizes before and after, and none of them shrinks.
bool only_enlarges(const ov::Node& resize) {
  const ov::PartialShape& from = resize.get_input_partial_shape(0);
  const ov::PartialShape& to = resize.get_output_partial_shape(0);
  if (from.rank().is_dynamic() || to.rank().is_dynamic() || from.size() != to.size()) return false;
  for (std::size_t axis = 0; axis < from.size(); ++axis) {
    const bool known = from[axis].is_static() && to[axis].is_static();
    const bool batch_or_channels = axis < 2 && from.size() == 4;
    if (known ? to[axis].get_length() < from[axis].get_length() : !batch_or_channels) return false;
  }
  return true;
}

bool is_harmless(const DroppedAttribute& dropped, const ov::Model& model) {
  if (dropped.attribute != "antialias") return false;
  const auto ops = model.get_ops();
  return std::any_of(ops.begin(), ops.end(), [&](const std::shared_ptr<ov::Node>& op) {
    const auto* resize = dynamic_cast<const ov::op::util::InterpolateBase*>(op.get());
    return resize != nullptr && op->output(0).get_names().contains(dropped.output) && only_enlarges(*op);
  });
}

/// Whether a window of the node's, of those that ceil_mode = 1 adds, begins beyond the image and its padding.
bool begins_beyond(const ov::op::util::MaxPoolBase& pool) {
  if (pool.get_rounding_type() != ov::op::RoundingType::CEIL) return false;
  const ov::PartialShape& image = pool.get_input_partial_shape(0);
  const ov::PartialShape& out = pool.get_output_partial_shape(0);
  for (std::size_t axis = 0; axis < pool.get_kernel().size(); ++axis) {
    const std::size_t at = axis + 2;  // behind batch and channels
    if (image.rank().is_dynamic() || image[at].is_dynamic() || out[at].is_dynamic()) {
      if (pool.get_kernel()[axis] < pool.get_strides()[axis] + pool.get_pads_end()[axis])
        return true;  // at some size it does
      continue;
    }
    const auto last = (out[at].get_length() - 1) * static_cast<std::int64_t>(pool.get_strides()[axis]);
    if (last >= image[at].get_length() + static_cast<std::int64_t>(pool.get_pads_begin()[axis])) return true;
  }
  return false;
}

Result<void> check_pooling(const std::filesystem::path& file, const ov::Model& model) {
  for (const auto& op : model.get_ops()) {
    const auto* pool = dynamic_cast<const ov::op::util::MaxPoolBase*>(op.get());
    if (pool == nullptr || !begins_beyond(*pool)) continue;
    return bad_input(
        fmt::format("{}: its MaxPool node '{}' has ceil_mode = 1 and a window that begins beyond the image, which ONNX "
                    "leaves out and "
                    "OpenVINO fills with the lowest number: the engine would compute another network; export it with "
                    "ceil_mode=False, or with a kernel that is no smaller than the stride",
                    file.string(), pool->get_friendly_name()));
  }
  return {};
}

}  // namespace

Result<std::vector<DroppedAttribute>> dropped_attributes(const std::filesystem::path& file) {
  SCOTOMA_ASSIGN_OR_RETURN(const std::string bytes, read_text_file(file));
  Walk walk;
  if (!walk.model(bytes)) return bad_input(file.string() + ": not an ONNX file, or not whole");
  return std::move(walk.found);
}

Result<void> check_attributes(const std::filesystem::path& file, const ov::Model& model) {
  SCOTOMA_ASSIGN_OR_RETURN(const auto all, dropped_attributes(file));
  for (const DroppedAttribute& each : all) {
    if (is_harmless(each, model)) continue;
    const bool resize = each.op == "Resize";
    return bad_input(fmt::format(
        "{}: its {} node '{}' has {} = {}, which OpenVINO's ONNX reader leaves out: the engine would compute another "
        "network; export it without{}",
        file.string(), each.op, each.node, each.attribute, each.value,
        resize ? " (torch: interpolate with antialias=False), or take the resize out of the network and let the "
                 "study's preprocessing do it, which resizes images as Pillow does"
               : ""));
  }
  return check_pooling(file, model);
}

}  // namespace scotoma
