// SPDX-License-Identifier: Apache-2.0
// Where files lie that tests read.
#pragma once

#include <filesystem>

namespace scotoma {

inline const std::filesystem::path kRoot = SCOTOMA_SOURCE_DIR;
inline const std::filesystem::path kWorld = kRoot / "world";  ///< the embedded world
inline const std::filesystem::path kCases = kRoot / "tests/cases";
inline const std::filesystem::path kModels = kCases / "models";

}  // namespace scotoma
