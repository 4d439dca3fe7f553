// SPDX-License-Identifier: Apache-2.0
// Where images stand, by the hash of their pixels: a folder (image_folder.h), or whatever workers elsewhere share.
#pragma once

#include <span>
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

  /// Whether images that were put stand where they are kept for good: a store elsewhere may carry them there while the
  /// run goes on, and until they are there nothing that names them may be remembered. `wait`: until they are, or cannot
  /// be. Errors: why one could not be kept.
  virtual Result<bool> settled(std::span<const std::string> /*ids*/, bool /*wait*/) { return true; }

  /// Says that these will be read: a store elsewhere brings them here, many at once. What fails shows when it is read.
  virtual void fetch(std::span<const std::string> /*ids*/) const {}
};

}  // namespace scotoma
