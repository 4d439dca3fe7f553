// SPDX-License-Identifier: Apache-2.0
// Images of a finished study, wherever they stand.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <vector>

#include "scotoma/core/result.h"
#include "scotoma/image/image_folder.h"
#include "scotoma/image/stored_images.h"

namespace scotoma {

/// Reaches the images below a URL. Errors: bad_input where that is no place for images, or what reaches it is missing.
using OpenImages = std::function<Result<std::shared_ptr<StoredImages>>(const std::string& url)>;

/// A folder of images, and a store elsewhere that is asked for those that the folder lacks: not before the first such
/// image. What is put stays in the folder. Copies share the store. Safe to use from several threads.
class FinishedImages final : public ImageFolder {
 public:
  /// `place`: the store's URL; empty: there is none. `open`: who reaches it; null: nobody does, and an image that the
  /// folder lacks is an error that says so.
  explicit FinishedImages(std::filesystem::path folder, std::string place = {}, OpenImages open = nullptr);

  /// Errors: as those of ImageFolder and StoredImages; bad_input where the store cannot be reached at all.
  Result<Image> image(const std::string& id) const override;
  Result<std::vector<std::uint8_t>> image_bytes(const std::string& id) const override;
  void fetch(std::span<const std::string> ids) const override;

  /// A file of this machine with the image: in the folder, or for as long as there is room beside others that were
  /// brought here. Without a store it need not be there. Errors: as image().
  Result<std::filesystem::path> file_of(const std::string& id) const;

  /// All that the store has, for those who ask which images there are; null without a store. Errors: bad_input.
  Result<StoredImages*> elsewhere() const;

 private:
  struct Store {
    std::string place;
    OpenImages open;
    std::mutex mutex;  ///< around what follows
    std::shared_ptr<StoredImages> images;
  };

  bool stands_here(const std::string& id) const;

  std::shared_ptr<Store> store_;  ///< null: there is none
};

}  // namespace scotoma
