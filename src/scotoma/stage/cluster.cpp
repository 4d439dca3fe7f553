// SPDX-License-Identifier: Apache-2.0
#include "scotoma/stage/cluster.h"

#include <algorithm>
#include <map>
#include <numeric>

#include "scotoma/finding/count.h"
#include "scotoma/model/similarity.h"

namespace scotoma {
namespace {

using Vectors = std::span<const std::vector<float>>;

/// Average-linkage clustering under way: groups named by one of their members, and their distances.
class Linkage {
 public:
  explicit Linkage(Vectors vectors)
      : n_(vectors.size()), distance_(n_ * n_), size_(n_, 1), alive_(n_, true), parent_(n_) {
    std::iota(parent_.begin(), parent_.end(), std::size_t{0});
    for (std::size_t i = 0; i < n_; ++i) {
      for (std::size_t j = 0; j < i; ++j) at(i, j) = at(j, i) = 1 - dot(vectors[i], vectors[j]);
    }
  }

  /// Follows chains of nearest neighbours; where two are each other's nearest they merge, unless they are too far
  /// apart: then nothing can come closer to either, and both are done.
  void run(double max_distance) {
    std::vector<std::size_t> chain;
    for (std::size_t start = 0; start < n_; ++start) {
      if (!alive_[start]) continue;
      chain.assign(1, start);
      while (!chain.empty()) {
        const std::size_t tip = chain.back();
        const std::size_t before = chain.size() > 1 ? chain[chain.size() - 2] : n_;
        const std::size_t nearest = nearest_to(tip, before);
        if (nearest == n_ || at(tip, nearest) >= max_distance) {
          alive_[tip] = false;
          chain.pop_back();
        } else if (nearest == before) {
          chain.resize(chain.size() - 2);
          merge(std::min(tip, nearest), std::max(tip, nearest));
          if (chain.empty()) chain.push_back(std::min(tip, nearest));
        } else {
          chain.push_back(nearest);
        }
      }
    }
  }

  /// The group of a vector, by the name of one member.
  std::size_t group_of(std::size_t i) const {
    while (parent_[i] != i) i = parent_[i];
    return i;
  }

 private:
  double& at(std::size_t i, std::size_t j) { return distance_[i * n_ + j]; }

  /// The closest living group, n_ if there is none; of equals `preferred`, else the first.
  std::size_t nearest_to(std::size_t i, std::size_t preferred) {
    std::size_t best = preferred;
    for (std::size_t j = 0; j < n_; ++j) {
      if (j != i && alive_[j] && (best == n_ || at(i, j) < at(i, best))) best = j;
    }
    return best;
  }

  /// `gone` joins `kept`; distances by the Lance-Williams update.
  void merge(std::size_t kept, std::size_t gone) {
    const auto a = static_cast<double>(size_[kept]);
    const auto b = static_cast<double>(size_[gone]);
    for (std::size_t k = 0; k < n_; ++k) at(kept, k) = at(k, kept) = (a * at(kept, k) + b * at(gone, k)) / (a + b);
    size_[kept] += size_[gone];
    alive_[gone] = false;
    parent_[gone] = kept;
  }

  std::size_t n_;
  std::vector<double> distance_;
  std::vector<std::size_t> size_;
  std::vector<bool> alive_;  ///< may still merge
  std::vector<std::size_t> parent_;
};

std::vector<float> mean_of(Vectors vectors, const std::vector<std::size_t>& members) {
  std::vector<float> centre(vectors.front().size(), 0.0F);
  for (std::size_t m : members) {
    for (std::size_t d = 0; d < centre.size(); ++d) centre[d] += vectors[m][d] / static_cast<float>(members.size());
  }
  return centre;
}

/// Indices of `members` by falling similarity to their mean.
std::vector<std::size_t> by_centrality(Vectors vectors, std::vector<std::size_t> members) {
  const auto centre = mean_of(vectors, members);
  std::stable_sort(members.begin(), members.end(),
                   [&](std::size_t a, std::size_t b) { return dot(vectors[a], centre) > dot(vectors[b], centre); });
  return members;
}

/// Groups of indices, each by centrality.
std::vector<std::vector<std::size_t>> group_by_distance(Vectors vectors, double max_distance) {
  const std::size_t linked = std::min(vectors.size(), kMostLinked);
  std::vector<std::vector<std::size_t>> groups;
  const auto numbers = agglomerate(vectors.first(linked), max_distance);
  for (std::size_t i = 0; i < linked; ++i) {
    const auto number = static_cast<std::size_t>(numbers[i]);
    if (number == groups.size()) groups.emplace_back();
    groups[number].push_back(i);
  }
  if (linked < vectors.size()) {
    std::vector<std::vector<float>> means;
    for (const auto& group : groups) means.push_back(mean_of(vectors, group));
    for (std::size_t i = linked; i < vectors.size(); ++i) {
      const auto nearest = std::max_element(means.begin(), means.end(), [&](const auto& a, const auto& b) {
        return dot(vectors[i], a) < dot(vectors[i], b);
      });
      groups[static_cast<std::size_t>(nearest - means.begin())].push_back(i);
    }
  }
  for (auto& group : groups) group = by_centrality(vectors, std::move(group));
  return groups;
}

}  // namespace

std::vector<int> agglomerate(Vectors vectors, double max_distance) {
  Linkage linkage(vectors);
  linkage.run(max_distance);
  std::map<std::size_t, int> numbers;
  std::vector<int> cluster_of(vectors.size());
  for (std::size_t i = 0; i < vectors.size(); ++i) {
    cluster_of[i] = numbers.try_emplace(linkage.group_of(i), static_cast<int>(numbers.size())).first->second;
  }
  return cluster_of;
}

std::vector<std::string> images_to_cluster(const BaseResult& base) {
  std::vector<std::string> images;
  for (const Sample& sample : base.samples) {
    if (shows(sample, direction_of(base))) images.push_back(sample.image);
  }
  return images;
}

Result<std::vector<Cluster>> cluster(const StageContext& context, Memo& memo, const BaseResult& base) {
  const Direction direction = direction_of(base);
  const SearchOptions& search = context.study.search;
  std::map<int, std::vector<const Sample*>> by_answer;
  for (const Sample& sample : base.samples) {
    if (shows(sample, direction)) by_answer[sample.prediction.label()].push_back(&sample);
  }
  std::vector<Cluster> clusters;
  for (const auto& [answer, samples] : by_answer) {
    const bool for_its_score_alone = direction == Direction::fails && samples.front()->recognised();
    const std::string predicted = for_its_score_alone ? "" : context.class_names[static_cast<std::size_t>(answer)];
    std::vector<std::string> ids;
    for (const Sample* sample : samples) ids.push_back(sample->image);
    SCOTOMA_ASSIGN_OR_RETURN(const auto vectors, memo.embed_images(ids));
    for (const auto& indices : group_by_distance(vectors, search.cluster_distance)) {
      Cluster group{base.label, direction, predicted, false, {}, {}};
      for (std::size_t i : indices) group.members.push_back(*samples[i]);
      group.tiny = static_cast<int>(group.members.size()) < search.tiny_cluster;
      clusters.push_back(std::move(group));
    }
  }
  std::stable_sort(clusters.begin(), clusters.end(),
                   [](const Cluster& a, const Cluster& b) { return a.members.size() > b.members.size(); });
  return clusters;
}

}  // namespace scotoma
