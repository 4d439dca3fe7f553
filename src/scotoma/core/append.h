// SPDX-License-Identifier: Apache-2.0
// A file that others write to, too: what is added to its end.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string_view>

#include "scotoma/core/result.h"

namespace scotoma {

/// Bytes of the file; 0 where nothing is there.
std::uint64_t size_of_file(const std::filesystem::path& path);

/// Adds all of the text to the end of a plain file, which is made where it is missing, or leaves it as it was. Errors,
/// "PATH: cannot be written (REASON)": bad_input where a folder, a pipe or a device is there or the folder above it is
/// not; failed where the disk or the limit of a file's size does not let it.
Result<void> append_to_file(const std::filesystem::path& path, std::string_view text);

}  // namespace scotoma
