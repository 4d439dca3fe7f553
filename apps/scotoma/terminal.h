// What a person sees while Scotoma works: one line that moves on a terminal, a line a stage elsewhere.
#pragma once

#include <chrono>
#include <cstdio>
#include <string>

#include "core/progress.h"
#include "core/result.h"

namespace scotoma {

/// Writes without ever failing: a full disk behind standard error must not end a hunt.
inline void tell(std::FILE* stream, const std::string& text) { static_cast<void>(std::fputs(text.c_str(), stream)); }

/// Colours, where the stream is a terminal and NO_COLOR is not set.
class Paint {
 public:
  explicit Paint(std::FILE* stream);
  std::string bold(const std::string& text) const { return with("1", text); }
  std::string red(const std::string& text) const { return with("31", text); }
  std::string green(const std::string& text) const { return with("32", text); }
  std::string yellow(const std::string& text) const { return with("33", text); }
  std::string dim(const std::string& text) const { return with("2", text); }
  bool terminal() const { return terminal_; }

 private:
  std::string with(const char* code, const std::string& text) const;
  bool terminal_;
  bool colours_;
};

/// Progress on standard error. Time left is that of the stage until the first images were counted, then that of the
/// whole budget at the speed so far: a bound, since most studies end before their budget does.
class TerminalProgress : public Progress {
 public:
  explicit TerminalProgress(bool quiet);
  ~TerminalProgress() override;
  void stage(std::string_view what) override;
  void advance(std::size_t done, std::size_t total) override;
  void spent(int images, int budget) override;

 private:
  using Clock = std::chrono::steady_clock;
  void clear_line();
  std::string time_left(Clock::time_point now, double answers_left, double answers_a_second) const;

  Paint paint_;
  bool quiet_;
  bool line_open_ = false;
  // of the answers that are being asked for:
  Clock::time_point work_begin_ = Clock::now();
  Clock::time_point last_drawn_ = work_begin_;
  std::size_t last_done_ = 0;
  std::size_t done_at_begin_ = 0;
  // of the study's images:
  Clock::time_point counted_at_ = work_begin_;
  bool worked_ = false;      ///< a model was asked since the images were last counted
  double work_seconds_ = 0;  ///< for work_images_ images: those that took work, and all that was asked about them
  int work_images_ = 0;
  int spent_ = 0;
  int budget_ = 0;
};

/// Prints "scotoma: MESSAGE" to standard error; returns the exit code.
int complain(const Error& error);

}  // namespace scotoma
