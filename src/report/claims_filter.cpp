#include "report/claims_filter.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

#include "core/hash.h"
#include "evidence/closed_e_bh.h"
#include "finding/claims.h"
#include "report/text.h"
#include "report/words.h"
#include "study/study.h"

namespace scotoma {
namespace {

/// The place of a hypothesis among those that were tested; their number if it was not.
std::size_t claim_of(const Claims& claims, std::size_t hypothesis) {
  const auto found = std::find(claims.hypotheses.begin(), claims.hypotheses.end(), hypothesis);
  return static_cast<std::size_t>(found - claims.hypotheses.begin());
}

std::string choice(std::string_view name, std::string_view key, const std::set<std::string>& values) {
  std::string options = "<option value=\"\">all</option>";
  for (const std::string& value : values) options += fmt::format("<option>{}</option>", escape_html(value));
  return fmt::format("<label>{} <select data-filter=\"{}\">{}</select></label>\n", name, key, options);
}

}  // namespace

double claims_level(const Study& study, std::span<const Hypothesis> hypotheses, std::span<const std::size_t> chosen) {
  if (chosen.empty()) return 0;
  const Claims claims = claims_of(hypotheses);
  std::vector<std::size_t> places;
  for (const std::size_t h : chosen) {
    places.push_back(claim_of(claims, h));
    if (places.back() == claims.hypotheses.size()) return 1;
  }
  return closed_e_bh_level(claims.log_e_values, places, slots(study));
}

std::string claims_sentence(std::size_t count, double level) {
  if (count == 1) return fmt::format("Of claims like this one, at most {} are expected to be false.", at_most(level));
  return fmt::format("Of these {} claims, at most {} are expected to be false.", count, at_most(level));
}

std::string claim_attributes(const Findings& findings, std::size_t hypothesis) {
  const Hypothesis& h = findings.hypotheses[hypothesis];
  return fmt::format(" data-claim=\"{}\" data-label=\"{}\" data-taken=\"{}\"",
                     claim_of(claims_of(findings.hypotheses), hypothesis), escape_html(h.label),
                     escape_html(h.taken_for()));
}

std::string claims_filter(const Study& study, const Findings& findings, std::span<const std::size_t> shown) {
  if (shown.empty() || study.evidence.rule != "sequential") return {};
  std::set<std::string> labels;
  std::set<std::string> taken;
  for (const std::size_t h : shown) {
    labels.insert(findings.hypotheses[h].label);
    if (!findings.hypotheses[h].taken_for().empty()) taken.insert(findings.hypotheses[h].taken_for());
  }
  // JSON has no infinity; exp() makes one again of the largest double.
  nlohmann::json log_e = nlohmann::json::array();
  for (const double value : claims_of(findings.hypotheses).log_e_values) {
    constexpr double kLargest = std::numeric_limits<double>::max();
    log_e.push_back(std::clamp(value, -kLargest, kLargest));
  }
  return fmt::format(
             "<form class=\"filter\" id=\"claims-filter\" hidden>\n{}{}<label>Words <input type=\"search\" "
             "data-filter=\"words\"></label>\n</form>\n",
             choice("Label", "label", labels), choice("Taken for", "taken", taken)) +
         fmt::format(
             "<p id=\"claims-level\" aria-live=\"polite\" data-slots=\"{}\" "
             "data-log-e=\"{}\">{}</p>\n",
             slots(study), escape_html(log_e.dump()),
             claims_sentence(shown.size(), claims_level(study, findings.hypotheses, shown))) +
         "<noscript><p class=\"soft small\">With JavaScript the list can be filtered, and the share is that of what is "
         "shown; so can scotoma list.</p></noscript>\n";
}

std::string script_source(std::string_view script) {
  Hasher hasher;
  hasher.bytes({reinterpret_cast<const std::uint8_t*>(script.data()), script.size()});
  return fmt::format("'sha256-{}'", base64(hasher.digest()));
}

// scotomaLevel is evidence/closed_e_bh.cpp, line by line; a test runs both.
const std::string_view kClaimsScript = R"js(
"use strict";
function scotomaLevel(logE, chosen, slots) {
  if (chosen.size === 0) return 0;
  const smallest = Math.min(...[...chosen].map(i => logE[i]));
  return Math.min(1, Math.exp(Math.log(slots / chosen.size) - smallest));
}
function scotomaSentence(count, level) {
  const percent = level < 0.1 ? Math.ceil(level * 1000 - 1e-9) / 10 : Math.ceil(level * 100 - 1e-9);
  const share = "at most " + percent + "\u00A0% are expected to be false.";
  if (count === 0) return "No claim is left.";
  return (count === 1 ? "Of claims like this one, " : "Of these " + count + " claims, ") + share;
}
if (typeof document !== "undefined") {
  const form = document.getElementById("claims-filter");
  const out = document.getElementById("claims-level");
  const logE = JSON.parse(out.dataset.logE);
  const lines = [...document.querySelectorAll("[data-claim]")];
  const filter = () => {
    const wanted = key => form.querySelector(`[data-filter=${key}]`).value;
    const words = wanted("words").toLowerCase().split(/\s+/).filter(word => word);
    const chosen = new Set();
    for (const line of lines) {
      const text = line.textContent.toLowerCase();
      const shown = ["label", "taken"].every(key => !wanted(key) || line.dataset[key] === wanted(key)) &&
        words.every(word => text.includes(word));
      line.hidden = !shown;
      const card = document.getElementById(line.querySelector("a").hash.slice(1));
      if (card && card.matches("article")) card.hidden = !shown;
      if (shown) chosen.add(Number(line.dataset.claim));
    }
    const level = scotomaLevel(logE, chosen, Number(out.dataset.slots));
    out.textContent = scotomaSentence(chosen.size, level);
  };
  form.hidden = false;
  form.addEventListener("input", filter);
  form.addEventListener("submit", event => event.preventDefault());
  filter();
}
)js";

}  // namespace scotoma
