// SPDX-License-Identifier: Apache-2.0
// SQLite's handles with owners, and a statement that is reset whatever happens: for the cache and for stored findings.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

struct sqlite3;
struct sqlite3_stmt;

namespace scotoma {

struct CloseDatabase {
  void operator()(sqlite3* db) const;
};
struct FinalizeStatement {
  void operator()(sqlite3_stmt* statement) const;
};
using Database = std::unique_ptr<sqlite3, CloseDatabase>;
using Statement = std::unique_ptr<sqlite3_stmt, FinalizeStatement>;

/// A statement of the database; null where the database does not take it.
Statement prepared(sqlite3* db, const char* sql);

/// One use of a statement, which it resets at its end. Texts and blobs that are bound must live until then. Columns
/// count from 0, parameters from 1.
class InUse {
 public:
  explicit InUse(sqlite3_stmt* statement) : statement_(statement) {}
  ~InUse();
  InUse(const InUse&) = delete;
  InUse& operator=(const InUse&) = delete;

  InUse& text(int index, std::string_view value);
  InUse& blob(int index, std::string_view value);
  InUse& number(int index, std::int64_t value);

  int step();  ///< SQLITE_ROW, SQLITE_DONE or an error

  /// Of the row that step() found: the bytes of a text or blob, empty for NULL; a number, nothing for anything else. A
  /// view lasts until the next step.
  std::string column(int index) const { return std::string(view(index)); }
  std::string_view view(int index) const;
  std::optional<std::int64_t> number_in(int index) const;

 private:
  sqlite3_stmt* statement_;
};

/// The number that a PRAGMA gives; -1 where it fails.
int pragma_number(sqlite3* db, const char* name);

}  // namespace scotoma
