// SPDX-License-Identifier: Apache-2.0
// What certify keeps of each label, with a phrase and without, while it is under way.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "scotoma/evidence/joint_e_value.h"
#include "scotoma/finding/certificate.h"
#include "scotoma/stage/trial.h"

namespace scotoma {

inline Sampled sampled(const Rate& rate) { return {rate.failures, rate.valid}; }

/// Of the valid images, that show the event; 0 without one.
inline double share(Sampled sample) {
  return sample.valid == 0 ? 0 : static_cast<double>(sample.events) / sample.valid;
}

/// What may still come at this rate: `more` images behind those that there are.
inline Sampled ahead(Sampled now, int more, double rate) {
  return {now.events + static_cast<int>(std::floor(more * rate)), now.valid + more};
}

/// The same at the rate so far.
inline Sampled ahead(Sampled now, int more) { return ahead(now, more, share(now)); }

/// Images of one prompt, as many as there are so far.
struct CertifyStream {
  Trial trial;
  Rate rate;
  int asked = 0;

  void take(const Sample& sample) {
    ++asked;
    rate.valid += sample.valid() ? 1 : 0;
    rate.invalid += sample.valid() ? 0 : 1;
    rate.failures += sample.failure() ? 1 : 0;
  }
};

/// A label with a phrase, under way.
struct CertifyCell {
  CertificateCell record;
  std::size_t label = 0;
  CertifyStream images;
  bool lost = false;  ///< will not be certified
};

/// The next images of a stream.
struct CertifyRequest {
  CertifyStream* stream = nullptr;
  CertifyCell* cell = nullptr;  ///< null: baseline images
  int count = 0;
};

/// Images of the whole certificate, and how many more of them each open cell takes, with its share of the baseline
/// images of its label.
struct CertifyCosts {
  std::int64_t images = 0;
  std::vector<std::pair<CertifyCell*, int>> cells;
};

}  // namespace scotoma
