// SPDX-License-Identifier: Apache-2.0
// Image classifiers in ONNX or OpenVINO IR.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "scotoma/backend/openvino/engine.h"
#include "scotoma/backend/openvino/image_network.h"
#include "scotoma/model/roles.h"
#include "scotoma/study/study.h"

namespace scotoma {

class OpenvinoClassifier final : public Classifier {
 public:
  /// Loads, compiles and tries the model on test images. Errors: bad_input when the file is no classifier of images or
  /// the names do not match its outputs; when it gives NaN, or answers that are of no use (backend/health.h); and when
  /// nothing shows whether its outputs are logits or probabilities (head.h).
  static Result<std::unique_ptr<OpenvinoClassifier>> load(const std::shared_ptr<Engine>& engine,
                                                          const ClassifierOptions& options);

  std::string fingerprint() const override { return fingerprint_; }
  std::string describe() const override;
  std::size_t batch() const override { return batch_; }
  double engine_seconds() const override { return network_->seconds(); }
  const std::vector<std::string>& class_names() const override { return names_; }
  Result<std::vector<Prediction>> classify(std::span<const Image> images) override;
  Result<std::vector<std::vector<float>>> probabilities(std::span<const Image> images) override;

 private:
  OpenvinoClassifier() = default;
  Result<void> open(const std::shared_ptr<Engine>& engine, const ClassifierOptions& options);
  Result<void> check_outputs(const ov::Model& model, const ClassifierOptions& options, std::string& output) const;

  std::filesystem::path file_;
  std::vector<std::string> names_;
  std::unique_ptr<ImageNetwork> network_;
  Scores output_ = Scores::logits;
  std::size_t batch_ = 1;
  std::string fingerprint_;
};

}  // namespace scotoma
