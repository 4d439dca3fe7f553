// SPDX-License-Identifier: Apache-2.0
// Whether the generator draws different images, or one again and again.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "scotoma/cache/memo.h"
#include "scotoma/finding/finding.h"

namespace scotoma {

/// Embeddings of images by group, one group a prompt: mean cosine distance of two images of one group, and of two
/// images of different groups. All are unit vectors of one length. Requires two groups or more, of two vectors or more
/// each.
Diversity diversity_of(std::span<const std::vector<std::vector<float>>> groups);

/// Of the first kDiverseImages valid baseline images of each label's first base prompt, of the first kDiverseLabels
/// labels that have two or more; none without an embedder or with fewer than two such labels. No image is generated for
/// it. Errors: those of the embedder.
Result<std::optional<Diversity>> measure_diversity(Memo& memo, std::span<const BaseResult> bases);

inline constexpr std::size_t kDiverseImages = 8;
inline constexpr std::size_t kDiverseLabels = 32;

}  // namespace scotoma
