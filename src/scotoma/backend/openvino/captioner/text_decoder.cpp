// SPDX-License-Identifier: Apache-2.0
#include "scotoma/backend/openvino/captioner/text_decoder.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "scotoma/backend/files/paths.h"
#include "scotoma/backend/openvino/captioner/token_steps.h"
#include "scotoma/backend/openvino/ports.h"

namespace scotoma {
namespace {

constexpr const char* kStates = "encoder_hidden_states";
constexpr const char* kAdvice =
    "export the captioner without a cache: optimum-cli export openvino --model CHECKPOINT --task image-to-text OUT, or "
    "with one that runs here: python/export/captioner.py CHECKPOINT OUT";

}  // namespace

Result<std::unique_ptr<TextDecoder>> TextDecoder::load(Engine& engine, const std::filesystem::path& folder,
                                                       const GenerationRules& rules, std::size_t images,
                                                       const ov::Shape& states) {
  std::unique_ptr<TextDecoder> out(new TextDecoder);
  out->folder_ = folder;
  out->file_ = folder / "openvino_decoder_model.xml";
  out->rules_ = &rules;
  out->rows_ = images * rules.beams;
  SCOTOMA_RETURN_IF_ERROR(out->open(engine, states));
  return out;
}

Result<void> TextDecoder::check_special_ids(std::size_t words) const {
  const auto rules = folder_ / "generation_config.json";
  const std::string files = (is_file(rules) ? rules : folder_ / "config.json").string();
  const auto check = [&](const char* key, std::int64_t id) {
    return check_ids(std::span(&id, 1), words, fmt::format("{}: {}", files, key), file_);
  };
  SCOTOMA_RETURN_IF_ERROR(check("decoder_start_token_id", rules_->start));
  for (const std::int64_t end : rules_->ends)
    SCOTOMA_RETURN_IF_ERROR(check("eos_token_id", end));  // the padding may be one of them
  if (rules_->forced_bos >= 0) SCOTOMA_RETURN_IF_ERROR(check("forced_bos_token_id", rules_->forced_bos));
  for (const std::int64_t end : rules_->forced_eos) SCOTOMA_RETURN_IF_ERROR(check("forced_eos_token_id", end));
  return check("pad_token_id", rules_->padding);
}

/// Whether it is asked as one of the two layouts is. Errors: bad_input.
Result<void> TextDecoder::check_ports(const ov::Model& model) {
  const auto inputs = const_cast<ov::Model&>(model).inputs();
  const auto outputs = const_cast<ov::Model&>(model).outputs();
  keeps_state_ = find_port(inputs, "beam_idx").has_value();
  std::set<std::string> known = {"input_ids", kStates, "encoder_attention_mask", "attention_mask"};
  if (keeps_state_) known.insert({"beam_idx", "position_ids"});
  for (const auto& port : inputs) {
    if (!port.get_names().empty() && known.contains(port.get_any_name())) continue;
    return bad_input(fmt::format("{}: unexpected input among {}; {}", file_.string(), describe_ports(inputs), kAdvice));
  }
  if (!find_port(inputs, "input_ids") || !find_port(inputs, kStates) || !find_port(outputs, "logits")) {
    return bad_input(
        fmt::format("{}: needs the inputs input_ids and {} and the output logits", file_.string(), kStates));
  }
  if (model.get_variables().empty() == keeps_state_) {
    return bad_input(fmt::format("{}: a decoder with a state has the input beam_idx, and one without has none; {}",
                                 file_.string(), kAdvice));
  }
  SCOTOMA_RETURN_IF_ERROR(check_types(inputs,
                                      {{"input_ids", Holds::integers},
                                       {kStates, Holds::floats},
                                       {"encoder_attention_mask", Holds::integers},
                                       {"attention_mask", Holds::integers},
                                       {"position_ids", Holds::integers},
                                       {"beam_idx", Holds::integers}},
                                      file_));
  return check_types(outputs, {{"logits", Holds::floats}}, file_);
}

Result<void> TextDecoder::open(Engine& engine, const ov::Shape& states) {
  SCOTOMA_ASSIGN_OR_RETURN(const auto raw, engine.read(file_));
  SCOTOMA_ASSIGN_OR_RETURN(const auto model, with_f32_ports(raw, file_));
  SCOTOMA_RETURN_IF_ERROR(check_ports(*model));
  const ov::PartialShape logits = model->output("logits").get_partial_shape();
  const bool sized = logits.rank() == 3 && logits[2].is_static();
  auto words = embedding_rows(*model, "input_ids");
  if (sized) words = std::min<std::size_t>(words.value_or(SIZE_MAX), static_cast<std::size_t>(logits[2].get_length()));
  if (words) SCOTOMA_RETURN_IF_ERROR(check_special_ids(*words));
  const auto n = static_cast<std::int64_t>(rows_);
  const auto positions = static_cast<std::int64_t>(states[1]);
  const std::map<std::string, ov::PartialShape> wanted = {
      {"input_ids", {n, ov::Dimension::dynamic()}},
      {kStates, {n, positions, static_cast<std::int64_t>(states[2])}},
      {"attention_mask", {n, ov::Dimension::dynamic()}},
      {"encoder_attention_mask", {n, positions}},
      {"position_ids", {n, ov::Dimension::dynamic()}},
      {"beam_idx", {n}}};
  std::map<std::string, ov::PartialShape> shapes;
  for (const auto& [name, shape] : wanted) {
    if (find_port(model->inputs(), name)) shapes[name] = shape;
  }
  SCOTOMA_RETURN_IF_ERROR(reshape_model(*model, shapes, file_));
  SCOTOMA_ASSIGN_OR_RETURN(network_, engine.compile(model, file_));
  return {};
}

Result<std::unique_ptr<DecodingStep>> TextDecoder::start(std::span<const std::vector<float>> states) {
  SCOTOMA_ASSIGN_OR_RETURN(Network::Call call, network_->call());
  float* to = call.request().get_tensor(kStates).data<float>();
  for (std::size_t row = 0; row < rows_; ++row) {
    const auto& mine = states[std::min(row / rules_->beams, states.size() - 1)];
    to = std::copy(mine.begin(), mine.end(), to);
  }
  DecoderCall with{network_.get(), std::move(call), rows_, {rules_->start}};
  return keeps_state_ ? step_with_state(std::move(with)) : step_without_state(std::move(with));
}

}  // namespace scotoma
