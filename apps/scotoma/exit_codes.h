// SPDX-License-Identifier: Apache-2.0
// What the exit codes mean, once for --help and for the man pages.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "scotoma/core/result.h"

namespace scotoma {

struct ExitCode {
  int code;
  std::string_view meaning;
};

/// Of a verb; "" for what holds of those that do not say otherwise.
std::vector<ExitCode> exit_codes(std::string_view verb);

/// "Exit codes: 0 done, 1 ran and failed, ... ."
std::string exit_codes_line(std::string_view verb);

/// The error of a verb whose exit code 1 is a verdict: what failed midway gives 2 there, so that no server takes it for
/// one.
Error without_verdict(Error error);

}  // namespace scotoma
