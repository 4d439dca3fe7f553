// SPDX-License-Identifier: Apache-2.0
#include "scotoma/image/recent_images.h"

#include <fmt/format.h>

namespace scotoma {

Result<std::string> RecentImages::put_image(const Image& image) {
  std::string id = image_id(image);
  const std::lock_guard lock(mutex_);
  if (const auto found = places_.find(id); found != places_.end()) {
    kept_.splice(kept_.begin(), kept_, found->second);
    return id;
  }
  kept_.push_front({id, image});
  places_[id] = kept_.begin();
  bytes_ += image.rgb.size();
  while (bytes_ > most_bytes_ && kept_.size() > 1) {
    bytes_ -= kept_.back().image.rgb.size();
    places_.erase(kept_.back().id);
    kept_.pop_back();
  }
  return id;
}

Result<Image> RecentImages::image(const std::string& id) const {
  const std::lock_guard lock(mutex_);
  const auto found = places_.find(id);
  if (found == places_.end()) return failed(fmt::format("image {}: not at hand", id));
  kept_.splice(kept_.begin(), kept_, found->second);
  return found->second->image;
}

Result<bool> RecentImages::has_image(const std::string& id) const {
  const std::lock_guard lock(mutex_);
  return places_.contains(id);
}

}  // namespace scotoma
