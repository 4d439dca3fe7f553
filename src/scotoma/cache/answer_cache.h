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

  /// Under these stand no answers, but what runs remember: a speed (find/speed.h), who the models are
  /// (session/remembered_models.h), and which prompts a generator reads whole (Memo::read_whole). No model's
  /// fingerprint is like them: those are hashes.
  static constexpr const char* kSpeed = "speed";
  static constexpr const char* kModels = "models";
  static constexpr const char* kPrompts = "prompts";

  /// Opens or creates the cache in a folder. Errors: bad_input when the folder cannot be written, the file is
  /// something else, damaged, or of a newer version of Scotoma; failed when file handles or memory have run out. A
  /// cache of format 1, which had no checksums, gets them: its answers are taken as they are now. Other programs
  /// may work on it at the same time; `patience` is how long one waits for another's transaction before that is an
  /// error. Removes what killed runs left half written.
  static Result<std::unique_ptr<AnswerCache>> open(const std::filesystem::path& folder,
                                                   std::chrono::milliseconds patience = std::chrono::seconds(30));
  ~AnswerCache() override;

  /// Opens a cache to read it: nothing is written there, save that a cache of an older format is brought up to date,
  /// and what is done with a damaged image (ImageFolder::image). On a file system that several machines share, nobody
  /// may write there meanwhile; where nobody does, no lock is taken. Errors: bad_input when there is no cache, or when
  /// open() says so.
  static Result<std::unique_ptr<AnswerCache>> open_to_read(const std::filesystem::path& folder);

  /// Whether the cache is not in one file: a program is writing there, or was killed before it had put what it wrote
  /// into place.
  static bool has_log(const std::filesystem::path& folder);

  /// From now on what is not here is looked for there, and nothing is written there.
  void read_also(std::unique_ptr<const AnswerCache> other) { other_ = std::move(other); }
  const AnswerCache* other() const { return other_.get(); }  ///< null: none

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

  /// Number of answers under a fingerprint. Of this cache alone, as are the next three.
  Result<std::size_t> count(const std::string& fingerprint) const;

  /// All whole answers under a fingerprint, by input.
  Result<std::vector<Answer>> answers_under(const std::string& fingerprint) const;

  /// Every row in the order of fingerprints and inputs; `whole`: it fits its checksum. The cache must not be asked
  /// anything meanwhile. Errors: of `visit`, which ends it; of the disk.
  using Visit = std::function<Result<void>(const std::string& fingerprint, const Answer& answer, bool whole)>;
  Result<void> each(const Visit& visit) const;

  /// Whether none of a person's answers is damaged or lost. Mends nothing.
  Result<bool> has_all_of_persons() const;

  Result<Image> image(const std::string& id) const override;
  Result<bool> has_image(const std::string& id) const override;

 private:
  struct Statements;
  AnswerCache(std::filesystem::path folder, std::chrono::milliseconds patience);
  Result<void> connect();
  Result<void> connect_to_read();
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
  std::unique_ptr<const AnswerCache> other_;
};

}  // namespace scotoma
