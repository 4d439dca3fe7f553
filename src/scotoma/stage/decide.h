// SPDX-License-Identifier: Apache-2.0
// Stage 9, its end: which trials of a wave are bugs. Only stage/confirm.h is for others.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "scotoma/stage/context.h"

namespace scotoma {

/// The level of a wave's claims.
double alpha_of(const EvidenceOptions& evidence, Wave wave);

/// Whether so many of a trial's images are invalid that nothing can be claimed of it.
bool not_generatable(const EvidenceOptions& evidence, const Hypothesis& hypothesis);

/// Its log e-value for e-BH: a phrase that cannot be generated claims nothing.
double value_of(const EvidenceOptions& evidence, const Hypothesis& hypothesis);

/// Images of the shortest audits of what would be confirmed if all trials ended now. `trials`: K, at level `alpha`.
std::int64_t images_of_audits(const Study& study, const std::vector<Hypothesis>& hypotheses,
                              const std::vector<std::size_t>& finalists, int trials, double alpha);

/// Closed e-BH over all trials of a wave, whatever ended them. Sets their status, and returns its threshold.
double decide(const Study& study, std::vector<Hypothesis>& hypotheses, const std::vector<std::size_t>& finalists,
              Wave wave);

/// The plain rule: more events than in the baseline sample, by point estimates. context.limits says what it is worth.
void decide_plainly(StageContext& context, std::vector<Hypothesis>& hypotheses,
                    const std::vector<std::size_t>& finalists);

}  // namespace scotoma
