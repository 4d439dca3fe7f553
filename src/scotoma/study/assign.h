// SPDX-License-Identifier: Apache-2.0
// From a value in a study file to the field of its option.
#pragma once

#include <toml++/toml.h>

#include <string>

#include "scotoma/study/options.h"
#include "scotoma/study/study.h"

namespace scotoma {

/// Puts a node's value into the option's field of `study`; paths are taken from the study's folder. Gives nothing, or,
/// where the value has another type or is out of range, what it should have been: "a whole number".
std::string assign_option(const Option& option, const toml::node& node, Study& study);

}  // namespace scotoma
