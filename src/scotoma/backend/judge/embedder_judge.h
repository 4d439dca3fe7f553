// SPDX-License-Identifier: Apache-2.0
// Is the label's thing in the image? Asked of the embedder.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "scotoma/model/roles.h"
#include "scotoma/study/study.h"

namespace scotoma {

/// Zero-shot (Radford et al., arXiv 2103.00020): softmax over scale * cosine between the image and "a photo of a
/// <label>" for every label of the study. The time is the embedder's, and counted there.
class EmbedderJudge final : public Judge {
 public:
  /// `embedder` must outlive the judge. Errors: those of the embedder; bad_input for fewer than two labels.
  static Result<std::unique_ptr<Judge>> create(Embedder& embedder, const std::vector<StudyLabel>& labels,
                                               double threshold, double scale);

  std::string fingerprint() const override { return fingerprint_; }
  std::string describe() const override;
  std::size_t batch() const override { return embedder_->batch(); }
  using Judge::judge;
  Result<std::vector<Judgement>> judge(std::span<const Image> images, std::span<const std::string> labels) override;

 private:
  Embedder* embedder_ = nullptr;
  std::vector<std::string> labels_;
  std::vector<std::vector<float>> texts_;
  double scale_ = 100;
  float threshold_ = 0.5F;
  std::string fingerprint_;
};

}  // namespace scotoma
