#include "backend/openvino/judge.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

#include "core/hash.h"
#include "model/similarity.h"
#include "study/prompt.h"

namespace scotoma {
namespace {

Error unknown_label(const std::string& label) {
  return bad_input(fmt::format("the judge does not know the label '{}': it is not one of the study's", label));
}

}  // namespace

Result<std::unique_ptr<Judge>> ClassifierJudge::create(std::unique_ptr<OpenvinoClassifier> classifier,
                                                       const std::vector<StudyLabel>& labels,
                                                       const JudgeOptions& options) {
  auto out = std::make_unique<ClassifierJudge>();
  const auto& names = classifier->class_names();
  Hasher hasher;
  hasher.field("judge").field(classifier->fingerprint()).field(fmt::format("{}", options.threshold));
  for (const StudyLabel& label : labels) {
    auto found = std::find(names.begin(), names.end(), label.name);
    if (found == names.end()) found = std::find(names.begin(), names.end(), label.class_name);
    if (found != names.end()) SCOTOMA_CHECK(check_unique(names, *found, options.labels));
    if (found == names.end()) {
      return bad_input(fmt::format(
          "{}: the judge has no class '{}'; its classes are {}", options.labels.string(), label.name,
          fmt::join(names.begin(), names.begin() + static_cast<std::ptrdiff_t>(std::min<std::size_t>(names.size(), 20)),
                    ", ")));
    }
    out->classes_[label.name] = static_cast<std::size_t>(found - names.begin());
    hasher.field(label.name).field(*found);
  }
  out->threshold_ = static_cast<float>(options.threshold);
  out->classifier_ = std::move(classifier);
  out->fingerprint_ = hasher.hex();
  return std::unique_ptr<Judge>(std::move(out));
}

std::string ClassifierJudge::describe() const {
  return fmt::format("classifier {}, valid from probability {:g}", classifier_->describe(), threshold_);
}

Result<std::vector<Judgement>> ClassifierJudge::judge(std::span<const Image> images, const std::string& label) {
  const auto found = classes_.find(label);
  if (found == classes_.end()) return unknown_label(label);
  SCOTOMA_TRY(const auto rows, classifier_->probabilities(images));
  std::vector<Judgement> out;
  for (const auto& row : rows) out.push_back({row[found->second] >= threshold_, row[found->second]});
  return out;
}

Result<std::unique_ptr<Judge>> EmbedderJudge::create(Embedder& embedder, const std::vector<StudyLabel>& labels,
                                                     double threshold, double scale) {
  if (labels.size() < 2) return bad_input("a judge of the kind embedder compares labels: the study needs two or more");
  auto out = std::make_unique<EmbedderJudge>();
  std::vector<std::string> prompts;
  Hasher hasher;
  hasher.field("zero-shot judge").field(embedder.fingerprint()).field(fmt::format("{} {}", threshold, scale));
  for (const StudyLabel& label : labels) {
    out->labels_.push_back(label.name);
    prompts.push_back("a photo of " + with_article(label.name));
    hasher.field(prompts.back());
  }
  SCOTOMA_TRY(out->texts_, embedder.embed_texts(prompts));
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

Result<std::vector<Judgement>> EmbedderJudge::judge(std::span<const Image> images, const std::string& label) {
  const auto found = std::find(labels_.begin(), labels_.end(), label);
  if (found == labels_.end()) return unknown_label(label);
  const auto wanted = static_cast<std::size_t>(found - labels_.begin());
  SCOTOMA_TRY(const auto rows, embedder_->embed_images(images));
  std::vector<Judgement> out;
  for (const auto& row : rows) {
    std::vector<double> logits;
    for (const auto& text : texts_) logits.push_back(scale_ * dot(row, text));
    const double top = *std::max_element(logits.begin(), logits.end());
    double sum = 0;
    for (double& v : logits) sum += v = std::exp(v - top);
    const auto score = static_cast<float>(logits[wanted] / sum);
    out.push_back({score >= threshold_, score});
  }
  return out;
}

}  // namespace scotoma
