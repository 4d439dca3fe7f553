// SPDX-License-Identifier: Apache-2.0
#include "terminal.h"

#include <fmt/format.h>
#include <unistd.h>

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

StderrProgress::StderrProgress(ProgressStyle style) {
  const Paint paint(stderr);
  listener_ = make_progress(style, {stderr, paint.terminal(), paint.colours()}, clock_);
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
