// SPDX-License-Identifier: Apache-2.0
#include "scotoma/backend/openvino/captioner/language_model.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <openvino/op/ops.hpp>
#include <set>

#include "scotoma/backend/openvino/ports.h"

namespace scotoma {
namespace {

constexpr const char* kEmbeddingsFile = "openvino_text_embeddings_model.xml";

std::vector<std::int64_t> counted(std::size_t rows, std::size_t from, std::size_t length) {
  std::vector<std::int64_t> out;
  for (std::size_t row = 0; row < rows; ++row) {
    for (std::size_t i = 0; i < length; ++i) out.push_back(static_cast<std::int64_t>(from + i));
  }
  return out;
}

/// Cuts logits to those of the last position: of a long prompt all of them would take gigabytes. Where the graph ends
/// in a product with the words' table, only the last position is multiplied with it.
void keep_last_position(ov::Model& model) {
  ov::Node* result = model.output("logits").get_node();
  ov::Node* node = result->input_value(0).get_node();
  const auto elementwise = [](const ov::Node& n) {
    return ov::is_type<ov::op::v0::Convert>(&n) || ov::is_type<ov::op::v1::Multiply>(&n) ||
           ov::is_type<ov::op::v1::Divide>(&n) || ov::is_type<ov::op::v0::Tanh>(&n) || ov::is_type<ov::op::v1::Add>(&n);
  };
  while (elementwise(*node)) node = node->input_value(0).get_node();
  if (!ov::is_type<ov::op::v0::MatMul>(node) || node->input_value(0).get_partial_shape().rank() != 3) node = result;
  const auto whole = [](std::int64_t number) {
    return ov::op::v0::Constant::create(ov::element::i64, ov::Shape{1}, {number});
  };
  const auto last =
      std::make_shared<ov::op::v8::Slice>(node->input_value(0), whole(-1), whole(INT64_MAX), whole(1), whole(1));
  node->input(0).replace_source_output(last);
  model.validate_nodes_and_infer_types();
}

Result<void> check_ports(ov::Model& model, const std::filesystem::path& file) {
  const auto wrong = [&](const std::string& what) {
    return bad_input(fmt::format("{}: {}; it has the inputs {} and the outputs {}", file.string(), what,
                                 describe_ports(model.inputs()), describe_ports(model.outputs())));
  };
  const std::set<std::string> known = {"inputs_embeds", "attention_mask", "position_ids", "beam_idx", "token_type_ids"};
  for (const auto& port : model.inputs()) {
    if (port.get_names().empty() || !known.contains(port.get_any_name())) {
      return wrong("an input that is not known here: the family is another");
    }
  }
  for (const char* name : {"inputs_embeds", "attention_mask", "position_ids", "beam_idx"}) {
    if (!find_port(model.inputs(), name)) return wrong(fmt::format("the input {} is missing", name));
  }
  if (!find_port(model.outputs(), "logits")) return wrong("the output logits is missing");
  if (model.get_variables().empty()) return wrong("it has no states: export it again, without --disable-stateful");
  if (model.input("position_ids").get_partial_shape().rank() != 2) {
    return wrong("position_ids of another shape than [rows, length]: the family is another");
  }
  return {};
}

}  // namespace

Result<std::unique_ptr<LanguageModel>> LanguageModel::load(Engine& engine, const std::filesystem::path& folder,
                                                           ImagePrompt prompt, const SessionSize& size) {
  std::unique_ptr<LanguageModel> out(new LanguageModel);
  out->folder_ = folder;
  out->prompt_ = std::move(prompt);
  SCOTOMA_RETURN_IF_ERROR(out->open_embeddings(engine));
  SCOTOMA_RETURN_IF_ERROR(out->open_network(engine, size));
  SCOTOMA_RETURN_IF_ERROR(out->embed_prompt());
  return out;
}

std::vector<std::filesystem::path> LanguageModel::files() const { return {folder_ / kFile, folder_ / kEmbeddingsFile}; }

Result<void> LanguageModel::open_embeddings(Engine& engine) {
  const auto file = folder_ / kEmbeddingsFile;
  SCOTOMA_ASSIGN_OR_RETURN(const auto raw, engine.read(file));
  SCOTOMA_ASSIGN_OR_RETURN(const auto model, with_f32_ports(raw, file));
  const auto wrong = [&] {
    return bad_input(fmt::format("{}: must give [rows, length, width] of ids [rows, length]; it has {} and {}",
                                 file.string(), describe_ports(model->inputs()), describe_ports(model->outputs())));
  };
  if (model->inputs().size() != 1 || model->outputs().size() != 1) return wrong();
  const auto in = model->input().get_partial_shape();
  const auto out = model->output().get_partial_shape();
  const bool whole =
      model->input().get_element_type() == ov::element::i64 || model->input().get_element_type() == ov::element::i32;
  if (in.rank() != 2 || out.rank() != 3 || out[2].is_dynamic() || !whole ||
      model->output().get_element_type() != ov::element::f32)
    return wrong();
  width_ = static_cast<std::size_t>(out[2].get_length());
  words_ = model->input().get_names().empty() ? 0 : embedding_rows(*model, model->input().get_any_name()).value_or(0);
  SCOTOMA_ASSIGN_OR_RETURN(embeddings_, engine.compile(model, file));
  return {};
}

Result<void> LanguageModel::open_network(Engine& engine, const SessionSize& size) {
  const auto file = folder_ / kFile;
  SCOTOMA_ASSIGN_OR_RETURN(const auto raw, engine.read(file));
  SCOTOMA_ASSIGN_OR_RETURN(const auto model, with_f32_ports(raw, file));
  SCOTOMA_RETURN_IF_ERROR(check_ports(*model, file));
  SCOTOMA_RETURN_IF_ERROR(check_types(model->inputs(),
                                      {{"inputs_embeds", Holds::floats},
                                       {"attention_mask", Holds::integers},
                                       {"position_ids", Holds::integers},
                                       {"beam_idx", Holds::integers},
                                       {"token_type_ids", Holds::integers}},
                                      file));
  SCOTOMA_RETURN_IF_ERROR(check_types(model->outputs(), {{"logits", Holds::floats}}, file));
  const ov::PartialShape logits = model->output("logits").get_partial_shape();
  const ov::PartialShape embeds = model->input("inputs_embeds").get_partial_shape();
  const auto width = static_cast<std::int64_t>(width_);
  if (logits.rank() != 3 || logits[2].is_dynamic() || embeds.rank() != 3 || !embeds[2].compatible(width)) {
    return bad_input(
        fmt::format("{}: must give logits [rows, length, words] of inputs_embeds [rows, length, {}]; it "
                    "has {} and {}",
                    file.string(), width_, describe_ports(model->inputs()), describe_ports(model->outputs())));
  }
  const auto words = static_cast<std::size_t>(logits[2].get_length());
  words_ = words_ == 0 ? words : std::min(words_, words);
  typed_ = find_port(model->inputs(), "token_type_ids").has_value();
  auto cut = engine_call(file.string(), "", Code::bad_input, [&] { keep_last_position(*model); });
  if (!cut.ok()) return cut.error();
  SCOTOMA_RETURN_IF_ERROR(resolve_sessions(engine, model, size));
  SCOTOMA_ASSIGN_OR_RETURN(network_, engine.compile(model, file, Attention::plain, {1, static_cast<int>(at_once_)}));
  return {};
}

/// How many sessions run side by side. No answer depends on it.
Result<void> LanguageModel::resolve_sessions(const Engine& engine, const std::shared_ptr<ov::Model>& model,
                                             const SessionSize& size) {
  const auto copy = model->clone();  // which shares the weights
  const auto whole = [](std::size_t number) { return static_cast<std::int64_t>(number); };
  const std::int64_t rows = whole(size.images);
  const std::int64_t length = whole(prompt_.ids.size());
  std::map<std::string, ov::PartialShape> shapes = {{"inputs_embeds", {rows, length, whole(width_)}},
                                                    {"attention_mask", {rows, length}},
                                                    {"position_ids", {rows, length}},
                                                    {"beam_idx", {rows}}};
  if (typed_) shapes["token_type_ids"] = {rows, length};
  SCOTOMA_RETURN_IF_ERROR(reshape_model(*copy, shapes, folder_ / kFile));
  memory_ = estimate_memory(*copy);
  const std::uint64_t positions = prompt_.ids.size() + size.longest;
  for (const auto& kept : model->get_variables()) {  // [texts, heads, positions, width]
    std::uint64_t each = 4;
    for (const ov::Dimension& dimension : kept->get_info().data_shape) {
      if (dimension.is_static()) each *= static_cast<std::uint64_t>(dimension.get_length());
    }
    memory_.activations += size.texts * positions * each;
  }
  at_once_ = static_cast<std::size_t>(std::max(1, engine.threads()));
  const std::uint64_t left = available_memory() / 2;
  if (left == 0 || memory_.activations == 0) return {};
  const std::uint64_t beside = left > memory_.weights ? left - memory_.weights : 0;
  at_once_ = std::min<std::size_t>(at_once_, std::max<std::uint64_t>(1, beside / memory_.activations));
  return {};
}

Result<void> LanguageModel::embed_prompt() {
  auto read = prompt_.ids;  // without the ids that are filled: they need not be words
  std::fill_n(read.begin() + static_cast<std::ptrdiff_t>(prompt_.image_at), prompt_.positions, 0);
  SCOTOMA_RETURN_IF_ERROR(check_ids(read, words_, (folder_ / "openvino_tokenizer.xml").string() + ": the prompt",
                                    folder_ / kEmbeddingsFile));
  SCOTOMA_ASSIGN_OR_RETURN(const ov::Tensor rows, embed(read));
  asked_.assign(rows.data<const float>(), rows.data<const float>() + rows.get_size());
  return {};
}

Result<LanguageModel::Session> LanguageModel::session() {
  SCOTOMA_ASSIGN_OR_RETURN(Network::Call call, network_->call());
  return Session(*this, std::move(call));
}

/// A copy, since the request goes back.
Result<ov::Tensor> LanguageModel::embed(std::span<const std::int64_t> ids) {
  SCOTOMA_ASSIGN_OR_RETURN(Network::Call call, embeddings_->call());
  ov::Tensor in(embeddings_->compiled().input().get_element_type(), {ids.size(), 1});
  put_wholes(in, 0, {ids.begin(), ids.end()});
  call.request().set_input_tensor(in);
  SCOTOMA_RETURN_IF_ERROR(call.run());
  const ov::Tensor rows = call.request().get_output_tensor();
  if (rows.get_size() != ids.size() * width_) return failed(embeddings_->subject() + ": gave another number of rows");
  ov::Tensor out(ov::element::f32, {ids.size(), 1, width_});
  rows.copy_to(out);
  return out;
}

Result<std::span<const float>> LanguageModel::Session::begin(std::span<const std::vector<float>> features) {
  const std::size_t length = model_->prompt_.ids.size();
  const std::size_t at = model_->prompt_.image_at;
  const std::size_t positions = model_->prompt_.positions;
  const std::size_t width = model_->width_;
  ov::Tensor embeddings(ov::element::f32, {features.size(), length, width});
  std::vector<std::int64_t> types;
  for (std::size_t row = 0; row < features.size(); ++row) {
    if (features[row].size() != positions * width) return failed(model_->subject() + ": features of another size");
    float* to = embeddings.data<float>() + row * length * width;
    std::copy(model_->asked_.begin(), model_->asked_.end(), to);
    std::copy(features[row].begin(), features[row].end(), to + at * width);
    for (std::size_t i = 0; i < length; ++i) types.push_back(i >= at && i < at + positions ? 1 : 0);
  }
  read_ = 0;
  const auto reset = engine_call(model_->subject(), "", Code::failed, [&] { call_.request().reset_state(); });
  if (!reset.ok()) return reset.error();
  return run(embeddings, counted(1, 0, features.size()), types);
}

Result<std::span<const float>> LanguageModel::Session::next(std::span<const std::int64_t> ids,
                                                            std::span<const std::size_t> from) {
  SCOTOMA_ASSIGN_OR_RETURN(const ov::Tensor embeddings, model_->embed(ids));
  return run(embeddings, {from.begin(), from.end()}, std::vector<std::int64_t>(ids.size(), 0));
}

/// `embeddings`: [rows, length, width] of what is read now; `types`: 1 for those of an image.
Result<std::span<const float>> LanguageModel::Session::run(const ov::Tensor& embeddings,
                                                           const std::vector<std::int64_t>& from,
                                                           const std::vector<std::int64_t>& types) {
  const std::size_t rows = embeddings.get_shape()[0];
  const std::size_t length = embeddings.get_shape()[1];
  const auto set = [&](const char* name, const ov::Shape& shape, const std::vector<std::int64_t>& values) {
    ov::Tensor tensor(model_->network_->compiled().input(name).get_element_type(), shape);
    put_wholes(tensor, 0, values);
    call_.request().set_tensor(name, tensor);
  };
  const auto filled = engine_call(model_->subject(), "", Code::failed, [&] {
    call_.request().set_tensor("inputs_embeds", embeddings);
    set("attention_mask", {rows, read_ + length}, std::vector<std::int64_t>(rows * (read_ + length), 1));
    set("position_ids", {rows, length}, counted(rows, read_, length));
    set("beam_idx", {rows}, from);
    if (model_->typed_) set("token_type_ids", {rows, length}, types);
  });
  if (!filled.ok()) return filled.error();
  SCOTOMA_RETURN_IF_ERROR(call_.run());
  read_ += length;
  const ov::Tensor logits = call_.request().get_tensor("logits");
  const ov::Shape& shape = logits.get_shape();
  if (shape.size() != 3 || shape[0] != rows || shape[1] != 1) {
    return failed(
        fmt::format("{}: gives logits of {} numbers for {} rows", model_->subject(), logits.get_size(), rows));
  }
  return std::span(logits.data<const float>(), logits.get_size());
}

}  // namespace scotoma
