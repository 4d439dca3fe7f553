// SPDX-License-Identifier: Apache-2.0
// Lists and dicts as Python prints them: many files of class names are such.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string_view>

namespace scotoma {

/// Reads lists, tuples, dicts, quoted texts and whole numbers, with comments and a comma before the end; keys become
/// texts. Nothing where it is something else.
std::optional<nlohmann::json> parse_python_literal(std::string_view text);

}  // namespace scotoma
