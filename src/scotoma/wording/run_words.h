// SPDX-License-Identifier: Apache-2.0
// What people read of a run's work: durations, and how much was recalled.
#pragma once

#include <cstdint>
#include <string>

#include "scotoma/finding/run_work.h"

namespace scotoma {

/// "40 s", "3 min", "1 h 20 min", "2 days 3 h": rounded up, so that a limit is not understated. Requires a finite
/// number of seconds; one below zero counts as zero.
std::string duration_text(double seconds);

/// "1,204 images and 3,310 answers recalled from the cache"; what there is none of is left out. Requires that one is
/// above zero.
std::string recalled_text(std::uint64_t images, std::uint64_t answers);

/// "312 images were generated in this run, 892 were recalled from the cache.", or that all was recalled.
std::string work_sentence(const RunWork& work);

}  // namespace scotoma
