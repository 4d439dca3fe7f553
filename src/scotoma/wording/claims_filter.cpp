// SPDX-License-Identifier: Apache-2.0
#include "scotoma/wording/claims_filter.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cassert>
#include <limits>
#include <set>
#include <vector>

#include "scotoma/core/hash.h"
#include "scotoma/wording/text.h"
#include "scotoma/wording/words.h"

namespace scotoma {
namespace {

constexpr int kUnwaved = 2;  // in the page, behind the numbers of Wave

std::string choice(std::string_view name, std::string_view key, const std::set<std::string>& values) {
  std::string options = "<option value=\"\">all</option>";
  for (const std::string& value : values) options += fmt::format("<option>{}</option>", escape_html(value));
  return fmt::format("<label>{} <select data-filter=\"{}\">{}</select></label>\n", name, key, options);
}

/// exp() makes infinity again of the largest.
double finite(double log_e) {
  constexpr double kLargest = std::numeric_limits<double>::max();
  return std::clamp(log_e, -kLargest, kLargest);
}

int wave_number(const std::optional<Wave>& wave) { return wave ? static_cast<int>(*wave) : kUnwaved; }

/// "[[3.5,0],[-1.2,0]]", as the script takes claims.
std::string pairs(const std::vector<Claim>& trials) {
  std::vector<std::string> texts;
  for (const Claim& trial : trials)
    texts.push_back(fmt::format("[{},{}]", finite(trial.log_e_value), wave_number(trial.wave)));
  return fmt::format("[{}]", fmt::join(texts, ","));
}

std::string attributes(std::string_view label, std::string_view misclassified_as, std::string_view sentence) {
  return fmt::format(" data-label=\"{}\" data-taken=\"{}\" data-words=\"{}\"", escape_html(label),
                     escape_html(misclassified_as), escape_html(sentence));
}

}  // namespace

TrialCounts trials_of(const Study& study, const Findings& findings) {
  return trial_counts(findings.hypotheses, slots(study));
}

std::string claims_sentence(std::span<const Claim> chosen, std::span<const Claim> others, const TrialCounts& trials) {
  assert(!chosen.empty());
  const std::string level = at_most(claims_level(chosen, others, trials));
  if (chosen.size() == 1)
    return fmt::format("Of claims like this one, at most {} are expected to be false, by its evidence.", level);
  return fmt::format("Of these {} claims, at most {} are expected to be false, by their evidence.", chosen.size(),
                     level);
}

std::string claim_attributes(const Study& study, const Hypothesis& h) {
  return fmt::format(" data-log-e=\"{}\" data-wave=\"{}\"{}", finite(h.log_e_value), wave_number(h.wave),
                     attributes(h.label, h.misclassified_as(), sentence(study, h)));
}

std::string failure_attributes(const BaseResult& base, std::string_view sentence) {
  return attributes(base.label, base.predicted, sentence);
}

std::string claims_filter(const Study& study, const Findings& findings, const std::vector<const Hypothesis*>& shown) {
  if (shown.size() < 2 || study.evidence.rule != EvidenceRule::sequential) return {};
  std::set<std::string> labels;
  std::set<std::string> taken;
  std::vector<Claim> claims;
  for (const Hypothesis* h : shown) {
    labels.insert(h->label);
    if (!h->misclassified_as().empty()) taken.insert(h->misclassified_as());
    claims.push_back({h->log_e_value, h->wave});
  }
  const TrialCounts trials = trials_of(study, findings);
  const std::vector<Claim> beside = trials_beside_claims(findings.hypotheses);
  return fmt::format(
      "<form class=\"filter\" id=\"claims-filter\" hidden>\n{}{}<label>Words <input type=\"search\" "
      "data-filter=\"words\"></label>\n<p id=\"claims-level\" aria-live=\"polite\" data-trials=\"{} {} "
      "{}\" data-beside=\"{}\">{}</p>\n</form>\n",
      choice("Label", "label", labels), choice("Misclassified as", "taken", taken), trials.search, trials.cross_check,
      trials.unwaved, pairs(beside), claims_sentence(claims, beside, trials));
}

std::string script_source(std::string_view script) {
  Hasher hasher;
  hasher.bytes({reinterpret_cast<const std::uint8_t*>(script.data()), script.size()});
  return fmt::format("'sha256-{}'", base64(hasher.digest()));
}

// scotomaLevel is finding/claims.cpp with evidence/closed_e_bh.cpp; a test runs both.
const std::string_view kClaimsScript = R"js(
"use strict";
function scotomaWaveLevel(chosen, others, trials) {
  const ascending = list => list.map(Math.exp).sort((a, b) => a - b);
  const set = ascending(chosen);
  const rest = ascending(others.concat(Array(Math.max(0, trials - chosen.length - others.length)).fill(-Infinity)));
  let level = 0, sum = 0, q = 0;
  for (let m = 1; m <= set.length; ++m) {
    sum += set[m - 1];
    for (; q < rest.length && rest[q] * (m + q) <= sum; ++q) sum += rest[q];
    level = Math.max(level, sum > 0 ? m * (m + q) / set.length / sum : 1);
  }
  return Math.min(1, level);
}
function scotomaLevel(chosen, others, trials) {
  let level = 0;
  for (const wave of [0, 1, 2]) {
    const of = list => list.filter(claim => claim[1] === wave).map(claim => claim[0]);
    const own = of(chosen);
    if (own.length === 0) continue;
    level += own.length / chosen.length * (wave < 2 ? scotomaWaveLevel(own, of(others), trials[wave]) :
      Math.min(1, Math.exp(Math.log(trials[2] / own.length) - own.reduce((a, b) => Math.min(a, b)))));
  }
  return level;
}
function scotomaSentence(chosen, others, trials) {
  const level = scotomaLevel(chosen, others, trials);
  const percent = level < 0.1 ? Math.ceil(level * 1000 - 1e-9) / 10 : Math.ceil(level * 100 - 1e-9);
  if (chosen.length === 0) return "No claim is left.";
  return (chosen.length === 1 ? "Of claims like this one, " : "Of these " + chosen.length + " claims, ") +
    "at most " + Math.max(percent, 0) + "\u00A0% are expected to be false, by " + (chosen.length === 1 ? "its" : "their") + " evidence.";
}
if (typeof document !== "undefined") {
  const form = document.getElementById("claims-filter");
  const out = document.getElementById("claims-level");
  const all = selector => [...document.querySelectorAll(selector)];
  const filter = picked => {
    const wanted = key => form.querySelector(`[data-filter=${key}]`).value;
    const words = wanted("words").toLowerCase().split(/\s+/).filter(word => word);
    const fits = claim => ["label", "taken"].every(key => !wanted(key) || claim.dataset[key] === wanted(key)) &&
      words.every(word => claim.dataset.words.toLowerCase().includes(word));
    const chosen = [], others = JSON.parse(out.dataset.beside);
    for (const claim of all("[data-log-e]")) {
      claim.hidden = !fits(claim);
      (claim.hidden ? others : chosen).push([Number(claim.dataset.logE), Number(claim.dataset.wave)]);
    }
    for (const card of all("article")) {
      const left = [...card.querySelectorAll("[data-log-e]")].some(claim => !claim.hidden);
      card.hidden = !left && !("words" in card.dataset && fits(card));
      for (const line of all(`[data-of="${card.id}"]`)) line.hidden = card.hidden;
    }
    for (const fold of all(".more-findings")) {
      const rows = [...fold.querySelectorAll("[data-words]")];
      for (const row of rows) row.hidden = !fits(row);
      fold.hidden = rows.every(row => row.hidden);
      if (picked) fold.open = true;
    }
    out.textContent = scotomaSentence(chosen, others, out.dataset.trials.split(" ").map(Number));
  };
  form.hidden = false;
  form.addEventListener("input", () => filter(true));
  form.addEventListener("submit", event => event.preventDefault());
  filter(false);
}
)js";

}  // namespace scotoma
