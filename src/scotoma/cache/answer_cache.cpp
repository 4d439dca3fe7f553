// SPDX-License-Identifier: Apache-2.0
#include "scotoma/cache/answer_cache.h"

#include <fmt/format.h>
#include <sqlite3.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <thread>

#include "scotoma/cache/rows.h"
#include "scotoma/core/file.h"
#include "scotoma/core/hash.h"
#include "scotoma/core/sqlite.h"

namespace scotoma {
namespace fs = std::filesystem;
namespace {

constexpr auto kPause = std::chrono::milliseconds(5);  ///< between two attempts to make a cache

constexpr int kApplicationId = 0x53636F74;  // "Scot"

constexpr const char* kSchema =
    "CREATE TABLE IF NOT EXISTS answers("
    "  fingerprint TEXT NOT NULL, input TEXT NOT NULL, value BLOB NOT NULL, sum INTEGER,"
    "  PRIMARY KEY(fingerprint, input)) WITHOUT ROWID;";

constexpr const char* kStore =
    "INSERT INTO answers(fingerprint, input, value, sum) VALUES(?, ?, ?, ?)"
    "  ON CONFLICT(fingerprint, input) DO UPDATE SET value=excluded.value, sum=excluded.sum"
    "  WHERE value IS NOT excluded.value OR sum IS NOT excluded.sum";

/// In SQL: scotoma_sum(fingerprint, input, value).
void sum_in_sql(sqlite3_context* context, int /*count*/, sqlite3_value** values) {
  const auto bytes = [](sqlite3_value* value) {
    const auto* data = static_cast<const char*>(sqlite3_value_blob(value));
    const auto size = static_cast<std::size_t>(sqlite3_value_bytes(value));
    return size == 0 ? std::string_view() : std::string_view(data, size);
  };
  sqlite3_result_int64(context, sum_of_row(bytes(values[0]), bytes(values[1]), bytes(values[2])));
}

/// Whether one of the cache's files has no room left under the limit of the process. SQLite keeps no errno of it:
/// it tidies up first.
bool has_file_at_size_limit(const fs::path& database) {
  constexpr std::array kEnds = {"", "-wal", "-shm", "-journal"};
  return std::any_of(kEnds.begin(), kEnds.end(), [&](const char* end) {
    fs::path file = database;
    return at_size_limit(file += end);
  });
}

}  // namespace

AnswerCache::AnswerCache(fs::path folder, std::chrono::milliseconds patience)
    : ImageFolder(std::move(folder)), patience_(patience), statements_(std::make_unique<Statements>()) {}

AnswerCache::~AnswerCache() {
  statements_.reset();
  sqlite3_close(db_);
}

fs::path AnswerCache::file_in(const fs::path& folder) {
  const auto file = folder / "cache.sqlite";
  const auto older = folder / "catalogue.sqlite";
  std::error_code ignored;
  return !fs::exists(file, ignored) && fs::exists(older, ignored) ? older : file;
}

Error AnswerCache::broken(const std::string& doing) const {
  const int code = sqlite3_errcode(db_);
  const std::string file = file_in(folder()).string();
  if (const int system = code == SQLITE_NOMEM ? ENOMEM : sqlite3_system_errno(db_); ran_out(system)) {
    return failed(
        fmt::format("{}: {} failed ({}); everything computed so far is kept", file, doing, reason_of(system)));
  }
  if ((code == SQLITE_FULL || code == SQLITE_IOERR) && has_file_at_size_limit(file)) {
    return failed(fmt::format("{}: {} failed (the file-size limit: {}); everything computed so far is kept", file,
                              doing, reason_of(EFBIG)));
  }
  // SQLITE_ERROR: no statement of ours is wrong, so the tables are not as we made them.
  if (code == SQLITE_NOTADB || code == SQLITE_CORRUPT || code == SQLITE_ERROR) {
    return bad_input(fmt::format("{}: not a cache, or damaged ({}). Move it away or choose another folder with --out",
                                 file, sqlite3_errmsg(db_)));
  }
  if (code == SQLITE_BUSY) {
    const Error busy = failed(fmt::format(
        "{}: another run has been writing for {} s; everything computed so far is kept: run again, or choose "
        "another folder with --out",
        file, std::chrono::duration_cast<std::chrono::seconds>(patience_).count()));
    return doing == "opening" ? bad_input(busy.message) : busy;
  }
  if (doing == "opening") {
    return bad_input(
        fmt::format("{}: cannot be opened ({}); choose another folder with --out", file, sqlite3_errmsg(db_)));
  }
  return failed(fmt::format("{}: {} failed ({}); everything computed so far is kept: free some space and run again",
                            file, doing, sqlite3_errmsg(db_)));
}

Result<std::unique_ptr<AnswerCache>> AnswerCache::open(const fs::path& folder, std::chrono::milliseconds patience) {
  std::error_code error;
  fs::create_directories(folder / "images", error);
  if (error || ::access(folder.c_str(), W_OK) != 0) {
    return bad_input(fmt::format("{}: cannot be written ({}); choose another folder with --out", folder.string(),
                                 error ? error.message() : std::strerror(errno)));
  }
  std::unique_ptr<AnswerCache> cache(new AnswerCache(folder, patience));
  SCOTOMA_RETURN_IF_ERROR(cache->connect());
  cache->sweep();
  return cache;
}

Result<void> AnswerCache::connect() {
  const std::string file = file_in(folder()).string();
  if (sqlite3_open(file.c_str(), &db_) != SQLITE_OK) return broken("opening");
  sqlite3_busy_timeout(db_, static_cast<int>(patience_.count()));
  SCOTOMA_RETURN_IF_ERROR(check_version());
  // Write-ahead log: a killed process loses at most its open transaction. The other two: the file may be damaged.
  SCOTOMA_RETURN_IF_ERROR(
      patiently("PRAGMA cell_size_check=ON; PRAGMA trusted_schema=OFF; PRAGMA journal_mode=WAL; "
                "PRAGMA synchronous=NORMAL"));
  if (pragma_number(db_, "user_version") < kVersion)
    SCOTOMA_RETURN_IF_ERROR(in_transaction([this] { return migrate(); }));
  return prepare();
}

/// The change to WAL does not wait where another run makes the same cache: SQLite fears a deadlock there.
Result<void> AnswerCache::patiently(const char* sql) const {
  const auto deadline = std::chrono::steady_clock::now() + patience_;
  int code = sqlite3_exec(db_, sql, nullptr, nullptr, nullptr);
  while (code == SQLITE_BUSY && std::chrono::steady_clock::now() < deadline) {
    std::this_thread::sleep_for(kPause);
    code = sqlite3_exec(db_, sql, nullptr, nullptr, nullptr);
  }
  if (code != SQLITE_OK) return broken("opening");
  return {};
}

/// Makes the table, or gives the one of format 1 its checksums. Another run may have done it meanwhile, and a program
/// of format 1 that has the file open may still add rows without: they count as damaged.
Result<void> AnswerCache::migrate() {
  if (pragma_number(db_, "user_version") >= kVersion) return {};
  const auto run = [&](const std::string& sql) {
    return sqlite3_exec(db_, sql.c_str(), nullptr, nullptr, nullptr) == SQLITE_OK;
  };
  sqlite3_create_function_v2(db_, "scotoma_sum", 3, SQLITE_UTF8 | SQLITE_DETERMINISTIC, nullptr, sum_in_sql, nullptr,
                             nullptr, nullptr);
  if (!run(fmt::format("PRAGMA application_id={}; {}", kApplicationId, kSchema))) return broken("opening");
  const bool summed = sqlite3_table_column_metadata(db_, nullptr, "answers", "sum", nullptr, nullptr, nullptr, nullptr,
                                                    nullptr) == SQLITE_OK;
  if (!summed && !run("ALTER TABLE answers ADD COLUMN sum INTEGER")) return broken("opening");
  if (!run("UPDATE answers SET sum=scotoma_sum(fingerprint, input, value) WHERE sum IS NULL")) return broken("opening");
  SCOTOMA_RETURN_IF_ERROR(prepare());
  SCOTOMA_ASSIGN_OR_RETURN(const Persons persons, read_persons());
  SCOTOMA_RETURN_IF_ERROR(put_tally(persons.whole));
  if (!run(fmt::format("PRAGMA user_version={}", kVersion))) return broken("opening");
  return {};
}

Result<void> AnswerCache::prepare() {
  const auto prepare = [&](const char* sql, Statement& out) {
    if (out == nullptr) out = prepared(db_, sql);
    return out != nullptr;
  };
  if (!prepare("SELECT value, sum FROM answers WHERE fingerprint=? AND input=?", statements_->find) ||
      !prepare(kStore, statements_->store) ||
      !prepare("SELECT input, value, sum FROM answers WHERE fingerprint=? ORDER BY input", statements_->all) ||
      !prepare("DELETE FROM answers WHERE fingerprint=? AND input=?", statements_->remove) ||
      !prepare("SELECT count(*) FROM answers WHERE fingerprint=?", statements_->count)) {
    return broken("opening");
  }
  return {};
}

/// All that `work` writes, or nothing of it.
Result<void> AnswerCache::in_transaction(const std::function<Result<void>()>& work) const {
  if (sqlite3_exec(db_, "BEGIN IMMEDIATE", nullptr, nullptr, nullptr) != SQLITE_OK) return broken("writing");
  Result<void> done = work();
  if (done.ok() && sqlite3_exec(db_, "COMMIT", nullptr, nullptr, nullptr) != SQLITE_OK) done = broken("writing");
  if (!done.ok()) sqlite3_exec(db_, "ROLLBACK", nullptr, nullptr, nullptr);
  return done;
}

Result<void> AnswerCache::check_version() {
  const int tables = pragma_number(db_, "schema_version");
  if (tables < 0) return broken("opening");
  if (tables == 0) return {};  // new and empty
  const std::string file = file_in(folder()).string();
  if (pragma_number(db_, "application_id") != kApplicationId) {
    return bad_input(fmt::format("{}: a database, but not a cache of Scotoma; choose another folder with --out", file));
  }
  if (const int version = pragma_number(db_, "user_version"); version > kVersion) {
    return bad_input(
        fmt::format("{}: written by a newer Scotoma (format {}, this program reads up to {}); update Scotoma "
                    "or choose another folder with --out",
                    file, version, kVersion));
  }
  return {};
}

Result<std::optional<std::string>> AnswerCache::find(const std::string& fingerprint, const std::string& input) const {
  const std::lock_guard lock(mutex_);
  InUse find(statements_->find.get());
  const int code = find.text(1, fingerprint).text(2, input).step();
  if (code == SQLITE_DONE) return other_ ? other_->find(fingerprint, input) : std::optional<std::string>();
  if (code != SQLITE_ROW) return broken("reading");
  std::optional<std::string> value = find.column(0);
  if (find.number_in(1) != sum_of_row(fingerprint, input, *value)) value.reset();
  return !value && other_ ? other_->find(fingerprint, input) : value;
}

Result<void> AnswerCache::put(const std::string& fingerprint, const Answer& answer) const {
  InUse store(statements_->store.get());
  store.text(1, fingerprint).text(2, answer.input).blob(3, answer.value);
  if (store.number(4, sum_of_row(fingerprint, answer.input, answer.value)).step() != SQLITE_DONE)
    return broken("writing");
  return {};
}

Result<void> AnswerCache::put_tally(std::span<const Answer> answers) const {
  return put(kPerson, {"", tally_of(answers)});
}

Result<void> AnswerCache::store(const std::string& fingerprint, std::span<const Answer> answers) {
  const std::lock_guard lock(mutex_);
  return in_transaction([&]() -> Result<void> {
    for (const Answer& answer : answers) SCOTOMA_RETURN_IF_ERROR(put(fingerprint, answer));
    if (fingerprint != kPerson) return {};
    SCOTOMA_ASSIGN_OR_RETURN(const Persons persons, read_persons());
    return put_tally(persons.whole);
  });
}

Result<AnswerCache::Persons> AnswerCache::read_persons() const {
  const std::string person = kPerson;
  InUse all(statements_->all.get());
  all.text(1, person);
  Persons persons;
  int code = SQLITE_ROW;
  while ((code = all.step()) == SQLITE_ROW) {
    Answer row{all.column(0), all.column(1)};
    if (all.number_in(2) != sum_of_row(person, row.input, row.value)) {
      persons.damaged.push_back(std::move(row.input));
    } else if (row.input.empty()) {
      persons.tally = std::move(row.value);
    } else {
      persons.whole.push_back(std::move(row));
    }
  }
  if (code != SQLITE_DONE) return broken("reading");
  return persons;
}

/// Removes what is damaged and reports that once.
Result<void> AnswerCache::mend_persons(const Persons& persons) const {
  const std::string person = kPerson;
  for (const std::string& input : persons.damaged) {
    InUse remove(statements_->remove.get());
    if (remove.text(1, person).text(2, input).step() != SQLITE_DONE) return broken("writing");
  }
  return put_tally(persons.whole);
}

Result<std::vector<Answer>> AnswerCache::persons() const {
  const std::lock_guard lock(mutex_);
  SCOTOMA_ASSIGN_OR_RETURN(Persons persons, read_persons());
  if (persons.complete()) return std::move(persons.whole);
  SCOTOMA_RETURN_IF_ERROR(in_transaction([&]() -> Result<void> {
    SCOTOMA_ASSIGN_OR_RETURN(persons, read_persons());
    return mend_persons(persons);
  }));
  return failed(fmt::format(
      "{}: answers that a person gave in `scotoma review` are damaged or lost; {} of them are whole and are kept. The "
      "next run goes on with those; import your table of answers again, or answer what `scotoma review` asks anew",
      file_in(folder()).string(), persons.whole.size()));
}

Result<std::size_t> AnswerCache::count(const std::string& fingerprint) const {
  const std::lock_guard lock(mutex_);
  InUse count(statements_->count.get());
  if (count.text(1, fingerprint).step() != SQLITE_ROW) return broken("reading");
  return static_cast<std::size_t>(count.number_in(0).value_or(0));
}

}  // namespace scotoma
