#include "report/answers.h"

#include <algorithm>

namespace scotoma {
namespace {

std::string class_name_of(const Study& study, const std::string& label) {
  for (const StudyLabel& each : study.labels) {
    if (each.name == label) return each.class_name.empty() ? each.name : each.class_name;
  }
  return label;
}

bool has_answer(const Sample& sample) { return !sample.prediction.top.empty(); }

}  // namespace

Answers::Answers(const Study& study, const Findings& findings) {
  for (const BaseResult& base : findings.bases) {
    learn_correct(base.samples, class_name_of(study, base.label));
    learn_most_frequent(base.samples, base.predicted);
  }
  for (const Hypothesis& hypothesis : findings.hypotheses) {
    learn_correct(hypothesis.audit_samples, class_name_of(study, hypothesis.label));
    learn_most_frequent(hypothesis.audit_samples, hypothesis.predicted);
  }
  for (const Cluster& cluster : findings.clusters) {
    if (cluster.direction != Direction::fails) continue;
    for (const Sample& sample : cluster.members) learn(sample, cluster.predicted);
  }
}

void Answers::learn(const Sample& sample, const std::string& name) {
  if (has_answer(sample) && !name.empty()) names_.emplace(sample.prediction.label(), name);
}

void Answers::learn_correct(const std::vector<Sample>& samples, const std::string& class_name) {
  for (const Sample& sample : samples) {
    if (sample.correct) learn(sample, class_name);
  }
}

void Answers::learn_most_frequent(const std::vector<Sample>& samples, const std::string& name) {
  std::map<int, int> counts;
  for (const Sample& sample : samples) {
    if (sample.failure() && has_answer(sample)) ++counts[sample.prediction.label()];
  }
  const auto by_count = [](const auto& a, const auto& b) { return a.second < b.second; };
  const auto top = std::max_element(counts.begin(), counts.end(), by_count);
  if (top == counts.end() || name.empty()) return;
  const auto ties = std::count_if(counts.begin(), counts.end(), [&](const auto& c) { return c.second == top->second; });
  if (ties == 1) names_.emplace(top->first, name);
}

const std::string& Answers::name(const Sample& sample) const {
  static const std::string kUnnamed = "another label";
  if (!has_answer(sample)) return kUnnamed;
  const auto found = names_.find(sample.prediction.label());
  return found == names_.end() ? kUnnamed : found->second;
}

std::vector<std::pair<std::string, int>> Answers::wrong(const std::vector<Sample>& samples) const {
  std::map<std::string, int> counts;
  for (const Sample& sample : samples) {
    if (sample.failure()) ++counts[name(sample)];
  }
  std::vector<std::pair<std::string, int>> sorted(counts.begin(), counts.end());
  std::stable_sort(sorted.begin(), sorted.end(), [](const auto& a, const auto& b) { return a.second > b.second; });
  return sorted;
}

}  // namespace scotoma
