#include "report/tally.h"

#include <fmt/format.h>

#include "report/words.h"

namespace scotoma {

Tally tally_of(const Findings& findings) {
  Tally tally;
  for (const Hypothesis& h : findings.hypotheses) {
    if (h.status != Status::confirmed) continue;
    (h.direction == Direction::fails ? tally.bugs : tally.exceptions).push_back(&h);
  }
  for (const BaseResult& base : findings.bases) {
    if (base.everywhere) tally.everywhere.push_back(&base);
  }
  return tally;
}

std::string bug_summary(const Findings& findings) {
  const auto tried = static_cast<int>(findings.hypotheses.size());
  const auto bugs = static_cast<int>(tally_of(findings).bugs.size());
  const std::string text =
      bugs == 0 ? std::string("No bug was confirmed") : fmt::format("{} confirmed", counted(bugs, "bug"));
  return text + (tried == 0 ? "." : fmt::format(" among {}.", counted(tried, "hypothesis", "hypotheses")));
}

std::string label_summary(const Findings& findings) {
  const Tally tally = tally_of(findings);
  const auto everywhere = static_cast<int>(tally.everywhere.size());
  if (everywhere == 0) return {};
  const auto exceptions = static_cast<int>(tally.exceptions.size());
  return fmt::format("{} nearly everywhere{}.", counted(everywhere, "label fails", "labels fail"),
                     exceptions == 0 ? "" : fmt::format(", with {}", counted(exceptions, "exception")));
}

std::string summary(const Findings& findings) {
  const std::string labels = label_summary(findings);
  return bug_summary(findings) + (labels.empty() ? "" : " " + labels);
}

}  // namespace scotoma
