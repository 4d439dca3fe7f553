// SPDX-License-Identifier: Apache-2.0
// A file in memory that a listener writes to.
#pragma once

#include <cstdio>
#include <cstdlib>
#include <string>

namespace scotoma {

class Captured {
 public:
  Captured() : file_(::open_memstream(&text_, &size_)) {}
  ~Captured() {
    static_cast<void>(std::fclose(file_));
    std::free(text_);
  }
  Captured(const Captured&) = delete;
  Captured& operator=(const Captured&) = delete;

  std::FILE* file() { return file_; }

  /// What was written since the last call.
  std::string take() {
    static_cast<void>(std::fflush(file_));
    std::string fresh(text_ + taken_, size_ - taken_);
    taken_ = size_;
    return fresh;
  }

 private:
  char* text_ = nullptr;
  std::size_t size_ = 0;
  std::size_t taken_ = 0;
  std::FILE* file_;
};

}  // namespace scotoma
