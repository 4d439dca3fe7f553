// SPDX-License-Identifier: Apache-2.0
// The one door to standard output and standard error. What is seen there while Scotoma works is progress/'s.
//
// Class names, captions, prompts, file names and messages of libraries are others' texts. Whatever goes through this
// door is spelled as printable() of wording/text.h does, also where the stream is no terminal: what is read there later
// often is one. Only Paint makes escape sequences. tests/arrows.sh finds a verb that writes past it.
#pragma once

#include <fmt/format.h>

#include <cstdio>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>

#include "scotoma/core/clock.h"
#include "scotoma/core/result.h"
#include "scotoma/progress/progress.h"
#include "scotoma/wording/text.h"

namespace scotoma {

/// A text in our own colours. What it holds beside them is printable.
class Painted {
 public:
  Painted() = default;
  explicit Painted(std::string_view plain) : text_(printable(plain)) {}
  Painted& operator+=(const Painted& more) {
    text_ += more.text_;
    return *this;
  }
  const std::string& text() const { return text_; }

 private:
  friend class Paint;
  std::string text_;
};

/// Colours, where the stream is a terminal and NO_COLOR is not set.
class Paint {
 public:
  explicit Paint(std::FILE* stream);
  Painted bold(std::string_view text) const { return with("1", text); }
  Painted red(std::string_view text) const { return with("31", text); }
  Painted green(std::string_view text) const { return with("32", text); }
  Painted yellow(std::string_view text) const { return with("33", text); }
  Painted dim(std::string_view text) const { return with("2", text); }
  bool terminal() const { return terminal_; }
  bool colours() const { return colours_; }

 private:
  Painted with(const char* code, std::string_view text) const;
  bool terminal_;
  bool colours_;
};

/// What is put in for an argument of say(): a text is made printable, a number stays. Join lists into a text first.
template <typename T>
auto spoken(const T& argument) {
  if constexpr (std::is_same_v<T, Painted>) {
    return argument.text();
  } else if constexpr (std::is_convertible_v<const T&, std::string_view>) {
    return printable(argument);
  } else {
    static_assert(std::is_arithmetic_v<T> && !std::is_same_v<T, char>, "neither a number nor a text");
    return argument;
  }
}

/// As fmt::format, with every text among the arguments made printable; line ends stand in the format alone.
template <typename... Arguments>
std::string spoken_text(fmt::format_string<decltype(spoken(std::declval<Arguments>()))...> format,
                        const Arguments&... arguments) {
  const auto safe = std::make_tuple(spoken(arguments)...);
  return std::apply([&](const auto&... each) { return fmt::vformat(format, fmt::make_format_args(each...)); }, safe);
}

/// Writes to standard output. Throws std::system_error where that cannot be written; run_program() reports it.
void put(const std::string& text);
template <typename... Arguments>
void say(fmt::format_string<decltype(spoken(std::declval<Arguments>()))...> format, const Arguments&... arguments) {
  put(spoken_text<Arguments...>(format, arguments...));
}

/// A text of several lines.
void say_lines(std::string_view text);

/// A JSON value, readable, as it is: what say() would spell is escaped the way JSON does it.
void say_json(const nlohmann::ordered_json& json);

/// Writes without ever failing: a full disk behind standard error must not end a run. The text may have several lines.
void tell(std::FILE* stream, std::string_view text);

/// The same, as say().
template <typename First, typename... Rest>
void tell(std::FILE* stream,
          fmt::format_string<decltype(spoken(std::declval<First>())), decltype(spoken(std::declval<Rest>()))...> format,
          const First& first, const Rest&... rest) {
  static_cast<void>(std::fputs(spoken_text<First, Rest...>(format, first, rest...).c_str(), stream));
}

/// Progress on standard error, in the style that the user asked for: standard output is for results.
class StderrProgress : public Listener {
 public:
  explicit StderrProgress(ProgressStyle style);
  void on(const Event& event) override { listener_->on(event); }

 private:
  SteadyClock clock_;
  std::unique_ptr<Listener> listener_;
};

/// Prints what makes all figures of a study doubtful (finding/doubt.h) to standard error.
void tell_doubts(const std::vector<std::string>& doubts);

/// Prints "note: NOTE" to standard error; nothing where there is none.
void tell_note(const std::string& note);

/// Prints "scotoma: MESSAGE" to standard error, further lines of it indented; returns the exit code.
int complain(const Error& error);

}  // namespace scotoma
