// SPDX-License-Identifier: Apache-2.0
// The evidence that a failure rate is low: that it is below a limit, or less than so much above a rate that is itself
// only known from a sample. The mirror of e_value.h and joint_e_value.h.
#pragma once

#include "scotoma/evidence/joint_e_value.h"

namespace scotoma {

/// The natural logarithm of the e-value against "the failure rate is at least `limit`", after events failures in valid
/// images: log_e_value of the passes, of which the null has a share of at most 1 - limit. What is said there of
/// looking, of stopping and of the error holds here.
///
/// Without a failure it is about n log(1 / (1 - limit)) - log(n) / 2: to reach log(1 / alpha) takes little more than
/// log(1 / alpha) / log(1 / (1 - limit)) images, 17 of a limit of 20 points at 5 %, where that ratio is 13.4.
/// Requires 0 <= events <= valid and 0 < limit < 1.
double log_certificate_e_value(Sampled fresh, double limit);

/// The same against "the failure rate with the phrase is at least the baseline rate + size", whatever the baseline rate
/// is, from `fresh` images with the phrase and `base` images without (none will do):
///
///   log E = inf over p in (0, 1 - size) of  log e(n - s, n; 1 - p - size) + log(1/2 + e(k0, n0; p) / 2)
///
/// with e = exp(log_e_value), s of n fresh and k0 of n0 baseline images failing.
///
/// Which side matters. The null of a baseline rate p is the harder to refute the smaller p is: few failures with the
/// phrase speak against p + size for a large p long before they speak against size alone. So what the baseline sample
/// has to show is that the baseline rate is *not low*, e(k0, n0; p): that failures are more frequent than p. A joint
/// e-value that is to show a rise needs the opposite.
///
/// The half. At p = 0 the first factor is the evidence that the rate is below `size`, which is enough by itself: at
/// least the baseline rate + size is at least size. Against p near 0 a baseline sample without a failure has e near 1 /
/// sqrt(n0), and a plain product would be the weaker for it. Half of the stake is therefore not bet on the baseline
/// sample: it costs log 2 at most, four images of a size of 20 points, and nothing where there is no baseline sample.
///
/// Proof. Let p0 be the true baseline rate and q >= p0 + size the true rate with the phrase (so p0 <= 1 - size). Images
/// of both come in any order, which image is next may depend on all before. e(n - s, n; 1 - p0 - size) is a
/// supermartingale for passes with a rate of at most 1 - p0 - size, (1 + e(k0, n0; p0)) / 2 one for failures with a
/// rate of at most p0, each starts at 1, and an image moves only one of them. So their product is a supermartingale
/// that starts at 1, E is never above it, and by Ville's inequality E ever reaches 1 / alpha with a probability of at
/// most alpha; E where one stopped is an e-value. That needs a label and a phrase chosen before the first of these
/// images. It does not need that images of other phrases are independent of these: baseline images may be shared by all
/// phrases of a label.
///
/// The logarithm of a sum of exponentials of convex functions is convex, so that the sum is convex in p as in
/// joint_e_value.h, and what comes back is never above the infimum and at most 1e-5 below it; 0.02 where no image with
/// the phrase passes.
///
/// Requires 0 <= events <= valid for both and 0 < size < 1. Never NaN or +infinity. Falls with fresh.events, grows with
/// base.events and with size. O(sqrt(n) + sqrt(n0)) time, some microseconds.
/// Source: as joint_e_value.h; betting a part of the stake is mixing with the constant 1 (Vovk and Wang, Annals of
/// Statistics 49 (2021), 1736-1754: averages of e-values are e-values). Two opposite nulls for audits of generative
/// models, with e-processes for each: Zhou, Vossler, Sivaraman, Mai and Feng, arXiv 2605.07002 (2026), whose second
/// null is about a sampling strategy, where ours is about one phrase.
double log_certificate_e_value(Sampled fresh, Sampled base, double size);

/// The smallest size, in steps of 0.001, at which the e-value reaches `log_needed`; 1 where none below 1 does. With
/// log_needed = log(1 / alpha) it is an upper limit of the true rise with a confidence of 1 - alpha, however often one
/// looks: only the e-value at the true rise decides whether it ever is too low.
double largest_rise(Sampled fresh, Sampled base, double log_needed);

/// The same of the failure rate itself.
double largest_rate(Sampled fresh, double log_needed);

}  // namespace scotoma
