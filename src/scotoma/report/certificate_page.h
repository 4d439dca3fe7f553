// SPDX-License-Identifier: Apache-2.0
// A certificate for people: one HTML file that needs nothing else.
#pragma once

#include <string>

#include "scotoma/core/result.h"
#include "scotoma/finding/certificate.h"
#include "scotoma/report/page_images.h"
#include "scotoma/study/study.h"

namespace scotoma {

/// What is certified, a table of phrases by labels, at which levels, what it took, and a few failing images of what is
/// not certified. In the style of the report: images and styles inside, no network, no script. A function of its
/// arguments, below 10 MB (page_limits.h). Errors: those of `images`.
Result<std::string> certificate_page(const Study& study, const Certificate& certificate, const ImageSource& images);

}  // namespace scotoma
