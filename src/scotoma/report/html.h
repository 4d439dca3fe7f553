// SPDX-License-Identifier: Apache-2.0
// The report for people: one HTML file that needs nothing else.
#pragma once

#include <string>

#include "scotoma/core/result.h"
#include "scotoma/finding/finding.h"
#include "scotoma/finding/transfer.h"
#include "scotoma/report/page_images.h"
#include "scotoma/study/study.h"

namespace scotoma {

/// The whole page: images and styles inside, no network, and no script but the one that filters the list of claims. A
/// function of the findings: no times. However large the study, the page stays below 10 MB (PageLimits in page.h);
/// where it leaves something out it says how many and where they are. Links to image files are relative to the page,
/// and to such as bugs.json names.
/// `transfer` may be null: what other classifiers say of the bugs, which must be of these findings (read_transfer in
/// transfer_json.h). Errors: those of `images`.
Result<std::string> report_html(const Study& study, const Findings& findings, const ImageSource& images,
                                const Transfer* transfer = nullptr);

}  // namespace scotoma
