// SPDX-License-Identifier: Apache-2.0
#include "scotoma/wording/beside_search.h"

#include <fmt/format.h>

#include <cassert>

#include "scotoma/finding/beside_search.h"
#include "scotoma/wording/certificate_words.h"
#include "scotoma/wording/words.h"

namespace scotoma {
namespace {

constexpr std::size_t kPrompts = 5;  // prompts of a sentence

using Cells = std::vector<const CertificateCell*>;

/// "\"a photo of a dark bee\" and 3 more".
std::string named(const Cells& cells) {
  std::vector<std::string> names;
  for (std::size_t i = 0; i < cells.size() && i < kPrompts; ++i)
    names.push_back(fmt::format("\"{}\"", cells[i]->prompt));
  if (cells.size() > kPrompts) names.push_back(fmt::format("{} more", cells.size() - kPrompts));
  return listed(names);
}

std::string less_than(const Certificate& certificate) {
  return certificate.absolute ? fmt::format("to fail in less than {} of its images", size_words(certificate))
                              : fmt::format("to raise the failure rate by less than {}", size_words(certificate));
}

/// How often the bug fails, behind "that".
std::string how_often(const Certificate& certificate, const Hypothesis& bug) {
  if (!bug.audited() || !(certificate.absolute || bug.effect))
    return fmt::format("fails in {} of the images that confirmed it, with no audit", fraction(bug.confirmed));
  if (certificate.absolute)
    return fmt::format("fails in {} of the audit's images ({})", percent(bug.audit.rate), interval_text(bug.audit));
  return fmt::format("raises the failure rate by {:.0f} to {:.0f} points in the audit", 100 * bug.effect->lift_low,
                     100 * bug.effect->lift_high);
}

std::string contradiction(const Certificate& certificate, const CertificateCell& cell, const Hypothesis& bug) {
  return fmt::format(
      "Search and certificate contradict each other on \"{}\": it is a confirmed bug that {}, and yet certified {} "
      "({}). Both are of different images, and one of them is wrong: trust neither before you have looked at the "
      "images.",
      cell.prompt, how_often(certificate, bug), less_than(certificate), figures(certificate, cell));
}

/// What became of the phrases in the search, for those that only the certificate calls a bug.
std::string in_the_search(const Findings& findings, const Cells& cells) {
  int untried = 0;
  for (const CertificateCell* cell : cells) untried += same_claim(findings, *cell) == nullptr ? 1 : 0;
  const auto all = static_cast<int>(cells.size());
  if (untried == all) return all == 1 ? "it did not try it" : "it tried none of them";
  if (untried > 0) return fmt::format("{} of them it did not try, of the others it had too little evidence", untried);
  const Hypothesis& first = *same_claim(findings, *cells.front());
  return all == 1 ? fmt::format("there it is: {}", status_words(first.status)) : "of them it had too little evidence";
}

/// Cells of confirmed bugs by what the certificate says.
struct Sorted {
  Cells smaller;        ///< certified, and no contradiction
  Cells undecided;      ///< by the certificate
  Cells not_generated;  ///< by the certificate
  Cells only_here;      ///< bugs of the certificate alone
};

void add_notes(const Study& study, const Certificate& certificate, const Sorted& sorted, BesideSearch& beside) {
  const auto one = [](const Cells& cells) { return cells.size() == 1; };
  if (const Cells& cells = sorted.smaller; !cells.empty()) {
    const std::string rise = study.evidence.rule == EvidenceRule::sequential
                                 ? fmt::format(" by more than {:.3g} points", 100 * study.evidence.delta)
                                 : "";
    beside.notes.push_back(fmt::format(
        "{} {} both confirmed by the search and certified: {} above the baseline rate{}, and {} certified {}. That is "
        "no contradiction.",
        named(cells), one(cells) ? "is" : "are", one(cells) ? "it fails" : "they fail", rise, one(cells) ? "is" : "are",
        less_than(certificate)));
  }
  if (const Cells& cells = sorted.undecided; !cells.empty()) {
    beside.notes.push_back(
        fmt::format("{} {} confirmed by the search and undecided here: a bug, of which the certificate's images do not "
                    "say whether it is one of {} or more.",
                    named(cells), one(cells) ? "is" : "are", size_words(certificate)));
  }
  if (const Cells& cells = sorted.not_generated; !cells.empty()) {
    beside.notes.push_back(
        fmt::format("{} {} confirmed by the search, and cannot be generated here: too many of the certificate's images "
                    "do not show the label.",
                    named(cells), one(cells) ? "is" : "are"));
  }
}

}  // namespace

BesideSearch beside_search(const Study& study, const Findings& findings) {
  assert(findings.certificate);
  const Certificate& certificate = *findings.certificate;
  BesideSearch beside;
  Sorted sorted;
  for (const CertificateCell& cell : certificate.cells) {
    const Hypothesis* same = same_claim(findings, cell);
    const bool confirmed = same != nullptr && same->status == Status::confirmed;
    if (!confirmed && cell.verdict == CellVerdict::bug) sorted.only_here.push_back(&cell);
    if (!confirmed || cell.verdict == CellVerdict::bug) continue;
    if (contradict(certificate, cell, *same)) {
      beside.warnings.push_back(contradiction(certificate, cell, *same));
    } else if (cell.verdict == CellVerdict::certified) {
      sorted.smaller.push_back(&cell);
    } else {
      (cell.verdict == CellVerdict::undecided ? sorted.undecided : sorted.not_generated).push_back(&cell);
    }
  }
  if (const Cells& cells = sorted.only_here; !cells.empty()) {
    beside.warnings.push_back(
        fmt::format("The certificate names {} that the search did not confirm ({}): {}. Its images are its own, and "
                    "its evidence holds without the search's.",
                    counted(static_cast<int>(cells.size()), "bug"), in_the_search(findings, cells), named(cells)));
  }
  add_notes(study, certificate, sorted, beside);
  return beside;
}

std::string certificate_sentence(const Certificate& certificate, const CertificateCell& cell) {
  return fmt::format("The certificate says of \"{}\": {}, {}.", cell.prompt, verdict_words(cell.verdict),
                     figures(certificate, cell));
}

}  // namespace scotoma
