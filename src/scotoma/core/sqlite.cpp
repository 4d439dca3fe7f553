// SPDX-License-Identifier: Apache-2.0
#include "scotoma/core/sqlite.h"

#include <fmt/format.h>
#include <sqlite3.h>

#include <cstdlib>

namespace scotoma {
namespace {

/// SQLite takes no bytes at null for NULL.
const char* start_of(std::string_view value) { return value.data() == nullptr ? "" : value.data(); }

}  // namespace

void CloseDatabase::operator()(sqlite3* db) const { sqlite3_close(db); }

void FinalizeStatement::operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }

Statement prepared(sqlite3* db, const char* sql) {
  sqlite3_stmt* statement = nullptr;
  sqlite3_prepare_v2(db, sql, -1, &statement, nullptr);
  return Statement(statement);
}

InUse::~InUse() {
  sqlite3_reset(statement_);
  sqlite3_clear_bindings(statement_);
}

InUse& InUse::text(int index, std::string_view value) {
  sqlite3_bind_text(statement_, index, start_of(value), static_cast<int>(value.size()), SQLITE_STATIC);
  return *this;
}

InUse& InUse::blob(int index, std::string_view value) {
  sqlite3_bind_blob(statement_, index, start_of(value), static_cast<int>(value.size()), SQLITE_STATIC);
  return *this;
}

InUse& InUse::number(int index, std::int64_t value) {
  sqlite3_bind_int64(statement_, index, value);
  return *this;
}

int InUse::step() { return sqlite3_step(statement_); }

std::string_view InUse::view(int index) const {
  const auto* bytes = static_cast<const char*>(sqlite3_column_blob(statement_, index));
  const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement_, index));
  return size == 0 ? std::string_view() : std::string_view(bytes, size);
}

std::optional<std::int64_t> InUse::number_in(int index) const {
  if (sqlite3_column_type(statement_, index) != SQLITE_INTEGER) return std::nullopt;
  return sqlite3_column_int64(statement_, index);
}

int pragma_number(sqlite3* db, const char* name) {
  int value = -1;
  const auto keep = [](void* out, int, char** column, char**) {
    *static_cast<int*>(out) = std::atoi(column[0]);
    return 0;
  };
  if (sqlite3_exec(db, fmt::format("PRAGMA {}", name).c_str(), keep, &value, nullptr) != SQLITE_OK) return -1;
  return value;
}

}  // namespace scotoma
