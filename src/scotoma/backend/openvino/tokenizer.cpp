// SPDX-License-Identifier: Apache-2.0
#include "scotoma/backend/openvino/tokenizer.h"

#include <fmt/format.h>

#include <algorithm>
#include <sstream>

#include "scotoma/backend/files/json_file.h"
#include "scotoma/backend/files/paths.h"
#include "scotoma/backend/openvino/ports.h"
#include "scotoma/core/letters.h"

namespace scotoma {
namespace {

/// An id that the converter left in the model, or `fallback`.
std::int64_t id_of(const ov::Model& model, const char* key, std::int64_t fallback) {
  try {
    return model.has_rt_info(key) ? model.get_rt_info<std::int64_t>(key) : fallback;
  } catch (const std::exception&) {
    return fallback;
  }
}

/// The text of a special token: older files hold an object around it. Empty where there is none.
std::string token_text(const nlohmann::json& config, const char* key) {
  auto found = config.find(key);
  if (found == config.end()) return "";
  if (found->is_object()) {
    const auto content = found->find("content");
    return content != found->end() && content->is_string() ? content->get<std::string>() : "";
  }
  return found->is_string() ? found->get<std::string>() : "";
}

}  // namespace

Result<std::unique_ptr<Tokenizer>> Tokenizer::load(Engine& engine, const std::filesystem::path& folder) {
  auto out = std::make_unique<Tokenizer>();
  out->file_ = folder / "openvino_tokenizer.xml";
  SCOTOMA_ASSIGN_OR_RETURN(const auto model, engine.read_tokenizer(out->file_, TrialKind::tokenizer));
  if (model->inputs().size() != 1 || !find_port(model->outputs(), "input_ids")) {
    return bad_input(fmt::format("{}: not a tokenizer: it needs one input and the output input_ids; has the outputs {}",
                                 out->file_.string(), describe_ports(model->outputs())));
  }
  SCOTOMA_RETURN_IF_ERROR(check_types(model->outputs(), {{"input_ids", Holds::integers}}, out->file_));
  out->begin_ = id_of(*model, "bos_token_id", -1);
  out->end_ = id_of(*model, "eos_token_id", -1);
  out->padding_ = id_of(*model, "pad_token_id", std::max<std::int64_t>(0, out->end_));
  SCOTOMA_RETURN_IF_ERROR(out->read_settings(folder));
  SCOTOMA_ASSIGN_OR_RETURN(out->network_, engine.compile(model, out->file_));
  return out;
}

Result<void> Tokenizer::read_settings(const std::filesystem::path& folder) {
  const auto settings = folder / "tokenizer_config.json";
  if (!is_there(settings)) return {};
  SCOTOMA_ASSIGN_OR_RETURN(const auto config, read_json_file(settings));
  // transformers writes 1e30 for "no limit".
  SCOTOMA_ASSIGN_OR_RETURN(const double length, json_value(config, "model_max_length", 77.0, settings));
  if (length >= 2 && length <= 4096) max_length_ = static_cast<std::size_t>(length);
  SCOTOMA_ASSIGN_OR_RETURN(const auto kind, json_value<std::string>(config, "tokenizer_class", "", settings));
  if (kind.find("CLIP") == std::string::npos || begin_ < 0 || end_ < 0 || padding_ == end_) return {};
  padding_word_ = token_text(config, "pad_token");
  const auto special = folder / "special_tokens_map.json";
  if (!padding_word_.empty() || !is_there(special)) return {};
  SCOTOMA_ASSIGN_OR_RETURN(const auto tokens, read_json_file(special));
  padding_word_ = token_text(tokens, "pad_token");
  return {};
}

/// The parts between the words that are the padding are read each by itself.
Result<std::vector<std::int64_t>> Tokenizer::ids_of(const std::string& text) {
  if (padding_word_.empty() || text.find(padding_word_) == std::string::npos) return converted_ids_of(text);
  std::vector<std::int64_t> ids = {begin_};
  for (std::size_t at = 0;; at += padding_word_.size()) {
    const std::size_t end = std::min(text.find(padding_word_, at), text.size());
    SCOTOMA_ASSIGN_OR_RETURN(const auto part, converted_ids_of(text.substr(at, end - at)));
    if (part.size() < 2 || part.front() != begin_ || part.back() != end_) {
      return failed(
          fmt::format("{}: '{}' did not begin and end with the ids {} and {}", file_.string(), text, begin_, end_));
    }
    ids.insert(ids.end(), part.begin() + 1, part.end() - 1);
    if (end == text.size()) break;
    ids.push_back(padding_);
    at = end;
  }
  ids.push_back(end_);
  return ids;
}

Result<std::vector<std::int64_t>> Tokenizer::converted_ids_of(const std::string& text) {
  if (!is_plain_utf8(text)) return bad_input(fmt::format("the text '{}' is not UTF-8", text));
  SCOTOMA_ASSIGN_OR_RETURN(Network::Call call, network_->call());
  ov::Tensor in(ov::element::string, {1});
  in.data<std::string>()[0] = text;
  call.request().set_input_tensor(in);
  SCOTOMA_RETURN_IF_ERROR(call.run());
  const ov::Tensor out = call.request().get_tensor("input_ids");
  std::vector<std::int64_t> ids;
  if (out.get_element_type() == ov::element::i64) {
    ids.assign(out.data<std::int64_t>(), out.data<std::int64_t>() + out.get_size());
  } else {
    ids.assign(out.data<std::int32_t>(), out.data<std::int32_t>() + out.get_size());
  }
  return ids;
}

Result<std::size_t> Tokenizer::words_of(const std::string& text) {
  SCOTOMA_ASSIGN_OR_RETURN(std::vector<std::int64_t> ids, ids_of(text));
  while (!ids.empty() && ids.back() == padding_) ids.pop_back();
  return ids.size();
}

Result<std::size_t> Tokenizer::count(const std::string& text) {
  SCOTOMA_ASSIGN_OR_RETURN(const std::size_t ends, words_of(""));  // without the last where that is the padding, too
  std::size_t sum = ends + (padding_ == end_ ? 1 : 0);
  std::istringstream words(text);
  for (std::string word; words >> word;) {
    SCOTOMA_ASSIGN_OR_RETURN(const std::size_t with_ends, words_of(word));
    sum += with_ends - std::min(with_ends, ends);
  }
  return sum;
}

Result<std::vector<std::int64_t>> Tokenizer::encode_whole(const std::string& text, std::size_t length) {
  SCOTOMA_ASSIGN_OR_RETURN(const std::vector<std::int64_t> ids, ids_of(text));
  if (ids.size() >= length) {  // perhaps full, perhaps cut or filled up by the tokenizer itself
    SCOTOMA_ASSIGN_OR_RETURN(const std::size_t tokens, count(text));
    if (tokens > length) {
      return bad_input(fmt::format(
          "{}: the prompt '{}' takes {} tokens, and the model reads {}: its end would be left out; make it shorter",
          file_.string(), text, tokens, length));
    }
  }
  return fitted(ids, length);
}

Result<std::vector<std::int64_t>> Tokenizer::encode(const std::string& text, std::size_t length, std::size_t* used) {
  SCOTOMA_ASSIGN_OR_RETURN(const std::vector<std::int64_t> ids, ids_of(text));
  if (used != nullptr) *used = std::min(ids.size(), length);
  return fitted(ids, length);
}

std::vector<std::int64_t> Tokenizer::fitted(std::vector<std::int64_t> ids, std::size_t length) const {
  if (ids.size() > length) ids[length - 1] = ids.back();
  ids.resize(length, padding_);
  return ids;
}

Result<std::unique_ptr<Detokenizer>> Detokenizer::load(Engine& engine, const std::filesystem::path& folder) {
  auto out = std::make_unique<Detokenizer>();
  const auto file = folder / "openvino_detokenizer.xml";
  SCOTOMA_ASSIGN_OR_RETURN(const auto model, engine.read_tokenizer(file, TrialKind::detokenizer));
  const auto whole = [](const ov::element::Type& type) { return type == ov::element::i64 || type == ov::element::i32; };
  if (model->inputs().size() != 1 || model->outputs().size() != 1 ||
      model->output().get_element_type() != ov::element::string || !whole(model->input().get_element_type())) {
    return bad_input(file.string() + ": not a detokenizer: it needs one input and one output of text");
  }
  SCOTOMA_ASSIGN_OR_RETURN(out->network_, engine.compile(model, file));
  return out;
}

Result<std::string> Detokenizer::decode(std::span<const std::int64_t> ids) {
  if (ids.empty()) return std::string();
  SCOTOMA_ASSIGN_OR_RETURN(Network::Call call, network_->call());
  const ov::element::Type type = network_->compiled().input().get_element_type();
  ov::Tensor in(type, {1, ids.size()});
  put_wholes(in, 0, {ids.begin(), ids.end()});
  call.request().set_input_tensor(in);
  SCOTOMA_RETURN_IF_ERROR(call.run());
  const ov::Tensor out = call.request().get_output_tensor();
  if (out.get_size() != 1) return failed(network_->subject() + ": gave no text");
  return out.data<std::string>()[0];
}

}  // namespace scotoma
