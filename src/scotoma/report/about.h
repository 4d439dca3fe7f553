// SPDX-License-Identifier: Apache-2.0
// How the findings came about: limits, images spent, models, settings.
#pragma once

#include <string>

#include "scotoma/report/page.h"

namespace scotoma {

/// What the report cannot say: invalid images, labels that cannot be generated, the findings' own limits.
std::string limits_section(const Page& page);

/// The method in a few sentences, images by stage, models with fingerprints, all settings.
std::string method_section(const Page& page);

}  // namespace scotoma
