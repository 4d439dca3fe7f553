// SPDX-License-Identifier: Apache-2.0
// Errors on their way between Result and exceptions.
#pragma once

#include <mutex>
#include <optional>
#include <string>

#include "gil.h"
#include "scotoma/core/result.h"

namespace scotoma::python {

/// The first exception that an object of Python's raised in a run: it comes back to the caller as it was.
class Raised {
 public:
  /// Keeps the exception, and gives what the run ends with. With the lock.
  Error keep(const nb::python_error& error);

  /// Throws the kept exception where the error is its, else one of scotoma.errors by the error's code, and keeps
  /// nothing from then on. With the lock.
  [[noreturn]] void raise(const Error& error);

 private:
  std::mutex mutex_;
  Held exception_;
  std::string message_;
};

/// Advice of the library's, which names options and verbs, for those who have arguments and methods. With the lock.
std::string in_python_words(const std::string& message);

/// Throws scotoma.errors' exception, in Python's words. With the lock.
[[noreturn]] void raise(const Error& error);

/// The value, or throws. With the lock.
template <class T>
T value_or_raise(Result<T> result) {
  if (!result.ok()) raise(result.error());
  return std::move(result).value();
}

inline void ok_or_raise(const Result<void>& result) {
  if (!result.ok()) raise(result.error());
}

}  // namespace scotoma::python
