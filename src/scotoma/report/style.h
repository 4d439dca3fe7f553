// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

namespace scotoma {

/// The report's CSS.
extern const std::string_view kReportStyle;

}  // namespace scotoma
