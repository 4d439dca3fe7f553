// SPDX-License-Identifier: Apache-2.0
// All scenarios, on a few threads.
#pragma once

#include <functional>
#include <string_view>

#include "scotoma/core/cancel.h"
#include "simulation/certificates/certificates.h"
#include "simulation/scenarios.h"
#include "simulation/tally.h"

namespace scotoma::simulation {

struct Settings {
  int studies = 1000;       ///< of each scenario
  int sweep_studies = 200;  ///< of each point of the power curves; 0 leaves the curves out
  std::string only;         ///< id of a single scenario; empty: all
  std::uint64_t seed = 1;
  int threads = 0;  ///< 0: all cores
};

struct ScenarioResult {
  Scenario scenario;
  Tally tally;
  std::vector<std::string> broken;  ///< promises
};

/// One power curve: the program with so many baseline images a label.
struct Curve {
  int base = 0;
  std::vector<ScenarioResult> points;
};

struct Simulation {
  Settings settings;
  std::vector<ScenarioResult> scenarios;
  std::vector<Curve> curves;
  std::vector<CertificateResult> certificates;
  std::vector<CertificatePoint> certificate_costs;
};

/// Runs `studies` studies of one scenario. The result is the same at any number of threads.
Result<ScenarioResult> simulate(const Scenario& scenario, int studies, std::uint64_t seed, int threads);

/// Everything that the docs show. `begins` is called with each scenario's id. Errors: bad_input when `settings.only`
/// names none.
Result<Simulation> simulate_all(const Settings& settings, const std::function<void(std::string_view)>& begins);

std::string markdown_of(const Simulation& simulation, const std::string& command, const std::string& plot);
std::string json_of(const Simulation& simulation);

/// False discovery rates by scenario, and power by true rate.
std::string plot_of(const Simulation& simulation);

}  // namespace scotoma::simulation
