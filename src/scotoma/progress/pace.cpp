// SPDX-License-Identifier: Apache-2.0
#include "scotoma/progress/pace.h"

#include <algorithm>

namespace scotoma {

void Pace::on(const Event& event, double now) {
  if (const auto* work = std::get_if<WorkAdvanced>(&event)) {
    advance(*work);
  } else if (const auto* images = std::get_if<ImagesSpent>(&event)) {
    spent_ = images->images;
    budget_ = images->budget;
    not_counted_ = 0;
  }
  last_event_ = now;
}

/// No event says that a piece begins: the one before was done, or this one counts from below, or to another end.
void Pace::advance(const WorkAdvanced& work) {
  if (done_ == total_ || work.done < done_ || work.total != total_) {
    piece_begin_ = last_event_;
    done_ = 0;
  }
  if (work.unit == WorkUnit::images) {
    if (!begin_) begin_ = piece_begin_;
    generated_ += work.done - done_;
    not_counted_ += work.done - done_;
  }
  done_ = work.done;
  total_ = work.total;
}

int Pace::images() const {
  const auto left = static_cast<std::size_t>(std::max(0, budget_ - spent_));
  return spent_ + static_cast<int>(std::min(not_counted_, left));
}

std::optional<double> Pace::left_of_run(double now) const {
  if (!begin_ || generated_ == 0 || budget_ == 0) return std::nullopt;
  const double of_budget = (budget_ - images()) * (now - *begin_) / static_cast<double>(generated_);
  return std::max(of_budget, left_of_piece(now).value_or(0));
}

std::optional<double> Pace::speed(double now) const {
  if (done_ == 0 || now <= piece_begin_) return std::nullopt;
  return static_cast<double>(done_) / (now - piece_begin_);
}

std::optional<double> Pace::left_of_piece(double now) const {
  const auto each_second = speed(now);
  if (!each_second) return std::nullopt;
  return static_cast<double>(total_ - done_) / *each_second;
}

}  // namespace scotoma
