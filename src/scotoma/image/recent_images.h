// SPDX-License-Identifier: Apache-2.0
// Images in memory, the last used of them: what a worker elsewhere has at hand.
#pragma once

#include <cstdint>
#include <list>
#include <mutex>
#include <string>
#include <unordered_map>

#include "scotoma/image/image_store.h"

namespace scotoma {

/// Safe to use from several threads. `most_bytes`: of pixels that are kept; the last image is kept whatever its size.
class RecentImages final : public ImageStore {
 public:
  explicit RecentImages(std::uint64_t most_bytes) : most_bytes_(most_bytes) {}

  Result<std::string> put_image(const Image& image) override;
  Result<Image> image(const std::string& id) const override;
  Result<bool> has_image(const std::string& id) const override;

 private:
  struct Kept {
    std::string id;
    Image image;
  };

  std::uint64_t most_bytes_;
  mutable std::mutex mutex_;
  mutable std::list<Kept> kept_;  ///< the last used first
  std::unordered_map<std::string, std::list<Kept>::iterator> places_;
  std::uint64_t bytes_ = 0;
};

}  // namespace scotoma
