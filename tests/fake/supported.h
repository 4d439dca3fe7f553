// SPDX-License-Identifier: Apache-2.0
// Rows of docs/supported.md: a test that compares a model with the library it comes from leaves them, and
// tests/supported.py makes the page of those that passed.
#pragma once

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

namespace scotoma::fake {

/// Requires a test that runs; `table` is one of tests/supported.py's.
inline void supported(const std::string& table, const std::vector<std::string>& cells) {
  static std::map<std::string, int> count;
  testing::Test::RecordProperty(fmt::format("supported_{}_{}", table, ++count[table]),
                                fmt::format("{}", fmt::join(cells, "\t")));
}

}  // namespace scotoma::fake
