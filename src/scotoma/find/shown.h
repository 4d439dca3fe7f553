// SPDX-License-Identifier: Apache-2.0
// Whether images show the words that they were generated from.
#pragma once

#include <vector>

#include "scotoma/cache/memo.h"
#include "scotoma/stage/attribute_pool.h"
#include "scotoma/stage/context.h"
#include "scotoma/stage/listed.h"

namespace scotoma {

/// Holds what a further search found against the embedder. A generator may read words otherwise than people do, and a
/// claim in such words would mislead. A phrase of the pool fits images the better, the nearer its prompt is to them
/// (cosine) than to the label's baseline images. A find stays if each of its phrases is among the five that fit its
/// images best. For any other comes the one that does, or of a pair the two of different slots that do, each once, with
/// a score that is one higher; context.limits counts the others. Without an embedder all stay.
Result<std::vector<Listed>> keep_shown(StageContext& context, Memo& memo, const std::vector<BaseResult>& bases,
                                       const AttributePool& pool, std::vector<Listed> found);

}  // namespace scotoma
