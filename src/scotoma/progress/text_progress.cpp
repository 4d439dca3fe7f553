// SPDX-License-Identifier: Apache-2.0
#include "scotoma/progress/text_progress.h"

#include <fmt/format.h>

#include "scotoma/wording/run_words.h"
#include "scotoma/wording/text.h"
#include "scotoma/wording/words.h"

namespace scotoma {
namespace {

constexpr double kSecondsBetweenLooks = 0.1;  // of a line that moves

std::string speed_text(double each_second, WorkUnit unit) {
  if (each_second >= 10) return fmt::format("{:.0f}/s", each_second);
  if (each_second >= 1) return fmt::format("{:.1f}/s", each_second);
  return fmt::format("{} an {}", duration_text(1 / each_second), unit == WorkUnit::images ? "image" : "answer");
}

}  // namespace

TextProgress::TextProgress(const TextStream& stream, Clock& clock)
    : stream_(stream), clock_(clock), pace_(clock.seconds()) {}

TextProgress::~TextProgress() { clear_line(); }

void TextProgress::write(std::string_view text) {
  static_cast<void>(std::fwrite(text.data(), 1, text.size(), stream_.file));
  static_cast<void>(std::fflush(stream_.file));
}

void TextProgress::clear_line() {
  if (line_open_) write("\r\x1b[K");
  line_open_ = false;
}

void TextProgress::on(const Event& event) {
  const double now = clock_.seconds();
  pace_.on(event, now);
  if (const auto* stage = std::get_if<StageBegan>(&event)) {
    stage_ = stage->stage;
    sentence_ = stage_sentence(stage->stage);
    work_.reset();
  } else if (const auto* step = std::get_if<StepBegan>(&event)) {
    begin_step(step->sentence, now);
  } else if (const auto* work = std::get_if<WorkAdvanced>(&event)) {
    work_ = *work;
    show_work(now);
  } else if (const auto* recalled = std::get_if<AnswersRecalled>(&event)) {
    clear_line();
    write(fmt::format("  resumed: {}\n", recalled_text(recalled->images, recalled->answers)));
  }
}

void TextProgress::begin_step(const std::string& sentence, double now) {
  sentence_ = printable(sentence);
  work_.reset();
  if (!stream_.terminal) return write_log_line(now);
  clear_line();
  std::string images;
  if (pace_.budget() > 0) {
    images = fmt::format(" ({} of {} images)", grouped(pace_.images()), grouped(pace_.budget()));
    if (stream_.colours) images = "\x1b[2m" + images + "\x1b[0m";
  }
  write(fmt::format("  {}{}\n", sentence_, images));
}

void TextProgress::show_work(double now) {
  if (!stream_.terminal) return write_log_line(now);
  if (last_shown_ && now - *last_shown_ < kSecondsBetweenLooks && work_->done < work_->total) return;
  last_shown_ = now;
  std::string line = work_text();
  if (const auto speed = pace_.speed(now)) line += "  " + speed_text(*speed, work_->unit);
  if (const std::string time = time_text(now); !time.empty()) line += "  " + time;
  write("\r\x1b[K    " + line);
  line_open_ = true;
}

void TextProgress::write_log_line(double now) {
  if (last_shown_ && now - *last_shown_ < kSecondsBetweenLines) return;
  last_shown_ = now;
  std::string line = fmt::format("  {}: {}", stage_name(stage_), sentence_);
  if (work_) line += "; " + work_text();
  if (pace_.budget() > 0)
    line += fmt::format("; budget: {} of {} images", grouped(pace_.images()), grouped(pace_.budget()));
  if (const std::string time = time_text(now); !time.empty()) line += "; " + time;
  write(line + "\n");
}

std::string TextProgress::work_text() const {
  return fmt::format("{} of {} {}", grouped(static_cast<long long>(work_->done)),
                     grouped(static_cast<long long>(work_->total)),
                     work_->unit == WorkUnit::images ? "images" : "answers");
}

std::string TextProgress::time_text(double now) const {
  if (const auto run = pace_.left_of_run(now)) return fmt::format("at most {} left", duration_text(*run));
  const auto piece = work_ ? pace_.left_of_piece(now) : std::nullopt;
  return piece ? fmt::format("about {} left of this step", duration_text(*piece)) : "";
}

}  // namespace scotoma
