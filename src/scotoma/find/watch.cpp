// SPDX-License-Identifier: Apache-2.0
#include "scotoma/find/watch.h"

namespace scotoma {

void HypothesisWatch::compare(const std::vector<const Hypothesis*>& hypotheses, bool run_ended) {
  for (std::size_t h = 0; h < hypotheses.size(); ++h) {
    const Hypothesis& one = *hypotheses[h];
    Known now{one.id, one.status};
    if (!run_ended && one.status == Status::out_of_budget) now.status.reset();
    const bool is_new = h >= known_.size();
    if (!is_new && known_[h] == now) continue;
    const bool was_confirmed = !is_new && known_[h].status == Status::confirmed;
    listener_.on(HypothesisChanged{h, one.id, one.label, one.phrase.text, now.status});
    if (now.status == Status::confirmed && !was_confirmed) {
      listener_.on(BugConfirmed{h, one.id, one.label, one.phrase.text, one.direction, one.confirmed, one.log_e_value,
                                one.expected});
    }
    if (is_new) known_.emplace_back();
    known_[h] = std::move(now);
  }
}

void HypothesisWatch::compare(const std::vector<Hypothesis>& hypotheses, bool run_ended) {
  std::vector<const Hypothesis*> each;
  for (const Hypothesis& one : hypotheses) each.push_back(&one);
  compare(each, run_ended);
}

}  // namespace scotoma
