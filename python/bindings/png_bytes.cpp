// SPDX-License-Identifier: Apache-2.0
#include "png_bytes.h"

#include <utility>

namespace scotoma::python {
namespace {

void release(Py_buffer* buffer) {
  if (Py_IsInitialized() == 0) return;  // the process ends, and its memory with it
  const nb::gil_scoped_acquire lock;
  PyBuffer_Release(buffer);
  delete buffer;
}

}  // namespace

PngBytes::PngBytes(std::string bytes) {
  auto owned = std::make_shared<const std::string>(std::move(bytes));
  view_ = *owned;
  owner_ = std::move(owned);
}

PngBytes::PngBytes(const nb::handle& object) {
  auto buffer = std::make_unique<Py_buffer>();
  if (PyObject_GetBuffer(object.ptr(), buffer.get(), PyBUF_SIMPLE) != 0) nb::raise_python_error();
  view_ = {static_cast<const char*>(buffer->buf), static_cast<std::size_t>(buffer->len)};
  owner_ = std::shared_ptr<Py_buffer>(buffer.release(), release);
}

}  // namespace scotoma::python
