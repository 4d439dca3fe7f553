// SPDX-License-Identifier: Apache-2.0
// What became of the hypotheses, from stage to stage. Compared here once, so that no stage has to report it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "scotoma/finding/events.h"

namespace scotoma {

class HypothesisWatch {
 public:
  /// `listener` must outlive the watch.
  explicit HypothesisWatch(Listener& listener) : listener_(listener) {}

  /// Reports each hypothesis that is new or has another id or status than at the last call. Requires that none was
  /// moved or left out since. `run_ended`: from now on Status::out_of_budget is how a hypothesis ended; before, it
  /// means that nothing was decided.
  void compare(const std::vector<const Hypothesis*>& hypotheses, bool run_ended = false);
  void compare(const std::vector<Hypothesis>& hypotheses, bool run_ended = false);

 private:
  struct Known {
    std::string id;
    std::optional<Status> status;
    bool operator==(const Known&) const = default;
  };

  Listener& listener_;
  std::vector<Known> known_;
};

}  // namespace scotoma
