// SPDX-License-Identifier: Apache-2.0
// Images that people have as files.
#pragma once

#include <filesystem>
#include <vector>

#include "scotoma/core/result.h"
#include "scotoma/image/image.h"

namespace scotoma {

/// A PNG or JPEG file, whatever its name says. Errors: bad_input naming the file where it cannot be read, is neither,
/// or is damaged.
Result<Image> read_image(const std::filesystem::path& path);

/// The files that read_image() may read, by their names: the path itself or, of a folder, those in it (not below) whose
/// names end in .png, .jpg or .jpeg, in the order of their names. Errors: bad_input where it is not there, or holds
/// none.
Result<std::vector<std::filesystem::path>> image_files(const std::filesystem::path& path);

}  // namespace scotoma
