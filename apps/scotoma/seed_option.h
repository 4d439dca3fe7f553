// SPDX-License-Identifier: Apache-2.0
// A seed on the command line, as reports (10), exports (0x51637b9be6c0484f) and study files write it.
#pragma once

#include <CLI/CLI.hpp>
#include <charconv>
#include <cstdint>
#include <functional>
#include <string>

namespace scotoma {

/// Adds --seed, which takes a whole number from 0 to `most`, or the same in hexadecimal behind 0x.
inline CLI::Option* add_seed(CLI::App& verb, std::uint64_t most, const std::function<void(std::uint64_t)>& set,
                             const std::string& help) {
  const auto read = [most, set](const std::string& text) {
    const bool hexadecimal = text.starts_with("0x");
    const char* end = text.data() + text.size();
    std::uint64_t seed = 0;
    const auto [stop, error] = std::from_chars(text.data() + (hexadecimal ? 2 : 0), end, seed, hexadecimal ? 16 : 10);
    if (error != std::errc() || stop != end || seed > most)
      throw CLI::ValidationError("--seed", "a whole number from 0 to " + std::to_string(most) + ", not " + text);
    set(seed);
  };
  return verb.add_option_function<std::string>("--seed", read, help)->type_name("UINT");
}

}  // namespace scotoma
