// SPDX-License-Identifier: Apache-2.0
// How a captioner's folder says that its decoder is to be asked: transformers' generation_config.json.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "scotoma/backend/decoding/decoding_step.h"
#include "scotoma/core/result.h"

namespace scotoma {

/// When a search with beams ends, once it holds as many whole texts as beams.
enum class EarlyStopping {
  at_once,    ///< "early_stopping": true
  heuristic,  ///< false: when the best text under way, at its present length, is worse than the worst whole one
  never,      ///< "never": as the heuristic, but at the greatest length where longer texts are favoured
};

/// The keys of transformers' GenerationConfig that change a search without chance, under their names there.
struct GenerationRules {
  std::int64_t start = -1;                    ///< decoder_start_token_id, else bos_token_id; -1: none
  std::set<std::int64_t> ends;                ///< eos_token_id: any of these ends a text
  std::int64_t padding = -1;                  ///< pad_token_id, else the first of `ends`
  std::optional<std::size_t> max_length;      ///< ids, with those of the prompt
  std::optional<std::size_t> max_new_tokens;  ///< ids after the prompt; goes before max_length
  std::optional<std::size_t> positions;       ///< of config.json: ids that the decoder has a place for
  std::size_t min_length = 0;
  std::size_t min_new_tokens = 0;
  std::size_t beams = 1;  ///< num_beams; 1: greedy
  double length_penalty = 1;
  EarlyStopping early_stopping = EarlyStopping::heuristic;
  double repetition_penalty = 1;
  std::size_t no_repeat_ngram_size = 0;
  std::int64_t forced_bos = -1;       ///< forced_bos_token_id; -1: none
  std::set<std::int64_t> forced_eos;  ///< forced_eos_token_id
  std::set<std::int64_t> suppress_tokens;
  std::set<std::int64_t> begin_suppress_tokens;
  std::vector<TokenIds> bad_words;  ///< bad_words_ids, without those that only end a text
  bool samples = false;             ///< do_sample: the folder asks for chance, which a search has none of

  /// Ids that may follow a prompt of `prompt` ids, where nothing may have more than `most` with the prompt's last; at
  /// least one.
  std::size_t most_new(std::size_t prompt, std::size_t most) const;

  /// Every rule that is set beyond the ids, the lengths and the padding; empty where nothing is. For fingerprints.
  std::string settings() const;

  /// For people: "greedy" or "4 beams".
  std::string describe() const;
};

/// Reads a folder's rules: generation_config.json, and special ids that are missing there from config.json, else from
/// its "decoder" or "text_config". Without generation_config.json all comes from config.json, as older transformers
/// wrote it. Rules of sampling are passed over. Errors: bad_input naming file and key, for a value that makes no sense,
/// and for a rule that would change the answers and is not supported.
Result<GenerationRules> read_generation_rules(const std::filesystem::path& folder);

/// The same, of a folder whose decoder begins with an id of its own and ends by one. Errors: also bad_input where these
/// are missing.
Result<GenerationRules> read_captioner_rules(const std::filesystem::path& folder);

}  // namespace scotoma
