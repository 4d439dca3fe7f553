// SPDX-License-Identifier: Apache-2.0
// Of a study, the generator of drafts: images that choose phrases and are no evidence (stage/drafts.h).
#pragma once

#include <optional>

#include "scotoma/study/study.h"

namespace scotoma {

/// The generator of drafts, where there is one: the study's with the options that differ for drafts. A folder of its
/// own brings its own sampler.
std::optional<GeneratorOptions> draft_of(const GeneratorOptions& options);

/// Whether phrases are chosen by drafts.
bool uses_drafts(const Study& study);

}  // namespace scotoma
