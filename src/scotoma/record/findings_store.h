// SPDX-License-Identifier: Apache-2.0
// findings.sqlite: all that a study found, so that it opens at once, page by page, without models, cache or replay.
//
//   records   one row a result, base result, cluster, hypothesis and row of the cross-check, and one of the
//   certificate,
//             if any: JSON (finding_json.h)
//   lists     one row a list of samples (sample_lists.h), with its size
//   runs      which samples a list holds: from `position` on, the `count` samples from `sample` on
//   samples   each sample once, however many lists hold it
//   prompts   each prompt once
//
// Findings are stored as the stages left them, before a person's review, with the answers that were applied beside
// them: a later review is applied to them as a replay would apply it (find/conclude.h).
//
// What a disk returns is not trusted: every row carries a checksum, the tables are those that this program makes, and
// what is read is checked to be of its kind. docs/results.md describes the format.
#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "scotoma/core/file.h"
#include "scotoma/core/result.h"
#include "scotoma/finding/finding.h"
#include "scotoma/record/finding_json.h"
#include "scotoma/record/sample_lists.h"
#include "scotoma/study/study.h"

namespace scotoma {

inline constexpr int kFindingsVersion = 2;  ///< of the format; a newer program reads all up to its own

/// What older programs read, too: findings without a certificate are written so.
inline constexpr int kFindingsWithoutCertificate = 1;
inline constexpr const char* kFindingsFile = "findings.sqlite";

/// The key of the results of a study, with the bytes of the bugs.json that is written with them.
ResultsKey results_key(const Study& study, std::string_view bugs);

/// Writes the store beside `target`, forced to disk, to be placed with the files that it belongs to. The same bytes for
/// the same findings and key (and version of SQLite). Requires image ids (image_id) of every sample. Errors: failed,
/// when the disk is full or the folder cannot be written; bad_input when something other than a file is there.
Result<Aside> write_findings(const Findings& findings, const ResultsKey& key, const std::filesystem::path& target);

/// A store that is open for reading; nothing is written, locked or waited for. For one thread at a time. A store that
/// is replaced meanwhile stays readable as it was.
class StoredFindings {
 public:
  /// Reads all but the samples. Errors: bad_input, naming the file: not there, no store, damaged, of a newer program;
  /// failed where memory or file handles have run out.
  static Result<StoredFindings> open(const std::filesystem::path& folder);
  StoredFindings(StoredFindings&&) noexcept;
  StoredFindings& operator=(StoredFindings&&) noexcept;
  ~StoredFindings();

  const ResultsKey& key() const;
  const Findings& findings() const;  ///< as the stages left them; every list of samples is empty
  const Reviews& reviews() const;    ///< the answers of a person that were known when it was written
  std::size_t images() const;        ///< different samples, over all lists

  /// Samples in a list; 0 for one that is not there.
  std::size_t size(const SampleList& list) const;

  /// The samples from `offset` on, at most `count`: a page. Errors: bad_input where rows are damaged or missing.
  Result<std::vector<Sample>> samples(const SampleList& list, std::size_t offset, std::size_t count) const;

  /// The findings with all their samples: equal to those that were written, less their review. Errors: as samples().
  Result<Findings> all() const;

 private:
  struct State;
  explicit StoredFindings(std::unique_ptr<State> state);

  std::unique_ptr<State> state_;
};

}  // namespace scotoma
