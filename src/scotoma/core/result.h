// SPDX-License-Identifier: Apache-2.0
// Result<T>: a value, or an Error that a user can act on. Functions that can fail for reasons outside
// the program return it; assertions are for our own bugs only. No exception crosses a module's border.
#pragma once

#include <cassert>
#include <optional>
#include <string>
#include <utility>
#include <variant>

namespace scotoma {

/// Why a command stopped; maps one to one to the program's exit codes.
enum class Code {
  failed = 1,         ///< the work ran and failed midway: a full disk, NaN from a model
  bad_input = 2,      ///< what the user gave cannot be used: a study, a model file, an option
  waits = 75,         ///< its share is done; it goes on once others have done theirs (EX_TEMPFAIL of sysexits.h)
  interrupted = 130,  ///< the user stopped it; the study can be resumed
};

/// `message` says what is wrong, where, and what to do: "study.toml:14: label 'fly' has no prompt; add one".
struct Error {
  Code code = Code::failed;
  std::string message;
};

inline Error bad_input(std::string message) { return {Code::bad_input, std::move(message)}; }
inline Error failed(std::string message) { return {Code::failed, std::move(message)}; }
inline Error waits(std::string message) { return {Code::waits, std::move(message)}; }
inline Error interrupted(std::string message) { return {Code::interrupted, std::move(message)}; }

template <class T>
class [[nodiscard]] Result {
 public:
  Result(T value) : state_(std::move(value)) {}      // NOLINT(google-explicit-constructor)
  Result(Error error) : state_(std::move(error)) {}  // NOLINT(google-explicit-constructor)

  bool ok() const { return std::holds_alternative<T>(state_); }
  explicit operator bool() const { return ok(); }

  /// Requires ok().
  T& value() & { return assert(ok()), std::get<T>(state_); }
  const T& value() const& { return assert(ok()), std::get<T>(state_); }
  T&& value() && { return assert(ok()), std::get<T>(std::move(state_)); }
  T& operator*() & { return value(); }
  const T& operator*() const& { return value(); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }

  /// Requires !ok().
  const Error& error() const { return assert(!ok()), std::get<Error>(state_); }

 private:
  std::variant<T, Error> state_;
};

template <>
class [[nodiscard]] Result<void> {
 public:
  Result() = default;
  Result(Error error) : error_(std::move(error)) {}  // NOLINT(google-explicit-constructor)

  bool ok() const { return !error_.has_value(); }
  explicit operator bool() const { return ok(); }
  const Error& error() const { return assert(!ok()), *error_; }

 private:
  std::optional<Error> error_;
};

}  // namespace scotoma

#define SCOTOMA_CONCAT_(a, b) a##b
#define SCOTOMA_CONCAT(a, b) SCOTOMA_CONCAT_(a, b)

/// `SCOTOMA_ASSIGN_OR_RETURN(auto x, f());` takes the value of a Result or returns its Error to the caller.
#define SCOTOMA_ASSIGN_OR_RETURN(declaration, expression) \
  SCOTOMA_ASSIGN_OR_RETURN_(declaration, expression, SCOTOMA_CONCAT(result_, __LINE__))
#define SCOTOMA_ASSIGN_OR_RETURN_(declaration, expression, result) \
  auto result = (expression);                                      \
  if (!result.ok()) return result.error();                         \
  declaration = std::move(result).value()

/// The same for a Result<void>.
#define SCOTOMA_RETURN_IF_ERROR(expression) \
  if (auto check_ = (expression); !check_.ok()) return check_.error()
