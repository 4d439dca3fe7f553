// SPDX-License-Identifier: Apache-2.0
// Events for programs: one JSON object a line, as docs/progress.md describes them.
#pragma once

#include <cstdio>
#include <optional>

#include "scotoma/core/clock.h"
#include "scotoma/finding/events.h"
#include "scotoma/progress/pace.h"

namespace scotoma {

class JsonProgress : public Listener {
 public:
  /// Of a piece of work no event comes sooner after another, but for its last.
  static constexpr double kSecondsBetweenAdvances = 0.1;

  /// `file` and `clock` must outlive it. Times are counted from here.
  JsonProgress(std::FILE* file, Clock& clock);

  /// A line goes out whole, in one write. A file that cannot be written to is no error: the run matters more.
  void on(const Event& event) override;

 private:
  bool too_soon(const Event& event, double now);

  std::FILE* file_;
  Clock& clock_;
  double begin_;
  Pace pace_;
  Stage stage_ = Stage::sample;
  std::optional<double> last_advance_;
};

}  // namespace scotoma
