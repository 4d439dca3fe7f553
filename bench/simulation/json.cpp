// SPDX-License-Identifier: Apache-2.0
#include <nlohmann/json.hpp>

#include "simulation/simulate.h"

namespace scotoma::simulation {
namespace {

using Json = nlohmann::ordered_json;

Json json_of_estimate(const Estimate& estimate) {
  return {{"value", estimate.mean}, {"standard_error", estimate.error}, {"of", estimate.units}};
}

Json json_of_method(const MethodTally& tally) {
  return {{"false_discovery_rate", json_of_estimate(tally.fdr)},
          {"false_discovery_rate_above_base_at_all", json_of_estimate(tally.fdr_at_all)},
          {"false_discovery_rate_on_images_that_show_the_label", json_of_estimate(tally.fdr_of_real)},
          {"power", json_of_estimate(tally.power)},
          {"claims_per_study", tally.claims},
          {"images_per_study", tally.images},
          {"images_per_bug_found", tally.images_per_bug}};
}

Json json_of_certificates(const CertificateTally& tally) {
  return {{"wrong_labels", json_of_estimate(tally.wrong_labels)},
          {"wrong_whole", json_of_estimate(tally.wrong_whole)},
          {"wrong_picked", json_of_estimate(tally.wrong_picked)},
          {"wrong_bugs", json_of_estimate(tally.wrong_bugs)},
          {"power", json_of_estimate(tally.power)},
          {"bugs_found", json_of_estimate(tally.bugs_found)},
          {"images_per_certified_cell", json_of_estimate(tally.cell_images)},
          {"baseline_images_per_label", json_of_estimate(tally.base_images)}};
}

Json json_of_result(const ScenarioResult& result) {
  Json methods;
  for (std::size_t m = 0; m < kMethods; ++m)
    methods[name_of(static_cast<Method>(m))] = json_of_method(result.tally.methods[m]);
  Json coverage;
  for (std::size_t c = 0; c < kShown; ++c) {
    Json one = json_of_estimate(result.tally.coverage[c]);
    const double level = promised(static_cast<Shown>(c));
    one["promised"] = level > 0 ? Json(level) : Json();
    coverage[name_of(static_cast<Shown>(c))] = one;
  }
  const auto& spent = result.tally.spent;
  return {{"id", result.scenario.id},
          {"name", result.scenario.name},
          {"studies", result.tally.studies},
          {"methods", methods},
          {"coverage", coverage},
          {"images_per_study", {{"base", spent[0]}, {"explore", spent[1]}, {"confirm", spent[2]}, {"audit", spent[3]}}},
          {"broken_promises", result.broken}};
}

}  // namespace

std::string json_of(const Simulation& simulation) {
  Json json = {{"seed", simulation.settings.seed}, {"alpha", EvidenceOptions{}.alpha}};
  for (const ScenarioResult& result : simulation.scenarios) json["scenarios"].push_back(json_of_result(result));
  for (const Curve& curve : simulation.curves) {
    Json points = Json::array();
    for (const ScenarioResult& point : curve.points) {
      Json one = json_of_result(point);
      one["rate"] = point.scenario.swept_rate;
      points.push_back(one);
    }
    json["power_curves"].push_back({{"base_images", curve.base}, {"points", points}});
  }
  for (const CertificateResult& result : simulation.certificates) {
    Json one = json_of_certificates(result.tally);
    one["id"] = result.scenario.id;
    one["name"] = result.scenario.name;
    one["broken_promises"] = result.broken;
    json["certificates"].push_back(std::move(one));
  }
  for (const CertificatePoint& point : simulation.certificate_costs) {
    json["certificate_costs"].push_back({{"rate", point.rate},
                                         {"above_baseline", json_of_certificates(point.above_baseline)},
                                         {"absolute", json_of_certificates(point.absolute)}});
  }
  return json.dump(2) + "\n";
}

}  // namespace scotoma::simulation
