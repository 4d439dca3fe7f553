// SPDX-License-Identifier: Apache-2.0
#include "scotoma/session/newer_models.h"

#include <fmt/format.h>

#include "scotoma/session/session.h"
#include "scotoma/study/options.h"

namespace scotoma {
namespace {

namespace fs = std::filesystem;

/// A file at `path` or below it that was written after `then`; empty: none.
fs::path newer_than(fs::file_time_type then, const fs::path& path) {
  std::error_code error;
  if (path.empty()) return {};
  if (!fs::is_directory(path, error)) {
    const auto written = fs::last_write_time(path, error);
    return !error && written > then ? path : fs::path();
  }
  for (fs::recursive_directory_iterator at(path, error), end; !error && at != end; at.increment(error)) {
    std::error_code ignored;
    if (at->is_regular_file(ignored) && at->last_write_time(ignored) > then && !ignored) return at->path();
  }
  return {};
}

}  // namespace

std::string note_of_newer_models(const Study& study, const fs::path& record, const StudyPlaces& places) {
  std::error_code error;
  const auto then = fs::last_write_time(record, error);
  if (error) return {};
  Study named = study;  // options are reached through Study&
  for (const Option& option : options()) {
    const auto* field = std::get_if<Field<fs::path>>(&option.target);
    if (field == nullptr) continue;
    if (const fs::path newer = newer_than(then, (*field)(named)); !newer.empty()) {
      return fmt::format("{} has been written after these results; `{}` renews them", newer.string(),
                         find_command(places));
    }
  }
  return {};
}

}  // namespace scotoma
