// SPDX-License-Identifier: Apache-2.0
// Where images stand, by the hash of their pixels: a folder (image_folder.h), or whatever workers elsewhere share.
#pragma once

#include <string>

#include "scotoma/core/result.h"
#include "scotoma/image/image.h"

namespace scotoma {

/// Safe to use from several threads.
class ImageStore {
 public:
  virtual ~ImageStore() = default;

  /// Keeps an image unless it is there whole; gives its id. Errors: failed when there is no room.
  virtual Result<std::string> put_image(const Image& image) = 0;

  /// The image, once its pixels were found to be those of its name. Errors: failed when it is missing or damaged.
  virtual Result<Image> image(const std::string& id) const = 0;

  /// Whether the image is there, without a look at its pixels.
  virtual Result<bool> has_image(const std::string& id) const = 0;
};

}  // namespace scotoma
