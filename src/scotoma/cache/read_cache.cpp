// SPDX-License-Identifier: Apache-2.0
// A cache that is only read: beside one that is written, or to be merged into one.
#include <fmt/format.h>
#include <sqlite3.h>

#include <string_view>

#include "scotoma/cache/answer_cache.h"
#include "scotoma/cache/rows.h"
#include "scotoma/core/sqlite.h"

namespace scotoma {
namespace fs = std::filesystem;
namespace {

/// The path as a URI of SQLite's, with what a query may hold. A path's own "?", "#" and "%" are no part of the syntax.
std::string uri_of(const fs::path& file, std::string_view query) {
  std::string uri = "file:";
  for (const char c : fs::absolute(file).string()) {
    if (c == '?' || c == '#' || c == '%') {
      uri += fmt::format("%{:02X}", static_cast<unsigned>(static_cast<unsigned char>(c)));
    } else {
      uri += c;
    }
  }
  return fmt::format("{}?{}", uri, query);
}

}  // namespace

bool AnswerCache::has_log(const fs::path& folder) {
  fs::path log = file_in(folder);
  std::error_code ignored;
  const auto size = fs::file_size(log += "-wal", ignored);
  return !ignored && size > 0;
}

Result<std::unique_ptr<AnswerCache>> AnswerCache::open_to_read(const fs::path& folder) {
  const fs::path file = file_in(folder);
  if (std::error_code ignored; !fs::exists(file, ignored))
    return bad_input(fmt::format("{}: no cache there ({} is missing)", folder.string(), file.filename().string()));
  std::unique_ptr<AnswerCache> cache(new AnswerCache(folder, std::chrono::seconds(30)));
  SCOTOMA_RETURN_IF_ERROR(cache->connect_to_read());
  if (pragma_number(cache->db_, "user_version") < kVersion) {
    cache.reset();
    SCOTOMA_ASSIGN_OR_RETURN(cache, open(folder));
    return cache;
  }
  SCOTOMA_RETURN_IF_ERROR(cache->prepare());
  return cache;
}

/// Where all stands in one file it is opened as one that nobody changes: then no lock is asked for, and no file made
/// beside it, which a file system that machines share may not be able to give.
Result<void> AnswerCache::connect_to_read() {
  const std::string uri = uri_of(file_in(folder()), has_log(folder()) ? "mode=ro" : "mode=ro&immutable=1");
  if (sqlite3_open_v2(uri.c_str(), &db_, SQLITE_OPEN_READONLY | SQLITE_OPEN_URI, nullptr) != SQLITE_OK)
    return broken("opening");
  sqlite3_busy_timeout(db_, static_cast<int>(patience_.count()));
  SCOTOMA_RETURN_IF_ERROR(check_version());
  return patiently("PRAGMA cell_size_check=ON; PRAGMA trusted_schema=OFF");
}

Result<void> AnswerCache::each(const Visit& visit) const {
  const std::lock_guard lock(mutex_);
  const Statement all = prepared(db_, "SELECT fingerprint, input, value, sum FROM answers ORDER BY fingerprint, input");
  if (all == nullptr) return broken("reading");
  InUse rows(all.get());
  int code = SQLITE_ROW;
  while ((code = rows.step()) == SQLITE_ROW) {
    const std::string fingerprint = rows.column(0);
    const Answer answer{rows.column(1), rows.column(2)};
    const bool whole = rows.number_in(3) == sum_of_row(fingerprint, answer.input, answer.value);
    SCOTOMA_RETURN_IF_ERROR(visit(fingerprint, answer, whole));
  }
  if (code != SQLITE_DONE) return broken("reading");
  return {};
}

Result<std::vector<Answer>> AnswerCache::answers_under(const std::string& fingerprint) const {
  const std::lock_guard lock(mutex_);
  InUse all(statements_->all.get());
  all.text(1, fingerprint);
  std::vector<Answer> answers;
  int code = SQLITE_ROW;
  while ((code = all.step()) == SQLITE_ROW) {
    Answer row{all.column(0), all.column(1)};
    if (all.number_in(2) == sum_of_row(fingerprint, row.input, row.value)) answers.push_back(std::move(row));
  }
  if (code != SQLITE_DONE) return broken("reading");
  return answers;
}

Result<bool> AnswerCache::has_all_of_persons() const {
  const std::lock_guard lock(mutex_);
  SCOTOMA_ASSIGN_OR_RETURN(const Persons persons, read_persons());
  return persons.complete();
}

Result<Image> AnswerCache::image(const std::string& id) const {
  if (other_) {
    SCOTOMA_ASSIGN_OR_RETURN(const bool here, ImageFolder::has_image(id));
    if (!here) return other_->image(id);
  }
  return ImageFolder::image(id);
}

Result<bool> AnswerCache::has_image(const std::string& id) const {
  SCOTOMA_ASSIGN_OR_RETURN(const bool here, ImageFolder::has_image(id));
  return here || !other_ ? Result<bool>(here) : other_->has_image(id);
}

}  // namespace scotoma
