// SPDX-License-Identifier: Apache-2.0
// What other classifiers say of a study's confirmed bugs: plain records, no behaviour.
//
// All rates here are of *failures*, whatever the hypothesis' direction. The images that a claim says fail are its
// `claimed`: those with the phrase, or for Direction::passes ("a bee is only known on a flower") those without it. The
// others of the pairs are its `controls`.
#pragma once

#include <string>
#include <vector>

#include "scotoma/finding/finding.h"

namespace scotoma {

/// One classifier on the audit's images of one bug.
struct TransferCell {
  Rate claimed;
  Rate controls;         ///< the same seeds on the other side of the phrase
  int only_claimed = 0;  ///< pairs, both valid: only the claimed image fails
  int only_controls = 0;
  int both = 0;
  int neither = 0;
  double lift_low = -1;  ///< 95 % interval of claimed.rate - controls.rate, from the pairs
  double lift_high = 1;
  double allowed = 1;      ///< the classifier's own null: upper limit of its controls' rate, plus evidence.delta
  double p = 1;            ///< exact, one-sided, of "the claimed images fail at most as often as allowed"
  double adjusted = 1;     ///< Holm's, over all cells of the classifiers that the bugs were not aimed at
  bool transfers = false;  ///< adjusted <= 0.05; never set for the classifier that the bugs were aimed at
  std::string predicted;   ///< most frequent wrong answer among the claimed images; empty without failures
  int predicted_count = 0;
};

/// One confirmed bug or exception on every classifier.
struct TransferRow {
  std::string id;
  std::string label;
  std::string prompt;
  Direction direction = Direction::fails;
  std::vector<TransferCell> cells;  ///< by column
};

/// One classifier: who it is, and how the whole set of images does on it, as papers on adversarial datasets count.
struct TransferColumn {
  std::string name;  ///< its file's stem, unique among the columns
  std::string fingerprint;
  std::string description;
  bool aimed = false;  ///< the bugs were found on this one; always the first column
  Rate failing;        ///< failures on the claimed images that the aimed-at one fails on; its own rate is 100 %
  Rate claimed;        ///< on all claimed images
  Rate controls;       ///< on all controls
};

/// Bugs x classifiers.
struct Transfer {
  std::vector<TransferColumn> columns;
  std::vector<TransferRow> rows;  ///< audited bugs and exceptions, in the order of the findings
  /// Systematic failures: the cells' claimed images are the label's baseline images, they have no controls, and
  /// `allowed` is evidence.failing_label_threshold. No part of the columns' totals.
  std::vector<TransferRow> systematic;
  std::vector<std::string> not_audited;  ///< ids of confirmed bugs and exceptions that have no audit, hence no row
};

/// What became of a bug in another classifier.
enum class Verdict {
  fixed,      ///< surely no more frequent than allowed
  there,      ///< surely more frequent than allowed
  worse,      ///< still there, and surely more frequent than in the classifier that it was found on
  undecided,  ///< the images do not decide
};

/// One confirmed bug, or one systematic failure, as a test case for another classifier.
struct CheckCase {
  std::string id;
  std::string finding;      ///< id of the cause or systematic failure that it belongs to; its own of the latter
  bool systematic = false;  ///< the claimed images are the label's baseline images; there are no controls
  std::string label;
  std::string prompt;
  Direction direction = Direction::fails;
  Rate before;          ///< of the claimed images, in the classifier that the bug was found on
  TransferCell now;     ///< in the one under check; `allowed` here also keeps to what the study allowed
  int only_now = 0;     ///< claimed images on which only the one under check fails
  int only_before = 0;  ///< ... only the other
  double p_fixed = 1;   ///< of "the rate is above what is allowed"
  double p_there = 1;   ///< of "it is within", Holm-adjusted over the cases
  double p_worse = 1;   ///< exact McNemar, one-sided, of "no more failures than before", Holm-adjusted over the cases
  Verdict verdict = Verdict::undecided;
};

/// A classifier against all findings.
struct Check {
  std::string name;
  std::string fingerprint;
  std::string description;
  std::vector<CheckCase> cases;  ///< every confirmed bug and every systematic failure; those of one finding together
};

}  // namespace scotoma
