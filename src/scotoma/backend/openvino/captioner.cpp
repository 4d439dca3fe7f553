// SPDX-License-Identifier: Apache-2.0
#include "scotoma/backend/openvino/captioner.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <cmath>
#include <cstdint>

#include "scotoma/backend/files/json_file.h"
#include "scotoma/backend/files/model_folder.h"
#include "scotoma/backend/files/paths.h"
#include "scotoma/backend/files/preprocessor_config.h"
#include "scotoma/backend/openvino/examine.h"
#include "scotoma/backend/openvino/fingerprint.h"
#include "scotoma/backend/openvino/ports.h"

namespace scotoma {
namespace {

constexpr const char* kStates = "encoder_hidden_states";

void fill_ones(ov::Tensor tensor) { put_wholes(tensor, 0, std::vector<std::int64_t>(tensor.get_size(), 1)); }

}  // namespace

std::string tidy_caption(const std::string& text) {
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (std::isspace(byte) != 0) {
      if (!out.empty() && out.back() != ' ') out += ' ';
    } else {
      out += byte < 0x80 ? static_cast<char>(std::tolower(byte)) : c;
    }
  }
  while (!out.empty() && (out.back() == ' ' || out.back() == '.')) out.pop_back();
  return out;
}

Result<std::unique_ptr<OpenvinoCaptioner>> OpenvinoCaptioner::load(const std::shared_ptr<Engine>& engine,
                                                                   const CaptionerOptions& options) {
  std::unique_ptr<OpenvinoCaptioner> out(new OpenvinoCaptioner);
  SCOTOMA_RETURN_IF_ERROR(out->open(engine, options));
  return out;
}

Result<void> OpenvinoCaptioner::open(const std::shared_ptr<Engine>& engine, const CaptionerOptions& options) {
  folder_ = options.model;
  batch_ = static_cast<std::size_t>(std::max(1, options.batch));
  SCOTOMA_RETURN_IF_ERROR(check_model_folder(folder_, FolderOf::captioner));
  SCOTOMA_RETURN_IF_ERROR(read_ids(options.max_tokens));
  SCOTOMA_ASSIGN_OR_RETURN(const Preprocessing prep, read_preprocessor_config(folder_ / "preprocessor_config.json"));
  const auto file = folder_ / "openvino_encoder_model.xml";
  SCOTOMA_ASSIGN_OR_RETURN(const auto model, engine->read(file));
  SCOTOMA_ASSIGN_OR_RETURN(auto tried, create_examined(engine, model, prep, "last_hidden_state", options.batch, file));
  encoder_ = std::move(tried.network);
  if (encoder_->output_shape().size() != 3) return bad_input(file.string() + ": must give [n, positions, width]");
  SCOTOMA_ASSIGN_OR_RETURN(detokenizer_, Detokenizer::load(*engine, folder_));
  SCOTOMA_RETURN_IF_ERROR(open_decoder(*engine));
  SCOTOMA_RETURN_IF_ERROR(examine_decoder(tried.rows));
  const auto settings = fmt::format("{} start {} pad {} longest {} batch {} {}", encoder_->settings(), start_, padding_,
                                    longest_, batch_, decoder_->precision());
  std::string ends;
  for (const auto id : ends_) ends += fmt::format("{} ", id);
  SCOTOMA_ASSIGN_OR_RETURN(fingerprint_, model_fingerprint(*engine, "captioner",
                                                           {file, folder_ / "openvino_decoder_model.xml",
                                                            folder_ / "openvino_detokenizer.xml"},
                                                           {settings, ends}));
  return {};
}

