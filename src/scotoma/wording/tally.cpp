// SPDX-License-Identifier: Apache-2.0
#include "scotoma/wording/tally.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "scotoma/wording/words.h"

namespace scotoma {
namespace {

/// A hypothesis is a bug or an exception.
void count_one(Direction direction, KindCounts& counts) {
  ++(direction == Direction::fails ? counts.bugs : counts.exceptions);
}

template <class Wanted>
KindCounts count_rows(const Transfer& transfer, const Wanted& wanted) {
  KindCounts counts;
  for (const TransferRow& row : transfer.rows) {
    if (wanted(row)) count_one(row.direction, counts);
  }
  counts.systematic = static_cast<int>(std::count_if(transfer.systematic.begin(), transfer.systematic.end(), wanted));
  return counts;
}

struct CountedKind {
  int KindCounts::*count;
  const char* noun;
};
constexpr std::array kKinds = {CountedKind{&KindCounts::bugs, "bug"},
                               CountedKind{&KindCounts::systematic, "systematic failure"},
                               CountedKind{&KindCounts::exceptions, "exception"}};

}  // namespace

Tally tally_of(const Findings& findings) {
  Tally tally;
  tally.causes = find_causes(findings);
  tally.systematic = systematic_failures(findings);
  for (const Hypothesis& h : findings.hypotheses) {
    if (h.status != Status::confirmed) continue;
    (h.direction == Direction::fails ? tally.bugs : tally.exceptions).push_back(&h);
  }
  for (const SystematicFailure& failure : tally.systematic) tally.failing_labels.push_back(failure.base);
  return tally;
}

KindCounts counts_of(const Transfer& transfer) {
  return count_rows(transfer, [](const TransferRow& /*row*/) { return true; });
}

KindCounts transferring(const Transfer& transfer, std::size_t column) {
  return count_rows(transfer, [&](const TransferRow& row) { return row.cells.at(column).transfers; });
}

KindCounts counts_of(const Check& check) {
  KindCounts counts;
  for (const CheckCase& one : check.cases) {
    if (one.systematic) {
      ++counts.systematic;
    } else {
      count_one(one.direction, counts);
    }
  }
  return counts;
}

KindCounts counts_of(const std::vector<std::string>& ids, const Findings& findings) {
  KindCounts counts;
  for (const Hypothesis& h : findings.hypotheses) {
    if (h.status == Status::confirmed && std::find(ids.begin(), ids.end(), h.id) != ids.end())
      count_one(h.direction, counts);
  }
  return counts;
}

std::string counted_kinds(const KindCounts& counts) {
  std::vector<std::string> parts;
  for (const CountedKind& kind : kKinds) {
    if (counts.*kind.count > 0) parts.push_back(counted(counts.*kind.count, kind.noun));
  }
  return listed(parts);
}

std::string counted_kinds(const KindCounts& some, const KindCounts& all) {
  std::vector<std::string> parts;
  for (const CountedKind& kind : kKinds) {
    if (all.*kind.count > 0)
      parts.push_back(fmt::format("{} of {}", grouped(some.*kind.count), counted(all.*kind.count, kind.noun)));
  }
  return listed(parts);
}

std::string findings_sentence(const Findings& findings) {
  const Tally tally = tally_of(findings);
  const auto number = [](const auto& list) { return static_cast<int>(list.size()); };
  if (tally.findings() == 0) {
    const auto tested = [](const Hypothesis& h) { return h.wave || h.confirmed.valid + h.confirmed.invalid > 0; };
    const std::string tried = counted(number(findings.hypotheses), "hypothesis", "hypotheses");
    if (findings.hypotheses.empty()) return "No bug was confirmed.";
    if (std::none_of(findings.hypotheses.begin(), findings.hypotheses.end(), tested))
      return fmt::format("No bug was confirmed: none of {} was put to the test.", tried);
    return fmt::format("No bug was confirmed among {}.", tried);
  }
  std::vector<std::string> parts;
  if (!tally.causes.empty())
    parts.push_back(fmt::format("{} ({})", counted(number(tally.causes), "cause"), counted(number(tally.bugs), "bug")));
  if (!tally.systematic.empty()) {
    parts.push_back(counted(number(tally.systematic), "systematic failure"));
    if (!tally.exceptions.empty()) parts.back() += fmt::format(" ({})", counted(number(tally.exceptions), "exception"));
  }
  return fmt::format("{}: {}.", counted(static_cast<int>(tally.findings()), "finding"), listed(parts));
}

std::string hypotheses_sentence(const Findings& findings) {
  const Tally tally = tally_of(findings);
  const auto tried = static_cast<int>(findings.hypotheses.size());
  if (tried == 0 || tally.findings() == 0) return {};
  const auto confirmed = static_cast<int>(tally.bugs.size() + tally.exceptions.size());
  return fmt::format("{} of {} confirmed.", confirmed == 0 ? "None" : grouped(confirmed),
                     counted(tried, confirmed == 1 || confirmed == 0 ? "hypothesis was" : "hypothesis were",
                             confirmed == 1 || confirmed == 0 ? "hypotheses was" : "hypotheses were"));
}

std::string summary(const Findings& findings) {
  const std::string hypotheses = hypotheses_sentence(findings);
  return findings_sentence(findings) + (hypotheses.empty() ? "" : " " + hypotheses);
}

}  // namespace scotoma
