// SPDX-License-Identifier: Apache-2.0
// The user's own program for web pages.
#pragma once

#include <filesystem>

namespace scotoma {

/// Starts xdg-open on a file, and does not wait for it: it may be the browser itself. False where there is no display
/// or no xdg-open.
bool open_in_browser(const std::filesystem::path& file);

}  // namespace scotoma
