// SPDX-License-Identifier: Apache-2.0
// A range of numbers for options. CLI::Range lets "nan" pass, which is neither below nor above anything.
#pragma once

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <string>

namespace scotoma {

/// Accepts numbers from `low` to `high`.
inline CLI::Validator between(double low, double high) {
  return CLI::Validator(
      [low, high](const std::string& text) {
        double value = 0;
        const bool fits = CLI::detail::lexical_cast(text, value) && low <= value && value <= high;
        return fits ? std::string() : fmt::format("Value {} not in range [{} - {}]", text, low, high);
      },
      fmt::format("NUMBER in [{} - {}]", low, high));
}

}  // namespace scotoma