/// Special ids, from generation_config.json, else config.json, else the "decoder" inside that.
Result<void> OpenvinoCaptioner::read_ids(int max_tokens) {
  const auto path = folder_ / "config.json";
  SCOTOMA_ASSIGN_OR_RETURN(nlohmann::json config, read_json_file(path));
  if (config.contains("decoder") && config["decoder"].is_object()) {
    nlohmann::json merged = config["decoder"];
    for (const auto& [key, value] : config.items()) {
      if (!value.is_null()) merged[key] = value;
    }
    config = merged;
  }
  if (is_there(folder_ / "generation_config.json")) {
    SCOTOMA_ASSIGN_OR_RETURN(const auto generation, read_json_file(folder_ / "generation_config.json"));
    for (const auto& [key, value] : generation.items()) {
      if (!value.is_null()) config[key] = value;
    }
  }
  SCOTOMA_ASSIGN_OR_RETURN(const auto bos, json_value<std::int64_t>(config, "bos_token_id", -1, path));
  SCOTOMA_ASSIGN_OR_RETURN(start_, json_value<std::int64_t>(config, "decoder_start_token_id", bos, path));
  const auto eos = config.find("eos_token_id");  // one id, or a list of them
  if (eos != config.end() && eos->is_number_integer()) ends_ = {eos->get<std::int64_t>()};
  if (eos != config.end() && eos->is_array()) {
    SCOTOMA_ASSIGN_OR_RETURN(const auto all, json_value<std::vector<std::int64_t>>(config, "eos_token_id", {}, path));
    ends_ = {all.begin(), all.end()};
  }
  const auto given = config.find("decoder_start_token_id");
  const char* key = given != config.end() && !given->is_null() ? "decoder_start_token_id" : "bos_token_id";
  if (start_ < 0 && config.contains(key) && !config[key].is_null()) {
    return bad_input(
        fmt::format("{}: {} is {}, and ids begin at 0; take the one of the checkpoint that the model was exported from",
                    path.string(), key, start_));
  }
  if (start_ < 0 || ends_.empty()) {
    return bad_input(path.string() +
                     ": decoder_start_token_id and eos_token_id are needed, here or in generation_config.json");
  }
  SCOTOMA_ASSIGN_OR_RETURN(padding_, json_value<std::int64_t>(config, "pad_token_id", *ends_.begin(), path));
  if (padding_ < 0) padding_ = *ends_.begin();  // -1: none
  SCOTOMA_ASSIGN_OR_RETURN(const auto limit, json_value<std::int64_t>(config, "max_length", max_tokens, path));
  longest_ = static_cast<std::size_t>(std::clamp<std::int64_t>(std::min<std::int64_t>(limit, max_tokens), 2, 4096));
  return {};
}

/// Whether the ids that begin, end and fill up a caption are words of the decoder. Errors: bad_input.
Result<void> OpenvinoCaptioner::check_special_ids(std::size_t words) const {
  const auto check = [&](const char* key, std::int64_t id) {
    return check_ids(std::span(&id, 1), words, fmt::format("{}: {}", (folder_ / "config.json").string(), key),
                     folder_ / "openvino_decoder_model.xml");
  };
  SCOTOMA_RETURN_IF_ERROR(check("decoder_start_token_id", start_));
  for (const std::int64_t end : ends_)
    SCOTOMA_RETURN_IF_ERROR(check("eos_token_id", end));  // the padding may be one of them
  SCOTOMA_RETURN_IF_ERROR(check("pad_token_id", padding_));
  return {};
}

