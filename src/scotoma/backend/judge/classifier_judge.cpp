// SPDX-License-Identifier: Apache-2.0
#include "scotoma/backend/judge/classifier_judge.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cassert>

#include "scotoma/backend/judge/unknown_label.h"
#include "scotoma/core/hash.h"
#include "scotoma/study/label_class.h"

namespace scotoma {

Result<std::unique_ptr<Judge>> ClassifierJudge::create(std::vector<std::unique_ptr<Classifier>> classifiers,
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
      SCOTOMA_ASSIGN_OR_RETURN(const std::size_t index, judges_class(label, {names, files[i].model, files[i].labels}));
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

Result<std::vector<Judgement>> ClassifierJudge::judge(std::span<const Image> images,
                                                      std::span<const std::string> labels) {
  assert(images.size() == labels.size());
  std::vector<double> sums(images.size(), -0.0);  // added to any x it gives x to the bit, -0.0 too
  for (const Member& member : members_) {
    std::vector<std::size_t> classes;
    for (const std::string& label : labels) {
      const auto found = member.classes.find(label);
      if (found == member.classes.end()) return unknown_label(label);
      classes.push_back(found->second);
    }
    SCOTOMA_ASSIGN_OR_RETURN(const auto rows, member.classifier->probabilities(images));
    for (std::size_t i = 0; i < rows.size(); ++i) sums[i] += static_cast<double>(rows[i][classes[i]]);
  }
  std::vector<Judgement> out;
  for (const double sum : sums) {
    const auto score = static_cast<float>(sum / static_cast<double>(members_.size()));
    out.push_back({score >= threshold_, score});
  }
  return out;
}

}  // namespace scotoma
