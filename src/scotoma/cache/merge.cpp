// SPDX-License-Identifier: Apache-2.0
#include "scotoma/cache/merge.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <vector>

#include "scotoma/core/parallel.h"

namespace scotoma {
namespace {

constexpr std::size_t kTransaction = 1000;  ///< rows

/// What only a generator answers: captions have words, the other roles' answers are numbers in bytes.
bool names_image(std::string_view value) {
  return value.size() == 64 && value.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

/// Of what runs remember beside answers there is one as good as another.
bool is_remembered(const std::string& fingerprint) {
  return fingerprint == AnswerCache::kSpeed || fingerprint == AnswerCache::kModels ||
         fingerprint == AnswerCache::kPrompts;
}

enum class Fate { add, known, conflict, damaged, without_image, not_merged };

class Merge {
 public:
  Merge(const AnswerCache& from, AnswerCache& into, OnConflict on_conflict, const CancelToken& cancel)
      : from_(from), into_(into), on_conflict_(on_conflict), cancel_(cancel) {}

  /// Reads all, and changes nothing.
  Result<void> refuse_conflicts() {
    if (on_conflict_ != OnConflict::refuse) return {};
    std::size_t conflicts = 0;
    std::size_t of_persons = 0;
    std::string first;
    SCOTOMA_RETURN_IF_ERROR(
        from_.each([&](const std::string& fingerprint, const Answer& row, bool whole) -> Result<void> {
          if (cancel_.cancelled()) return stopped();
          SCOTOMA_ASSIGN_OR_RETURN(const Fate fate, fate_of(fingerprint, row, whole));
          if (fate != Fate::conflict) return {};
          if (conflicts++ == 0) first = fmt::format("'{}' of {}", row.input, fingerprint);
          of_persons += fingerprint == AnswerCache::kPerson ? 1 : 0;
          return {};
        }));
    if (conflicts == 0) return {};
    return bad_input(fmt::format(
        "{}: {} question{} that {} has other answers to ({} of them a person's), first {}; nothing was merged. Models "
        "of one fingerprint do not disagree on one processor: was the cache made with other libraries? --on-conflict "
        "keep "
        "leaves what is there, --on-conflict replace takes what comes",
        from_.folder().string(), conflicts, conflicts == 1 ? "" : "s", into_.folder().string(), of_persons, first));
  }

  Result<Merged> run() {
    SCOTOMA_ASSIGN_OR_RETURN(const bool all, from_.has_all_of_persons());
    merged_.persons_lost = !all;
    SCOTOMA_RETURN_IF_ERROR(from_.each([this](const std::string& fingerprint, const Answer& row, bool whole) {
      return take(fingerprint, row, whole);
    }));
    SCOTOMA_RETURN_IF_ERROR(flush());
    return merged_;
  }

 private:
  Result<Fate> fate_of(const std::string& fingerprint, const Answer& row, bool whole) const {
    if (fingerprint == AnswerCache::kPerson && row.input.empty()) return Fate::not_merged;  // the tally of the others
    if (!whole) return Fate::damaged;
    SCOTOMA_ASSIGN_OR_RETURN(const auto there, into_.find(fingerprint, row.input));
    if (is_remembered(fingerprint)) return there && !there->empty() ? Fate::not_merged : Fate::add;
    const bool image = fingerprint != AnswerCache::kPerson && names_image(row.value);
    if (!image) return !there ? Fate::add : *there == row.value ? Fate::known : Fate::conflict;
    SCOTOMA_ASSIGN_OR_RETURN(const bool comes, from_.has_image(row.value));
    SCOTOMA_ASSIGN_OR_RETURN(const bool here, into_.has_image(row.value));
    if (there && *there == row.value && here) return Fate::known;
    if (!comes && !here) return Fate::without_image;
    if (!there || *there == row.value) return Fate::add;
    // The answer that is there can be used only if its image is.
    SCOTOMA_ASSIGN_OR_RETURN(const bool usable, into_.has_image(*there));
    return usable ? Fate::conflict : Fate::add;
  }

  Result<void> take(const std::string& fingerprint, const Answer& row, bool whole) {
    SCOTOMA_ASSIGN_OR_RETURN(const Fate fate, fate_of(fingerprint, row, whole));
    switch (fate) {
      case Fate::not_merged:
        return {};
      case Fate::known:
        ++merged_.known;
        return {};
      case Fate::damaged:
        ++merged_.damaged;
        return {};
      case Fate::without_image:
        ++merged_.without_image;
        return {};
      case Fate::conflict:
        if (on_conflict_ != OnConflict::replace) {
          ++merged_.kept;
          return {};
        }
        ++merged_.replaced;
        return put(fingerprint, row);
      case Fate::add:
        if (!is_remembered(fingerprint)) ++counter(fingerprint, row);
        return put(fingerprint, row);
    }
    return {};
  }

  std::size_t& counter(const std::string& fingerprint, const Answer& row) {
    if (fingerprint == AnswerCache::kPerson) return merged_.persons;
    return names_image(row.value) ? merged_.images : merged_.added;
  }

  Result<void> put(const std::string& fingerprint, const Answer& row) {
    if (fingerprint != fingerprint_ || rows_.size() >= kTransaction) SCOTOMA_RETURN_IF_ERROR(flush());
    fingerprint_ = fingerprint;
    if (fingerprint != AnswerCache::kPerson && names_image(row.value)) {
      SCOTOMA_ASSIGN_OR_RETURN(const bool comes, from_.has_image(row.value));
      if (comes) SCOTOMA_RETURN_IF_ERROR(into_.take_image(from_, row.value));
    }
    rows_.push_back(row);
    return {};
  }

  Result<void> flush() {
    if (cancel_.cancelled()) return stopped();
    if (rows_.empty()) return {};
    SCOTOMA_RETURN_IF_ERROR(into_.store(fingerprint_, rows_));
    rows_.clear();
    return {};
  }

  const AnswerCache& from_;
  AnswerCache& into_;
  OnConflict on_conflict_;
  const CancelToken& cancel_;
  Merged merged_;
  std::string fingerprint_;
  std::vector<Answer> rows_;  ///< of `fingerprint_`, not stored yet
};

}  // namespace

Result<Merged> merge_cache(const AnswerCache& from, AnswerCache& into, OnConflict on_conflict,
                           const CancelToken& cancel) {
  // First, since storing a person's answer makes a new tally.
  SCOTOMA_RETURN_IF_ERROR(into.persons());
  Merge merge(from, into, on_conflict, cancel);
  SCOTOMA_RETURN_IF_ERROR(merge.refuse_conflicts());
  return merge.run();
}

}  // namespace scotoma
