// SPDX-License-Identifier: Apache-2.0
// Rows whose last column is a checksum over those before it: what a disk returns is not trusted.
#pragma once

#include <sqlite3.h>

#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

#include "scotoma/core/hash.h"
#include "scotoma/core/sqlite.h"

namespace scotoma {

/// The first eight bytes of SHA-256 over all columns, each with its kind and length in front.
class RowSum {
 public:
  void add(std::int64_t number) { append('i', {reinterpret_cast<const char*>(&number), sizeof number}); }
  void add(std::string_view bytes) { append('b', bytes); }

  std::int64_t value() const {
    const auto digest = Hasher().bytes({reinterpret_cast<const std::uint8_t*>(row_.data()), row_.size()}).digest();
    std::int64_t sum = 0;
    std::memcpy(&sum, digest.data(), sizeof sum);
    return sum;
  }

 private:
  void append(char kind, std::string_view bytes) {
    const std::uint64_t size = bytes.size();
    row_ += kind;
    row_.append(reinterpret_cast<const char*>(&size), sizeof size);
    row_ += bytes;
  }

  std::string row_;
};

/// A text as SQLite has it; what is bound without is a blob.
struct Text {
  std::string_view bytes;
};

namespace summed {

inline void bind(InUse& use, RowSum& sum, int index, std::int64_t value) {
  use.number(index, value);
  sum.add(value);
}
inline void bind(InUse& use, RowSum& sum, int index, std::string_view value) {
  use.blob(index, value);
  sum.add(value);
}
inline void bind(InUse& use, RowSum& sum, int index, Text value) {
  use.text(index, value.bytes);
  sum.add(value.bytes);
}

}  // namespace summed

/// Inserts a row: numbers, views of bytes, Texts; the statement has one parameter more, for the sum. False: the
/// database does not take it.
template <class... Values>
bool insert_row(sqlite3_stmt* statement, const Values&... values) {
  InUse use(statement);
  RowSum sum;
  int index = 0;
  (summed::bind(use, sum, ++index, values), ...);
  return use.number(++index, sum.value()).step() == SQLITE_DONE;
}

/// Whether the row that `use` found fits its sum, which stands behind its first `columns`.
inline bool is_whole(const InUse& use, int columns) {
  RowSum sum;
  for (int i = 0; i < columns; ++i) {
    if (const auto number = use.number_in(i)) {
      sum.add(*number);
    } else {
      sum.add(use.view(i));
    }
  }
  return use.number_in(columns) == sum.value();
}

}  // namespace scotoma
