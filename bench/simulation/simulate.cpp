// SPDX-License-Identifier: Apache-2.0
#include "simulation/simulate.h"

#include "scotoma/core/parallel.h"

namespace scotoma::simulation {

Result<ScenarioResult> simulate(const Scenario& scenario, int studies, std::uint64_t seed, int threads) {
  std::vector<StudyResult> results(static_cast<std::size_t>(studies));
  const CancelToken never;
  SCOTOMA_RETURN_IF_ERROR(
      run_parallel(results.size(), thread_count(threads), never, [&](std::size_t i) -> Result<void> {
        SCOTOMA_ASSIGN_OR_RETURN(results[i], run_study(world_of(scenario, seed, i)));
        return {};
      }));
  const Tally tally = tally_of(results);
  return ScenarioResult{scenario, tally, broken_promises(tally, EvidenceOptions{}.alpha)};
}

Result<Simulation> simulate_all(const Settings& settings, const std::function<void(std::string_view)>& begins) {
  Simulation all;
  all.settings = settings;
  for (const Scenario& scenario : scenarios()) {
    if (!settings.only.empty() && scenario.id != settings.only) continue;
    begins(scenario.id);
    SCOTOMA_ASSIGN_OR_RETURN(auto result, simulate(scenario, settings.studies, settings.seed, settings.threads));
    all.scenarios.push_back(std::move(result));
  }
  for (const CertificateScenario& scenario : certificate_scenarios()) {
    if (!settings.only.empty() && scenario.id != settings.only) continue;
    begins(scenario.id);
    SCOTOMA_ASSIGN_OR_RETURN(auto result,
                             simulate_certificates(scenario, settings.studies, settings.seed, settings.threads));
    all.certificates.push_back(std::move(result));
  }
  if (all.scenarios.empty() && all.certificates.empty()) return bad_input("no scenario '" + settings.only + "'");
  if (settings.sweep_studies == 0) return all;
  begins("certify-cost");
  SCOTOMA_ASSIGN_OR_RETURN(all.certificate_costs,
                           certificate_costs(settings.sweep_studies, settings.seed, settings.threads));
  for (const int base : {BudgetOptions{}.base, 200}) {
    Curve curve{base, {}};
    for (const Scenario& scenario : power_sweep(base)) {
      begins(scenario.id);
      SCOTOMA_ASSIGN_OR_RETURN(auto result,
                               simulate(scenario, settings.sweep_studies, settings.seed, settings.threads));
      curve.points.push_back(std::move(result));
    }
    all.curves.push_back(std::move(curve));
  }
  return all;
}

}  // namespace scotoma::simulation
