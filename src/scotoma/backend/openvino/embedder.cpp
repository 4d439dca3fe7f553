// SPDX-License-Identifier: Apache-2.0
#include "scotoma/backend/openvino/embedder.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "scotoma/backend/files/json_file.h"
#include "scotoma/backend/files/model_folder.h"
#include "scotoma/backend/files/paths.h"
#include "scotoma/backend/files/preprocessor_config.h"
#include "scotoma/backend/openvino/examine.h"
#include "scotoma/backend/openvino/fingerprint.h"
#include "scotoma/backend/openvino/ports.h"
#include "scotoma/backend/openvino/towers.h"
#include "scotoma/model/similarity.h"

namespace scotoma {
namespace {

constexpr double kAlike = 1e-6;  ///< below 1: cosine from which two vectors are one

/// To unit length. False when a number is not finite or all are 0.
bool normalise(std::vector<float>& row) {
  double square = 0;
  for (const float v : row) square += static_cast<double>(v) * static_cast<double>(v);
  if (!std::isfinite(square) || square == 0) return false;
  const double scale = 1 / std::sqrt(square);
  for (float& v : row) v = static_cast<float>(v * scale);
  return true;
}

/// Vectors that differ in length alone are all alike once they have length 1.
Result<void> check_directions(Rows rows, const std::filesystem::path& file, const char* inputs) {
  for (auto& row : rows) {
    if (!normalise(row)) return bad_input(file.string() + ": the embedder gives nothing but zeros for a test input");
  }
  const auto alike = [&](const auto& row) { return dot(row, rows[0]) > 1 - kAlike; };
  if (!std::all_of(rows.begin(), rows.end(), alike)) return {};
  return bad_input(
      fmt::format("{}: the vectors of {} very different {} all point the same way: it cannot tell {} apart; check its "
                  "export, and precision = \"f32\" in [engine]",
                  file.string(), rows.size(), inputs, inputs));
}

/// Ids that the text tower has positions for, where the folder's config.json says so.
Result<std::optional<std::size_t>> positions_of(const std::filesystem::path& folder) {
  using Nothing = std::optional<std::size_t>;
  const auto path = folder / "config.json";
  if (!is_file(path)) return Nothing();
  SCOTOMA_ASSIGN_OR_RETURN(const auto config, read_json_file(path));
  const auto text = config.find("text_config");
  if (text == config.end() || !text->is_object()) return Nothing();
  SCOTOMA_ASSIGN_OR_RETURN(const int positions, json_value(*text, "max_position_embeddings", 0, path));
  return positions >= 2 ? Nothing(static_cast<std::size_t>(positions)) : Nothing();
}

}  // namespace

Result<std::unique_ptr<OpenvinoEmbedder>> OpenvinoEmbedder::load(const std::shared_ptr<Engine>& engine,
                                                                 const EmbedderOptions& options) {
  std::unique_ptr<OpenvinoEmbedder> out(new OpenvinoEmbedder);
  SCOTOMA_RETURN_IF_ERROR(out->open(engine, options));
  return out;
}

Result<void> OpenvinoEmbedder::open(const std::shared_ptr<Engine>& engine, const EmbedderOptions& options) {
  folder_ = options.model;
  batch_ = static_cast<std::size_t>(std::max(1, options.batch));
  SCOTOMA_RETURN_IF_ERROR(check_model_folder(folder_, FolderOf::embedder));
  SCOTOMA_ASSIGN_OR_RETURN(const Preprocessing prep, read_preprocessor_config(folder_ / "preprocessor_config.json"));
  SCOTOMA_ASSIGN_OR_RETURN(const Towers towers, read_towers(*engine, folder_));
  images_file_ = towers.images.file;
  texts_file_ = towers.texts.file;
  SCOTOMA_ASSIGN_OR_RETURN(
      auto tried, create_examined(engine, towers.images.model, prep, "image_embeds", options.batch, images_file_));
  images_ = std::move(tried.network);
  if (images_->output_shape().size() != 2) return bad_input(images_file_.string() + ": must give [n, dimensions]");
  SCOTOMA_RETURN_IF_ERROR(check_directions(std::move(tried.rows), images_file_, "images"));
  dimensions_ = images_->output_shape()[1];
  SCOTOMA_ASSIGN_OR_RETURN(tokenizer_, Tokenizer::load(*engine, folder_));
  SCOTOMA_RETURN_IF_ERROR(open_texts(*engine, towers.texts.model));
  SCOTOMA_RETURN_IF_ERROR(examine_texts());
  auto settings = fmt::format("{} length {} batch {} {} {}", images_->settings(), text_length_, batch_,
                              images_->precision(), texts_->precision());
  if (!tokenizer_->own_rules().empty()) settings += " " + tokenizer_->own_rules();
  SCOTOMA_ASSIGN_OR_RETURN(
      fingerprint_,
      model_fingerprint(*engine, "embedder", {images_file_, texts_file_, tokenizer_->file()}, {settings}));
  return {};
}

Result<void> OpenvinoEmbedder::open_texts(Engine& engine, const std::shared_ptr<ov::Model>& raw) {
  const auto& file = texts_file_;
  SCOTOMA_ASSIGN_OR_RETURN(const auto model, with_f32_ports(raw, file));
  const auto ids = find_port(model->inputs(), "input_ids");
  const bool masked = find_port(model->inputs(), "attention_mask").has_value();
  if (!ids || ids->get_partial_shape().rank() != 2 || model->inputs().size() != (masked ? 2U : 1U)) {
    return bad_input(fmt::format("{}: must take input_ids [n, length] and perhaps attention_mask; it has {}",
                                 file.string(), describe_ports(model->inputs())));
  }
  if (model->outputs().size() != 1 && !find_port(model->outputs(), "text_embeds")) {
    return bad_input(file.string() + ": has no output text_embeds, but " + describe_ports(model->outputs()));
  }
  SCOTOMA_RETURN_IF_ERROR(
      check_types(model->inputs(), {{"input_ids", Holds::integers}, {"attention_mask", Holds::integers}}, file));
  const ov::Dimension length = ids->get_partial_shape()[1];
  text_length_ = length.is_static() ? static_cast<std::size_t>(length.get_length()) : tokenizer_->max_length();
  if (length.is_dynamic()) {
    SCOTOMA_ASSIGN_OR_RETURN(const auto positions, positions_of(folder_));
    text_length_ = std::min(text_length_, positions.value_or(text_length_));
  }
  const ov::PartialShape shape = {static_cast<std::int64_t>(batch_), static_cast<std::int64_t>(text_length_)};
  std::map<std::string, ov::PartialShape> shapes = {{"input_ids", shape}};
  if (masked) shapes["attention_mask"] = shape;
  SCOTOMA_RETURN_IF_ERROR(reshape_model(*model, shapes, file));
  words_ = embedding_rows(*model, "input_ids");
  SCOTOMA_ASSIGN_OR_RETURN(texts_, engine.compile(model, file));
  const auto outputs = texts_->compiled().outputs();
  const auto named = [](const auto& port) { return port.get_names().contains("text_embeds"); };
  text_output_ = outputs.size() == 1
                     ? 0
                     : static_cast<std::size_t>(std::find_if(outputs.begin(), outputs.end(), named) - outputs.begin());
  const auto& output = outputs[text_output_];
  if (output.get_element_type() != ov::element::f32) {
    return bad_input(fmt::format("{}: the text's vector is of type {}; it must be f32", file.string(),
                                 output.get_element_type().get_type_name()));
  }
  std::size_t used = 0;
  SCOTOMA_RETURN_IF_ERROR(ids_of("a photo", used));
  if (const auto known = static_shape(output)) return check_texts(*known);
  std::vector<std::vector<float>> tried;
  return embed_text_batch(std::vector<std::string>{"a"}, tried);
}

/// Whether the text encoder ends where the image encoder ends.
Result<void> OpenvinoEmbedder::check_texts(const ov::Shape& shape) const {
  if (shape == ov::Shape{batch_, dimensions_}) return {};
  return bad_input(
      fmt::format("{}: the towers end in different spaces: images in {} dimensions, {} texts in {}; do they belong "
                  "together?",
                  folder_.string(), dimensions_, batch_, shape.to_string()));
}

/// Whether each text has a vector of its own, whatever the company.
Result<void> OpenvinoEmbedder::examine_texts() {
  const auto texts = test_texts();
  const Examined examined{texts_file_, "a text", batch_, texts_->precision() == "bf16"};
  SCOTOMA_ASSIGN_OR_RETURN(Rows rows, examine(examined, [&](std::span<const std::size_t> which) -> Result<Rows> {
                             std::vector<std::string> asked;
                             for (const std::size_t i : which) asked.push_back(texts[i]);
                             Rows out;
                             SCOTOMA_RETURN_IF_ERROR(embed_text_batch(asked, out));
                             return out;
                           }));
  return check_directions(std::move(rows), texts_file_, "texts");
}

std::string OpenvinoEmbedder::describe() const {
  const PixelSize size = images_->input_size();
  return fmt::format("{}, {} dimensions, {} x {}, {}", folder_.filename().string(), dimensions_, size.width,
                     size.height, images_->precision());
}

Result<std::vector<std::vector<float>>> OpenvinoEmbedder::embed_images(std::span<const Image> images) {
  SCOTOMA_ASSIGN_OR_RETURN(auto rows, images_->run(images));
  for (auto& row : rows) {
    if (!normalise(row)) return failed(images_file_.string() + ": the embedder returned NaN, infinity or zero");
  }
  return rows;
}

Result<std::vector<std::vector<float>>> OpenvinoEmbedder::embed_texts(std::span<const std::string> texts) {
  std::vector<std::vector<float>> out;
  for (std::size_t at = 0; at < texts.size(); at += batch_) {
    SCOTOMA_RETURN_IF_ERROR(embed_text_batch(texts.subspan(at, std::min(batch_, texts.size() - at)), out));
  }
  return out;
}

/// The text's ids, text_length_ of them; `used` becomes the number of those before the padding.
Result<std::vector<std::int64_t>> OpenvinoEmbedder::ids_of(const std::string& text, std::size_t& used) {
  SCOTOMA_ASSIGN_OR_RETURN(auto ids, tokenizer_->encode(text, text_length_, &used));
  if (!words_) return ids;
  SCOTOMA_RETURN_IF_ERROR(
      check_ids(ids, *words_, fmt::format("{}: an id of '{}'", tokenizer_->file().string(), text), texts_->subject()));
  return ids;
}

Result<void> OpenvinoEmbedder::embed_text_batch(std::span<const std::string> texts,
                                                std::vector<std::vector<float>>& out) {
  SCOTOMA_ASSIGN_OR_RETURN(Network::Call call, texts_->call());
  const bool masked = texts_->compiled().inputs().size() == 2;
  ov::Tensor in = call.request().get_tensor("input_ids");
  ov::Tensor mask = masked ? call.request().get_tensor("attention_mask") : ov::Tensor();
  for (std::size_t row = 0; row < batch_; ++row) {
    std::size_t used = 0;
    const std::string& text = texts[std::min(row, texts.size() - 1)];  // the last fills up
    SCOTOMA_ASSIGN_OR_RETURN(const auto ids, ids_of(text, used));
    put_wholes(in, row * text_length_, ids);
    std::vector<std::int64_t> there(text_length_, 0);
    std::fill_n(there.begin(), used, 1);
    if (masked) put_wholes(mask, row * text_length_, there);
  }
  SCOTOMA_RETURN_IF_ERROR(call.run());
  const ov::Tensor rows = call.request().get_output_tensor(text_output_);
  SCOTOMA_RETURN_IF_ERROR(check_texts(rows.get_shape()));
  for (std::size_t row = 0; row < texts.size(); ++row) {
    const float* first = rows.data<const float>() + row * dimensions_;
    out.emplace_back(first, first + dimensions_);
    if (!normalise(out.back())) {
      return failed(
          fmt::format("{}: the embedder returned NaN, infinity or zero for '{}'", texts_->subject(), texts[row]));
    }
  }
  return {};
}

}  // namespace scotoma
