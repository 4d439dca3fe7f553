// SPDX-License-Identifier: Apache-2.0
// What a certificate says: of which phrases there is evidence that they do not raise a label's failure rate.
#pragma once

#include <array>
#include <cstddef>
#include <map>
#include <string>
#include <vector>

#include "scotoma/core/names.h"
#include "scotoma/finding/sample.h"

namespace scotoma {

/// What became of a label with a phrase.
enum class CellVerdict {
  certified,        ///< that it fails by so much more, or so often, was refuted at alpha
  bug,              ///< the opposite was: at alpha over all cells together
  undecided,        ///< neither
  not_generatable,  ///< too many of its images do not show the label
};

constexpr std::array<Named<CellVerdict>, 4> names_of(CellVerdict) {
  return {{{CellVerdict::certified, "certified"},
           {CellVerdict::bug, "bug"},
           {CellVerdict::undecided, "undecided"},
           {CellVerdict::not_generatable, "not_generatable"}}};
}

/// Why its images ended.
enum class CellEnd {
  decided,        ///< the evidence was there
  hopeless,       ///< neither verdict was in reach of the images that it could still have
  each,           ///< it had all of certify.each
  budget,         ///< the images of the whole certificate did not do
  failing_label,  ///< its label fails systematically: that a phrase does not raise that is no pass
};

constexpr std::array<Named<CellEnd>, 5> names_of(CellEnd) {
  return {{{CellEnd::decided, "decided"},
           {CellEnd::hopeless, "hopeless"},
           {CellEnd::each, "each"},
           {CellEnd::budget, "budget"},
           {CellEnd::failing_label, "failing_label"}}};
}

/// A label with a phrase.
struct CertificateCell {
  std::string label;
  std::string phrase;
  bool before = false;  ///< stands in front of the label's word
  std::string prompt;   ///< with the first base prompt
  Rate rate;            ///< its interval only describes: the images stopped by what they showed
  double log_pass = 0;  ///< log e-value against "it raises the rate by the size, or more"
  double log_bug = 0;   ///< against the opposite
  double at_most = 1;   ///< upper limit of the rise, or of the rate, at alpha; 1: none
  CellVerdict verdict = CellVerdict::undecided;
  CellEnd end = CellEnd::decided;
  std::vector<Sample> failures;  ///< the first few images that fail

  bool operator==(const CertificateCell&) const = default;
};

/// All phrases of one label.
struct LabelCertificate {
  std::string label;
  Rate base;                   ///< baseline images, of which there may be none
  bool certified = false;      ///< every phrase is
  double log_pass = 0;         ///< the least of its phrases': an e-value against "one of them raises the rate"
  bool failing_label = false;  ///< baseline images surely fail too often: nothing is certified

  bool operator==(const LabelCertificate&) const = default;
};

struct Certificate {
  double size = 0;
  bool absolute = false;  ///< the rate itself, not its rise
  double alpha = 0;
  std::vector<CertificateCell> cells;    ///< label by label, in the order of the phrases
  std::vector<LabelCertificate> labels;  ///< in the study's order
  double passed_level = 0;  ///< false discovery rate of the claim that all certified cells are, picked afterwards
  double labels_level = 0;  ///< the same of the labels that are certified
  int images = 0;           ///< asked for, with a phrase
  int base_images = 0;      ///< asked for, without
  int most_images = 0;      ///< what both together might have come to
  std::map<std::string, std::string> fingerprints;  ///< role -> hash
  std::map<std::string, std::string> descriptions;  ///< role -> one line for people
  std::vector<std::string> limits;                  ///< sentences for people

  bool certified() const;  ///< every cell is
  int tested() const;      ///< cells that had images: the others were given up before the first image, unseen
  int count(CellVerdict verdict) const;
  int count(CellVerdict verdict, const std::string& label) const;

  bool operator==(const Certificate&) const = default;
};

/// Fills in what follows from the cells: which labels are certified, and the levels of what passed. Requires cells of
/// all labels.
void conclude(Certificate& certificate);

}  // namespace scotoma
