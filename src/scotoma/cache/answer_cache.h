// SPDX-License-Identifier: Apache-2.0
// Everything that models ever answered, on disk: rows in SQLite, images as content-addressed PNG files.
//
//   DIR/cache.sqlite        answers(fingerprint, input) -> value, sum
//   DIR/images/ab/<id>.png  images, named by image_id (image/image_folder.h)
//
// What a disk returns is not trusted: every row carries a checksum over all of it, and an image's name is its hash. A
// row that does not fit its checksum counts as not there, and the question is asked anew.
//
// A crash at any instruction leaves a cache that opens: files appear whole (written aside, then renamed) and before
// the row that names them; rows come in transactions. The format only grows: an older cache opens in a newer
// program.
#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "scotoma/cache/store.h"
#include "scotoma/core/result.h"
#include "scotoma/image/image_folder.h"

struct sqlite3;

namespace scotoma {

/// Answers, and the images that they are about. Safe to use from several threads.
class AnswerCache : public ImageFolder, public AnswerStore {
 public:
  static constexpr int kVersion = 2;

  /// Under this name stand a person's answers instead of a model's: nobody can be asked for them again. A tally of all
  /// of them is kept, in the row of the empty input, so that none gets lost untold.
  static constexpr const char* kPerson = "person";

  /// Opens or creates the cache in a folder. Errors: bad_input when the folder cannot be written, the file is
  /// something else, damaged, or of a newer version of Scotoma; failed when file handles or memory have run out. A
  /// cache of format 1, which had no checksums, gets them: its answers are taken as they are now. Other programs
  /// may work on it at the same time; `patience` is how long one waits for another's transaction before that is an
  /// error. Removes what killed runs left half written.
  static Result<std::unique_ptr<AnswerCache>> open(const std::filesystem::path& folder,
                                                   std::chrono::milliseconds patience = std::chrono::seconds(30));
  ~AnswerCache() override;

  /// The database of a folder: cache.sqlite, or catalogue.sqlite where only that is there: older programs called it so.
  static std::filesystem::path file_in(const std::filesystem::path& folder);

  AnswerCache(const AnswerCache&) = delete;
  AnswerCache& operator=(const AnswerCache&) = delete;

  /// The remembered value, or nothing; nothing, too, where it does not fit its checksum.
  Result<std::optional<std::string>> find(const std::string& fingerprint, const std::string& input) const override;

  /// Remembers answers, all or none. An answer that is there already is replaced: a model is asked again only when what
  /// it said cannot be used any more (its image is lost), and then the new answer is what the run goes on with.
  /// Errors: failed when the disk is full, or when another program has been writing for longer than the patience.
  Result<void> store(const std::string& fingerprint, std::span<const Answer> answers) override;

  /// A person's answers, by input. Errors: failed when some are damaged or lost. That is reported once: those that are
  /// whole are kept, and the next call gives them.
  Result<std::vector<Answer>> persons() const;

  /// Number of answers under a fingerprint.
  Result<std::size_t> count(const std::string& fingerprint) const;

 private:
  struct Statements;
  AnswerCache(std::filesystem::path folder, std::chrono::milliseconds patience);
  Result<void> connect();
  Result<void> check_version();
  Result<void> migrate();
  Result<void> prepare();
  Result<void> patiently(const char* sql) const;
  Result<void> in_transaction(const std::function<Result<void>()>& work) const;
  Result<void> put(const std::string& fingerprint, const Answer& answer) const;
  Result<void> put_tally(std::span<const Answer> answers) const;
  struct Persons;
  Result<Persons> read_persons() const;
  Result<void> mend_persons(const Persons& persons) const;
  Error broken(const std::string& doing) const;

  std::chrono::milliseconds patience_;
  mutable std::mutex mutex_;
  sqlite3* db_ = nullptr;
  std::unique_ptr<Statements> statements_;
};

}  // namespace scotoma
