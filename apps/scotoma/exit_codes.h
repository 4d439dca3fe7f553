// SPDX-License-Identifier: Apache-2.0
// What the exit codes mean, once for --help and for the man pages.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace scotoma {

struct ExitCode {
  int code;
  std::string_view meaning;
};

/// Of a verb; "" for what holds of those that do not say otherwise.
std::vector<ExitCode> exit_codes(std::string_view verb);

/// "Exit codes: 0 done, 1 ran and failed, ... ."
std::string exit_codes_line(std::string_view verb);

}  // namespace scotoma
