// Everything that models ever answered, on disk: rows in SQLite, pictures as content-addressed PNG files.
//
//   DIR/catalogue.sqlite   answers(fingerprint, input) -> value
//   DIR/images/ab/<id>.png  pictures, named by image_id
//
// A crash at any instruction leaves a catalogue that opens: files appear whole (written aside, then renamed) and before
// the row that names them; rows come in transactions. The format only grows: an older catalogue opens in a newer
// program.
#pragma once

#include <chrono>
#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/result.h"
#include "image/image.h"

struct sqlite3;
struct sqlite3_stmt;

namespace scotoma {

/// One answer: `input` is a hash or a short key, `value` any bytes.
struct Answer {
  std::string input;
  std::string value;
};

/// Safe to use from several threads.
class Catalogue {
 public:
  static constexpr int kVersion = 1;

  /// Opens or creates the catalogue in a folder. Errors: bad_input when the folder cannot be written, the file is
  /// something else, damaged, or of a newer version of Scotoma. Other programs may work on it at the same time;
  /// `patience` is how long one waits for another's transaction before that is an error. Removes what runs that were
  /// killed left half written more than an hour ago.
  static Result<std::unique_ptr<Catalogue>> open(const std::filesystem::path& folder,
                                                 std::chrono::milliseconds patience = std::chrono::seconds(30));
  ~Catalogue();
  Catalogue(const Catalogue&) = delete;
  Catalogue& operator=(const Catalogue&) = delete;

  /// The remembered value, or nothing.
  Result<std::optional<std::string>> find(const std::string& fingerprint, const std::string& input) const;

  /// Remembers answers, all or none. An answer that is there already is replaced: a model is asked again only when what
  /// it said cannot be used any more (its picture is lost), and then the new answer is what the run goes on with.
  /// Errors: failed when the disk is full, or when another program has been writing for longer than the patience.
  Result<void> store(const std::string& fingerprint, std::span<const Answer> answers);

  /// Writes a picture unless it is there whole; gives its id. Errors: failed when the disk is full or read-only.
  Result<std::string> put_image(const Image& image);

  /// Errors: failed when the file is missing or damaged. A damaged file is removed, so that the next run draws it anew.
  Result<Image> image(const std::string& id) const;
  Result<std::vector<std::uint8_t>> image_bytes(const std::string& id) const;

  /// Whether the picture's file is there and begins and ends as a PNG file does: a power cut leaves files that are
  /// empty or end in zeros.
  bool has_image(const std::string& id) const;

  /// Relative to the folder: "images/ab/abcd….png".
  static std::filesystem::path image_file(const std::string& id);

  /// All answers under a fingerprint, by input; for fingerprints of few answers, as a person's are.
  Result<std::vector<Answer>> all(const std::string& fingerprint) const;

  /// Number of answers under a fingerprint.
  Result<std::size_t> count(const std::string& fingerprint) const;

 private:
  struct Statements;
  Catalogue(std::filesystem::path folder, std::chrono::milliseconds patience);
  Result<void> connect();
  Result<void> check_version();
  void remove_abandoned() const;
  Error broken(const std::string& doing) const;

  std::filesystem::path folder_;
  std::chrono::milliseconds patience_;
  mutable std::mutex mutex_;
  sqlite3* db_ = nullptr;
  std::unique_ptr<Statements> statements_;
};

}  // namespace scotoma