Result<void> OpenvinoCaptioner::open_decoder(Engine& engine) {
  const auto file = folder_ / "openvino_decoder_model.xml";
  SCOTOMA_ASSIGN_OR_RETURN(const auto raw, engine.read(file));
  SCOTOMA_ASSIGN_OR_RETURN(const auto model, with_f32_ports(raw, file));
  const std::set<std::string> known = {"input_ids", kStates, "encoder_attention_mask", "attention_mask"};
  for (const auto& port : model->inputs()) {
    if (port.get_names().size() != 0 && known.contains(port.get_any_name())) continue;
    return bad_input(fmt::format(
        "{}: unexpected input among {}; export the captioner without a cache: optimum-cli export openvino --model "
        "CHECKPOINT --task image-to-text OUT",
        file.string(), describe_ports(model->inputs())));
  }
  if (!find_port(model->inputs(), "input_ids") || !find_port(model->inputs(), kStates) ||
      !find_port(model->outputs(), "logits")) {
    return bad_input(
        fmt::format("{}: needs the inputs input_ids and {} and the output logits", file.string(), kStates));
  }
  SCOTOMA_RETURN_IF_ERROR(check_types(model->inputs(),
                                      {{"input_ids", Holds::integers},
                                       {kStates, Holds::floats},
                                       {"encoder_attention_mask", Holds::integers},
                                       {"attention_mask", Holds::integers}},
                                      file));
  SCOTOMA_RETURN_IF_ERROR(check_types(model->outputs(), {{"logits", Holds::floats}}, file));
  const ov::PartialShape logits = model->output("logits").get_partial_shape();
  const bool sized = logits.rank() == 3 && logits[2].is_static();
  auto words = embedding_rows(*model, "input_ids");
  if (sized) words = std::min<std::size_t>(words.value_or(SIZE_MAX), static_cast<std::size_t>(logits[2].get_length()));
  if (words) SCOTOMA_RETURN_IF_ERROR(check_special_ids(*words));
  const auto n = static_cast<std::int64_t>(batch_);
  const ov::Shape shape = encoder_->output_shape();
  const auto positions = static_cast<std::int64_t>(shape[1]);
  std::map<std::string, ov::PartialShape> shapes = {{"input_ids", {n, ov::Dimension::dynamic()}},
                                                    {kStates, {n, positions, static_cast<std::int64_t>(shape[2])}}};
  if (find_port(model->inputs(), "attention_mask")) shapes["attention_mask"] = {n, ov::Dimension::dynamic()};
  if (find_port(model->inputs(), "encoder_attention_mask")) shapes["encoder_attention_mask"] = {n, positions};
  SCOTOMA_RETURN_IF_ERROR(reshape_model(*model, shapes, file));
  SCOTOMA_ASSIGN_OR_RETURN(decoder_, engine.compile(model, file));
  return {};
}

std::string OpenvinoCaptioner::describe() const {
  const PixelSize size = encoder_->input_size();
  return fmt::format("{}, {} x {}, greedy, at most {} tokens, {}", folder_.filename().string(), size.width, size.height,
                     longest_, decoder_->precision());
}

Result<std::vector<std::string>> OpenvinoCaptioner::caption(std::span<const Image> images) {
  SCOTOMA_ASSIGN_OR_RETURN(const auto states, encoder_->run(images));
  std::vector<std::string> out;
  for (std::size_t at = 0; at < states.size(); at += batch_) {
    SCOTOMA_ASSIGN_OR_RETURN(const auto rows,
                             decode(std::span(states).subspan(at, std::min(batch_, states.size() - at))));
    for (const Ids& ids : rows) {
      SCOTOMA_ASSIGN_OR_RETURN(const std::string text, detokenizer_->decode(ids));
      out.push_back(tidy_caption(text));
    }
  }
  return out;
}

/// Whether the decoder's first word depends on the image, and on nothing else: `states` are those of the test images.
Result<void> OpenvinoCaptioner::examine_decoder(const Rows& states) {
  const Examined examined{decoder_->subject(), "an image", batch_, decoder_->precision() == "bf16"};
  const auto ask = [&](std::span<const std::size_t> which) -> Result<Rows> {
    Rows asked;
    for (const std::size_t i : which) asked.push_back(states[i]);
    SCOTOMA_ASSIGN_OR_RETURN(Network::Call call, decoder_->call());
    fill_states(call, asked);
    SCOTOMA_ASSIGN_OR_RETURN(const ov::Tensor logits, next_logits(call, std::vector<Ids>(batch_, Ids{start_})));
    Rows out;
    const std::size_t words = logits.get_shape()[2];
    for (std::size_t row = 0; row < which.size(); ++row) {
      const float* first = logits.data<const float>() + row * words;
      out.emplace_back(first, first + words);
    }
    return out;
  };
  SCOTOMA_ASSIGN_OR_RETURN(const Rows rows, examine(examined, ask));
  return check_finite(rows, examined);
}

