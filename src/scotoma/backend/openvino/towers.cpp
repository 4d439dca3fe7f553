// SPDX-License-Identifier: Apache-2.0
#include "scotoma/backend/openvino/towers.h"

#include <fmt/format.h>

#include <set>
#include <vector>

#include "scotoma/backend/files/paths.h"
#include "scotoma/backend/openvino/ports.h"

namespace scotoma {
namespace {

/// All that a value is computed from, in the model's own order.
ov::ParameterVector parameters_of(const ov::Model& model, const ov::Output<ov::Node>& value) {
  std::set<const ov::Node*> seen;
  std::vector<ov::Node*> open = {value.get_node()};
  while (!open.empty()) {
    ov::Node* node = open.back();
    open.pop_back();
    if (!seen.insert(node).second) continue;
    for (const auto& input : node->input_values()) open.push_back(input.get_node());
  }
  ov::ParameterVector parameters;
  for (const auto& parameter : model.get_parameters()) {
    if (seen.contains(parameter.get())) parameters.push_back(parameter);
  }
  return parameters;
}

}  // namespace

Result<std::shared_ptr<ov::Model>> cut_at(const ov::Model& model, const std::string& output,
                                          const std::filesystem::path& file) {
  const auto copy = model.clone();
  const auto port = find_port(copy->outputs(), output);
  if (!port) {
    return bad_input(
        fmt::format("{}: has no output {}, but {}", file.string(), output, describe_ports(copy->outputs())));
  }
  const auto value = port->get_node()->input_value(0);
  return engine_call(file.string(), "does it compute what its outputs are called?", Code::bad_input, [&] {
    const auto result = std::make_shared<ov::op::v0::Result>(value);
    return std::make_shared<ov::Model>(ov::ResultVector{result}, parameters_of(*copy, value), output);
  });
}

Result<Towers> read_towers(Engine& engine, const std::filesystem::path& folder) {
  Towers towers{{folder / "image_encoder.xml", nullptr}, {folder / "text_encoder.xml", nullptr}};
  const auto both = folder / "openvino_model.xml";
  if (is_there(towers.images.file) || !is_there(both)) {
    SCOTOMA_ASSIGN_OR_RETURN(towers.images.model, engine.read(towers.images.file));
    SCOTOMA_ASSIGN_OR_RETURN(towers.texts.model, engine.read(towers.texts.file));
    return towers;
  }
  SCOTOMA_ASSIGN_OR_RETURN(const auto whole, engine.read(both));
  towers.images.file = towers.texts.file = both;
  SCOTOMA_ASSIGN_OR_RETURN(towers.images.model, cut_at(*whole, "image_embeds", both));
  SCOTOMA_ASSIGN_OR_RETURN(towers.texts.model, cut_at(*whole, "text_embeds", both));
  return towers;
}

}  // namespace scotoma
