// SPDX-License-Identifier: Apache-2.0
// A certificate for CI servers.
#pragma once

#include <string>

#include "scotoma/finding/certificate.h"
#include "scotoma/study/study.h"

namespace scotoma {

/// A suite a label, in it a test case a phrase, failed unless it is certified. No times, so the bytes are a function of
/// the arguments. Well-formed XML 1.0. Source: as junit_xml (report/check.h).
std::string certificate_junit(const Study& study, const Certificate& certificate);

}  // namespace scotoma
