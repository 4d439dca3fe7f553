// SPDX-License-Identifier: Apache-2.0
#include "scotoma/finding/beside_search.h"

#include <algorithm>

#include "scotoma/evidence/interval.h"

namespace scotoma {
namespace {

bool is_same(const CertificateCell& cell, const Hypothesis& h) {
  if (h.label != cell.label || h.direction != Direction::fails) return false;
  const bool merged = std::find(h.merged.begin(), h.merged.end(), cell.phrase) != h.merged.end();
  const bool alone = h.phrase.parts.size() < 2 && h.phrase.text == cell.phrase && h.phrase.before == cell.before;
  return alone || merged || h.shrunk_from == cell.phrase;
}

/// Lower end of the 95 % interval of the rise; without an audit between two intervals, as far as confirmation and its
/// baseline images describe it.
double least_rise(const Hypothesis& h) {
  if (h.audited() && h.effect) return h.effect->lift_low;
  return h.confirmed.low - (h.base_valid > 0 ? clopper_pearson(h.base_events, h.base_valid, 0.95).high : 1);
}

}  // namespace

const Hypothesis* same_claim(const Findings& findings, const CertificateCell& cell) {
  const Hypothesis* found = nullptr;
  for (const Hypothesis& h : findings.hypotheses) {
    if (!is_same(cell, h)) continue;
    if (h.status == Status::confirmed) return &h;
    if (found == nullptr || found->status == Status::merged) found = &h;
  }
  return found;
}

const CertificateCell* same_claim(const Findings& findings, const Hypothesis& hypothesis) {
  if (!findings.certificate) return nullptr;
  const auto& cells = findings.certificate->cells;
  const auto found =
      std::find_if(cells.begin(), cells.end(), [&](const auto& cell) { return is_same(cell, hypothesis); });
  return found == cells.end() ? nullptr : &*found;
}

bool contradict(const Certificate& certificate, const CertificateCell& cell, const Hypothesis& hypothesis) {
  if (cell.verdict != CellVerdict::certified || hypothesis.status != Status::confirmed) return false;
  if (certificate.absolute) return hypothesis.measured().low > certificate.size;
  return least_rise(hypothesis) > certificate.size;
}

}  // namespace scotoma
