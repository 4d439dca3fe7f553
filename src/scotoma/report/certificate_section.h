// SPDX-License-Identifier: Apache-2.0
// The certificate of a run, in its report: what certificate.html says, beside what the search confirmed.
#pragma once

#include <string>

#include "scotoma/report/page.h"

namespace scotoma {

/// For the top of the page: what is certified in a sentence, and what a reader of the findings must know of it. Empty
/// without a certificate.
std::string certificate_notice(const Page& page);

/// The sentences, the table of labels by phrases, which of them are bugs of the search, at which levels, the cost, and
/// folded the images of what is not certified. Empty without a certificate.
std::string certificate_section(Page& page);

}  // namespace scotoma
