// SPDX-License-Identifier: Apache-2.0
// A synthetic study from beginning to end: the program's own stages, and beside them what plain rules would have said.
#pragma once

#include <array>
#include <cstddef>
#include <string_view>

#include "simulation/world.h"

namespace scotoma::simulation {

/// Ways to decide what is a bug, on the same studies.
enum class Method {
  scotoma,      ///< the program: joint e-values and e-BH
  bound,        ///< the finalists on images of their own, budget.confirm each: e-values against the upper confidence
                ///< bound of the baseline rate + delta instead of joint ones, e-BH over kBoundHypotheses
  plain_more,   ///< kPlainImages each; more failures than the base prompt
  plain_points  ///< kPlainImages each; at least kPlainPoints more than the base prompt
};
inline constexpr std::size_t kMethods = 4;
inline constexpr int kBoundHypotheses = 64;  // no label was to pay for being picked: its bound holds for all at once
inline constexpr int kPlainImages = 50;
inline constexpr double kPlainPoints = 0.05;

/// What one method claimed in one study.
struct Claims {
  int made = 0;
  int wrong = 0;         ///< true rate not above the label's true baseline rate + delta, among images the judge accepts
  int wrong_at_all = 0;  ///< not even above the baseline rate
  int wrong_of_real = 0;  ///< wrong among the images that do show the label
  int found = 0;          ///< made - wrong
  int images = 0;
};

/// Intervals that the report shows.
enum class Shown {
  base_bounds,    ///< all 2 L one-sided bounds of a study at once; level 1 - alpha0
  base_rate,      ///< a label's 95 % interval
  audit_rate,     ///< 95 %, of confirmed bugs, on fresh images; a sequence
  cause_rate,     ///< 95 %, of several labels with one phrase together; a sequence
  audit_base,     ///< 95 %, the base prompt on the audit's seeds
  lift,           ///< 95 %, Newcombe's for pairs of an audit that may have stopped early
  explored_rate,  ///< after a selection: only describes
  confirmed_rate  ///< stopped by what it showed: only describes
};
inline constexpr std::size_t kShown = 8;

struct Coverage {
  int intervals = 0;
  int covering = 0;
};

struct StudyResult {
  std::array<Claims, kMethods> methods;
  std::array<Coverage, kShown> coverage;
  int hypotheses = 0;
  int bugs = 0;  ///< hypotheses that are true
  Spent spent;
};

/// Errors: those of the stages.
Result<StudyResult> run_study(World world);

}  // namespace scotoma::simulation
