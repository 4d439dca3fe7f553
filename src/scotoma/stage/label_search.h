// SPDX-License-Identifier: Apache-2.0
// What a further search has seen of one label (stage/further.h).
#pragma once

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "scotoma/evidence/fisher.h"
#include "scotoma/finding/count.h"
#include "scotoma/finding/finding.h"
#include "scotoma/stage/listed.h"

namespace scotoma {

/// What images showed of an event.
struct Seen {
  int events = 0;
  int valid = 0;
  double log_doubt = 0;      ///< sum over valid images of the logarithm of how near the classifier was to the event
  std::map<int, int> wrong;  ///< class -> count
  std::vector<std::string> images = {};  ///< with the event

  void add(const Sample& sample, Direction direction, int class_index) {
    if (!sample.valid()) return;
    ++valid;
    events += shows(sample, direction) ? 1 : 0;
    if (shows(sample, direction)) images.push_back(sample.image);
    log_doubt += std::log(shows(sample, direction)
                              ? 1
                              : std::max(kSurely, probability_of_event(sample.prediction, direction, class_index)));
    if (sample.misclassified() && !sample.prediction.top.empty()) ++wrong[sample.prediction.label()];
  }

  double mean_log_doubt() const { return valid == 0 ? 0 : log_doubt / valid; }
  bool half() const { return events > 0 && 2 * events >= valid; }

 private:
  static constexpr double kSurely = 1e-6;

  /// The best other class's, or for a pass the label's own.
  static double probability_of_event(const Prediction& prediction, Direction direction, int class_index) {
    double best = 0;
    for (const Score& score : prediction.top) {
      const bool own = score.label == class_index;
      if (own == (direction == Direction::passes)) best = std::max(best, double{score.probability});
    }
    return best;
  }
};

/// -log10 of Fisher's one-sided p-value that the event is more frequent in some images than in the others of `all`; 0
/// without an event. Requires that `all` counts them too.
inline double fisher_score(const Seen& with, int all_events, int all_valid) {
  const double p = fisher_greater(with.events, with.valid, all_events - with.events, all_valid - with.valid);
  return with.events == 0 ? 0 : 0.0 - std::log10(std::max(1e-300, p));
}

/// A row, and what its images showed.
struct SeenRow {
  Combination row;
  Seen seen;
};

/// What is known of one label.
struct LabelSearch {
  const BaseResult* base;
  std::vector<SeenRow> rows = {};
  std::map<Combination, Seen> within = {};  ///< single phrases: of the rows that hold them
  std::map<Combination, Seen> alone = {};   ///< one phrase or two, and nothing else in the prompt
  Seen total = {};                          ///< of all rows
  std::set<Combination> joined = {};        ///< single phrases whose pairs were screened

  Direction direction() const { return direction_of(*base); }

  bool explained(const Combination& row) const {
    return std::any_of(row.begin(), row.end(), [&](const auto& at) {
      const auto found = alone.find({at});
      return found != alone.end() && found->second.half();
    });
  }

  bool found_something() const {
    return std::any_of(alone.begin(), alone.end(), [](const auto& one) { return one.second.half(); });
  }
};

}  // namespace scotoma
