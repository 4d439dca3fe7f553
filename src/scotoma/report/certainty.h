// SPDX-License-Identifier: Apache-2.0
// How many of the claims may be false: every rate that the program holds, each by itself.
#pragma once

#include <string>

#include "scotoma/report/page.h"

namespace scotoma {

/// A <section> that says of each rate what was compared, the number, and what it means: of the study as a whole
/// (evidence.alpha), of the claims that are listed or picked (closed e-BH), of systematic failures (evidence.alpha0).
/// Only those that the page has findings for; empty where it has none, or the study's rule holds no rate.
std::string certainty_section(const Page& page);

}  // namespace scotoma
