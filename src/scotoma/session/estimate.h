// SPDX-License-Identifier: Apache-2.0
// How long a run of a study takes here, and how much it writes, before it has begun.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "scotoma/study/study.h"

namespace scotoma {

/// What one image costs: seconds of one thread on which nothing else waits, and bytes on disk.
struct ImageCost {
  double generate = 0;  ///< with the writing of its file
  double classify = 0;
  double judge = 0;  ///< 0 without a judge
  double embed = 0;
  double caption = 0;
  std::uint64_t bytes = 0;  ///< of its PNG file
};

/// The part of a run's time that one role takes.
struct RoleShare {
  std::string_view role;
  double share = 0;  ///< in [0, 1]; all add up to 1
};

/// Of a whole budget: most runs stop earlier, where nothing is left to ask. No bound of the time, see estimate_run().
struct RunEstimate {
  int images = 0;
  int certificate = 0;  ///< of them, at most: where `find` ends with one
  double seconds = 0;
  std::uint64_t bytes = 0;
  std::array<RoleShare, 5> shares = {};  ///< the largest first, equals in the order of ImageCost
};

/// Of a run that takes the whole budget: every image is generated, classified and judged once; baseline images are
/// embedded and described, and as many others described again. `at_once`: batches side by side, at least 1, each of
/// which is assumed to take as long as one alone. Where budget.minutes is shorter, of the images that fit in it. A
/// certificate's images come on top of both: as many as it may take, though most take a fraction.
RunEstimate estimate_run(const Study& study, const ImageCost& cost, int at_once);

/// "about 6 minutes here for all 2,000 images (generator 78 %, judge 6 %), longer where batches slow each other down;
/// about 120 MB on disk". Roles of less than one percent are not named.
std::string sentence(const RunEstimate& estimate);

}  // namespace scotoma
