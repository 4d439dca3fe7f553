// SPDX-License-Identifier: Apache-2.0
// Is the label's thing in the image? Asked of classifiers that know the labels.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "scotoma/model/roles.h"
#include "scotoma/study/study.h"

namespace scotoma {

/// One classifier or several, whose classes include the study's labels. The score is the probability of the label's
/// class: the mean over all (an ensemble: Lakshminarayanan, Pritzel and Blundell, arXiv 1612.01474).
class ClassifierJudge final : public Judge {
 public:
  /// `classifiers` are those of networks(options), at least one, in that order. A label's class is, in each by itself,
  /// the one of its name, else of its class_name. Errors: those of judges_class (study/label_class.h).
  static Result<std::unique_ptr<Judge>> create(std::vector<std::unique_ptr<Classifier>> classifiers,
                                               const std::vector<StudyLabel>& labels, const JudgeOptions& options);

  std::string fingerprint() const override { return fingerprint_; }
  std::string describe() const override;
  std::size_t batch() const override { return members_.front().classifier->batch(); }
  double engine_seconds() const override;
  using Judge::judge;
  Result<std::vector<Judgement>> judge(std::span<const Image> images, std::span<const std::string> labels) override;

 private:
  struct Member {
    std::unique_ptr<Classifier> classifier;
    std::map<std::string, std::size_t> classes;  ///< by the label's name
  };

  std::vector<Member> members_;
  float threshold_ = 0.5F;
  std::string fingerprint_;
};

}  // namespace scotoma
