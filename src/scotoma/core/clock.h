// SPDX-License-Identifier: Apache-2.0
// Time, where a test must be able to make it.
#pragma once

#include <chrono>

namespace scotoma {

class Clock {
 public:
  virtual ~Clock() = default;

  /// Seconds since some moment; never goes back.
  virtual double seconds() = 0;
};

/// The machine's own.
class SteadyClock : public Clock {
 public:
  double seconds() override {
    return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
  }
};

}  // namespace scotoma
