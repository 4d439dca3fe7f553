// SPDX-License-Identifier: Apache-2.0
#include "scotoma/find/conclude.h"

#include <algorithm>
#include <cassert>
#include <utility>

#include "scotoma/finding/doubt.h"
#include "scotoma/finding/review.h"
#include "scotoma/stage/review.h"

namespace scotoma {
namespace {

void order_hypotheses(std::vector<Hypothesis>& hypotheses) {
  std::stable_sort(hypotheses.begin(), hypotheses.end(), [](const Hypothesis& a, const Hypothesis& b) {
    const bool a_confirmed = a.status == Status::confirmed;
    const bool b_confirmed = b.status == Status::confirmed;
    if (a_confirmed != b_confirmed) return a_confirmed;
    if (a_confirmed && a.audit.rate != b.audit.rate) return a.audit.rate > b.audit.rate;
    return a.log_e_value > b.log_e_value;
  });
}

/// Those of a cache that several studies share are not all about this one's images.
Reviews about_its_images(const Reviews& reviews, const Findings& findings) {
  Reviews own;
  if (reviews.empty()) return own;
  for (const Reviewable& image : reviewable(findings)) {
    if (const auto answer = reviews.find(image.key()); answer != reviews.end()) own.insert(*answer);
  }
  return own;
}

}  // namespace

void conclude(const Study& study, const Reviews& reviews, Findings& findings) {
  assert(!findings.before_review);
  BeforeReview before;
  for (const Hypothesis& h : findings.hypotheses) before.hypotheses.push_back({h.id, h.status});
  before.cross = findings.cross;
  before.rejection_threshold = findings.rejection_threshold;
  before.limits = findings.limits;
  before.reviews = about_its_images(reviews, findings);

  const std::vector<std::string> said = review(study, reviews, findings);
  order_hypotheses(findings.hypotheses);
  findings.limits = doubts(findings);  // first, since they concern everything
  findings.limits.insert(findings.limits.end(), before.limits.begin(), before.limits.end());
  findings.limits.insert(findings.limits.end(), said.begin(), said.end());
  findings.before_review = std::move(before);
}

}  // namespace scotoma
