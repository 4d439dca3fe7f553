// SPDX-License-Identifier: Apache-2.0
#include "scotoma/finding/cause.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <limits>
#include <map>
#include <set>
#include <sstream>
#include <string_view>
#include <utility>

#include "scotoma/core/letters.h"
#include "scotoma/evidence/confidence_sequence.h"
#include "scotoma/finding/count.h"
#include "scotoma/finding/phrase.h"

namespace scotoma {
namespace {

/// Lower case (ASCII), one blank between words, no articles; the text itself where nothing else is left.
std::string same_words(const std::string& text) {
  constexpr std::array<std::string_view, 3> kArticles = {"a", "an", "the"};
  std::istringstream words(small_ascii(text));
  std::string same;
  for (std::string word; words >> word;) {
    if (std::find(kArticles.begin(), kArticles.end(), word) == kArticles.end())
      same += (same.empty() ? "" : " ") + word;
  }
  return same.empty() ? text : same;
}

/// What two bugs of one cause share: pieces in front of the label, pieces behind it, the wrong answer.
using Key = std::pair<std::multiset<std::pair<bool, std::string>>, std::string>;

Key key_of(const Hypothesis& bug, std::string answer) {
  Key key;
  for (const PhrasePart& piece : bug.phrase.pieces()) key.first.emplace(piece.before, same_words(piece.text));
  key.second = std::move(answer);
  return key;
}

/// The class of most of the failures in confirmation; empty where there is none.
std::string answer_in_confirmation(const Hypothesis& bug) {
  const WrongAnswer wrong = most_frequent_wrong(bug.tried);
  return wrong.count > 0 && 2 * wrong.count >= bug.confirmed.failures ? std::to_string(wrong.class_index) : "";
}

std::set<std::string> ids_of_hypotheses(const Findings& findings) {
  std::set<std::string> ids;
  for (const Hypothesis& h : findings.hypotheses) ids.insert(h.id);
  return ids;
}

/// In the order of the bases, so that an id does not depend on what else fails, or how much.
std::vector<SystematicFailure> in_study_order(const Findings& findings, std::set<std::string>& taken) {
  std::vector<SystematicFailure> failures;
  for (const BaseResult& base : findings.bases) {
    if (!base.failing_label || base.not_generatable) continue;
    SystematicFailure& failure = failures.emplace_back();
    failure.id = *taken.insert(free_id(id_of(base.label, "systematic"), taken)).first;
    failure.base = &base;
    for (const Hypothesis& h : findings.hypotheses) {
      const bool excepted = h.status == Status::confirmed && h.direction == Direction::passes;
      if (excepted && h.label == base.label) failure.exceptions.push_back(&h);
    }
  }
  return failures;
}

/// The rows that were made for one of the cause's bugs, of its own answer: those of another are another story.
std::vector<const CrossRow*> cross_of(const Findings& findings, const Cause& cause) {
  std::vector<const CrossRow*> rows;
  for (const CrossRow& row : findings.cross) {
    const bool shared = std::any_of(cause.bugs.begin(), cause.bugs.end(), [&](const Hypothesis* bug) {
      return std::find(row.bugs.begin(), row.bugs.end(), bug->id) != row.bugs.end();
    });
    if (shared && row.answer == cause.predicted) rows.push_back(&row);
  }
  return rows;
}

}  // namespace

std::vector<std::string> Cause::labels() const {
  std::vector<std::string> labels;
  for (const Hypothesis* bug : bugs) {
    if (std::find(labels.begin(), labels.end(), bug->label) == labels.end()) labels.push_back(bug->label);
  }
  return labels;
}

std::string usual_answer(const Hypothesis& hypothesis) {
  if (hypothesis.direction == Direction::passes) return {};
  const bool usual = !hypothesis.audited() || 2 * hypothesis.predicted_count >= hypothesis.audit.failures;
  return usual ? hypothesis.misclassified_as() : "";
}

std::vector<Cause> find_causes(const Findings& findings) {
  std::vector<Cause> causes;
  std::map<Key, std::size_t> known;
  for (const Hypothesis& h : findings.hypotheses) {
    if (h.status != Status::confirmed || h.direction != Direction::fails) continue;
    const auto [at, added] = known.emplace(key_of(h, usual_answer(h)), causes.size());
    if (added) causes.push_back({{}, h.phrase, usual_answer(h), {}, {}, {}});
    causes[at->second].bugs.push_back(&h);
  }
  std::set<std::string> taken = ids_of_hypotheses(findings);
  static_cast<void>(in_study_order(findings, taken));  // their ids are taken, too
  for (Cause& cause : causes) {
    const std::string wrong = cause.predicted.empty() ? "unrecognised" : "as " + cause.predicted;
    cause.id = *taken.insert(free_id(id_of(cause.phrase.text, wrong), taken)).first;
    cause.cross = cross_of(findings, cause);
    const bool audited = std::all_of(cause.bugs.begin(), cause.bugs.end(), [](auto* bug) { return bug->audited(); });
    if (cause.bugs.size() > 1 && audited) {
      const Rate pooled = pooled_audit(cause.bugs);
      if (pooled.valid > 0) cause.pooled = pooled;
    }
  }
  std::stable_sort(causes.begin(), causes.end(),
                   [](const Cause& a, const Cause& b) { return a.bugs.size() > b.bugs.size(); });
  return causes;
}

std::vector<std::vector<std::size_t>> grouped_by_cause(const std::vector<Hypothesis>& hypotheses,
                                                       const std::vector<std::size_t>& of) {
  std::vector<std::vector<std::size_t>> causes;
  std::map<Key, std::size_t> known;
  for (const std::size_t h : of) {
    const Hypothesis& bug = hypotheses[h];
    if (bug.direction == Direction::passes) {
      causes.push_back({h});
      continue;
    }
    const auto [at, added] = known.emplace(key_of(bug, answer_in_confirmation(bug)), causes.size());
    if (added) causes.emplace_back();
    causes[at->second].push_back(h);
  }
  return causes;
}

Rate pooled_audit(const std::vector<const Hypothesis*>& bugs) {
  std::size_t fewest = std::numeric_limits<std::size_t>::max();
  std::vector<std::vector<bool>> events;
  Rate rate;
  for (const Hypothesis* bug : bugs) {
    std::vector<bool>& own = events.emplace_back();
    for (const Pair& pair : bug->pairs) {
      if (pair.with.valid()) own.push_back(shows(pair.with, bug->direction));
      rate.invalid += pair.with.valid() ? 0 : 1;
    }
    fewest = std::min(fewest, own.size());
  }
  for (const auto& own : events)
    rate.failures += static_cast<int>(std::count(own.begin(), own.begin() + static_cast<std::ptrdiff_t>(fewest), true));
  rate.valid = static_cast<int>(fewest * events.size());
  rate.rate = rate.valid > 0 ? static_cast<double>(rate.failures) / rate.valid : 0;
  const Interval interval = confidence_sequence(rate.failures, rate.valid, 0.95);
  rate.low = interval.low;
  rate.high = interval.high;
  return rate;
}

std::vector<SystematicFailure> systematic_failures(const Findings& findings) {
  std::set<std::string> taken = ids_of_hypotheses(findings);
  std::vector<SystematicFailure> failures = in_study_order(findings, taken);
  std::stable_sort(failures.begin(), failures.end(), [](const SystematicFailure& a, const SystematicFailure& b) {
    return a.base->rate.rate > b.base->rate.rate;
  });
  return failures;
}

}  // namespace scotoma
