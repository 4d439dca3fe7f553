// SPDX-License-Identifier: Apache-2.0
// What makes the figures of a whole study doubtful: models that answer, but to no use. Functions of the findings alone.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "scotoma/finding/finding.h"

namespace scotoma {

/// Whether who guesses among `choices` is right at least as often as this with a probability above `level`: a
/// classifier of which that can be said has shown nothing. False without choices or questions. Exact binomial,
/// one-sided.
bool like_guessing(int right, int asked, std::size_t choices, double level);

/// Sentences that say what was seen and what to check, the gravest first; empty where nothing is odd. They are about
/// the study as a whole, from 8 baseline images on:
///   - the generator generates one image for many seeds, or images of one prompt that differ by less than a tenth of
///     what images of different labels do (Findings::diversity, from 16 images on);
///   - the judge refuses nine tenths of the baseline images or more, or so many of each label that none can be
///   examined; or
///     gives all one score;
///   - the classifier calls the valid images of several labels one thing, or is right no more often than by guessing
///     (at level 0.05);
///   - two labels are each called the other, as when two class names are swapped;
///   - the captioner says one sentence of the images of several clusters.
std::vector<std::string> doubts(const Findings& findings);

}  // namespace scotoma
