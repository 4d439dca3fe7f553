// SPDX-License-Identifier: Apache-2.0
// Which class a prediction names, and what failures were misclassified as.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "scotoma/finding/finding.h"

namespace scotoma {

class Answers {
 public:
  /// Keeps the class names of the findings, which must outlive it.
  explicit Answers(const Findings& findings) : names_(findings.class_names) {}

  /// The name of the sample's best class.
  const std::string& name(const Sample& sample) const;

  /// The answers given to the valid failures among `samples`, the most frequent first, equals by name.
  std::vector<std::pair<std::string, int>> wrong(const std::vector<Sample>& samples) const;

 private:
  const std::vector<std::string>& names_;
};

}  // namespace scotoma
