// SPDX-License-Identifier: Apache-2.0
#include "scotoma/report/answers.h"

#include <algorithm>
#include <map>

namespace scotoma {

const std::string& Answers::name(const Sample& sample) const {
  static const std::string kUnnamed = "another label";
  if (sample.prediction.top.empty()) return kUnnamed;
  const auto index = static_cast<std::size_t>(sample.prediction.label());
  return index < names_.size() ? names_[index] : kUnnamed;
}

std::vector<std::pair<std::string, int>> Answers::wrong(const std::vector<Sample>& samples) const {
  std::map<std::string, int> counts;
  for (const Sample& sample : samples) {
    if (sample.misclassified()) ++counts[name(sample)];
  }
  std::vector<std::pair<std::string, int>> sorted(counts.begin(), counts.end());
  std::stable_sort(sorted.begin(), sorted.end(), [](const auto& a, const auto& b) { return a.second > b.second; });
  return sorted;
}

}  // namespace scotoma
