#include "tally.h"

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

std::string tally_words(const Findings& findings, const Tally& tally) {
  const auto bugs = static_cast<int>(tally.bugs.size());
  const auto tried = static_cast<int>(findings.hypotheses.size());
  const auto everywhere = static_cast<int>(tally.everywhere.size());
  std::string text = bugs == 0 ? "No bug was confirmed" : fmt::format("{} confirmed", counted(bugs, "bug"));
  text += tried == 0 ? "." : fmt::format(" among {}.", counted(tried, "hypothesis", "hypotheses"));
  if (everywhere > 0) text += fmt::format(" {} nearly everywhere.", counted(everywhere, "label fails", "labels fail"));
  return text;
}

std::string headline(const Hypothesis& hypothesis) {
  const Rate& rate = hypothesis.measured();
  const std::string interval = fmt::format("({:.0f} to {:.0f} %)", 100 * rate.low, 100 * rate.high);
  if (hypothesis.direction == Direction::passes) {
    const Phrase& phrase = hypothesis.phrase;
    const std::string where = phrase.before ? fmt::format("\"{}\" {} is recognised", phrase.text, hypothesis.label)
                                            : fmt::format("{} is recognised \"{}\"", hypothesis.label, phrase.text);
    return fmt::format("{}: {:.0f} % pass {}", where, 100 * rate.rate, interval);
  }
  const std::string& wrong = hypothesis.taken_for();
  return fmt::format("{}: {:.0f} % fail {}{}", hypothesis.prompt, 100 * rate.rate, interval,
                     wrong.empty() ? "" : fmt::format(", taken for \"{}\"", wrong));
}

}  // namespace scotoma
