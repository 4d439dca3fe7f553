// SPDX-License-Identifier: Apache-2.0
// A cache whose images stand elsewhere says where: DIR/images.url.
#pragma once

#include <string>

#include "scotoma/core/result.h"
#include "scotoma/session/places.h"

namespace scotoma {

/// The URL below which the images of the cache stand; empty: beside it.
std::string images_place(const StudyPlaces& places);

/// Before anything is asked of the cache. Errors: bad_input where its images stand elsewhere than `places.images` says:
/// all of them would be generated anew.
Result<void> check_images_place(const StudyPlaces& places);

/// Remembers `places.images`, once it was found to be a place for images. Errors: failed when the disk is full.
Result<void> keep_images_place(const StudyPlaces& places);

}  // namespace scotoma
