// SPDX-License-Identifier: Apache-2.0
// The man pages; man.cpp has those of the program and its verbs.
#pragma once

#include <string>
#include <string_view>

namespace scotoma {

/// scotoma-study(5): every key of a study file. `source` is program and version.
std::string study_page(std::string_view source);

}  // namespace scotoma
