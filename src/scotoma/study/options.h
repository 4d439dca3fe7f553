// SPDX-License-Identifier: Apache-2.0
// The one table of the study's options: reading, checking, docs and the report's settings all walk it.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "scotoma/core/result.h"
#include "scotoma/study/study.h"

namespace scotoma {

template <class T>
using Field = T& (*)(Study&);

/// A closed set: its value by name, and whether a name is one of its. Where there may be no value, that is the empty
/// name.
struct ChoiceField {
  std::string_view (*name)(const Study&);
  bool (*choose)(Study&, std::string_view);
  std::string_view operator()(const Study& study) const { return name(study); }
};

/// Where an option's value lives, by type.
using OptionField = std::variant<Field<bool>, Field<int>, Field<double>, Field<std::uint64_t>, Field<std::string>,
                                 Field<std::filesystem::path>, Field<std::vector<std::string>>,
                                 Field<std::vector<double>>, ChoiceField>;

struct Option {
  std::string_view table;  ///< "budget", "generator.sdcpp"; empty for the top level
  std::string_view key;
  std::string_view help;
  OptionField target;
  double low = -1e300;  ///< of numbers, and of the elements of lists of numbers
  double high = 1e300;
  std::vector<std::string_view> choices = {};  ///< of strings and closed sets; empty: any
  bool required = false;
  std::vector<Backend> kinds = {};  ///< of the role's that read it; empty: all
};

/// All options in the order of the docs. `labels`, [[label]], [[attributes]] and [[judge.ensemble]] are read apart.
std::span<const Option> options();

/// What runs the model of the role whose table, or inner table, this is; nothing for tables of no role.
std::optional<Backend> backend_of(std::string_view table, const Study& study);

/// Whether the option's role, by its kind, reads the option. Those of no role are always read.
bool is_read(const Option& option, const Study& study);

/// Whether it is one of [judge]'s that [[judge.ensemble]] may hold too: what describes a network, not how it is used.
bool describes_network(const Option& option);

/// A copy whose [judge] is this network alone, so that the options reach it.
Study judged_by(Study study, const ClassifierOptions& network);

/// The value as it would stand in the study file: `0.05`, `"f32"`, `["a photo of {a label}"]`.
std::string value_text(const Option& option, const Study& study);

/// The docs' table of all options as Markdown, with defaults.
std::string options_markdown();

}  // namespace scotoma
