// SPDX-License-Identifier: Apache-2.0
#include "scotoma/wording/run_words.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "scotoma/wording/words.h"

namespace scotoma {
namespace {

/// "no image", "1 image", "2,345 images": of numbers that no int holds, too.
std::string counted_work(std::uint64_t count, std::string_view noun) {
  if (count == 0) return fmt::format("no {}", noun);
  return fmt::format("{} {}{}", grouped(static_cast<long long>(count)), noun, count == 1 ? "" : "s");
}

}  // namespace

std::string duration_text(double seconds) {
  constexpr double kMinute = 60;
  constexpr double kHour = 60 * kMinute;
  constexpr double kDay = 24 * kHour;
  seconds = std::max(0.0, seconds);
  if (std::ceil(seconds) < kMinute) return fmt::format("{:.0f} s", std::ceil(seconds));
  const double minutes = std::ceil(seconds / kMinute);
  if (minutes < 60) return fmt::format("{:.0f} min", minutes);
  if (minutes * kMinute < 2 * kDay) {
    const double hours = std::floor(minutes / 60);
    const double rest = minutes - 60 * hours;
    return rest == 0 ? fmt::format("{:.0f} h", hours) : fmt::format("{:.0f} h {:.0f} min", hours, rest);
  }
  const double hours = std::ceil(seconds / kHour);
  const double days = std::floor(hours / 24);
  const double rest = hours - 24 * days;
  return rest == 0 ? fmt::format("{:.0f} days", days) : fmt::format("{:.0f} days {:.0f} h", days, rest);
}

std::string recalled_text(std::uint64_t images, std::uint64_t answers) {
  std::string text = images > 0 ? counted_work(images, "image") : "";
  if (answers > 0) text += (text.empty() ? "" : " and ") + counted_work(answers, "answer");
  return text + " recalled from the cache";
}

std::string work_sentence(const RunWork& work) {
  if (work.replayed()) {
    return fmt::format("Replayed: all {} and {} were in the cache; no model was asked.",
                       counted_work(work.images_recalled, "image"), counted_work(work.answers_recalled, "answer"));
  }
  const std::string recalled =
      work.images_recalled == 0 ? "none" : grouped(static_cast<long long>(work.images_recalled));
  return fmt::format("{} {} generated in this run, {} {} recalled from the cache.",
                     capitalised(counted_work(work.images_generated, "image")),
                     work.images_generated <= 1 ? "was" : "were", recalled, work.images_recalled == 1 ? "was" : "were");
}

}  // namespace scotoma
