// SPDX-License-Identifier: Apache-2.0
// Many studies of one scenario -> rates with their Monte Carlo errors, and which promises they break.
#pragma once

#include <array>
#include <cstddef>
#include <functional>
#include <string>
#include <vector>

#include "simulation/study.h"

namespace scotoma::simulation {

/// A mean over studies, or a ratio of sums over studies, with its Monte Carlo standard error.
struct Estimate {
  double mean = 0;
  double error = 0;
  long units = 0;  ///< studies of a mean; the denominator of a ratio
};

/// Sum of tops by sum of bottoms, over studies 0 .. studies - 1, which are the independent units: the error by
/// linearisation. No units where the bottoms are 0.
Estimate ratio_of(std::size_t studies, const std::function<double(std::size_t)>& top,
                  const std::function<double(std::size_t)>& bottom);

struct MethodTally {
  Estimate fdr;               ///< mean over studies of wrong / made, 0 where nothing was claimed
  Estimate fdr_at_all;        ///< the same, wrong only where the rate is not above the baseline rate at all
  Estimate fdr_of_real;       ///< the same, judged by the images that do show the label
  Estimate power;             ///< found / bugs over all studies
  double claims = 0;          ///< a study
  double images = 0;          ///< a study
  double images_per_bug = 0;  ///< images / bugs found, over all studies; 0 where none was
};

struct Tally {
  int studies = 0;
  std::array<MethodTally, kMethods> methods;
  std::array<Estimate, kShown> coverage;
  std::array<double, 4> spent = {};  ///< base, explore, confirm, audit: images a study
};

Tally tally_of(const std::vector<StudyResult>& studies);

/// The level that an interval promises; 0 where it promises nothing.
double promised(Shown what);

/// Whether a false discovery rate is above alpha beyond three Monte Carlo errors. The error is that of a mean of
/// shares at the limit, sqrt(alpha (1 - alpha) / studies), so luck in its estimate decides nothing.
bool breaks(const Estimate& fdr, double alpha);

/// Whether a coverage is below `level` beyond three Monte Carlo errors: the estimated one, which knows that intervals
/// of one study go together, or that of independent intervals at the limit, whichever is larger.
bool undercovers(const Estimate& coverage, double level);

/// What the program promised and did not keep: sentences, empty if all is well.
std::vector<std::string> broken_promises(const Tally& tally, double alpha);

/// "Scotoma"
std::string name_of(Method method);
std::string name_of(Shown what);

}  // namespace scotoma::simulation
