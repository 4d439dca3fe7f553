// SPDX-License-Identifier: Apache-2.0
// One record of the findings as a text that comes back as it was: JSON, with what JSON cannot say said in it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "scotoma/finding/finding.h"

namespace scotoma {

/// Which results stored findings belong to.
struct ResultsKey {
  std::string bugs;        ///< SHA-256 of the bugs.json that was written with them
  std::string study;       ///< SHA-256 of the study file's text, as study.json has it
  std::uint64_t seed = 0;  ///< of the run, as study.json has it
  int images = 0;          ///< budget.images of the run, likewise

  bool operator==(const ResultsKey&) const = default;
};

/// How many rows a store has of each kind.
struct StoreCounts {
  int bases = 0;
  int clusters = 0;
  int hypotheses = 0;
  int cross = 0;
  int samples = 0;  ///< different ones

  bool operator==(const StoreCounts&) const = default;
};

/// An object with the fields of finding_fields.h, in their order; for Findings, BaseResult, Cluster, Hypothesis,
/// CrossRow, Certificate, ResultsKey, StoreCounts and Reviews (a list of pairs by key). Doubles come back bit by bit;
/// infinities are "inf" and
/// "-inf". A text that is no UTF-8 is {"hex": "..."}. Requires that no number is NaN. The same record gives the same
/// bytes.
template <class Record>
std::string record_text(const Record& record);

/// The same of a hypothesis as it was before a review: with that status and, unless `reviewed`, without what a person
/// said of it.
std::string hypothesis_text(const Hypothesis& hypothesis, Status status, bool reviewed);

/// Reads what record_text wrote into a record of defaults; a field that an older program did not write stays as it is.
/// False: not such a text, or one with a negative count; the record is then of no use.
template <class Record>
bool read_record(std::string_view text, Record& record);

}  // namespace scotoma
