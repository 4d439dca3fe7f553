// SPDX-License-Identifier: Apache-2.0
// How fast a run works, and how long it may still take.
#pragma once

#include <cstddef>
#include <optional>

#include "scotoma/finding/events.h"

namespace scotoma {

/// Knows no clock: every time is the caller's, in seconds since some moment, and never goes back.
class Pace {
 public:
  /// The run is watched from `now` on.
  explicit Pace(double now) : last_event_(now) {}

  void on(const Event& event, double now);

  /// Seconds that the run takes at most from `now` on, if the rest of its budget takes as long an image as those that
  /// it generated so far, with all that was asked about them. A bound, since most studies end before their budget does.
  /// None before an image was generated, and where there is no budget. What the cache answered before counts in
  /// neither time nor images: it says nothing of the models.
  std::optional<double> left_of_run(double now) const;

  /// Seconds until the piece of work under way is done, as fast as it was so far; none before it has advanced.
  std::optional<double> left_of_piece(double now) const;

  /// Images or answers a second in the piece of work under way; none before it has advanced.
  std::optional<double> speed(double now) const;

  /// Images asked for so far, those of the piece of work under way included, and the budget; 0: not known yet.
  int images() const;
  int budget() const { return budget_; }

 private:
  void advance(const WorkAdvanced& work);

  double last_event_;
  // of the piece of work under way
  double piece_begin_ = 0;
  std::size_t done_ = 0;
  std::size_t total_ = 0;
  // of the run
  std::optional<double> begin_;  ///< when the first image that was generated was begun
  std::size_t generated_ = 0;    ///< images
  std::size_t not_counted_ = 0;  ///< of these, since the last ImagesSpent
  int spent_ = 0;
  int budget_ = 0;
};

}  // namespace scotoma
