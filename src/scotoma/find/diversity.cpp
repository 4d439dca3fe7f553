// SPDX-License-Identifier: Apache-2.0
#include "scotoma/find/diversity.h"

#include <cassert>
#include <numeric>
#include <string>

namespace scotoma {
namespace {

using Vector = std::vector<float>;

std::vector<double> sum_of(std::span<const Vector> vectors) {
  std::vector<double> sum(vectors.front().size(), 0.0);
  for (const Vector& vector : vectors) {
    for (std::size_t i = 0; i < sum.size(); ++i) sum[i] += static_cast<double>(vector[i]);
  }
  return sum;
}

double square(const std::vector<double>& v) { return std::inner_product(v.begin(), v.end(), v.begin(), 0.0); }

/// Images of each label, as many as are looked at.
std::vector<std::vector<std::string>> images_of(std::span<const BaseResult> bases) {
  std::vector<std::vector<std::string>> all;
  for (const BaseResult& base : bases) {
    std::vector<std::string> images;
    for (const Sample& sample : base.samples) {
      if (images.size() == kDiverseImages) break;
      if (sample.valid() && sample.request.prompt == base.prompts.front()) images.push_back(sample.image);
    }
    if (images.size() >= 2) all.push_back(std::move(images));
    if (all.size() == kDiverseLabels) break;
  }
  return all;
}

}  // namespace

Diversity diversity_of(std::span<const std::vector<Vector>> groups) {
  assert(groups.size() >= 2);
  Diversity result;
  result.prompts = static_cast<int>(groups.size());
  std::vector<double> all;  // the sum of the groups' means
  double of_means = 0;
  for (const auto& group : groups) {
    assert(group.size() >= 2);
    const auto n = static_cast<double>(group.size());
    std::vector<double> mean = sum_of(group);
    // |sum|^2 is n for the vectors with themselves, and twice each pair.
    result.within += 1 - (square(mean) - n) / (n * (n - 1));
    for (double& value : mean) value /= n;
    of_means += square(mean);
    all.resize(mean.size(), 0.0);
    for (std::size_t i = 0; i < mean.size(); ++i) all[i] += mean[i];
    result.images += static_cast<int>(group.size());
  }
  const auto n = static_cast<double>(groups.size());
  result.within /= n;
  result.across = 1 - (square(all) - of_means) / (n * (n - 1));
  return result;
}

Result<std::optional<Diversity>> measure_diversity(Memo& memo, std::span<const BaseResult> bases) {
  const auto images = images_of(bases);
  if (!memo.has_embedder() || images.size() < 2) return std::optional<Diversity>();
  std::vector<std::string> flat;
  for (const auto& each : images) flat.insert(flat.end(), each.begin(), each.end());
  SCOTOMA_ASSIGN_OR_RETURN(auto vectors, memo.embed_images(flat));
  std::vector<std::vector<Vector>> groups;
  auto next = vectors.begin();
  for (const auto& each : images) {
    const auto end = next + static_cast<std::ptrdiff_t>(each.size());
    groups.emplace_back(next, end);
    next = end;
  }
  return std::optional(diversity_of(groups));
}

}  // namespace scotoma