/// Rows beyond the states repeat the last one.
void OpenvinoCaptioner::fill_states(Network::Call& call, std::span<const std::vector<float>> states) {
  float* to = call.request().get_tensor(kStates).data<float>();
  for (std::size_t row = 0; row < batch_; ++row) {
    const auto& mine = states[std::min(row, states.size() - 1)];
    to = std::copy(mine.begin(), mine.end(), to);
  }
}

/// Ids of each caption, without the special ones at its ends.
Result<std::vector<OpenvinoCaptioner::Ids>> OpenvinoCaptioner::decode(std::span<const std::vector<float>> states) {
  SCOTOMA_ASSIGN_OR_RETURN(Network::Call call, decoder_->call());
  fill_states(call, states);
  std::vector<Ids> rows(batch_, Ids{start_});
  std::vector<bool> ended(batch_, false);
  while (rows.front().size() < longest_ && std::find(ended.begin(), ended.end(), false) != ended.end()) {
    SCOTOMA_RETURN_IF_ERROR(extend(call, rows, ended));
  }
  rows.resize(states.size());
  for (Ids& row : rows) {
    const auto special = [&](std::int64_t id) { return ends_.contains(id) || id == padding_; };
    row.erase(row.begin());
    row.erase(std::find_if(row.begin(), row.end(), special), row.end());
  }
  return rows;
}

/// [batch, length, words] for rows of one length; their states are in the call already.
Result<ov::Tensor> OpenvinoCaptioner::next_logits(Network::Call& call, const std::vector<Ids>& rows) {
  const std::size_t length = rows.front().size();
  ov::Tensor in = call.request().get_tensor("input_ids");
  in.set_shape({batch_, length});
  for (std::size_t row = 0; row < batch_; ++row) put_wholes(in, row * length, rows[row]);
  for (const auto& port : decoder_->compiled().inputs()) {
    if (port.get_names().contains("encoder_attention_mask")) fill_ones(call.request().get_tensor(port));
    if (!port.get_names().contains("attention_mask")) continue;
    ov::Tensor mask = call.request().get_tensor(port);
    mask.set_shape({batch_, length});
    fill_ones(mask);
  }
  SCOTOMA_RETURN_IF_ERROR(call.run());
  const ov::Tensor logits = call.request().get_tensor("logits");
  const ov::Shape& shape = logits.get_shape();
  if (shape.size() != 3 || shape[0] != batch_ || shape[1] != length || shape[2] == 0) {
    return failed(fmt::format("{}: gives logits {}; [{}, {}, words] is expected", decoder_->subject(),
                              shape.to_string(), batch_, length));
  }
  if (length == 1) SCOTOMA_RETURN_IF_ERROR(check_special_ids(shape[2]));
  return logits;
}

/// Appends to each row its most probable next id, or padding where the row has ended.
Result<void> OpenvinoCaptioner::extend(Network::Call& call, std::vector<Ids>& rows, std::vector<bool>& ended) {
  SCOTOMA_ASSIGN_OR_RETURN(const ov::Tensor logits, next_logits(call, rows));
  const std::size_t length = rows.front().size();
  const std::size_t words = logits.get_shape()[2];
  for (std::size_t row = 0; row < batch_; ++row) {
    const float* last = logits.data<const float>() + (row * length + length - 1) * words;
    const auto best = std::max_element(last, last + words) - last;
    const bool any_nan = std::any_of(last, last + words, [](float v) { return std::isnan(v); });
    if (!ended[row] && (any_nan || !std::isfinite(last[best]))) {
      return failed(decoder_->subject() + ": the captioner returned NaN or infinity");
    }
    rows[row].push_back(ended[row] ? padding_ : best);
    if (ends_.contains(best)) ended[row] = true;
  }
  return {};
}

}  // namespace scotoma
