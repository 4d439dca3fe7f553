// SPDX-License-Identifier: Apache-2.0
#include "scotoma/finding/review.h"

#include <algorithm>
#include <iterator>
#include <unordered_set>

#include "scotoma/core/seed.h"
#include "scotoma/finding/cause.h"

namespace scotoma {
namespace {

constexpr std::size_t kRefusedOneIn = 4;  // of the images asked about

/// Each image once, of those without an answer.
std::vector<Reviewable> open_ones(const std::vector<Reviewable>& ordered, const Reviews& reviews) {
  std::vector<Reviewable> open;
  std::unordered_set<std::string> seen;
  for (const Reviewable& image : ordered) {
    std::string key = image.key();
    if (!reviews.contains(key) && seen.insert(std::move(key)).second) open.push_back(image);
  }
  return open;
}

std::vector<Reviewable> those(const std::vector<Reviewable>& images, bool accepted) {
  std::vector<Reviewable> some;
  std::copy_if(images.begin(), images.end(), std::back_inserter(some),
               [&](const Reviewable& image) { return image.sample->valid() == accepted; });
  return some;
}

}  // namespace

std::string review_key(const std::string& image, const std::string& label) { return image + " " + label; }

std::vector<Reviewable> in_review_order(std::uint64_t study_seed, std::vector<Reviewable> images) {
  struct Place {
    std::uint64_t random;
    std::size_t index;
  };
  std::vector<Place> places;
  for (std::size_t i = 0; i < images.size(); ++i)
    places.push_back({sample_seed(study_seed, Purpose::review, images[i].key(), 0), i});
  std::sort(places.begin(), places.end(), [](const Place& a, const Place& b) {
    return a.random != b.random ? a.random < b.random : a.index < b.index;
  });
  std::vector<Reviewable> ordered;
  for (const Place& place : places) ordered.push_back(std::move(images[place.index]));
  return ordered;
}

std::vector<Reviewable> reviewable(const Findings& findings, const std::string& bug) {
  std::vector<Reviewable> images;
  if (bug.empty()) {
    for (const BaseResult& base : findings.bases) {
      for (const Sample& sample : base.samples) images.push_back({&sample, base.label});
    }
  }
  for (const SystematicFailure& failure : systematic_failures(findings)) {
    if (failure.id != bug) continue;
    for (const Sample& sample : failure.base->samples) images.push_back({&sample, failure.base->label});
  }
  for (const Hypothesis& h : findings.hypotheses) {
    if (!bug.empty() && h.id != bug) continue;
    for (const Sample& sample : h.audit_samples) images.push_back({&sample, h.label});
  }
  return images;
}

std::vector<Reviewable> to_review(std::uint64_t study_seed, std::vector<Reviewable> images, const Reviews& reviews,
                                  std::size_t count) {
  const std::vector<Reviewable> ordered = in_review_order(study_seed, std::move(images));
  const std::vector<Reviewable> accepted = those(ordered, true);
  const std::vector<Reviewable> refused = those(ordered, false);
  // The turns are those of all images, answered or not, so that the whole list is the same however far one came.
  std::vector<Reviewable> merged;
  auto yes = accepted.begin();
  auto no = refused.begin();
  while (yes != accepted.end() || no != refused.end()) {
    const bool turn_of_refused = merged.size() % kRefusedOneIn == kRefusedOneIn - 1;
    const bool take_refused = no != refused.end() && (turn_of_refused || yes == accepted.end());
    merged.push_back(take_refused ? *no++ : *yes++);
  }
  std::vector<Reviewable> open = open_ones(merged, reviews);
  if (open.size() > count) open.erase(open.begin() + static_cast<std::ptrdiff_t>(count), open.end());
  return open;
}

Counted count_reviews(const std::vector<Reviewable>& group, const Reviews& reviews) {
  Counted counted;
  counted.all = static_cast<int>(group.size());
  for (const Reviewable& image : group) {
    const auto answer = reviews.find(image.key());
    if (answer == reviews.end()) break;
    ++counted.reviewed;
    counted.shows += answer->second ? 1 : 0;
  }
  return counted;
}

JudgeReview judge_review(std::uint64_t study_seed, const Findings& findings, const Reviews& reviews) {
  const auto ordered = in_review_order(study_seed, reviewable(findings));
  const Counted accepted = count_reviews(those(ordered, true), reviews);
  const Counted refused = count_reviews(those(ordered, false), reviews);
  JudgeReview result;
  result.accepted = accepted.reviewed;
  result.accepted_wrong = accepted.reviewed - accepted.shows;
  result.refused = refused.reviewed;
  result.refused_wrong = refused.shows;
  result.reviewed = result.accepted + result.refused;
  return result;
}

}  // namespace scotoma
