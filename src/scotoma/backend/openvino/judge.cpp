#include "scotoma/backend/openvino/judge.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

#include "scotoma/core/hash.h"
#include "scotoma/model/similarity.h"
#include "scotoma/study/label_class.h"
#include "scotoma/study/prompt.h"

namespace scotoma {
namespace {

Error unknown_label(const std::string& label) {
  return bad_input(fmt::format("the judge does not know the label '{}': it is not one of the study's", label));
}

}  // namespace

Result<std::unique_ptr<Judge>> ClassifierJudge::create(std::vector<std::unique_ptr<OpenvinoClassifier>> classifiers,
                                                       const std::vector<StudyLabel>& labels,
                                                       const JudgeOptions& options) {
  auto out = std::make_unique<ClassifierJudge>();
  const auto files = networks(options);
  Hasher hasher;
  for (std::size_t i = 0; i < classifiers.size(); ++i) {
    Member member{std::move(classifiers[i]), {}};
    hasher.field(i == 0 ? "judge" : "also").field(member.classifier->fingerprint());
    if (i == 0) hasher.field(fmt::format("{}", options.threshold));
    const auto& names = member.classifier->class_names();
    for (const StudyLabel& label : labels) {
      SCOTOMA_TRY(const std::size_t index, judges_class(label, {names, files[i].model, files[i].labels}));
      member.classes[label.name] = index;
      hasher.field(label.name).field(names[index]);
    }
    out->members_.push_back(std::move(member));
  }
  out->threshold_ = static_cast<float>(options.threshold);
  out->fingerprint_ = hasher.hex();
  return std::unique_ptr<Judge>(std::move(out));
}

std::string ClassifierJudge::describe() const {
  std::vector<std::string> all;
  for (const Member& member : members_) all.push_back(member.classifier->describe());
  const std::string who = all.size() == 1
                              ? "classifier " + all[0]
                              : fmt::format("mean of {} classifiers ({})", all.size(), fmt::join(all, "; "));
  return fmt::format("{}, valid from probability {:g}", who, threshold_);
}

double ClassifierJudge::engine_seconds() const {
  double sum = 0;
  for (const Member& member : members_) sum += member.classifier->engine_seconds();
  return sum;
}

Result<std::vector<Judgement>> ClassifierJudge::judge(std::span<const Image> images, const std::string& label) {
  std::vector<double> sums(images.size(), -0.0);  // added to any x it gives x to the bit, -0.0 too
  for (const Member& member : members_) {
    const auto found = member.classes.find(label);
    if (found == member.classes.end()) return unknown_label(label);
    SCOTOMA_TRY(const auto rows, member.classifier->probabilities(images));
    for (std::size_t i = 0; i < rows.size(); ++i) sums[i] += static_cast<double>(rows[i][found->second]);
  }
  std::vector<Judgement> out;
  for (const double sum : sums) {
    const auto score = static_cast<float>(sum / static_cast<double>(members_.size()));
    out.push_back({score >= threshold_, score});
  }
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
    prompts.push_back("a photo of " + with_article(label));
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
