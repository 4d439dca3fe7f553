// SPDX-License-Identifier: Apache-2.0
// The evidence that a phrase raises a rate, where the rate without the phrase is itself only known from a sample.
#pragma once

namespace scotoma {

/// `events` of `valid` images.
struct Sampled {
  int events = 0;
  int valid = 0;
};

/// The natural logarithm of the joint e-value against "the rate under the phrase is at most the baseline rate + delta",
/// from `fresh` images with the phrase and `base` images without, whatever the baseline rate is:
///
///   log E = inf over p in (0, 1 - delta) of  log e(s, n; p + delta) + log e(n0 - k0, n0; 1 - p)
///
/// with e = log_e_value, s of n fresh and k0 of n0 baseline images. The second term is the evidence that the baseline
/// rate is below p: together they leave out every baseline rate that the baseline sample speaks against. At the true
/// baseline rate p0 the sum is the logarithm of a product of two supermartingales, the first of which starts anew after
/// the baseline sample:
///
///   E <= e(fresh; p0 + delta) e0(base; p0),     E[ e | baseline sample ] <= 1,     E[ e0 ] <= 1.
///
/// So E is an e-value for a label that was fixed in advance, and either sample may stop growing at any moment. Where
/// the label was chosen after its baseline sample was seen, E[E | baseline sample] <= e0 is what holds, and the
/// hypotheses of all labels that could have been chosen pay together: see docs/method.md. (A baseline rate of 1 - delta
/// or more makes every rate a null; there e0 alone bounds E, for it grows with p.)
///
/// The infimum is found by tangents from both sides: the sum is convex in p (EProcess::against), so where two
/// tangents meet is never above it. What comes back is that point, at most 1e-6 below the infimum, and at most 1e-5
/// where the infimum is at an end of the interval.
///
/// Requires 0 <= events <= valid for both and delta >= 0. Never NaN or +infinity. Grows with fresh.events, falls with
/// base.events and with delta. delta >= 1 cannot be refuted: 0. O(sqrt(n) + sqrt(n0)) time, some microseconds.
/// Source: the infimum, over the points of a composite null, of an e-process for each: Ramdas, Gruenwald, Vovk and
/// Shafer, Statistical Science 38 (2023), 576-601, section 6; the processes as in e_value.h.
double log_joint_e_value(Sampled fresh, Sampled base, double delta);

}  // namespace scotoma
