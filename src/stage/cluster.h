// Stage 4: pictures that fail alike.
#pragma once

#include <span>

#include "stage/context.h"

namespace scotoma {

/// Valid failures of one label (or its passes, where it fails nearly everywhere), first by predicted class, then by
/// image embedding: average-linkage agglomerative clustering on cosine distance, cut at search.cluster_distance.
/// Largest cluster first; members by closeness to the centre.
Result<std::vector<Cluster>> cluster(StageContext& context, const BaseResult& base);

/// The clustering alone: for every vector the number of its cluster, numbered in order of first member. Vectors have
/// unit length. O(n^3) at worst in the n failures of one label and class, which the budget keeps in the hundreds.
std::vector<int> agglomerate(std::span<const std::vector<float>> vectors, double max_distance);

}  // namespace scotoma
