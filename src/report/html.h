// The report for people: one HTML file that needs nothing else.
#pragma once

#include <string>

#include "core/result.h"
#include "finding/finding.h"
#include "report/pictures.h"
#include "study/study.h"

namespace scotoma {

/// The whole page: pictures and styles inside, no script, no network. A function of the findings: no times.
/// Errors: those of `images`, and failed where it gives bytes that are not a PNG.
Result<std::string> report_html(const Study& study, const Findings& findings, const ImageSource& images);

}  // namespace scotoma
