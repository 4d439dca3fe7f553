#include "stage/cluster.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>

#include "finding/count.h"
#include "model/similarity.h"

namespace scotoma {
namespace {

/// Indices of `members` by falling similarity to their mean.
std::vector<std::size_t> by_centrality(const std::vector<std::vector<float>>& vectors,
                                       std::vector<std::size_t> members) {
  std::vector<float> centre(vectors.front().size(), 0.0F);
  for (std::size_t m : members) {
    for (std::size_t d = 0; d < centre.size(); ++d) centre[d] += vectors[m][d];
  }
  std::stable_sort(members.begin(), members.end(),
                   [&](std::size_t a, std::size_t b) { return dot(vectors[a], centre) > dot(vectors[b], centre); });
  return members;
}

}  // namespace

std::vector<int> agglomerate(std::span<const std::vector<float>> vectors, double max_distance) {
  const std::size_t n = vectors.size();
  std::vector<std::vector<double>> distance(n, std::vector<double>(n, 0));
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t j = 0; j < i; ++j) distance[i][j] = distance[j][i] = 1 - dot(vectors[i], vectors[j]);
  }
  std::vector<std::size_t> size(n, 1);
  std::vector<std::size_t> parent(n);
  std::iota(parent.begin(), parent.end(), std::size_t{0});
  std::vector<std::size_t> alive = parent;
  while (alive.size() > 1) {
    std::size_t best_i = 0;
    std::size_t best_j = 0;
    double best = max_distance;
    for (std::size_t x = 0; x < alive.size(); ++x) {
      for (std::size_t y = x + 1; y < alive.size(); ++y) {
        if (distance[alive[x]][alive[y]] < best) {
          best = distance[alive[x]][alive[y]];
          best_i = alive[x];
          best_j = alive[y];
        }
      }
    }
    if (best_i == best_j) break;   // no two are close enough
    for (std::size_t k : alive) {  // average linkage, by the Lance-Williams update
      const auto a = static_cast<double>(size[best_i]);
      const auto b = static_cast<double>(size[best_j]);
      distance[best_i][k] = distance[k][best_i] = (a * distance[best_i][k] + b * distance[best_j][k]) / (a + b);
    }
    size[best_i] += size[best_j];
    for (std::size_t& p : parent) p = p == best_j ? best_i : p;
    std::erase(alive, best_j);
  }
  std::map<std::size_t, int> numbers;
  std::vector<int> cluster_of(n);
  for (std::size_t i = 0; i < n; ++i) {
    cluster_of[i] = numbers.try_emplace(parent[i], static_cast<int>(numbers.size())).first->second;
  }
  return cluster_of;
}

Result<std::vector<Cluster>> cluster(StageContext& context, const BaseResult& base) {
  const Direction direction = base.everywhere ? Direction::passes : Direction::fails;
  std::map<int, std::vector<const Sample*>> by_answer;
  for (const Sample& sample : base.samples) {
    if (shows(sample, direction)) by_answer[sample.prediction.label()].push_back(&sample);
  }
  std::vector<Cluster> clusters;
  for (const auto& [answer, samples] : by_answer) {
    std::vector<std::string> ids;
    for (const Sample* sample : samples) ids.push_back(sample->image);
    SCOTOMA_TRY(const auto vectors, context.memo.embed_images(ids));
    std::map<int, std::vector<std::size_t>> members;
    const auto numbers = agglomerate(vectors, context.study.search.cluster_distance);
    for (std::size_t i = 0; i < numbers.size(); ++i) members[numbers[i]].push_back(i);
    for (const auto& [number, indices] : members) {
      Cluster group{base.label, direction, context.memo.class_names()[static_cast<std::size_t>(answer)], false, {}, {}};
      for (std::size_t i : by_centrality(vectors, indices)) group.members.push_back(*samples[i]);
      group.tiny = static_cast<int>(group.members.size()) < context.study.search.tiny_cluster;
      clusters.push_back(std::move(group));
    }
  }
  std::stable_sort(clusters.begin(), clusters.end(),
                   [](const Cluster& a, const Cluster& b) { return a.members.size() > b.members.size(); });
  return clusters;
}

}  // namespace scotoma
