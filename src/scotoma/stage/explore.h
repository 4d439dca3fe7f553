// SPDX-License-Identifier: Apache-2.0
// Stage 7: a few images for every hypothesis, more for those that look like bugs.
#pragma once

#include "scotoma/stage/context.h"

namespace scotoma {

/// Chooses which hypotheses go to confirmation: at most budget.finalists, with as few images as will do, and at most
/// three fifths of those that the baseline samples left (context.budget().for_exploration(), which all that explores
/// shares). The first round is for all hypotheses alike: budget.initial_images images each, or fewer where these do not
/// pay for that; where it does not even pay for two each, the last hypotheses are left out (out_of_budget). What then
/// happens is budget.explorer:
///
/// "halving": successive halving (Karnin, Koren and Somekh, ICML 2013; Jamieson and Talwalkar, AISTATS 2016):
/// budget.rounds rounds; each doubles the images. After each, those whose rate so far is within the null are dropped,
/// and the better half of the others (stage/promise.h) stays, but never fewer than budget.finalists. Where there are
/// places for all that are left, those whose images clearly and nearly always (80 %) show the event get no more. A
/// round that cannot be paid for is left out.
///
/// "thompson": Thompson sampling for good arms (Thompson, Biometrika 25, 1933; good-arm identification: Kano, Honda,
/// Sakamaki, Matsuura, Nakamura and Sugiyama, Machine Learning 108, 2019). An arm is good when its rate is above its
/// null with posterior probability 95 % (Beta(1, 1) prior), and gets no more images; it is given up below 15 %, and
/// after as many images as halving would give a finalist. In each batch every open arm draws a rate from its posterior,
/// and the highest draws get half of the initial images each, as many arms as there are places left. It ends when there
/// are as many good arms as finalists, no open ones, or no images.
///
/// Sets `explored`, `tried` and the status of those that end here; the indices of the finalists come back, best first.
/// These images choose hypotheses, so they never confirm one: their seeds are a stream of their own.
Result<std::vector<std::size_t>> explore(StageContext& context, std::vector<Hypothesis>& hypotheses);

}  // namespace scotoma
