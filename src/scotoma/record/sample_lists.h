// SPDX-License-Identifier: Apache-2.0
// The lists of samples that findings hold, each with a name, in one order.
#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <functional>
#include <optional>
#include <string_view>
#include <vector>

#include "scotoma/core/names.h"
#include "scotoma/finding/finding.h"

namespace scotoma {

/// Whose samples a list holds.
enum class ListOf {
  base,           ///< BaseResult::samples
  cluster,        ///< Cluster::members
  tried,          ///< Hypothesis::tried
  audit,          ///< Hypothesis::audit_samples
  pairs_with,     ///< the first halves of Hypothesis::pairs
  pairs_without,  ///< the second halves
  cross,          ///< CrossCell::samples
  certificate,    ///< CertificateCell::failures
};

constexpr std::array<Named<ListOf>, 8> names_of(ListOf) {
  return {{{ListOf::base, "base"},
           {ListOf::cluster, "cluster"},
           {ListOf::tried, "tried"},
           {ListOf::audit, "audit"},
           {ListOf::pairs_with, "pairs_with"},
           {ListOf::pairs_without, "pairs_without"},
           {ListOf::cross, "cross"},
           {ListOf::certificate, "certificate"}}};
}

struct SampleList {
  ListOf of = ListOf::base;
  std::size_t item = 0;  ///< index into Findings::bases, clusters, hypotheses (in the order of the stages) or cross, or
                         ///< into the certificate's cells
  std::size_t cell = 0;  ///< of `cross`: index into the row's cells; else 0

  auto operator<=>(const SampleList&) const = default;
};

/// Findings as the stages left them, before a review: pointers into findings that outlive them.
struct AsFound {
  struct Entry {
    const Hypothesis* hypothesis = nullptr;
    Status status = Status::out_of_budget;
    bool reviewed = true;  ///< whether Hypothesis::reviewed is part of it
  };
  const std::vector<BaseResult>* bases = nullptr;
  const std::vector<Cluster>* clusters = nullptr;
  std::vector<Entry> hypotheses;
  const std::vector<CrossRow>* cross = nullptr;
  const std::optional<Certificate>* certificate = nullptr;
};

/// Requires that `before_review`, where it is there, is of these findings.
AsFound as_found(const Findings& findings);

using ListVisitor = std::function<void(const SampleList& list, const std::vector<const Sample*>& samples)>;

/// All lists of samples, the empty ones too, in the one order of a store.
void each_list(const AsFound& found, const ListVisitor& visit);

/// Puts a list's samples in their place. Requires findings without `before_review` that have the place; false: the two
/// halves of the pairs are not of one length.
bool put_list(Findings& findings, const SampleList& list, std::vector<Sample> samples);

}  // namespace scotoma
