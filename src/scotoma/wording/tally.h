// SPDX-License-Identifier: Apache-2.0
// What a study found, counted in one way for the report, for bugs.json and for the command line.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "scotoma/finding/cause.h"
#include "scotoma/finding/transfer.h"

namespace scotoma {

/// Points into the findings it was taken from, which must outlive it.
struct Tally {
  std::vector<Cause> causes;                  ///< of the bugs: finding/cause.h has their order
  std::vector<SystematicFailure> systematic;  ///< labels that fail systematically, with their exceptions
  std::vector<const Hypothesis*> bugs;        ///< confirmed: the label fails under the phrase; in the findings' order
  std::vector<const Hypothesis*>
      exceptions;  ///< confirmed: a label that fails systematically passes under it; likewise
  std::vector<const BaseResult*> failing_labels;  ///< of `systematic`, in its order

  /// What people count: bugs of one cause are one finding.
  std::size_t findings() const { return causes.size() + systematic.size(); }
};

Tally tally_of(const Findings& findings);

/// How many there are of each kind that a verb speaks of one by one.
struct KindCounts {
  int bugs = 0;
  int systematic = 0;  ///< systematic failures
  int exceptions = 0;

  int total() const { return bugs + systematic + exceptions; }
};

/// Of the rows of a transfer, and of those among them that transfer to the classifier of a column.
KindCounts counts_of(const Transfer& transfer);
KindCounts transferring(const Transfer& transfer, std::size_t column);

/// Of the cases of a check.
KindCounts counts_of(const Check& check);

/// Of the confirmed hypotheses with these ids; ids of no hypothesis are not counted.
KindCounts counts_of(const std::vector<std::string>& ids, const Findings& findings);

/// "13 bugs, 1 systematic failure and 1 exception", without kinds of which there is none; empty where there is nothing.
std::string counted_kinds(const KindCounts& counts);

/// "0 of 13 bugs, 1 of 1 systematic failure and 0 of 1 exception": of each kind that there is.
std::string counted_kinds(const KindCounts& some, const KindCounts& all);

/// "2 findings: 1 cause (13 bugs) and 1 systematic failure (1 exception).", "No bug was confirmed among 10
/// hypotheses.", or where fresh images were generated for none, "No bug was confirmed: none of 10 hypotheses was put to
/// the test." Never these where a label fails systematically.
std::string findings_sentence(const Findings& findings);

/// "14 of 312 hypotheses were confirmed.": bugs and exceptions. Empty where nothing was tried, and where
/// findings_sentence() says it.
std::string hypotheses_sentence(const Findings& findings);

/// Both sentences.
std::string summary(const Findings& findings);

}  // namespace scotoma
