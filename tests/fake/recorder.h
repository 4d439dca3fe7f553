// SPDX-License-Identifier: Apache-2.0
// A listener that keeps what happened, and a clock that a test sets.
#pragma once

#include <variant>
#include <vector>

#include "scotoma/core/clock.h"
#include "scotoma/finding/events.h"

namespace scotoma::fake {

class Recorder : public Listener {
 public:
  void on(const Event& event) override { events.push_back(event); }

  /// Those of one type, in order.
  template <class T>
  std::vector<T> all() const {
    std::vector<T> found;
    for (const Event& event : events) {
      if (const auto* one = std::get_if<T>(&event)) found.push_back(*one);
    }
    return found;
  }

  std::vector<Event> events;
};

class SetClock : public Clock {
 public:
  double seconds() override { return now; }
  double now = 1000;  ///< no clock starts at zero
};

}  // namespace scotoma::fake
