// SPDX-License-Identifier: Apache-2.0
// A decoder that reads embeddings and keeps what it has read (keys and values, as states of the network): the language
// model of a vision-language model, with the table of its tokens, as optimum-intel exports them
// (openvino_language_model.xml, openvino_text_embeddings_model.xml).
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "scotoma/backend/decoding/decoding_step.h"
#include "scotoma/backend/openvino/engine.h"
#include "scotoma/backend/openvino/memory.h"
#include "scotoma/core/result.h"

namespace scotoma {

/// A prompt in which an image stands: token ids, of which those of the image are filled with its features.
struct ImagePrompt {
  TokenIds ids;
  std::size_t image_at = 0;   ///< the first id that is filled
  std::size_t positions = 0;  ///< how many are
};

struct SessionSize {
  std::size_t images = 1;
  std::size_t texts = 1;    ///< under way; with beams more than images
  std::size_t longest = 1;  ///< ids behind the prompt
};

/// Thread-safe.
class LanguageModel {
 public:
  static constexpr const char* kFile = "openvino_language_model.xml";

  /// Reads both networks in `folder`; `prompt` is what every image is asked. As many sessions run side by side as the
  /// engine's threads allow, fewer where half of the memory that is left holds fewer of `size`. Errors: bad_input,
  /// naming the file and the port that is missing or is not known, or the id of the prompt that is no word.
  static Result<std::unique_ptr<LanguageModel>> load(Engine& engine, const std::filesystem::path& folder,
                                                     ImagePrompt prompt, const SessionSize& size);

  /// Of the network, and of a session: what it computes at once in the prompt, and all that it keeps.
  const NetworkMemory& memory() const { return memory_; }
  std::size_t at_once() const { return at_once_; }  ///< sessions

  std::size_t words() const { return words_; }  ///< that both networks know: ids below it can be asked and answered
  const TokenIds& prompt() const { return prompt_.ids; }
  std::size_t width() const { return width_; }  ///< of an embedding
  std::string precision() const { return network_->precision(); }
  const std::string& subject() const { return network_->subject(); }
  double seconds() const { return network_->seconds() + embeddings_->seconds(); }
  std::vector<std::filesystem::path> files() const;

  /// One conversation of each row of a batch, on one request. Not thread-safe.
  class Session {
   public:
    /// Reads the prompt with each image's features [positions, width]. Gives what may come next, [rows, words]. Errors:
    /// failed.
    Result<std::span<const float>> begin(std::span<const std::vector<float>> features);

    /// Reads one more id a row. Row r continues what row `from[r]` of the step before has read, so there may be more
    /// rows than before: beams begin as rows of one image. Gives [rows, words]. Errors: failed.
    Result<std::span<const float>> next(std::span<const std::int64_t> ids, std::span<const std::size_t> from);

   private:
    friend class LanguageModel;
    Session(LanguageModel& model, Network::Call call) : model_(&model), call_(std::move(call)) {}
    Result<std::span<const float>> run(const ov::Tensor& embeddings, const std::vector<std::int64_t>& from,
                                       const std::vector<std::int64_t>& types);

    LanguageModel* model_;
    Network::Call call_;
    std::size_t read_ = 0;  ///< positions, in each row
  };

  Result<Session> session();

 private:
  LanguageModel() = default;
  Result<void> open_embeddings(Engine& engine);
  Result<void> open_network(Engine& engine, const SessionSize& size);
  Result<void> embed_prompt();
  Result<void> resolve_sessions(const Engine& engine, const std::shared_ptr<ov::Model>& model, const SessionSize& size);
  Result<ov::Tensor> embed(std::span<const std::int64_t> ids);  ///< [rows, 1, width]

  std::filesystem::path folder_;
  std::shared_ptr<Network> embeddings_;
  std::shared_ptr<Network> network_;
  std::size_t words_ = 0;
  std::size_t width_ = 0;
  bool typed_ = false;  ///< the network is told which positions are an image's
  ImagePrompt prompt_;
  std::vector<float> asked_;  ///< the prompt's embeddings, [length, width]
  NetworkMemory memory_;
  std::size_t at_once_ = 1;
};

}  // namespace scotoma
