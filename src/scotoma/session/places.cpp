// SPDX-License-Identifier: Apache-2.0
#include "scotoma/session/places.h"

namespace scotoma {

std::filesystem::path out_folder(const StudyPlaces& places) {
  if (!places.out.empty()) return places.out;
  if (std::error_code ignored; std::filesystem::is_directory(places.study, ignored)) return places.study;
  return places.study.stem().string() + ".out";
}

std::filesystem::path cache_folder(const StudyPlaces& places) {
  return places.cache.empty() ? out_folder(places) : places.cache;
}

}  // namespace scotoma
