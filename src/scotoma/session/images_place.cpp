// SPDX-License-Identifier: Apache-2.0
#include "scotoma/session/images_place.h"

#include <fmt/format.h>

#include "scotoma/core/file.h"

namespace scotoma {
namespace {

std::filesystem::path file_of(const StudyPlaces& places) { return cache_folder(places) / "images.url"; }

}  // namespace

std::string images_place(const StudyPlaces& places) {
  const auto text = read_plain_file(file_of(places));
  return text.ok() ? text->substr(0, text->find('\n')) : std::string();
}

Result<void> check_images_place(const StudyPlaces& places) {
  const std::string known = images_place(places);
  if (known.empty() || known == places.images) return {};
  return bad_input(
      fmt::format("{}: the images of this cache are in {}, not {}: run it from Python with images=\"{}\"; or copy them "
                  "and remove this file, else all are generated anew",
                  file_of(places).string(), known, places.images.empty() ? "beside it" : "in " + places.images, known));
}

Result<void> keep_images_place(const StudyPlaces& places) {
  return images_place(places) == places.images ? Result<void>() : write_whole(file_of(places), places.images + "\n");
}

}  // namespace scotoma
