// SPDX-License-Identifier: Apache-2.0
// Which images a person is asked about, and which of the answers count: random samples in strata, so that what is
// estimated from them is not biased by how far the person came.
//
// Every image has a random place, a function of the study's seed, the image and the label. Whoever is asked, over
// the whole study or for one bug, is asked in that order. Of any group of images (a bug's, those of them that the
// judge accepted, ...) the answers that count are those before the first image that lacks one: a simple random
// sample of the group, whatever was left out or added by hand behind it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "scotoma/finding/finding.h"

namespace scotoma {

std::string review_key(const std::string& image, const std::string& label);

/// An image to ask about; the sample belongs to the findings.
struct Reviewable {
  const Sample* sample = nullptr;
  std::string label;

  std::string key() const { return review_key(sample->image, label); }
};

/// In the random order of the study's seed. Equal images, asked about once, stand side by side.
std::vector<Reviewable> in_review_order(std::uint64_t study_seed, std::vector<Reviewable> images);

/// All images of a study that are asked about: the baseline sample of every label, and the audit of every hypothesis
/// that has one; of those, what the judge accepted and what it refused. With `bug`, the audit of that hypothesis alone,
/// or the baseline sample of the label of that systematic failure.
std::vector<Reviewable> reviewable(const Findings& findings, const std::string& bug = {});

/// The first `count` images without an answer: of every four, one that the judge refused and three that it accepted,
/// while there are both; each of the two lists in the random order. Each image once.
std::vector<Reviewable> to_review(std::uint64_t study_seed, std::vector<Reviewable> images, const Reviews& reviews,
                                  std::size_t count);

/// The answers that count for a group of images, all of one stratum, given in review order.
struct Counted {
  int all = 0;
  int reviewed = 0;
  int shows = 0;  ///< of these, where the person said yes
};
Counted count_reviews(const std::vector<Reviewable>& group, const Reviews& reviews);

/// What the answers say of the judge over all reviewable images (the two strata: accepted, refused).
JudgeReview judge_review(std::uint64_t study_seed, const Findings& findings, const Reviews& reviews);

}  // namespace scotoma
