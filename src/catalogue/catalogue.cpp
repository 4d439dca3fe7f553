#include "catalogue/catalogue.h"

#include <fmt/format.h>
#include <sqlite3.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <fstream>
#include <thread>

namespace scotoma {
namespace fs = std::filesystem;
namespace {

constexpr auto kAbandoned = std::chrono::hours(1);  ///< no picture takes so long to write

constexpr auto kPause = std::chrono::milliseconds(5);  ///< between two attempts to make a catalogue

constexpr int kApplicationId = 0x53636F74;  // "Scot"

constexpr const char* kSchema =
    "CREATE TABLE IF NOT EXISTS answers("
    "  fingerprint TEXT NOT NULL, input TEXT NOT NULL, value BLOB NOT NULL,"
    "  PRIMARY KEY(fingerprint, input)) WITHOUT ROWID;";

constexpr const char* kStore =
    "INSERT INTO answers(fingerprint, input, value) VALUES(?, ?, ?)"
    "  ON CONFLICT(fingerprint, input) DO UPDATE SET value=excluded.value WHERE value<>excluded.value";

// What a PNG file begins and ends with.
constexpr std::string_view kPngBegin = "\x89PNG\r\n\x1a\n";
constexpr std::string_view kPngEnd("\0\0\0\0IEND\xae\x42\x60\x82", 12);

/// Resets a statement whatever happens while it is in use.
class InUse {
 public:
  explicit InUse(sqlite3_stmt* statement) : statement_(statement) {}
  ~InUse() {
    sqlite3_reset(statement_);
    sqlite3_clear_bindings(statement_);
  }
  InUse(const InUse&) = delete;
  InUse& operator=(const InUse&) = delete;

  InUse& text(int index, const std::string& value) {
    sqlite3_bind_text(statement_, index, value.data(), static_cast<int>(value.size()), SQLITE_STATIC);
    return *this;
  }
  InUse& blob(int index, const std::string& value) {
    sqlite3_bind_blob(statement_, index, value.data(), static_cast<int>(value.size()), SQLITE_STATIC);
    return *this;
  }
  int step() { return sqlite3_step(statement_); }

  /// Of the row that step() found.
  std::string column(int index) const {
    const auto* bytes = static_cast<const char*>(sqlite3_column_blob(statement_, index));
    const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement_, index));
    return size == 0 ? std::string() : std::string(bytes, size);
  }

 private:
  sqlite3_stmt* statement_;
};

int pragma_number(sqlite3* db, const char* name) {
  int value = -1;
  const auto keep = [](void* out, int, char** column, char**) {
    *static_cast<int*>(out) = std::atoi(column[0]);
    return 0;
  };
  if (sqlite3_exec(db, fmt::format("PRAGMA {}", name).c_str(), keep, &value, nullptr) != SQLITE_OK) return -1;
  return value;
}

Error cannot_write(const fs::path& path) {
  const std::string reason = errno == 0 ? "not written whole" : std::strerror(errno);
  return failed(
      fmt::format("{}: cannot be written ({}). Free some space or choose another folder with --out; "
                  "everything computed so far is kept",
                  path.string(), reason));
}

}  // namespace

struct Catalogue::Statements {
  sqlite3_stmt* find = nullptr;
  sqlite3_stmt* store = nullptr;
  sqlite3_stmt* all = nullptr;
  sqlite3_stmt* count = nullptr;
  ~Statements() {
    for (sqlite3_stmt* statement : {find, store, all, count}) sqlite3_finalize(statement);
  }
};

Catalogue::Catalogue(fs::path folder, std::chrono::milliseconds patience)
    : folder_(std::move(folder)), patience_(patience), statements_(std::make_unique<Statements>()) {}

Catalogue::~Catalogue() {
  statements_.reset();
  sqlite3_close(db_);
}

