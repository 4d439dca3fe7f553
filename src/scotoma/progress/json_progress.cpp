// SPDX-License-Identifier: Apache-2.0
#include "scotoma/progress/json_progress.h"

#include <cmath>
#include <nlohmann/json.hpp>

#include "scotoma/record/event_json.h"
#include "scotoma/wording/text.h"

namespace scotoma {
namespace {

/// Milliseconds are enough, and short to read.
double rounded(double seconds) { return std::round(1000 * seconds) / 1000; }

}  // namespace

JsonProgress::JsonProgress(std::FILE* file, Clock& clock)
    : file_(file), clock_(clock), begin_(clock.seconds()), pace_(begin_) {}

bool JsonProgress::too_soon(const Event& event, double now) {
  const auto* work = std::get_if<WorkAdvanced>(&event);
  if (work == nullptr) return false;
  if (last_advance_ && now - *last_advance_ < kSecondsBetweenAdvances && work->done < work->total) return true;
  last_advance_ = now;
  return false;
}

void JsonProgress::on(const Event& event) {
  const double now = clock_.seconds();
  pace_.on(event, now);
  if (const auto* stage = std::get_if<StageBegan>(&event)) stage_ = stage->stage;
  if (too_soon(event, now)) return;
  const nlohmann::ordered_json fields = event_json(event);
  nlohmann::ordered_json line = {{"event", fields["event"]}, {"seconds", rounded(now - begin_)}};
  line.update(fields);
  const bool works = std::holds_alternative<WorkAdvanced>(event);
  if (works || std::holds_alternative<StepBegan>(event)) line["stage"] = stage_name(stage_);
  if (works) {
    line["images"] = pace_.images();
    line["budget"] = pace_.budget();
    const auto left = pace_.left_of_run(now);
    line["seconds_left_at_most"] = left ? nlohmann::ordered_json(rounded(*left)) : nlohmann::ordered_json();
  }
  const std::string text = printable_json(line.dump()) + "\n";
  static_cast<void>(std::fwrite(text.data(), 1, text.size(), file_));
  static_cast<void>(std::fflush(file_));
}

}  // namespace scotoma
