// SPDX-License-Identifier: Apache-2.0
#include "errors.h"

#include <nanobind/stl/string.h>

namespace scotoma::python {
namespace {

nb::object error_class(const char* name) { return nb::module_::import_("scotoma.errors").attr(name); }

const char* class_of(Code code) {
  if (code == Code::bad_input) return "InputError";
  return code == Code::interrupted ? "Interrupted" : "RunError";
}

}  // namespace

Error Raised::keep(const nb::python_error& error) {
  const nb::object value = nb::borrow(error.value());
  std::string message;
  try {
    message = nb::cast<std::string>(nb::str(value));
  } catch (const std::exception&) {
    message = "its words are no UTF-8";
  }
  if (!nb::isinstance(value, error_class("Error"))) {
    message = nb::cast<std::string>(nb::str(value.type().attr("__name__"))) + (message.empty() ? "" : ": " + message);
  }
  const bool input = nb::isinstance(value, error_class("InputError"));
  const std::lock_guard guard(mutex_);
  if (!exception_) {
    exception_ = Held(value);
    message_ = message;
  }
  return {input ? Code::bad_input : Code::failed, message};
}

void Raised::raise(const Error& error) {
  Held exception;
  {
    const std::lock_guard guard(mutex_);
    if (exception_ && error.message == message_) exception = exception_;
    exception_ = Held();
  }
  if (!exception) python::raise(error);
  PyErr_SetObject(exception->type().ptr(), exception->ptr());
  throw nb::python_error();
}

std::string in_python_words(const std::string& message) {
  return nb::cast<std::string>(nb::module_::import_("scotoma._words").attr("in_python")(message));
}

void raise(const Error& error) {
  const nb::object kind = error_class(class_of(error.code));
  PyErr_SetString(kind.ptr(), in_python_words(error.message).c_str());
  throw nb::python_error();
}

}  // namespace scotoma::python
