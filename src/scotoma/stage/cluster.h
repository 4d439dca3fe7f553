// SPDX-License-Identifier: Apache-2.0
// Stage 4: images that fail alike.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "scotoma/cache/memo.h"
#include "scotoma/stage/context.h"

namespace scotoma {

/// Valid failures of one label (or its passes, where it fails systematically), first by predicted class, then by
/// image embedding: average-linkage agglomerative clustering on cosine distance, cut at search.cluster_distance.
/// Of one predicted class at most kMostLinked images are linked, the first ones; each other one joins the group whose
/// mean is nearest. Largest cluster first; members by closeness to the centre.
Result<std::vector<Cluster>> cluster(const StageContext& context, Memo& memo, const BaseResult& base);

/// The images that cluster() has embedded: those of all labels may be asked for at once before, in full batches.
std::vector<std::string> images_to_cluster(const BaseResult& base);

inline constexpr std::size_t kMostLinked = 2000;  // distances of all pairs: 32 MB

/// The clustering alone: for every vector the number of its cluster, numbered in order of first member. Vectors have
/// unit length. O(n^2) in time and memory: nearest-neighbour chains (Murtagh, The Computer Journal 26 (1983), 354-359),
/// which give the same tree as merging the closest two again and again, as average linkage never comes closer by
/// merging.
std::vector<int> agglomerate(std::span<const std::vector<float>> vectors, double max_distance);

}  // namespace scotoma
