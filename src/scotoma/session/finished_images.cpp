// SPDX-License-Identifier: Apache-2.0
#include "scotoma/session/finished_images.h"

#include <fmt/format.h>

#include <utility>

namespace scotoma {

FinishedImages::FinishedImages(std::filesystem::path folder, std::string place, OpenImages open)
    : ImageFolder(std::move(folder)) {
  if (place.empty()) return;
  store_ = std::make_shared<Store>();
  store_->place = std::move(place);
  store_->open = std::move(open);
}

Result<StoredImages*> FinishedImages::elsewhere() const {
  if (store_ == nullptr) return static_cast<StoredImages*>(nullptr);
  const std::lock_guard lock(store_->mutex);
  if (store_->images == nullptr) {
    if (!store_->open) {
      return bad_input(
          fmt::format("the images of this study are in {}, which this program does not reach: install the package, "
                      "`pip install 'scotoma[fsspec]'`, and use the `scotoma` command that comes with it",
                      store_->place));
    }
    SCOTOMA_ASSIGN_OR_RETURN(store_->images, store_->open(store_->place));
  }
  return store_->images.get();
}

/// Without a store all are looked for in the folder, which then says what is missing.
bool FinishedImages::stands_here(const std::string& id) const {
  if (store_ == nullptr) return true;
  const auto here = is_here(id);
  return here.ok() && *here;
}

Result<Image> FinishedImages::image(const std::string& id) const {
  if (stands_here(id)) {
    auto image = ImageFolder::image(id);
    if (image.ok() || store_ == nullptr) return image;
  }
  SCOTOMA_ASSIGN_OR_RETURN(const StoredImages* const images, elsewhere());
  return images->image(id);
}

Result<std::vector<std::uint8_t>> FinishedImages::image_bytes(const std::string& id) const {
  if (stands_here(id)) {
    auto bytes = ImageFolder::image_bytes(id);
    if (bytes.ok() || store_ == nullptr) return bytes;
  }
  SCOTOMA_ASSIGN_OR_RETURN(const StoredImages* const images, elsewhere());
  return images->image_bytes(id);
}

void FinishedImages::fetch(std::span<const std::string> ids) const {
  std::vector<std::string> missing;
  for (const std::string& id : ids) {
    if (!stands_here(id)) missing.push_back(id);
  }
  if (missing.empty()) return;
  if (const auto images = elsewhere(); images.ok()) (*images)->fetch(missing);
}

Result<std::filesystem::path> FinishedImages::file_of(const std::string& id) const {
  if (stands_here(id)) return folder() / image_file(id);
  SCOTOMA_ASSIGN_OR_RETURN(const StoredImages* const images, elsewhere());
  return images->file_of(id);
}

}  // namespace scotoma
