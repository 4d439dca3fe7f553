// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "simulation/simulate.h"

namespace scotoma::simulation {
namespace {

/// "0.3 ± 0.1", in per cent; a dash where there is nothing.
std::string percent(const Estimate& estimate) {
  if (estimate.units == 0) return "-";
  return fmt::format("{:.1f} ± {:.1f}", 100 * estimate.mean, 100 * estimate.error);
}

std::string whole(double number) { return number > 0 ? fmt::format("{:.0f}", number) : "-"; }

const MethodTally& of(const ScenarioResult& result, Method method) {
  return result.tally.methods[static_cast<std::size_t>(method)];
}

std::string rates_table(const Simulation& simulation) {
  std::string text =
      "| studies | Scotoma | bar at the bound | 5 points more | more than base | more than base, by its own claim |\n"
      "|---|---|---|---|---|---|\n";
  for (const ScenarioResult& result : simulation.scenarios) {
    text +=
        fmt::format("| {}{} | {} | {} | {} | {} | {} |\n", result.scenario.name, result.broken.empty() ? "" : " (!)",
                    percent(of(result, Method::scotoma).fdr), percent(of(result, Method::bound).fdr),
                    percent(of(result, Method::plain_points).fdr), percent(of(result, Method::plain_more).fdr),
                    percent(of(result, Method::plain_more).fdr_at_all));
  }
  return text;
}

std::string power_table(const Simulation& simulation) {
  std::string text =
      "| studies | power: Scotoma | bar at the bound | 5 points more | images a study: base + explore + confirm + "
      "audit | of "
      "the "
      "plain rules | images a bug found: Scotoma | bar at the bound | 5 points more "
      "|\n|---|---|---|---|---|---|---|---|---|\n";
  for (const ScenarioResult& result : simulation.scenarios) {
    const MethodTally& own = of(result, Method::scotoma);
    const MethodTally& plain = of(result, Method::plain_points);
    const auto& spent = result.tally.spent;
    text += fmt::format("| {} | {} | {} | {} | {:.0f}: {:.0f} + {:.0f} + {:.0f} + {:.0f} | {:.0f} | {} | {} | {} |\n",
                        result.scenario.name, percent(own.power), percent(of(result, Method::bound).power),
                        percent(plain.power), own.images, spent[0], spent[1], spent[2], spent[3], plain.images,
                        whole(own.images_per_bug), whole(of(result, Method::bound).images_per_bug),
                        whole(plain.images_per_bug));
  }
  return text;
}

std::string coverage_table(const Simulation& simulation) {
  std::string text = "| studies |";
  std::string rule = "|---|";
  for (std::size_t c = 0; c < kShown; ++c) {
    const double level = promised(static_cast<Shown>(c));
    text += fmt::format(" {}{} |", name_of(static_cast<Shown>(c)),
                        level > 0 ? fmt::format(" ({:.0f} %)", 100 * level) : " (describes)");
    rule += "---|";
  }
  text += "\n" + rule + "\n";
  for (const ScenarioResult& result : simulation.scenarios) {
    text += fmt::format("| {} |", result.scenario.name);
    for (const Estimate& coverage : result.tally.coverage) text += fmt::format(" {} |", percent(coverage));
    text += "\n";
  }
  return text;
}

std::string sweep_table(const Simulation& simulation) {
  if (simulation.curves.empty()) return {};
  std::string text = "| true rate of the bugs |";
  std::string rule = "|---|";
  for (const Curve& curve : simulation.curves) {
    text += fmt::format(" power, `budget.base` = {} | bar at the bound | images a study |", curve.base);
    rule += "---|---|---|";
  }
  text += " power of \"5 points more\" | its false discoveries |\n" + rule + "---|---|\n";
  for (std::size_t i = 0; i < simulation.curves.front().points.size(); ++i) {
    const ScenarioResult& first = simulation.curves.front().points[i];
    text += fmt::format("| {:.0f} % |", 100 * first.scenario.swept_rate);
    for (const Curve& curve : simulation.curves) {
      const MethodTally& own = of(curve.points[i], Method::scotoma);
      text += fmt::format(" {} | {} | {:.0f} |", percent(own.power), percent(of(curve.points[i], Method::bound).power),
                          own.images);
    }
    text += fmt::format(" {} | {} |\n", percent(of(first, Method::plain_points).power),
                        percent(of(first, Method::plain_points).fdr));
  }
  return text;
}

std::string meanings(const Simulation& simulation) {
  std::string text;
  for (const ScenarioResult& result : simulation.scenarios)
    text += fmt::format("**{}** (`{}`). {}\n\n", result.scenario.name, result.scenario.id, result.scenario.meaning);
  return text;
}

std::string judge_note(const Simulation& simulation) {
  for (const ScenarioResult& result : simulation.scenarios) {
    if (result.scenario.id != "judge") continue;
    return fmt::format(
        "## What a judge that errs does to these rates\n\nEvery claim is about the images that the judge accepts. By "
        "that "
        "measure {} % of the claims are wrong where the judge errs. By the images that do show the label, which "
        "nobody but "
        "a simulation knows, {} % are: images without the label that slipped through count as failures, and a phrase "
        "that "
        "makes them frequent looks like a bug. No test on the accepted images can see this; only measuring the judge "
        "can.\n\n",
        percent(of(result, Method::scotoma).fdr), percent(of(result, Method::scotoma).fdr_of_real));
  }
  return {};
}

std::string verdict(const Simulation& simulation) {
  std::string broken;
  for (const ScenarioResult& result : simulation.scenarios) {
    for (const std::string& promise : result.broken) broken += fmt::format("- {}: {}\n", result.scenario.name, promise);
  }
  for (const CertificateResult& result : simulation.certificates) {
    for (const std::string& promise : result.broken) broken += fmt::format("- {}: {}\n", result.scenario.name, promise);
  }
  if (broken.empty()) return "Every promise was kept within three Monte Carlo errors.\n\n";
  return "Promises that were not kept within three Monte Carlo errors, marked (!) in the first table:\n\n" + broken +
         "\n";
}

}  // namespace

std::string markdown_of(const Simulation& simulation, const std::string& command, const std::string& plot) {
  const std::string image = plot.empty() ? "" : fmt::format("![False discovery rates and power]({})\n\n", plot);
  return fmt::format(
      "# Simulated studies with known truth\n\n"
      "This page is written by a program, which is built with the others and takes a minute or two:\n\n    {}\n\n"
      "It runs {} synthetic studies of each kind below, with {} labels, 40 phrases and the default settings unless "
      "said "
      "otherwise, through the program's own stages (baseline sample, hypotheses, exploration, confirmation, audit). "
      "Instead of "
      "models there are coins whose chances are known, so that every claim can be checked. A claim is wrong if the "
      "phrase's "
      "true rate is not above the label's true baseline rate plus `evidence.delta` (5 points). Beside it, on the same "
      "truth, stand three other rules. \"Bar at the bound\" has the same finalists, but tests each against the upper "
      "confidence bound of its label's baseline rate plus `evidence.delta`, with K = {} and all of `budget.confirm` as "
      "far "
      "as "
      "`budget.images` goes: what "
      "the joint e-value took the place of. Its images are counted without audits. The "
      "plain rules have {} images for each phrase and each label: \"more failures than the base prompt\" and \"at "
      "least 5 "
      "points more\". All numbers are per cent ± one Monte Carlo standard error, unless they count images.\n\n{}{}"
      "## False discovery rate\n\nThe mean over studies of the share of claims that are wrong; the promise is at most "
      "{:.0f} %. "
      "The last column counts a claim of \"more than base\" as wrong only if the rate is not above the baseline rate "
      "at "
      "all.\n\n{}\n"
      "## Power and images\n\nPower is the share of true hypotheses that were confirmed.\n\n{}\n"
      "## Power by true rate\n\n4 bugs of one rate among 40 phrases, {} studies a point. What limits power at low "
      "rates is that the baseline rate could be higher than it looks: more baseline images help.\n\n{}\n"
      "## Coverage of intervals\n\nThe share of intervals that hold the true value, among all that were reported: for "
      "audits these are the "
      "bugs that were confirmed, so this is coverage after selection. Those of exploration and confirmation promise "
      "nothing, because "
      "what they measure was selected or stopped by what they showed; they are here to show what that does.\n\n{}\n{}"
      "{}## The studies\n\n{}",
      command, simulation.settings.studies, 4, kBoundHypotheses, kPlainImages, image, verdict(simulation),
      100 * EvidenceOptions{}.alpha, rates_table(simulation), power_table(simulation),
      simulation.settings.sweep_studies, sweep_table(simulation), coverage_table(simulation), judge_note(simulation),
      certificates_markdown(simulation.certificates, simulation.certificate_costs, simulation.settings.studies,
                            simulation.settings.sweep_studies),
      meanings(simulation));
}

}  // namespace scotoma::simulation
