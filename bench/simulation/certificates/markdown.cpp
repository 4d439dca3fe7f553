// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "simulation/certificates/certificates.h"

namespace scotoma::simulation {
namespace {

/// "0.3 ± 0.1", in per cent; a dash where there is nothing.
std::string percent(const Estimate& estimate) {
  return estimate.units == 0 ? "-" : fmt::format("{:.1f} ± {:.1f}", 100 * estimate.mean, 100 * estimate.error);
}

std::string number(const Estimate& estimate) {
  return estimate.units == 0 ? "-" : fmt::format("{:.1f}", estimate.mean);
}

std::string errors_table(const std::vector<CertificateResult>& results) {
  std::string text =
      "| studies | a label's certificate is wrong | one of all labels is | wrong of what passed, picked afterwards | "
      "a bug that is none |\n|---|---|---|---|---|\n";
  for (const CertificateResult& result : results) {
    const CertificateTally& tally = result.tally;
    text += fmt::format("| {}{} | {} | {} | {} | {} |\n", result.scenario.name, result.broken.empty() ? "" : " (!)",
                        percent(tally.wrong_labels), percent(tally.wrong_whole), percent(tally.wrong_picked),
                        percent(tally.wrong_bugs));
  }
  return text;
}

std::string power_table(const std::vector<CertificateResult>& results) {
  std::string text =
      "| studies | certified of what may be | called bugs of what are | images of a certified cell | baseline images "
      "of "
      "a label |\n|---|---|---|---|---|\n";
  for (const CertificateResult& result : results) {
    const CertificateTally& tally = result.tally;
    text += fmt::format("| {} | {} | {} | {} | {} |\n", result.scenario.name, percent(tally.power),
                        percent(tally.bugs_found), number(tally.cell_images), number(tally.base_images));
  }
  return text;
}

std::string cost_table(const std::vector<CertificatePoint>& costs) {
  std::string text =
      "| true rate | certified | images of a certified cell | baseline images of a label | absolute: certified | "
      "images "
      "of a certified cell |\n|---|---|---|---|---|---|\n";
  for (const CertificatePoint& point : costs) {
    text +=
        fmt::format("| {:.0f} % | {} | {} | {} | {} | {} |\n", 100 * point.rate, percent(point.above_baseline.power),
                    number(point.above_baseline.cell_images), number(point.above_baseline.base_images),
                    percent(point.absolute.power), number(point.absolute.cell_images));
  }
  return text;
}

}  // namespace

std::string certificates_markdown(const std::vector<CertificateResult>& results,
                                  const std::vector<CertificatePoint>& costs, int studies, int cost_studies) {
  if (results.empty()) return {};
  std::string text = fmt::format(
      "## Certificates\n\nWhat [`scotoma certify`](certify.md) claims, {} synthetic studies of each kind below, "
      "default "
      "settings (a size of 20 points, alpha 5 %, 96 images of a cell at most) unless said otherwise. A certificate is "
      "wrong if one of its phrases truly fails by the size or more. Each column promises at most 5 %: a label that was "
      "fixed beforehand, and all labels together, without a correction; what passed, picked afterwards, by e-BH (where "
      "its level is above 5 %, he who picks claims nothing); and a study in which even one cell is called a bug that "
      "is none. A dash: nothing could be wrong.\n\n{}\n### What they take\n\n{}\n",
      studies, errors_table(results), power_table(results));
  if (!costs.empty()) {
    text += fmt::format(
        "One label, 6 phrases, all of one true rate with and without a phrase, {} studies a row. log(1 / alpha) / "
        "log(1 / (1 - size)) is 13.4 images.\n\n{}\n",
        cost_studies, cost_table(costs));
  }
  text += "### The certificates\n\n";
  for (const CertificateResult& result : results)
    text += fmt::format("**{}** (`{}`). {}\n\n", result.scenario.name, result.scenario.id, result.scenario.meaning);
  return text;
}

}  // namespace scotoma::simulation
