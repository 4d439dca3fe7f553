// SPDX-License-Identifier: Apache-2.0
// A rate among the images that truly show their label, from a person's yes or no on a few of them and the judge's on
// all: prediction-powered inference.
#pragma once

#include <span>

#include "scotoma/evidence/interval.h"

namespace scotoma {

/// Images of one sample that judge and classifier answered alike.
struct ReviewedCell {
  bool accepted = false;  ///< the judge sees the label in them
  bool event = false;     ///< what is counted happened: the classifier failed
  int all = 0;            ///< how many
  int reviewed = 0;       ///< of these, looked at by a person: drawn at random
  int shows = 0;          ///< of these, truly showing the label
};

struct PoweredRate {
  double rate = 0;
  Interval interval;
};

/// The share theta of events among the images that truly show the label, E[shows * event] / E[shows].
///
/// theta solves E[m] = 0 with m = shows * (event - theta). For a given theta the mean of m is estimated by that of the
/// judge's m over all images, rectified by the mean of the differences to the person's m in what was reviewed:
/// Angelopoulos, Bates, Fannjiang, Jordan and Zrnic, Science 382 (2023), 669-674, the convex-estimation form. The
/// rectifier is taken by cells (post-stratified; Fisch et al., "Stratified prediction-powered inference", 2024), which
/// makes the estimate
///
///   S(theta) = sum over cells of (all / n) (event - theta) v,     v = shows / reviewed,  n = all images,
///
/// with the judge's answer for v where nothing was reviewed. Estimate: S = 0. The interval holds every theta for which
/// S is within its error of 0. The error joins, by Zou and Donner's square-and-add (Statistics in Medicine 27 (2008),
/// 1693-1702), the sampling of the images, z sqrt(P(shows) theta (1 - theta) / n), and for each cell the distance
/// of v to the ends of its Clopper-Pearson interval, times sqrt(1 - reviewed / all): no reliance on a normal
/// approximation of few or no errors. A cell without any review adds all that it could change, outright.
///
/// So when all is reviewed the interval is Wilson's, of the images that truly show the label. `cells`: each of the
/// up to four kinds once. Requires 0 <= shows <= reviewed <= all and 0 < confidence < 1. Without images, or when
/// none is estimated to show the label: rate 0 in [0, 1].
PoweredRate prediction_powered_rate(std::span<const ReviewedCell> cells, double confidence);

}  // namespace scotoma
