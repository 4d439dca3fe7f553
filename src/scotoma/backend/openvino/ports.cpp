// SPDX-License-Identifier: Apache-2.0
#include "scotoma/backend/openvino/ports.h"

#include <fmt/format.h>

#include <algorithm>
#include <openvino/op/ops.hpp>
#include <openvino/op/util/gather_base.hpp>

#include "scotoma/backend/openvino/engine.h"

namespace scotoma {
namespace {

bool is_other_real(const ov::element::Type& type) {
  return type == ov::element::f16 || type == ov::element::bf16 || type == ov::element::f64;
}

bool fits(const ov::element::Type& type, Holds wanted) {
  const bool whole = type == ov::element::i64 || type == ov::element::i32;
  if (wanted == Holds::floats) return type == ov::element::f32;
  return whole || (wanted == Holds::either && type == ov::element::f32);
}

/// Nodes that hand numbers on as they are.
bool passes_on(const ov::Node& node) {
  return ov::is_type<ov::op::v0::Unsqueeze>(&node) || ov::is_type<ov::op::v1::Reshape>(&node) ||
         ov::is_type<ov::op::v0::Squeeze>(&node) || ov::is_type<ov::op::v1::Broadcast>(&node) ||
         ov::is_type<ov::op::v3::Broadcast>(&node);
}

/// Whether every reader of `port` turns it into reals, perhaps after having given it another shape.
bool only_read_as_real(const ov::Output<ov::Node>& port) {
  for (const ov::Input<ov::Node>& reader : port.get_target_inputs()) {
    const ov::Node& node = *reader.get_node();
    if (const auto* convert = ov::as_type<const ov::op::v0::Convert>(&node)) {
      if (!convert->get_destination_type().is_real()) return false;
    } else if (passes_on(node) && reader.get_index() == 0) {
      if (!only_read_as_real(reader.get_node()->output(0))) return false;
    } else if (!ov::is_type<ov::op::v0::ShapeOf>(&node) && !ov::is_type<ov::op::v3::ShapeOf>(&node)) {
      return false;
    }
  }
  return true;
}

/// Rows of the table that a reader of `port` looks its numbers up in.
std::optional<std::size_t> rows_behind(const ov::Output<ov::Node>& port) {
  for (const ov::Input<ov::Node>& reader : port.get_target_inputs()) {
    const ov::Node& node = *reader.get_node();
    if (reader.get_index() == 1 && ov::is_type<ov::op::util::GatherBase>(&node)) {
      const ov::PartialShape& table = node.get_input_partial_shape(0);
      const auto* axis = ov::as_type<const ov::op::v0::Constant>(node.get_input_node_ptr(2));
      const bool rows = axis != nullptr && axis->cast_vector<std::int64_t>() == std::vector<std::int64_t>{0};
      if (rows && table.rank() == 2 && table[0].is_static()) return static_cast<std::size_t>(table[0].get_length());
    }
    if (reader.get_index() != 0 || !(passes_on(node) || ov::is_type<ov::op::v0::Convert>(&node))) continue;
    if (const auto found = rows_behind(reader.get_node()->output(0))) return found;
  }
  return std::nullopt;
}

}  // namespace

std::optional<std::size_t> embedding_rows(const ov::Model& model, const std::string& input) {
  const auto port = find_port(const_cast<ov::Model&>(model).inputs(), input);
  return port ? rows_behind(*port) : std::nullopt;
}

Result<void> check_ids(std::span<const std::int64_t> ids, std::size_t words, const std::string& what,
                       const std::filesystem::path& model) {
  for (const std::int64_t id : ids) {
    if (id >= 0 && static_cast<std::size_t>(id) < words) continue;
    return bad_input(
        fmt::format("{}: {} is outside the vocabulary of {} words that {} was trained with; do they belong "
                    "together? Take both from one export",
                    what, id, words, model.string()));
  }
  return {};
}

std::string describe_ports(const std::vector<ov::Output<ov::Node>>& ports) {
  std::string out;
  for (const auto& port : ports) {
    const std::string name = port.get_names().empty() ? "(no name)" : port.get_any_name();
    out += fmt::format("{}{} {}", out.empty() ? "" : ", ", name, port.get_partial_shape().to_string());
  }
  return out.empty() ? "none" : out;
}

std::optional<ov::Output<ov::Node>> find_port(const std::vector<ov::Output<ov::Node>>& ports, const std::string& name) {
  for (const auto& port : ports) {
    if (port.get_names().contains(name)) return port;
  }
  return std::nullopt;
}

Result<std::shared_ptr<ov::Model>> with_f32_ports(const std::shared_ptr<ov::Model>& model,
                                                  const std::filesystem::path& path) {
  return engine_call(path.string() + ": its inputs and outputs cannot be made f32", "", Code::bad_input, [&] {
    ov::preprocess::PrePostProcessor graph(model);
    bool any = false;
    for (std::size_t i = 0; i < model->inputs().size(); ++i) {
      if (!is_other_real(model->input(i).get_element_type())) continue;
      graph.input(i).tensor().set_element_type(ov::element::f32);
      any = true;
    }
    for (std::size_t i = 0; i < model->outputs().size(); ++i) {
      if (!is_other_real(model->output(i).get_element_type())) continue;
      graph.output(i).tensor().set_element_type(ov::element::f32);
      any = true;
    }
    return any ? graph.build() : model;
  });
}

Result<void> check_types(const std::vector<ov::Output<ov::Node>>& ports,
                         const std::vector<std::pair<std::string, Holds>>& wanted, const std::filesystem::path& path) {
  for (const auto& [name, holds] : wanted) {
    const auto port = find_port(ports, name);
    if (!port || fits(port->get_element_type(), holds)) continue;
    return bad_input(fmt::format("{}: '{}' is of type {}; it must hold {}: export the model with such a port",
                                 path.string(), name, port->get_element_type().get_type_name(),
                                 holds == Holds::floats     ? "f32"
                                 : holds == Holds::integers ? "i64 or i32"
                                                            : "f32, i64 or i32"));
  }
  return {};
}

Result<void> reshape_model(ov::Model& model, const std::map<std::string, ov::PartialShape>& shapes,
                           const std::filesystem::path& path) {
  std::string wanted;
  for (const auto& [name, shape] : shapes) wanted += fmt::format(" {} {}", name, shape.to_string());
  return engine_call(fmt::format("{}: cannot take inputs of the shape{}", path.string(), wanted), "", Code::bad_input,
                     [&] { model.reshape(shapes); });
}

std::optional<ov::Shape> static_shape(const ov::Output<const ov::Node>& port) {
  const ov::PartialShape& shape = port.get_partial_shape();
  if (shape.is_dynamic()) return std::nullopt;
  return shape.to_shape();
}

bool make_real(ov::Model& model, const std::string& input) {
  const auto port = find_port(model.inputs(), input);
  if (!port) return false;
  if (port->get_element_type() == ov::element::f32) return true;
  const auto parameter = ov::as_type_ptr<ov::op::v0::Parameter>(port->get_node_shared_ptr());
  if (!parameter || !only_read_as_real(*port)) return false;
  const ov::element::Type before = parameter->get_element_type();
  const auto set = [&](const ov::element::Type& type) {
    parameter->set_element_type(type);
    model.validate_nodes_and_infer_types();
  };
  if (engine_call("", "", Code::failed, [&] { set(ov::element::f32); }).ok()) return true;
  (void)engine_call("", "", Code::failed, [&] { set(before); }).ok();
  return false;
}

void put_wholes(ov::Tensor& tensor, std::size_t at, const std::vector<std::int64_t>& values) {
  const auto put = [&](auto* to) {
    using Whole = std::remove_pointer_t<decltype(to)>;
    std::transform(values.begin(), values.end(), to + at, [](std::int64_t v) { return static_cast<Whole>(v); });
  };
  if (tensor.get_element_type() == ov::element::i32) return put(tensor.data<std::int32_t>());
  put(tensor.data<std::int64_t>());
}

}  // namespace scotoma
