// SPDX-License-Identifier: Apache-2.0
// The parts that work is done in, by one name each: run.json, events and what a person reads use these.
#pragma once

#include <string_view>

namespace scotoma {

enum class Stage {
  // of a run, in its order (find/find.cpp); one that is not needed is left out
  measure_speed,
  sample,
  describe,
  hypothesise,
  explore,
  shrink,
  complete,
  confirm,
  audit,
  cross_check,
  spread,
  // of verbs that ask for more than a run
  generate,
  transfer,
  check,
  export_dataset,
  certify,  ///< the last stage of a run, too, where the study asks for it
};

/// "sample", "cross-check": for files and programs. Never changes.
std::string_view stage_name(Stage stage);

/// What is done there, for people: "trying each phrase on a few images".
std::string_view stage_sentence(Stage stage);

}  // namespace scotoma
