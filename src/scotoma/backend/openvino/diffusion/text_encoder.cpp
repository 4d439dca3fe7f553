// SPDX-License-Identifier: Apache-2.0
#include "scotoma/backend/openvino/diffusion/text_encoder.h"

#include <fmt/format.h>

#include "scotoma/backend/openvino/diffusion/parts.h"
#include "scotoma/backend/openvino/ports.h"

namespace scotoma {
namespace {

const char* const kPooled = "text_embeds";

/// The output of the states that a family reads; hidden_states.0 is what goes into the first layer.
Result<std::string> output_of_states(const ov::Model& model, TextState state, const std::filesystem::path& path) {
  const auto outputs = const_cast<ov::Model&>(model).outputs();
  std::string name = "last_hidden_state";
  if (state == TextState::penultimate) {
    std::size_t layers = 0;
    while (find_port(outputs, fmt::format("hidden_states.{}", layers))) ++layers;
    name = fmt::format("hidden_states.{}", layers < 2 ? 0 : layers - 2);
    if (layers < 2) name = "hidden_states.0 and hidden_states.1";
  }
  if (find_port(outputs, name)) return name;
  return bad_input(fmt::format("{}: has no output '{}', but {}", path.string(), name, describe_ports(outputs)));
}

std::vector<float> values_of(const ov::Tensor& tensor) {
  return {tensor.data<const float>(), tensor.data<const float>() + tensor.get_size()};
}

}  // namespace

Result<std::unique_ptr<TextEncoder>> TextEncoder::load(Engine& engine, const std::filesystem::path& folder,
                                                       const Options& options) {
  std::unique_ptr<TextEncoder> out(new TextEncoder);
  SCOTOMA_RETURN_IF_ERROR(out->open(engine, folder, options));
  return out;
}

Result<void> TextEncoder::open(Engine& engine, const std::filesystem::path& folder, const Options& options) {
  SCOTOMA_ASSIGN_OR_RETURN(tokenizer_, Tokenizer::load(engine, folder / ("tokenizer" + options.suffix)));
  const auto path = folder / ("text_encoder" + options.suffix) / kModelFile;
  SCOTOMA_ASSIGN_OR_RETURN(const auto model, read_part(engine, path, {"input_ids"}));
  SCOTOMA_ASSIGN_OR_RETURN(states_, output_of_states(*model, options.state, path));
  if (options.pooled && !find_port(model->outputs(), kPooled)) {
    return bad_input(
        fmt::format("{}: has no output '{}', but {}", path.string(), kPooled, describe_ports(model->outputs())));
  }
  const ov::PartialShape ids = model->input("input_ids").get_partial_shape();
  if (ids.rank() != 2) {
    return bad_input(fmt::format("{}: unexpected shapes: {}", path.string(), describe_ports(model->inputs())));
  }
  length_ = ids[1].is_static() ? static_cast<std::size_t>(ids[1].get_length()) : tokenizer_->max_length();
  length_ = options.length.value_or(length_);
  SCOTOMA_RETURN_IF_ERROR(check_types(model->inputs(), {{"input_ids", Holds::integers}}, path));
  SCOTOMA_RETURN_IF_ERROR(check_types(model->outputs(), {{states_, Holds::floats}, {kPooled, Holds::floats}}, path));
  SCOTOMA_RETURN_IF_ERROR(reshape_model(*model, {{"input_ids", {1, static_cast<std::int64_t>(length_)}}}, path));
  words_ = embedding_rows(*model, "input_ids");
  SCOTOMA_ASSIGN_OR_RETURN(network_, engine.compile(model, path));
  const auto states = static_shape(network_->compiled().output(states_));
  if (!states || states->size() != 3 || (*states)[1] != length_) {
    return bad_input(fmt::format("{}: gives {} instead of {} states of a text", path.string(),
                                 states ? states->to_string() : "an open shape", length_));
  }
  width_ = (*states)[2];
  if (options.pooled) {
    const auto pooled = static_shape(network_->compiled().output(kPooled));
    if (!pooled || pooled->size() != 2) return bad_input(fmt::format("{}: '{}' is no row", path.string(), kPooled));
    pooled_width_ = (*pooled)[1];
  }
  SCOTOMA_RETURN_IF_ERROR(ids_of("a photo", TextFit::cut));  // whether the tokenizer's ids are its words
  return {};
}

Result<std::vector<std::int64_t>> TextEncoder::ids_of(const std::string& text, TextFit fit) {
  SCOTOMA_ASSIGN_OR_RETURN(
      auto ids, fit == TextFit::whole ? tokenizer_->encode_whole(text, length_) : tokenizer_->encode(text, length_));
  if (!words_) return ids;
  SCOTOMA_RETURN_IF_ERROR(check_ids(ids, *words_, fmt::format("{}: an id of '{}'", tokenizer_->file().string(), text),
                                    network_->subject()));
  return ids;
}

Result<EncodedText> TextEncoder::encode(const std::string& text, TextFit fit) {
  SCOTOMA_ASSIGN_OR_RETURN(const auto ids, ids_of(text, fit));
  SCOTOMA_ASSIGN_OR_RETURN(Network::Call call, network_->call());
  ov::Tensor in = call.request().get_tensor("input_ids");
  put_wholes(in, 0, ids);
  SCOTOMA_RETURN_IF_ERROR(call.run());
  EncodedText out{values_of(call.request().get_tensor(states_)), {}};
  if (pooled_width_ > 0) out.pooled = values_of(call.request().get_tensor(kPooled));
  return out;
}

}  // namespace scotoma
