// SPDX-License-Identifier: Apache-2.0
// The report's section on other classifiers.
#pragma once

#include <string>

#include "scotoma/finding/transfer.h"
#include "scotoma/report/page.h"

namespace scotoma {

/// The whole set of images on every classifier, and a heat map of bugs x classifiers: failure rates, and whether a
/// bug transfers. `transfer` must be of the page's findings.
std::string transfer_section(const Page& page, const Transfer& transfer);

}  // namespace scotoma
