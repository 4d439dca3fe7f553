// SPDX-License-Identifier: Apache-2.0
// Objects of Python's that threads of C++ hold.
#pragma once

#include <nanobind/nanobind.h>

#include <memory>
#include <utility>

namespace scotoma::python {

namespace nb = nanobind;

/// May be copied and dropped on any thread, with the lock or without; the object inside is used with the lock alone.
class Held {
 public:
  Held() = default;
  explicit Held(nb::object value) : value_(new nb::object(std::move(value)), drop) {}

  const nb::object& operator*() const { return *value_; }
  const nb::object* operator->() const { return value_.get(); }
  explicit operator bool() const { return value_ != nullptr && value_->is_valid() && !value_->is_none(); }

 private:
  static void drop(nb::object* value) {
    if (Py_IsInitialized() == 0) return;  // the process ends, and its memory with it
    const nb::gil_scoped_acquire lock;
    delete value;
  }

  std::shared_ptr<nb::object> value_;
};

}  // namespace scotoma::python
