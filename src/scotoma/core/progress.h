// SPDX-License-Identifier: Apache-2.0
// What a run tells while it works. The command line draws it; tests count it.
#pragma once

#include <cstddef>
#include <string_view>

namespace scotoma {

class Progress {
 public:
  virtual ~Progress() = default;

  /// A stage begins: "exploring 18 phrases".
  virtual void stage(std::string_view /*what*/) {}

  /// `done` of `total` answers of this piece of work are there; called from one thread at a time.
  virtual void advance(std::size_t /*done*/, std::size_t /*total*/) {}

  /// Images asked for so far, of the study's budget.
  virtual void spent(int /*images*/, int /*budget*/) {}
};

}  // namespace scotoma
