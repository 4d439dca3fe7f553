// SPDX-License-Identifier: Apache-2.0
#include "scotoma/wording/finding_words.h"

#include <fmt/format.h>

#include <algorithm>

#include "scotoma/finding/count.h"
#include "scotoma/study/prompt.h"
#include "scotoma/wording/claims_filter.h"
#include "scotoma/wording/spread.h"
#include "scotoma/wording/tally.h"
#include "scotoma/wording/words.h"

namespace scotoma {
namespace {

constexpr std::size_t kCounted = 5;  // labels that are counted
constexpr std::size_t kShown = 3;    // of those that are named

bool among(const std::vector<std::string>& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

/// "fly, cat, dog and 10 more" of many.
std::string some_of(const std::vector<std::string>& labels) {
  if (labels.size() < kCounted) return listed(labels);
  std::vector<std::string> named(labels.begin(), labels.begin() + kShown);
  named.push_back(fmt::format("{} more", grouped(static_cast<long long>(labels.size() - kShown))));
  return listed(named);
}

/// What baseline images that fail do, in front of "mostly as a duck".
std::string_view misclassified(const Study& study) {
  return study.failure.rule == FailureKind::low_score ? "fail" : "are misclassified";
}

std::string fate(const Study& study, const Cause& cause) {
  return cause.predicted.empty() ? unrecognised(study) : "misclassified as " + with_article(study, cause.predicted);
}

/// Labels other than the cause's own that its cross-checks say something about.
int others_tried(const Cause& cause) {
  const std::vector<std::string> own = cause.labels();
  std::vector<std::string> tried;
  for (const CrossRow* row : cause.cross) {
    for (const CrossCell& cell : row->cells) {
      if (cell.tested && !among(own, cell.label) && !among(tried, cell.label)) tried.push_back(cell.label);
    }
  }
  return static_cast<int>(tried.size());
}

}  // namespace

std::string sentence(const Study& study, const Cause& cause) {
  const std::vector<std::string> labels = cause.labels();
  if (labels.size() == 1)
    return fmt::format("{} is {}.", capitalised(subject(study, *cause.bugs.front())), fate(study, cause));
  const std::string where = capitalised(circumstance(cause.phrase));
  if (labels.size() < kCounted) return fmt::format("{}, {} are {}.", where, listed(labels), fate(study, cause));
  return fmt::format("{}, {} labels are {}: {}.", where, labels.size(), fate(study, cause), some_of(labels));
}

std::vector<std::string> reached_labels(const Findings& findings, const Cause& cause) {
  const std::vector<std::string> own = cause.labels();
  std::vector<std::string> reached;
  for (const CrossRow* row : cause.cross) {
    for (const CrossCell* cell : spread_of(findings, *row).reached) {
      if (!among(own, cell->label) && !among(reached, cell->label)) reached.push_back(cell->label);
    }
  }
  return reached;
}

std::string reach_sentence(const Findings& findings, const Cause& cause) {
  const std::vector<std::string> reached = reached_labels(findings, cause);
  if (!reached.empty()) return fmt::format("The cross-check finds the same of {}.", some_of(reached));
  const int tried = others_tried(cause);
  return tried == 0 ? "" : fmt::format("The cross-check found nothing like it on {}.", counted(tried, "other label"));
}

std::vector<const CrossRow*> cross_without_cause(const Findings& findings) {
  std::vector<const CrossRow*> rows = furthest_first(findings);
  for (const Cause& cause : find_causes(findings)) {
    std::erase_if(rows, [&](const CrossRow* row) {
      return std::find(cause.cross.begin(), cause.cross.end(), row) != cause.cross.end();
    });
  }
  return rows;
}

std::string sentence(const Study& study, const SystematicFailure& failure) {
  const BaseResult& base = *failure.base;
  const bool usual = 2 * most_frequent_wrong(base.samples).count >= base.rate.failures;
  return fmt::format("{} fails systematically: {} baseline images {}{}.", capitalised(with_article(study, base.label)),
                     fraction(base.rate), misclassified(study),
                     base.predicted.empty() || !usual ? "" : ", mostly as " + with_article(study, base.predicted));
}

std::string failure_sentence(const Study& study) {
  const FailureOptions& failure = study.failure;
  if (failure.rule == FailureKind::top_k) {
    return fmt::format("An image fails here when its label is not among the {} best classes.", failure.k);
  }
  if (failure.rule == FailureKind::low_score) {
    return fmt::format(
        "An image fails here when its label scores below {:g}, whichever class is the best, or is not among the {} "
        "best.",
        failure.threshold, Prediction::kTop);
  }
  if (failure.rule == FailureKind::confident) {
    return fmt::format(
        "An image fails here when another class than its label's is the best and scores {:g} or more; a wrong answer "
        "that scores less passes.",
        failure.threshold);
  }
  return {};
}

std::string planned_sentence(const Study& study) {
  if (study.evidence.rule != EvidenceRule::sequential) return {};
  return fmt::format(
      "Set before the run: of the claims that such a study confirms, at most {} are expected to be false.",
      at_most(study.evidence.alpha - study.evidence.alpha0));
}

std::string evidence_sentence(const Study& study, const Findings& findings) {
  const std::vector<Claim> claims = claims_of(findings.hypotheses);
  if (claims.empty() || study.evidence.rule != EvidenceRule::sequential) return {};
  return claims_sentence(claims, trials_beside_claims(findings.hypotheses), trials_of(study, findings));
}

std::string systematic_sentence(double alpha0) {
  return fmt::format("Of systematic failures: the probability that even one is false is at most {}.", at_most(alpha0));
}

std::vector<std::string> error_rates(const Study& study, const Findings& findings) {
  std::vector<std::string> sentences;
  if (std::string text = evidence_sentence(study, findings); !text.empty()) {
    sentences.push_back(planned_sentence(study));
    sentences.push_back(std::move(text));
  }
  if (!systematic_failures(findings).empty()) sentences.push_back(systematic_sentence(study.evidence.alpha0));
  return sentences;
}

}  // namespace scotoma
