// SPDX-License-Identifier: Apache-2.0
#include "scotoma/backend/decoding/generation_rules.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "scotoma/backend/files/json_file.h"
#include "scotoma/backend/files/paths.h"

namespace scotoma {
namespace {

using Json = nlohmann::json;
using Path = std::filesystem::path;

constexpr std::int64_t kMostBeams = 64;

/// Takes what `over` holds, except null.
void put_over(Json& json, const Json& over) {
  for (const auto& [key, value] : over.items()) {
    if (!value.is_null()) json[key] = value;
  }
}

/// config.json over the text model inside it.
Json flat_config(const Json& config) {
  Json out = Json::object();
  for (const char* part : {"decoder", "text_config"}) {
    if (config.contains(part) && config[part].is_object()) put_over(out, config[part]);
  }
  put_over(out, config);
  return out;
}

/// What stands for a rule that changes nothing: left out, null, or these.
bool is_neutral(const Json& rules, const char* key, const Json& neutral) {
  const auto found = rules.find(key);
  if (found == rules.end() || found->is_null() || *found == neutral || *found == false) return true;
  return (found->is_array() || found->is_object()) && found->empty();
}

/// Rules of transformers' search that are not done here.
Result<void> refuse_others(const Json& rules, const Path& path) {
  const std::pair<const char*, Json> others[] = {
      {"num_beam_groups", 1},        {"diversity_penalty", 0.0},
      {"penalty_alpha", 0.0},        {"constraints", nullptr},
      {"force_words_ids", nullptr},  {"sequence_bias", nullptr},
      {"guidance_scale", 1.0},       {"exponential_decay_length_penalty", nullptr},
      {"renormalize_logits", false}, {"dola_layers", nullptr},
      {"stop_strings", nullptr},     {"watermarking_config", nullptr}};
  for (const auto& [key, neutral] : others) {
    if (is_neutral(rules, key, neutral)) continue;
    return bad_input(
        fmt::format("{}: '{}' is {}, which is not supported and would change the captions; take it out of the file if "
                    "they may do without it",
                    path.string(), key, rules[key].dump()));
  }
  return {};
}

/// One id, or a list of them.
Result<std::set<std::int64_t>> read_ids(const Json& rules, const char* key, const Path& path) {
  const auto found = rules.find(key);
  if (found == rules.end() || found->is_null()) return std::set<std::int64_t>{};
  if (found->is_number_integer()) return std::set<std::int64_t>{found->get<std::int64_t>()};
  SCOTOMA_ASSIGN_OR_RETURN(const auto all, json_value<TokenIds>(rules, key, {}, path));
  return std::set<std::int64_t>(all.begin(), all.end());
}

/// A number of ids, 0 where it is missing.
Result<std::size_t> read_count(const Json& rules, const char* key, std::int64_t fallback, std::int64_t least,
                               std::int64_t most, const Path& path) {
  SCOTOMA_ASSIGN_OR_RETURN(const auto count, json_value<std::int64_t>(rules, key, fallback, path));
  if (count >= least && count <= most) return static_cast<std::size_t>(count);
  return bad_input(fmt::format("{}: '{}' is {}; it must be from {} to {}", path.string(), key, count, least, most));
}

/// Nothing where it is missing. Below `least` it is refused.
Result<std::optional<std::size_t>> read_length(const Json& rules, const char* key, std::int64_t least,
                                               const Path& path) {
  const auto found = rules.find(key);
  if (found == rules.end() || found->is_null()) return std::optional<std::size_t>();
  SCOTOMA_ASSIGN_OR_RETURN(const auto length, json_value<std::int64_t>(rules, key, 0, path));
  if (length < least)
    return bad_input(fmt::format("{}: '{}' is {}; it must be at least {}", path.string(), key, length, least));
  return std::optional<std::size_t>(static_cast<std::size_t>(std::clamp<std::int64_t>(length, 1, 1 << 20)));
}

Result<EarlyStopping> read_early_stopping(const Json& rules, const Path& path) {
  const auto found = rules.find("early_stopping");
  if (found == rules.end() || found->is_null() || *found == false) return EarlyStopping::heuristic;
  if (*found == true) return EarlyStopping::at_once;
  if (*found == "never") return EarlyStopping::never;
  return bad_input(
      fmt::format("{}: 'early_stopping' is {}; it is true, false or \"never\"", path.string(), found->dump()));
}

/// `file_of`: gives the file that holds a key, for messages.
template <class FileOf>
Result<void> read_ids_of(const Json& rules, GenerationRules& out, FileOf file_of) {
  const auto one = [&](const char* key, std::int64_t fallback) {
    return json_value<std::int64_t>(rules, key, fallback, file_of(key));
  };
  SCOTOMA_ASSIGN_OR_RETURN(const auto bos, one("bos_token_id", -1));
  SCOTOMA_ASSIGN_OR_RETURN(out.start, one("decoder_start_token_id", bos));
  SCOTOMA_ASSIGN_OR_RETURN(out.ends, read_ids(rules, "eos_token_id", file_of("eos_token_id")));
  const std::int64_t end = out.ends.empty() ? -1 : *out.ends.begin();
  SCOTOMA_ASSIGN_OR_RETURN(out.padding, one("pad_token_id", end));
  if (out.padding < 0) out.padding = end;  // -1: none
  const char* key = rules.contains("decoder_start_token_id") ? "decoder_start_token_id" : "bos_token_id";
  if (out.start >= 0 || !rules.contains(key)) return {};
  return bad_input(
      fmt::format("{}: {} is {}, and ids begin at 0; take the one of the checkpoint that the model was exported from",
                  file_of(key).string(), key, out.start));
}

/// Numbers of the search with beams.
Result<void> read_search(const Json& rules, GenerationRules& out, const Path& path) {
  SCOTOMA_ASSIGN_OR_RETURN(out.beams, read_count(rules, "num_beams", 1, 1, kMostBeams, path));
  SCOTOMA_ASSIGN_OR_RETURN(out.length_penalty, json_value(rules, "length_penalty", 1.0, path));
  SCOTOMA_ASSIGN_OR_RETURN(out.early_stopping, read_early_stopping(rules, path));
  SCOTOMA_ASSIGN_OR_RETURN(out.repetition_penalty, json_value(rules, "repetition_penalty", 1.0, path));
  SCOTOMA_ASSIGN_OR_RETURN(out.samples, json_value(rules, "do_sample", false, path));
  if (!std::isfinite(out.length_penalty) || std::fabs(out.length_penalty) > 100) {
    return bad_input(fmt::format("{}: 'length_penalty' is {}", path.string(), out.length_penalty));
  }
  if (out.repetition_penalty > 0 && std::isfinite(out.repetition_penalty)) return {};
  return bad_input(
      fmt::format("{}: 'repetition_penalty' is {}; it must be positive", path.string(), out.repetition_penalty));
}

/// Which words may follow which.
Result<void> read_words(const Json& rules, GenerationRules& out, const Path& path) {
  constexpr std::int64_t kMost = 1 << 20;
  SCOTOMA_ASSIGN_OR_RETURN(out.max_length, read_length(rules, "max_length", 1, path));
  SCOTOMA_ASSIGN_OR_RETURN(out.max_new_tokens, read_length(rules, "max_new_tokens", 1, path));
  SCOTOMA_ASSIGN_OR_RETURN(out.min_length, read_count(rules, "min_length", 0, 0, kMost, path));
  SCOTOMA_ASSIGN_OR_RETURN(out.min_new_tokens, read_count(rules, "min_new_tokens", 0, 0, kMost, path));
  SCOTOMA_ASSIGN_OR_RETURN(out.no_repeat_ngram_size, read_count(rules, "no_repeat_ngram_size", 0, 0, kMost, path));
  SCOTOMA_ASSIGN_OR_RETURN(out.forced_bos, json_value<std::int64_t>(rules, "forced_bos_token_id", -1, path));
  SCOTOMA_ASSIGN_OR_RETURN(out.forced_eos, read_ids(rules, "forced_eos_token_id", path));
  SCOTOMA_ASSIGN_OR_RETURN(out.suppress_tokens, read_ids(rules, "suppress_tokens", path));
  SCOTOMA_ASSIGN_OR_RETURN(out.begin_suppress_tokens, read_ids(rules, "begin_suppress_tokens", path));
  SCOTOMA_ASSIGN_OR_RETURN(out.bad_words, json_value<std::vector<TokenIds>>(rules, "bad_words_ids", {}, path));
  std::erase_if(out.bad_words, [&](const TokenIds& words) {
    return words.empty() || (words.size() == 1 && out.ends.contains(words.front()));
  });
  return {};
}

}  // namespace

std::size_t GenerationRules::most_new(std::size_t prompt, std::size_t most) const {
  std::size_t out = std::clamp<std::size_t>(most, 2, 4096) - 1;
  if (positions) out = std::clamp<std::size_t>(*positions > prompt ? *positions - prompt : 1, 1, out);
  if (max_new_tokens) return std::clamp<std::size_t>(*max_new_tokens, 1, out);
  if (max_length) out = std::clamp<std::size_t>(*max_length > prompt ? *max_length - prompt : 1, 1, out);
  return out;
}

std::string GenerationRules::settings() const {
  std::string out;
  const auto add = [&](bool set, const std::string& text) {
    if (set) out += text + " ";
  };
  add(beams > 1, fmt::format("beams {} length {} early {}", beams, length_penalty, static_cast<int>(early_stopping)));
  add(min_length > 1, fmt::format("min {}", min_length));
  add(min_new_tokens > 0, fmt::format("min new {}", min_new_tokens));
  add(repetition_penalty != 1, fmt::format("repetition {}", repetition_penalty));
  add(no_repeat_ngram_size > 0, fmt::format("ngram {}", no_repeat_ngram_size));
  add(forced_bos >= 0, fmt::format("forced first {}", forced_bos));
  add(!forced_eos.empty(), fmt::format("forced last {}", fmt::join(forced_eos, " ")));
  add(!suppress_tokens.empty(), fmt::format("suppressed {}", fmt::join(suppress_tokens, " ")));
  add(!begin_suppress_tokens.empty(), fmt::format("suppressed first {}", fmt::join(begin_suppress_tokens, " ")));
  for (const TokenIds& words : bad_words) add(true, fmt::format("bad {}", fmt::join(words, " ")));
  return out;
}

std::string GenerationRules::describe() const {
  std::string out = beams > 1 ? fmt::format("{} beams", beams) : "greedy";
  if (samples) out += " (its folder asks for sampling, which is left out)";
  return out;
}

Result<GenerationRules> read_generation_rules(const Path& folder) {
  Path path = folder / "config.json";
  SCOTOMA_ASSIGN_OR_RETURN(const Json config, read_json_file(path));
  Json rules = flat_config(config);
  Json generation = Json::object();
  GenerationRules out;
  // The places of longer texts would be read beside the table, without a word.
  const char* places = rules.contains("max_position_embeddings") ? "max_position_embeddings" : "n_positions";
  SCOTOMA_ASSIGN_OR_RETURN(out.positions, read_length(rules, places, std::numeric_limits<std::int64_t>::min(), path));
  if (out.positions && *out.positions < 2) out.positions.reset();  // 0 or -1: none
  if (is_there(folder / "generation_config.json")) {
    Json kept = Json::object();
    // The greatest length of config.json was always taken here, whatever lies beside it.
    for (const char* key : {"bos_token_id", "decoder_start_token_id", "eos_token_id", "pad_token_id", "max_length"}) {
      if (rules.contains(key)) kept[key] = rules[key];
    }
    path = folder / "generation_config.json";
    SCOTOMA_ASSIGN_OR_RETURN(generation, read_json_file(path));
    rules = std::move(kept);
    put_over(rules, generation);
  }
  SCOTOMA_RETURN_IF_ERROR(refuse_others(rules, path));
  const auto file_of = [&](const char* key) {
    const auto said = generation.find(key);
    return said != generation.end() && !said->is_null() ? path : folder / "config.json";
  };
  SCOTOMA_RETURN_IF_ERROR(read_ids_of(rules, out, file_of));
  SCOTOMA_RETURN_IF_ERROR(read_search(rules, out, path));
  SCOTOMA_RETURN_IF_ERROR(read_words(rules, out, path));
  return out;
}

Result<GenerationRules> read_captioner_rules(const Path& folder) {
  SCOTOMA_ASSIGN_OR_RETURN(GenerationRules out, read_generation_rules(folder));
  if (out.start >= 0 && !out.ends.empty()) return out;
  return bad_input((folder / "config.json").string() +
                   ": decoder_start_token_id and eos_token_id are needed, here or in generation_config.json");
}

}  // namespace scotoma
