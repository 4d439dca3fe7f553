// SPDX-License-Identifier: Apache-2.0
// Events for people: on a terminal a line a step and below it one that moves, elsewhere a line now and then.
#pragma once

#include <cstdio>
#include <optional>
#include <string>
#include <string_view>

#include "scotoma/core/clock.h"
#include "scotoma/finding/events.h"
#include "scotoma/progress/pace.h"

namespace scotoma {

/// Where text goes, and what it can show.
struct TextStream {
  std::FILE* file = stderr;
  bool terminal = false;  ///< lines may be overwritten
  bool colours = false;
};

class TextProgress : public Listener {
 public:
  /// A log gets no line sooner than this after the last one, but for the one of AnswersRecalled.
  static constexpr double kSecondsBetweenLines = 10;

  /// `stream.file` and `clock` must outlive it.
  TextProgress(const TextStream& stream, Clock& clock);

  /// Leaves no half line.
  ~TextProgress() override;
  TextProgress(const TextProgress&) = delete;
  TextProgress& operator=(const TextProgress&) = delete;

  /// Texts are spelled as printable() does. A stream that cannot be written to is no error: the run matters more.
  void on(const Event& event) override;

 private:
  void begin_step(const std::string& sentence, double now);
  void show_work(double now);
  void write_log_line(double now);
  void clear_line();
  void write(std::string_view text);
  std::string work_text() const;
  std::string time_text(double now) const;

  TextStream stream_;
  Clock& clock_;
  Pace pace_;
  Stage stage_ = Stage::sample;
  std::string sentence_;
  std::optional<WorkAdvanced> work_;  ///< of this step
  std::optional<double> last_shown_;
  bool line_open_ = false;
};

}  // namespace scotoma
