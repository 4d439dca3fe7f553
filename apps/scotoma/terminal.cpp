// SPDX-License-Identifier: Apache-2.0
#include "terminal.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <nlohmann/json.hpp>

namespace scotoma {
namespace {

/// Codes of our own, and texts that are printable already.
void write_raw(std::FILE* stream, const std::string& text) { static_cast<void>(std::fputs(text.c_str(), stream)); }

}  // namespace

Paint::Paint(std::FILE* stream) : terminal_(::isatty(::fileno(stream)) != 0) {
  const char* no_colour = std::getenv("NO_COLOR");
  colours_ = terminal_ && (no_colour == nullptr || *no_colour == '\0');
}

Painted Paint::with(const char* code, std::string_view text) const {
  Painted painted(text);
  if (colours_) painted.text_ = fmt::format("\x1b[{}m{}\x1b[0m", code, painted.text_);
  return painted;
}

void put(const std::string& text) { fmt::print(stdout, "{}", text); }

void say_lines(std::string_view text) { put(printable_lines(text)); }

void say_json(const nlohmann::ordered_json& json) { put(printable_json(json.dump(2)) + "\n"); }

void tell(std::FILE* stream, std::string_view text) { write_raw(stream, printable_lines(text)); }

TerminalProgress::TerminalProgress(bool quiet) : paint_(stderr), quiet_(quiet) {}

TerminalProgress::~TerminalProgress() { clear_line(); }

void TerminalProgress::clear_line() {
  if (line_open_) write_raw(stderr, "\r\x1b[K");
  line_open_ = false;
}

void TerminalProgress::stage(std::string_view what) {
  if (quiet_) return;
  clear_line();
  const std::string images = budget_ > 0 ? fmt::format(" ({} of {} images)", spent_, budget_) : "";
  tell(stderr, "  {}{}\n", what, paint_.dim(images));
  work_begin_ = last_drawn_ = Clock::now();
  last_done_ = done_at_begin_ = 0;
}

std::string TerminalProgress::time_left(Clock::time_point now, double answers_left, double answers_a_second) const {
  if (work_images_ == 0) return fmt::format("  {:.0f} s left of this stage", answers_left / answers_a_second);
  const double of_budget = static_cast<double>(budget_ - spent_) * work_seconds_ / work_images_;
  const double gone = std::chrono::duration<double>(now - counted_at_).count();
  return fmt::format("  at most {:.0f} s left", std::max(0.0, of_budget - gone));
}

void TerminalProgress::advance(std::size_t done, std::size_t total) {
  worked_ = true;
  if (quiet_ || !paint_.terminal()) return;
  const auto now = Clock::now();
  if (done < last_done_) {  // a new piece of work
    work_begin_ = now;
    done_at_begin_ = done;
  }
  last_done_ = done;
  if (now - last_drawn_ < std::chrono::milliseconds(100) && done < total) return;
  last_drawn_ = now;
  const double seconds = std::chrono::duration<double>(now - work_begin_).count();
  const double rate = seconds > 0 ? static_cast<double>(done - std::min(done, done_at_begin_)) / seconds : 0;
  std::string speed;
  if (rate > 0) speed = fmt::format("  {:.0f}/s{}", rate, time_left(now, static_cast<double>(total - done), rate));
  write_raw(stderr, fmt::format("\r\x1b[K    {} of {}{}", done, total, speed));
  static_cast<void>(std::fflush(stderr));
  line_open_ = true;
}

void TerminalProgress::spent(int images, int budget) {
  const auto now = Clock::now();
  if (worked_) {  // images that were all remembered say nothing about speed
    work_seconds_ += std::chrono::duration<double>(now - counted_at_).count();
    work_images_ += images - spent_;
  }
  worked_ = false;
  counted_at_ = now;
  spent_ = images;
  budget_ = budget;
}

void tell_doubts(const std::vector<std::string>& doubts) {
  const Paint paint(stderr);
  for (const std::string& doubt : doubts) write_raw(stderr, paint.yellow("?").text() + " " + printable(doubt) + "\n");
}

void tell_note(const std::string& note) {
  if (!note.empty()) tell(stderr, "note: {}\n", note);
}

int complain(const Error& error) {
  const Paint paint(stderr);
  std::string message = printable_lines(error.message);
  for (std::size_t at = 0; (at = message.find('\n', at)) != std::string::npos; at += 3) message.replace(at, 1, "\n  ");
  write_raw(stderr, paint.red("scotoma:").text() + " " + message + "\n");
  return static_cast<int>(error.code);
}

}  // namespace scotoma
