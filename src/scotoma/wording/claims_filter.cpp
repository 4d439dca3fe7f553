// SPDX-License-Identifier: Apache-2.0
#include "scotoma/wording/claims_filter.h"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>
#include <limits>
#include <numeric>
#include <set>
#include <vector>

#include "scotoma/core/hash.h"
#include "scotoma/evidence/closed_e_bh.h"
#include "scotoma/wording/text.h"
#include "scotoma/wording/words.h"

namespace scotoma {
namespace {

std::string choice(std::string_view name, std::string_view key, const std::set<std::string>& values) {
  std::string options = "<option value=\"\">all</option>";
  for (const std::string& value : values) options += fmt::format("<option>{}</option>", escape_html(value));
  return fmt::format("<label>{} <select data-filter=\"{}\">{}</select></label>\n", name, key, options);
}

std::string attributes(std::string_view label, std::string_view misclassified_as, std::string_view sentence) {
  return fmt::format(" data-label=\"{}\" data-taken=\"{}\" data-words=\"{}\"", escape_html(label),
                     escape_html(misclassified_as), escape_html(sentence));
}

}  // namespace

double claims_level(std::span<const double> log_e_values, int slots) {
  std::vector<std::size_t> all(log_e_values.size());
  std::iota(all.begin(), all.end(), std::size_t{0});
  return closed_e_bh_level(log_e_values, all, slots);
}

std::vector<double> confirmed_evidence(const Findings& findings) {
  std::vector<double> log_e_values;
  for (const Hypothesis& h : findings.hypotheses) {
    if (h.status == Status::confirmed) log_e_values.push_back(h.log_e_value);
  }
  return log_e_values;
}

std::string claims_sentence(std::span<const double> log_e_values, int slots) {
  assert(!log_e_values.empty());
  const std::string level = at_most(claims_level(log_e_values, slots));
  if (log_e_values.size() == 1)
    return fmt::format("Of claims like this one, at most {} are expected to be false, by its evidence.", level);
  return fmt::format("Of these {} claims, at most {} are expected to be false, by their evidence.", log_e_values.size(),
                     level);
}

std::string claim_attributes(const Study& study, const Hypothesis& h) {
  constexpr double kLargest = std::numeric_limits<double>::max();  // exp() makes infinity again of it
  return fmt::format(" data-log-e=\"{}\"{}", std::clamp(h.log_e_value, -kLargest, kLargest),
                     attributes(h.label, h.misclassified_as(), sentence(study, h)));
}

std::string failure_attributes(const BaseResult& base, std::string_view sentence) {
  return attributes(base.label, base.predicted, sentence);
}

std::string claims_filter(const Study& study, const std::vector<const Hypothesis*>& shown) {
  if (shown.size() < 2 || study.evidence.rule != EvidenceRule::sequential) return {};
  std::set<std::string> labels;
  std::set<std::string> taken;
  std::vector<double> log_e_values;
  for (const Hypothesis* h : shown) {
    labels.insert(h->label);
    if (!h->misclassified_as().empty()) taken.insert(h->misclassified_as());
    log_e_values.push_back(h->log_e_value);
  }
  return fmt::format(
      "<form class=\"filter\" id=\"claims-filter\" hidden>\n{}{}<label>Words <input type=\"search\" "
      "data-filter=\"words\"></label>\n<p id=\"claims-level\" aria-live=\"polite\" data-slots=\"{}\">{}</p>\n</form>\n",
      choice("Label", "label", labels), choice("Misclassified as", "taken", taken), slots(study),
      claims_sentence(log_e_values, slots(study)));
}

std::string script_source(std::string_view script) {
  Hasher hasher;
  hasher.bytes({reinterpret_cast<const std::uint8_t*>(script.data()), script.size()});
  return fmt::format("'sha256-{}'", base64(hasher.digest()));
}

// scotomaLevel is evidence/closed_e_bh.cpp; a test runs both.
const std::string_view kClaimsScript = R"js(
"use strict";
function scotomaLevel(logE, slots) {
  if (logE.length === 0) return 0;
  const smallest = logE.reduce((a, b) => Math.min(a, b));
  return Math.min(1, Math.exp(Math.log(slots / logE.length) - smallest));
}
function scotomaSentence(logE, slots) {
  const level = scotomaLevel(logE, slots);
  const percent = level < 0.1 ? Math.ceil(level * 1000 - 1e-9) / 10 : Math.ceil(level * 100 - 1e-9);
  if (logE.length === 0) return "No claim is left.";
  return (logE.length === 1 ? "Of claims like this one, " : "Of these " + logE.length + " claims, ") +
    "at most " + Math.max(percent, 0) + "\u00A0% are expected to be false, by " + (logE.length === 1 ? "its" : "their") + " evidence.";
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
    const logE = [];
    for (const claim of all("[data-log-e]")) {
      claim.hidden = !fits(claim);
      if (!claim.hidden) logE.push(Number(claim.dataset.logE));
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
    out.textContent = scotomaSentence(logE, Number(out.dataset.slots));
  };
  form.hidden = false;
  form.addEventListener("input", () => filter(true));
  form.addEventListener("submit", event => event.preventDefault());
  filter(false);
}
)js";

}  // namespace scotoma