Error Catalogue::broken(const std::string& doing) const {
  const int code = sqlite3_errcode(db_);
  const std::string file = (folder_ / "catalogue.sqlite").string();
  if (code == SQLITE_NOTADB || code == SQLITE_CORRUPT) {
    return bad_input(
        fmt::format("{}: not a catalogue, or damaged ({}). Move it away or choose another folder with --out", file,
                    sqlite3_errmsg(db_)));
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

Result<std::unique_ptr<Catalogue>> Catalogue::open(const fs::path& folder, std::chrono::milliseconds patience) {
  std::error_code error;
  fs::create_directories(folder / "images", error);
  if (error || ::access(folder.c_str(), W_OK) != 0) {
    return bad_input(fmt::format("{}: cannot be written ({}); choose another folder with --out", folder.string(),
                                 error ? error.message() : std::strerror(errno)));
  }
  std::unique_ptr<Catalogue> catalogue(new Catalogue(folder, patience));
  SCOTOMA_CHECK(catalogue->connect());
  catalogue->remove_abandoned();
  return catalogue;
}

Result<void> Catalogue::connect() {
  const std::string file = (folder_ / "catalogue.sqlite").string();
  if (sqlite3_open(file.c_str(), &db_) != SQLITE_OK) return broken("opening");
  sqlite3_busy_timeout(db_, static_cast<int>(patience_.count()));
  SCOTOMA_CHECK(check_version());
  // Write-ahead log: a killed process loses at most its open transaction.
  const std::string start = fmt::format(
      "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA application_id={}; PRAGMA user_version={}; {}",
      kApplicationId, kVersion, kSchema);
  // The change to WAL does not wait where another run makes the same catalogue: SQLite fears a deadlock there.
  const auto deadline = std::chrono::steady_clock::now() + patience_;
  int code = sqlite3_exec(db_, start.c_str(), nullptr, nullptr, nullptr);
  while (code == SQLITE_BUSY && std::chrono::steady_clock::now() < deadline) {
    std::this_thread::sleep_for(kPause);
    code = sqlite3_exec(db_, start.c_str(), nullptr, nullptr, nullptr);
  }
  if (code != SQLITE_OK) return broken("opening");
  const auto prepare = [&](const char* sql, sqlite3_stmt** out) {
    return sqlite3_prepare_v2(db_, sql, -1, out, nullptr) == SQLITE_OK;
  };
  if (!prepare("SELECT value FROM answers WHERE fingerprint=? AND input=?", &statements_->find) ||
      !prepare(kStore, &statements_->store) ||
      !prepare("SELECT input, value FROM answers WHERE fingerprint=? ORDER BY input", &statements_->all) ||
      !prepare("SELECT count(*) FROM answers WHERE fingerprint=?", &statements_->count)) {
    return broken("opening");
  }
  return {};
}

Result<void> Catalogue::check_version() {
  const int tables = pragma_number(db_, "schema_version");
  if (tables < 0) return broken("opening");
  if (tables == 0) return {};  // new and empty
  const std::string file = (folder_ / "catalogue.sqlite").string();
  if (pragma_number(db_, "application_id") != kApplicationId) {
    return bad_input(
        fmt::format("{}: a database, but not a catalogue of Scotoma; choose another folder with --out", file));
  }
  if (const int version = pragma_number(db_, "user_version"); version > kVersion) {
    return bad_input(
        fmt::format("{}: written by a newer Scotoma (format {}, this program reads up to {}); update Scotoma "
                    "or choose another folder with --out",
                    file, version, kVersion));
  }
  return {};
}

Result<std::optional<std::string>> Catalogue::find(const std::string& fingerprint, const std::string& input) const {
  const std::lock_guard lock(mutex_);
  InUse find(statements_->find);
  const int code = find.text(1, fingerprint).text(2, input).step();
  if (code == SQLITE_DONE) return std::optional<std::string>();
  if (code != SQLITE_ROW) return broken("reading");
  return std::optional<std::string>(find.column(0));
}

Result<void> Catalogue::store(const std::string& fingerprint, std::span<const Answer> answers) {
  const std::lock_guard lock(mutex_);
  if (sqlite3_exec(db_, "BEGIN IMMEDIATE", nullptr, nullptr, nullptr) != SQLITE_OK) return broken("writing");
  for (const Answer& answer : answers) {
    InUse store(statements_->store);
    if (store.text(1, fingerprint).text(2, answer.input).blob(3, answer.value).step() != SQLITE_DONE) {
      const Error error = broken("writing");
      sqlite3_exec(db_, "ROLLBACK", nullptr, nullptr, nullptr);
      return error;
    }
  }
  if (sqlite3_exec(db_, "COMMIT", nullptr, nullptr, nullptr) != SQLITE_OK) {
    const Error error = broken("writing");
    sqlite3_exec(db_, "ROLLBACK", nullptr, nullptr, nullptr);
    return error;
  }
  return {};
}

Result<std::vector<Answer>> Catalogue::all(const std::string& fingerprint) const {
  const std::lock_guard lock(mutex_);
  InUse all(statements_->all);
  all.text(1, fingerprint);
  std::vector<Answer> answers;
  int code = SQLITE_ROW;
  while ((code = all.step()) == SQLITE_ROW) answers.push_back({all.column(0), all.column(1)});
  if (code != SQLITE_DONE) return broken("reading");
  return answers;
}

Result<std::size_t> Catalogue::count(const std::string& fingerprint) const {
  const std::lock_guard lock(mutex_);
  InUse count(statements_->count);
  if (count.text(1, fingerprint).step() != SQLITE_ROW) return broken("reading");
  return static_cast<std::size_t>(sqlite3_column_int64(statements_->count, 0));
}

fs::path Catalogue::image_file(const std::string& id) { return fs::path("images") / id.substr(0, 2) / (id + ".png"); }

bool Catalogue::has_image(const std::string& id) const {
  std::ifstream in(folder_ / image_file(id), std::ios::binary);
  std::string begin(kPngBegin.size(), ' ');
  std::string end(kPngEnd.size(), ' ');
  in.read(begin.data(), static_cast<std::streamsize>(begin.size()));
  in.seekg(-static_cast<std::streamoff>(end.size()), std::ios::end);
  in.read(end.data(), static_cast<std::streamsize>(end.size()));
  return in && begin == kPngBegin && end == kPngEnd;
}

/// Files of runs that were killed while they wrote a picture. Younger ones may belong to a run that is under way.
void Catalogue::remove_abandoned() const {
  std::error_code error;
  const auto now = fs::file_time_type::clock::now();
  for (fs::recursive_directory_iterator at(folder_ / "images", error), end; !error && at != end; at.increment(error)) {
    if (at->path().extension() != ".part") continue;
    std::error_code ignored;
    const auto written = at->last_write_time(ignored);
    if (!ignored && now - written > kAbandoned) fs::remove(at->path(), ignored);
  }
}

Result<std::string> Catalogue::put_image(const Image& image) {
  static std::atomic<std::uint64_t> serial{0};
  const std::string id = image_id(image);
  const fs::path path = folder_ / image_file(id);
  std::error_code error;
  if (has_image(id)) return id;
  fs::create_directories(path.parent_path(), error);
  const fs::path aside = path.parent_path() / fmt::format("{}.{}.{}.part", id, ::getpid(), serial++);
  SCOTOMA_TRY(const auto bytes, encode_png(image));
  errno = 0;
  {
    std::ofstream out(aside, std::ios::binary);
    out.write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
    out.close();
    if (!out) {
      const Error wrong = cannot_write(path);
      fs::remove(aside, error);
      return wrong;
    }
  }
  fs::rename(aside, path, error);
  if (error) {
    const Error wrong = cannot_write(path);
    fs::remove(aside, error);
    return wrong;
  }
  return id;
}

Result<std::vector<std::uint8_t>> Catalogue::image_bytes(const std::string& id) const {
  const fs::path path = folder_ / image_file(id);
  std::ifstream in(path, std::ios::binary);
  if (!in) return failed(fmt::format("{}: missing; run the study again and it is drawn anew", path.string()));
  std::vector<std::uint8_t> bytes(std::istreambuf_iterator<char>(in), {});
  if (in.bad()) return failed(fmt::format("{}: cannot be read to its end", path.string()));
  return bytes;
}

Result<Image> Catalogue::image(const std::string& id) const {
  SCOTOMA_TRY(const auto bytes, image_bytes(id));
  auto image = decode_png(bytes);
  if (!image.ok() || image_id(*image) != id) {
    // It holds nothing of worth; were it left, it would stop every later run here.
    std::error_code ignored;
    fs::remove(folder_ / image_file(id), ignored);
    return failed(fmt::format("{}: {}; it has been removed: run the study again, and it is drawn anew",
                              (folder_ / image_file(id)).string(),
                              image.ok() ? "holds another picture than its name says" : image.error().message));
  }
  return image;
}

}  // namespace scotoma
