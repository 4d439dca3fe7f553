// SPDX-License-Identifier: Apache-2.0
#include "scotoma/session/places.h"

#include <fmt/format.h>

#include <cstdlib>

#include "scotoma/wording/text.h"

namespace scotoma {

std::filesystem::path out_folder(const StudyPlaces& places) {
  if (!places.out.empty()) return places.out;
  if (std::error_code ignored; std::filesystem::is_directory(places.study, ignored)) return places.study;
  return places.study.stem().string() + ".out";
}

std::string command_of(std::string_view verb, const StudyPlaces& places, std::string_view more) {
  std::string text = fmt::format("scotoma {} {}", verb, quote_for_shell(places.study.string()));
  if (!more.empty()) text += fmt::format(" {}", more);
  if (!places.out.empty()) text += " --out " + quote_for_shell(places.out.string());
  if (!places.cache.empty()) text += " --cache " + quote_for_shell(places.cache.string());
  return text;
}

std::filesystem::path cache_folder(const StudyPlaces& places) {
  return places.cache.empty() ? out_folder(places) : places.cache;
}

std::filesystem::path user_cache_folder() {
  // The XDG Base Directory Specification: a path that is not absolute is to be ignored.
  const auto absolute = [](const char* variable) -> std::filesystem::path {
    const char* value = std::getenv(variable);
    const std::filesystem::path path = value == nullptr ? "" : value;
    return path.is_absolute() ? path : std::filesystem::path();
  };
  if (const auto caches = absolute("XDG_CACHE_HOME"); !caches.empty()) return caches / "scotoma";
  const auto home = absolute("HOME");
  return home.empty() ? home : home / ".cache" / "scotoma";
}

}  // namespace scotoma
