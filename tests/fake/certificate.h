// SPDX-License-Identifier: Apache-2.0
// A made-up certificate: two labels, three phrases, every verdict.
#pragma once

#include <string>
#include <utility>

#include "scotoma/finding/certificate.h"
#include "scotoma/finding/count.h"

namespace scotoma::fake {

inline CertificateCell certificate_cell(const std::string& label, const std::string& phrase, CellVerdict verdict,
                                        int failures, int valid, double log_pass) {
  CertificateCell cell;
  cell.label = label;
  cell.phrase = phrase;
  cell.prompt = "a photo of a " + label + " " + phrase;
  cell.rate.failures = failures;
  cell.rate.valid = valid;
  fill_interval(cell.rate);
  cell.log_pass = log_pass;
  cell.verdict = verdict;
  return cell;
}

/// Of `flies` and bees; bees have one bug, one phrase that is undecided, and one that cannot be generated.
inline Certificate certificate(const std::string& flies = "fly", const std::string& phrase = "in the snow") {
  Certificate all;
  all.size = 0.2;
  all.alpha = 0.05;
  for (const std::string& each : {phrase, std::string("on a plate"), std::string("at night")}) {
    all.cells.push_back(certificate_cell(flies, each, CellVerdict::certified, 0, 17, 3.1));
    all.cells.back().at_most = 0.197;
    all.images += 17;
  }
  all.cells.push_back(certificate_cell("bee", phrase, CellVerdict::bug, 8, 8, -3));
  all.cells.push_back(certificate_cell("bee", "on a plate", CellVerdict::undecided, 5, 30, 1));
  all.cells.back().end = CellEnd::hopeless;
  all.cells.back().at_most = 0.31;
  all.cells.push_back(certificate_cell("bee", "at night", CellVerdict::not_generatable, 0, 1, 0.2));
  all.cells.back().rate.invalid = 15;
  all.images += 8 + 30 + 16;
  all.base_images = 24;
  all.most_images = 4000;
  for (const std::string& label : {flies, std::string("bee")}) {
    LabelCertificate& one = all.labels.emplace_back();
    one.label = label;
  }
  all.labels[1].base.failures = 1;
  all.labels[1].base.valid = 24;
  fill_interval(all.labels[1].base);
  all.fingerprints = {{"classifier", "abc"}};
  conclude(all);
  return all;
}

}  // namespace scotoma::fake
