// SPDX-License-Identifier: Apache-2.0
// The models of a synthetic study: coins whose chances are known.
#pragma once

#include <array>
#include <string>
#include <unordered_map>
#include <vector>

#include "scotoma/finding/sampler.h"

namespace scotoma::simulation {

/// What a prompt's images are like.
struct Chances {
  double failure = 0;  ///< of an image that shows the label: the classifier is wrong
  double missing = 0;  ///< the image does not show the label; the classifier is then wrong with kMissingFails
};
inline constexpr double kMissingFails = 0.95;

/// How often the judge errs.
struct JudgeErrors {
  double accepts_missing = 0;  ///< an image without the label is called valid
  double refuses = 0;          ///< an image with the label is called invalid
};

/// Three independent numbers in (0, 1) decide an image: is the label missing, does the classifier fail, what does the
/// judge say.
using Luck = std::array<double, 3>;

struct Outcome {
  bool valid = false;
  bool failure = false;  ///< the classifier is wrong, whatever the judge says
};
Outcome outcome_of(const Chances& chances, const JudgeErrors& judge, const Luck& luck);

/// Everything that is true of one synthetic study.
struct Truth {
  std::unordered_map<std::string, Chances> prompts;
  JudgeErrors judge;
  /// The share of seeds whose images with and without a phrase have the same luck: the pairs of an audit then agree
  /// more often than by chance.
  double paired = 0.7;
  /// All hypotheses that are looked at together have the same luck: the i-th image of each is decided by the same
  /// numbers, whatever its seed.
  bool shared_luck = false;
};

/// The failure rate of images generated from `prompts` in turn, among those that the judge accepts. This is what the
/// study's claims are about. Requires that every prompt is in truth.prompts.
double accepted_failure_rate(const Truth& truth, const std::vector<std::string>& prompts);

/// The same among the images that do show the label: what one would rather know.
double real_failure_rate(const Truth& truth, const std::vector<std::string>& prompts);

/// The failure rate with a phrase less that without, among pairs both of which the judge accepts. The lists belong
/// together item by item.
double paired_lift(const Truth& truth, const std::vector<std::string>& with, const std::vector<std::string>& without);

/// Answers a study's queries. A sample is a function of the study's seed and of its request, unless truth.shared_luck.
class CoinSampler : public Sampler {
 public:
  /// `truth` may grow while the sampler lives.
  CoinSampler(const Truth& truth, std::uint64_t study_seed) : truth_(truth), study_seed_(study_seed) {}

  /// Errors: failed when a prompt is not in the truth.
  Result<std::vector<Sample>> sample(std::span<const Query> queries) override;

 private:
  Luck luck_of(const GenerationRequest& request, std::uint64_t index) const;

  const Truth& truth_;
  std::uint64_t study_seed_;
  std::uint64_t calls_ = 0;
};

}  // namespace scotoma::simulation
