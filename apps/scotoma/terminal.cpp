#include "terminal.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdlib>

namespace scotoma {

Paint::Paint(std::FILE* stream) : terminal_(::isatty(::fileno(stream)) != 0) {
  const char* no_colour = std::getenv("NO_COLOR");
  colours_ = terminal_ && (no_colour == nullptr || *no_colour == '\0');
}

std::string Paint::with(const char* code, const std::string& text) const {
  return colours_ ? fmt::format("\x1b[{}m{}\x1b[0m", code, text) : text;
}

TerminalProgress::TerminalProgress(bool quiet) : paint_(stderr), quiet_(quiet) {}

TerminalProgress::~TerminalProgress() { clear_line(); }

void TerminalProgress::clear_line() {
  if (line_open_) fmt::print(stderr, "\r\x1b[K");
  line_open_ = false;
}

void TerminalProgress::stage(std::string_view what) {
  if (quiet_) return;
  clear_line();
  stage_ = what;
  const std::string images = budget_ > 0 ? fmt::format(" ({} of {} images)", spent_, budget_) : "";
  fmt::print(stderr, "  {}{}\n", what, paint_.dim(images));
  work_begin_ = last_drawn_ = Clock::now();
  last_done_ = 0;
}

void TerminalProgress::advance(std::size_t done, std::size_t total) {
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
  std::string left;
  if (rate > 0) left = fmt::format("  {:.0f}/s  {:.0f} s left", rate, static_cast<double>(total - done) / rate);
  fmt::print(stderr, "\r\x1b[K    {} of {}{}", done, total, left);
  std::fflush(stderr);
  line_open_ = true;
}

void TerminalProgress::spent(int images, int budget) {
  spent_ = images;
  budget_ = budget;
}

int complain(const Error& error) {
  const Paint paint(stderr);
  fmt::print(stderr, "{} {}\n", paint.red("scotoma:"), error.message);
  return static_cast<int>(error.code);
}

}  // namespace scotoma
