// SPDX-License-Identifier: Apache-2.0
// Certificates of synthetic studies with known truth: how often one is wrong, and what it takes.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "scotoma/core/philox.h"
#include "simulation/tally.h"
#include "simulation/world.h"

namespace scotoma::simulation {

struct CertificateScenario {
  std::string id;
  std::string name;
  std::string meaning;  ///< for people, as Markdown
  std::function<void(World&, Philox&)> fill;
  /// An adversary tries all phrases on a few images of another purpose, and has those certified that failed least.
  bool picks_phrases = false;
};

/// Over many studies. Shares are of what could have been wrong: where nothing could, there are no units.
struct CertificateTally {
  Estimate wrong_labels;  ///< labels with a phrase that is not to be certified: how many are certified all the same
  Estimate wrong_whole;   ///< studies with such a label: how many have all labels certified together
  Estimate
      wrong_picked;      ///< mean over studies: what is wrong of the cells that passed, where their told level is alpha
  Estimate wrong_bugs;   ///< studies in which a cell is called a bug that is none
  Estimate power;        ///< cells that are to be certified: how many are
  Estimate bugs_found;   ///< cells that fail by more than the size: how many are called bugs
  Estimate cell_images;  ///< images with a phrase, of a cell that is certified
  Estimate base_images;  ///< of a label
};

struct CertificateResult {
  CertificateScenario scenario;
  CertificateTally tally;
  std::vector<std::string> broken;  ///< promises
};

/// Phrases of one true rate, equal to their label's baseline rate: what it takes to certify them.
struct CertificatePoint {
  double rate = 0;
  CertificateTally above_baseline;
  CertificateTally absolute;
};

std::vector<CertificateScenario> certificate_scenarios();

/// Runs `studies` of one scenario. The result is the same at any number of threads.
Result<CertificateResult> simulate_certificates(const CertificateScenario& scenario, int studies, std::uint64_t seed,
                                                int threads);

/// What it costs, by true rate. Likewise.
Result<std::vector<CertificatePoint>> certificate_costs(int studies, std::uint64_t seed, int threads);

/// The section of the page; empty where nothing was simulated.
std::string certificates_markdown(const std::vector<CertificateResult>& results,
                                  const std::vector<CertificatePoint>& costs, int studies, int cost_studies);

}  // namespace scotoma::simulation
