// SPDX-License-Identifier: Apache-2.0
#include "scotoma/backend/openvino/diffusion/parts.h"

#include <fmt/format.h>

#include <cstring>

#include "scotoma/backend/openvino/ports.h"

namespace scotoma {

Result<std::shared_ptr<ov::Model>> read_open_part(Engine& engine, const std::filesystem::path& path,
                                                  std::initializer_list<const char*> inputs) {
  SCOTOMA_ASSIGN_OR_RETURN(const auto raw, engine.read(path));
  SCOTOMA_ASSIGN_OR_RETURN(auto model, with_f32_ports(raw, path));
  for (const char* name : inputs) {
    if (find_port(model->inputs(), name)) continue;
    return bad_input(fmt::format("{}: has no input '{}', but {}; is it that part of a text-to-image folder?",
                                 path.string(), name, describe_ports(model->inputs())));
  }
  return model;
}

Result<std::shared_ptr<ov::Model>> read_part(Engine& engine, const std::filesystem::path& path,
                                             std::initializer_list<const char*> inputs) {
  SCOTOMA_ASSIGN_OR_RETURN(auto model, read_open_part(engine, path, inputs));
  if (model->inputs().size() == inputs.size()) return model;
  return bad_input(fmt::format("{}: needs more inputs than that part of a text-to-image folder has: {}", path.string(),
                               describe_ports(model->inputs())));
}

Result<ov::Shape> only_output(Network& network) {
  const auto outputs = network.compiled().outputs();
  if (outputs.size() != 1 || outputs[0].get_element_type() != ov::element::f32) {
    std::string has;
    for (const auto& port : outputs) {
      has += fmt::format(" {} {}", port.get_element_type().get_type_name(), port.get_partial_shape().to_string());
    }
    return bad_input(fmt::format("{}: must have one output, of f32; it has{}", network.subject(), has));
  }
  if (const auto known = static_shape(outputs[0])) return *known;
  SCOTOMA_ASSIGN_OR_RETURN(Network::Call call, network.call());
  for (const auto& port : network.compiled().inputs()) {
    ov::Tensor in = call.request().get_tensor(port);
    std::memset(in.data(), 0, in.get_byte_size());
  }
  SCOTOMA_RETURN_IF_ERROR(call.run());
  return call.request().get_output_tensor().get_shape();
}

}  // namespace scotoma
