// SPDX-License-Identifier: Apache-2.0
// Images and texts in one space: a folder with two towers (towers.h), openvino_tokenizer.xml, and
// preprocessor_config.json or processor_config.json.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "scotoma/backend/openvino/engine.h"
#include "scotoma/backend/openvino/image_network.h"
#include "scotoma/backend/openvino/tokenizer.h"
#include "scotoma/model/roles.h"
#include "scotoma/study/study.h"

namespace scotoma {

class OpenvinoEmbedder final : public Embedder {
 public:
  /// Loads both towers and tries them on test inputs. Errors: bad_input when a part is missing, the towers end in
  /// spaces of different dimensions, or answers are of no use (backend/health.h).
  static Result<std::unique_ptr<OpenvinoEmbedder>> load(const std::shared_ptr<Engine>& engine,
                                                        const EmbedderOptions& options);

  std::string fingerprint() const override { return fingerprint_; }
  std::string describe() const override;
  std::size_t batch() const override { return batch_; }
  double engine_seconds() const override { return images_->seconds() + texts_->seconds(); }
  Result<std::vector<std::vector<float>>> embed_images(std::span<const Image> images) override;
  Result<std::vector<std::vector<float>>> embed_texts(std::span<const std::string> texts) override;

 private:
  OpenvinoEmbedder() = default;
  Result<void> open(const std::shared_ptr<Engine>& engine, const EmbedderOptions& options);
  Result<void> open_texts(Engine& engine, const std::shared_ptr<ov::Model>& raw);
  Result<void> check_texts(const ov::Shape& shape) const;
  Result<void> examine_texts();
  Result<std::vector<std::int64_t>> ids_of(const std::string& text, std::size_t& used);
  Result<void> embed_text_batch(std::span<const std::string> texts, std::vector<std::vector<float>>& out);

  std::filesystem::path folder_;
  std::filesystem::path images_file_;
  std::filesystem::path texts_file_;
  std::unique_ptr<ImageNetwork> images_;
  std::shared_ptr<Network> texts_;
  std::unique_ptr<Tokenizer> tokenizer_;
  std::size_t batch_ = 1;
  std::size_t text_length_ = 77;
  std::optional<std::size_t> words_;  ///< of the text encoder's vocabulary, where its graph shows it
  std::size_t text_output_ = 0;       ///< of the text encoder's outputs
  std::size_t dimensions_ = 0;
  std::string fingerprint_;
};

}  // namespace scotoma
