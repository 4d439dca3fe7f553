#include "report/tally.h"

#include <fmt/format.h>

#include "report/words.h"

namespace scotoma {

Tally tally_of(const Findings& findings) {
  Tally tally;
  tally.causes = causes_of(findings);
  tally.systematic = systematic_failures(findings);
  for (const Hypothesis& h : findings.hypotheses) {
    if (h.status != Status::confirmed) continue;
    (h.direction == Direction::fails ? tally.bugs : tally.exceptions).push_back(&h);
  }
  for (const SystematicFailure& failure : tally.systematic) tally.everywhere.push_back(failure.base);
  return tally;
}

std::string findings_sentence(const Findings& findings) {
  const Tally tally = tally_of(findings);
  const auto number = [](const auto& list) { return static_cast<int>(list.size()); };
  if (tally.findings() == 0) {
    const int tried = number(findings.hypotheses);
    return fmt::format("No bug was confirmed{}.",
                       tried == 0 ? "" : " among " + counted(tried, "hypothesis", "hypotheses"));
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
