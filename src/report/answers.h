// Which class name belongs to which index of a prediction, as far as the findings tell.
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "finding/finding.h"
#include "study/study.h"

namespace scotoma {

/// Class names by index, learnt from pictures whose answer the findings name: correct ones (the label's class), members
/// of a cluster of failures, and the most frequent wrong answer of a base sample or an audit.
class Answers {
 public:
  Answers(const Study& study, const Findings& findings);

  /// The name of the sample's best class; "another label" where no finding names it.
  const std::string& name(const Sample& sample) const;

  /// The answers given to the valid failures among `samples`, the most frequent first, equals by name.
  std::vector<std::pair<std::string, int>> wrong(const std::vector<Sample>& samples) const;

 private:
  void learn(const Sample& sample, const std::string& name);
  void learn_correct(const std::vector<Sample>& samples, const std::string& class_name);
  void learn_most_frequent(const std::vector<Sample>& samples, const std::string& name);

  std::map<int, std::string> names_;
};

}  // namespace scotoma
