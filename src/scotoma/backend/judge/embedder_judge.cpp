// SPDX-License-Identifier: Apache-2.0
#include "scotoma/backend/judge/embedder_judge.h"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>
#include <cmath>

#include "scotoma/backend/judge/unknown_label.h"
#include "scotoma/core/hash.h"
#include "scotoma/model/similarity.h"
#include "scotoma/study/prompt.h"

namespace scotoma {

Result<std::unique_ptr<Judge>> EmbedderJudge::create(Embedder& embedder, const std::vector<StudyLabel>& labels,
                                                     double threshold, double scale) {
  if (labels.size() < 2) return bad_input("a judge of the kind embedder compares labels: the study needs two or more");
  auto out = std::make_unique<EmbedderJudge>();
  std::vector<std::string> prompts;
  Hasher hasher;
  hasher.field("zero-shot judge").field(embedder.fingerprint()).field(fmt::format("{} {}", threshold, scale));
  for (const StudyLabel& label : labels) {
    out->labels_.push_back(label.name);
    prompts.push_back("a photo of " + with_article(label));
    hasher.field(prompts.back());
  }
  SCOTOMA_ASSIGN_OR_RETURN(out->texts_, embedder.embed_texts(prompts));
  out->embedder_ = &embedder;
  out->scale_ = scale;
  out->threshold_ = static_cast<float>(threshold);
  out->fingerprint_ = hasher.hex();
  return std::unique_ptr<Judge>(std::move(out));
}

std::string EmbedderJudge::describe() const {
  return fmt::format("zero-shot by the embedder over {} labels, valid from probability {:g}", labels_.size(),
                     threshold_);
}

Result<std::vector<Judgement>> EmbedderJudge::judge(std::span<const Image> images,
                                                    std::span<const std::string> labels) {
  assert(images.size() == labels.size());
  std::vector<std::size_t> wanted;
  for (const std::string& label : labels) {
    const auto found = std::find(labels_.begin(), labels_.end(), label);
    if (found == labels_.end()) return unknown_label(label);
    wanted.push_back(static_cast<std::size_t>(found - labels_.begin()));
  }
  SCOTOMA_ASSIGN_OR_RETURN(const auto rows, embedder_->embed_images(images));
  std::vector<Judgement> out;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const auto other =
        std::find_if(texts_.begin(), texts_.end(), [&](const auto& t) { return t.size() != rows[i].size(); });
    if (other != texts_.end())
      return bad_input(fmt::format(
          "the embedder gave vectors of {} numbers for images and of {} for texts: they must share one space",
          rows[i].size(), other->size()));
    std::vector<double> logits;
    for (const auto& text : texts_) logits.push_back(scale_ * dot(rows[i], text));
    const double top = *std::max_element(logits.begin(), logits.end());
    double sum = 0;
    for (double& v : logits) sum += v = std::exp(v - top);
    const auto score = static_cast<float>(logits[wanted[i]] / sum);
    out.push_back({score >= threshold_, score});
  }
  return out;
}

}  // namespace scotoma
