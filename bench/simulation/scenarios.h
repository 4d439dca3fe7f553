// SPDX-License-Identifier: Apache-2.0
// Kinds of synthetic studies.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "scotoma/core/philox.h"
#include "simulation/world.h"

namespace scotoma::simulation {

struct Scenario {
  std::string id;                             ///< "few-strong"
  std::string name;                           ///< for the table: "few strong bugs"
  std::string meaning;                        ///< one paragraph for the docs
  std::function<void(World&, Philox&)> fill;  ///< truth, settings and candidates, given a study of default settings
  double swept_rate = 0;                      ///< of the power curve's scenarios: the rate of their bugs
};

/// What the table shows.
std::vector<Scenario> scenarios();

/// What the power curve shows: 4 bugs of one rate among 40 phrases, with `base` baseline images for each label.
std::vector<Scenario> power_sweep(int base);

/// Study `index` of a scenario: a function of its arguments alone.
World world_of(const Scenario& scenario, std::uint64_t seed, std::uint64_t index);

}  // namespace scotoma::simulation
