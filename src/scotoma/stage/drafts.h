// SPDX-License-Identifier: Apache-2.0
// Drafts: cheaper images (fewer steps, a smaller size, a faster model) for what only chooses phrases. Evidence never
// stands on one.
#pragma once

#include <span>
#include <vector>

#include "scotoma/stage/context.h"

namespace scotoma {

/// Whether images of this purpose may be drafts: those of screening and exploration, where the study has drafts.
bool may_be_drafts(const StageContext& context, Purpose purpose);

/// Samples of drafts, each of which the study pays for like any image; full images that take the place of some are paid
/// for by that. So no study generates more full images than its budget. Until kCompared of those that fail and as many
/// of those that pass have been compared with full images of the same prompts and seeds (context.drafts), some of these
/// are compared, evenly spread over the queries; their full samples come back in the place of the drafts. Where drafts
/// turn out to mislead, all come back in full, and so do those of all later calls: where, of 8 comparisons or more,
/// the correlation is below kLeastCorrelation, or, where no draft fails or none passes, more than a quarter are
/// otherwise in full, or where more than a third of the drafts do not show their label. Requires may_be_drafts().
/// Errors: those of the sampler.
Result<std::vector<Sample>> sample_drafts(StageContext& context, std::span<const Query> queries, Purpose purpose);

inline constexpr int kCompared = 24;
inline constexpr double kLeastCorrelation = 0.5;

}  // namespace scotoma
