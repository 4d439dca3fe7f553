// SPDX-License-Identifier: Apache-2.0
// The writing end of findings.sqlite.
#include <fmt/format.h>
#include <sqlite3.h>

#include <algorithm>
#include <bit>
#include <cerrno>
#include <unordered_map>

#include "scotoma/core/hex.h"
#include "scotoma/model/codec.h"
#include "scotoma/record/findings_schema.h"
#include "scotoma/record/findings_store.h"
#include "scotoma/record/summed_rows.h"

namespace scotoma {
namespace {

static_assert(std::endian::native == std::endian::little, "stored doubles are little endian");

/// Files are locked by nobody and read by others only once they are whole and in their place.
constexpr const char* kNoLocks = "unix-none";

bool same_bits(float a, float b) { return std::bit_cast<std::uint32_t>(a) == std::bit_cast<std::uint32_t>(b); }

bool same_scores(const Score& a, const Score& b) {
  return a.label == b.label && same_bits(a.probability, b.probability);
}

/// Samples by all that is stored of them, bit by bit: 0 and -0 differ.
struct SameSample {
  bool operator()(const Sample* a, const Sample* b) const {
    const auto& left = a->prediction.top;
    const auto& right = b->prediction.top;
    return a->request == b->request && a->image == b->image && a->correct == b->correct &&
           a->overruled == b->overruled && a->judgement.valid == b->judgement.valid &&
           same_bits(a->judgement.score, b->judgement.score) &&
           std::equal(left.begin(), left.end(), right.begin(), right.end(), same_scores);
  }
};
struct SampleHash {
  std::size_t operator()(const Sample* sample) const {
    return std::hash<std::string>()(sample->request.prompt) ^ (std::hash<std::uint64_t>()(sample->request.seed) * 31);
  }
};

class FindingsWriter {
 public:
  /// Into an empty file.
  bool open(const std::filesystem::path& file, int version) {
    file_ = file;
    sqlite3* db = nullptr;
    const int opened = sqlite3_open_v2(file.c_str(), &db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, kNoLocks);
    db_.reset(db);
    // The file gets its place once it is whole: no journal, and forced to disk once, at the end.
    bool ok =
        opened == SQLITE_OK && run("PRAGMA page_size=4096; PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF") &&
        run(fmt::format("PRAGMA application_id={}; PRAGMA user_version={}; BEGIN", kFindingsApplicationId, version));
    for (const char* table : kFindingsTables) ok = ok && run(table);
    return ok && prepare(record_, "INSERT INTO records VALUES(?,?,?,?,?,?)") &&
           prepare(list_, "INSERT INTO lists VALUES(?,?,?,?,?,?)") &&
           prepare(run_, "INSERT INTO runs VALUES(?,?,?,?,?)") &&
           prepare(prompt_, "INSERT INTO prompts VALUES(?,?,?)") &&
           prepare(sample_, "INSERT INTO samples VALUES(?,?,?,?,?,?,?,?)");
  }

  bool write(const Findings& findings, const ResultsKey& key) {
    const AsFound found = as_found(findings);
    bool ok = true;
    each_list(found, [&](const SampleList& list, const std::vector<const Sample*>& samples) {
      ok = ok && write_list(list, samples);
    });
    const StoreCounts counts{static_cast<int>(found.bases->size()), static_cast<int>(found.clusters->size()),
                             static_cast<int>(found.hypotheses.size()), static_cast<int>(found.cross->size()),
                             static_cast<int>(samples_.size())};
    ok = ok && record(kKeyRecord, 0, key) && record(kCountsRecord, 0, counts);
    return ok && write_study(findings) && write_records(found) && run("COMMIT");
  }

  /// Why the last step failed, for people.
  std::string reason() const {
    const int system = db_ == nullptr ? ENOMEM : sqlite3_system_errno(db_.get());
    if (system != 0) return reason_of(system);
    if (at_size_limit(file_)) return reason_of(EFBIG);
    return sqlite3_errcode(db_.get()) == SQLITE_FULL ? reason_of(ENOSPC) : sqlite3_errmsg(db_.get());
  }

 private:
  bool run(const std::string& sql) {
    return sqlite3_exec(db_.get(), sql.c_str(), nullptr, nullptr, nullptr) == SQLITE_OK;
  }

  bool prepare(Statement& statement, const char* sql) {
    statement = prepared(db_.get(), sql);
    return statement != nullptr;
  }

  bool insert_record(const char* kind, std::size_t item, const std::string& text, std::string_view path = {}) {
    return insert_row(record_.get(), ++records_, Text{kind}, static_cast<std::int64_t>(item), Text{text}, path);
  }
  template <class Record>
  bool record(const char* kind, std::size_t item, const Record& value) {
    return insert_record(kind, item, record_text(value));
  }

  /// What stands beside the lists of records.
  bool write_study(const Findings& findings) {
    Findings head;
    head.class_names = findings.class_names;
    head.diversity = findings.diversity;
    head.drafts = findings.drafts;
    head.spent = findings.spent;
    head.fingerprints = findings.fingerprints;
    head.descriptions = findings.descriptions;
    head.rejection_threshold = findings.rejection_threshold;
    head.limits = findings.limits;
    head.judge_review = findings.judge_review;
    Reviews reviews;
    if (findings.before_review) {
      head.rejection_threshold = findings.before_review->rejection_threshold;
      head.limits = findings.before_review->limits;
      head.judge_review.reset();
      reviews = findings.before_review->reviews;
    }
    return record(kStudyRecord, 0, head) && record(kReviewsRecord, 0, reviews);
  }

  bool write_records(const AsFound& found) {
    bool ok = true;
    for (std::size_t i = 0; i < found.bases->size(); ++i) ok = ok && record(kBaseRecord, i, (*found.bases)[i]);
    for (std::size_t i = 0; i < found.clusters->size(); ++i) ok = ok && record(kClusterRecord, i, (*found.clusters)[i]);
    for (std::size_t i = 0; i < found.hypotheses.size(); ++i) ok = ok && write_hypothesis(i, found.hypotheses[i]);
    for (std::size_t i = 0; i < found.cross->size(); ++i) ok = ok && record(kCrossRecord, i, (*found.cross)[i]);
    if (*found.certificate) ok = ok && record(kCertificateRecord, 0, **found.certificate);
    return ok;
  }

  bool write_hypothesis(std::size_t item, const AsFound::Entry& entry) {
    const Hypothesis& h = *entry.hypothesis;
    const std::string_view path(reinterpret_cast<const char*>(h.log_e_path.data()),
                                h.log_e_path.size() * sizeof(double));
    return insert_record(kHypothesisRecord, item, hypothesis_text(h, entry.status, entry.reviewed), path);
  }

  bool write_list(const SampleList& list, const std::vector<const Sample*>& samples) {
    const std::int64_t id = ++lists_;
    if (!insert_row(list_.get(), id, Text{name_of(list.of)}, static_cast<std::int64_t>(list.item),
                    static_cast<std::int64_t>(list.cell), static_cast<std::int64_t>(samples.size()))) {
      return false;
    }
    std::int64_t first = 0;  // of the run that grows
    std::int64_t count = 0;
    std::int64_t position = 0;
    for (const Sample* sample : samples) {
      const std::int64_t stored = id_of(sample);
      if (stored == 0) return false;
      if (count > 0 && stored != first + count) {
        if (!insert_row(run_.get(), id, position, first, count)) return false;
        position += count;
        count = 0;
      }
      if (count++ == 0) first = stored;
    }
    return count == 0 || insert_row(run_.get(), id, position, first, count);
  }

  /// The sample's row, which is made where it is the first like it; 0: it cannot be.
  std::int64_t id_of(const Sample* sample) {
    const auto [place, is_new] = samples_.try_emplace(sample, static_cast<std::int64_t>(samples_.size()) + 1);
    if (!is_new) return place->second;
    const std::int64_t prompt = prompt_id(sample->request.prompt);
    const auto image = bytes_of_hex(sample->image);
    const std::string prediction = encode(sample->prediction);
    const std::string judgement = encode(sample->judgement);
    const std::int64_t flags = (sample->correct ? kCorrectFlag : 0) | (sample->overruled ? kOverruledFlag : 0);
    const bool stored = prompt != 0 && insert_row(sample_.get(), place->second, prompt,
                                                  std::bit_cast<std::int64_t>(sample->request.seed),
                                                  std::string_view(image ? *image : sample->image),
                                                  std::string_view(prediction), std::string_view(judgement), flags);
    return stored ? place->second : 0;
  }

  std::int64_t prompt_id(std::string_view prompt) {
    const auto [place, is_new] = prompts_.try_emplace(prompt, static_cast<std::int64_t>(prompts_.size()) + 1);
    return !is_new || insert_row(prompt_.get(), place->second, prompt) ? place->second : 0;
  }

  std::filesystem::path file_;
  Database db_;
  Statement record_;
  Statement list_;
  Statement run_;
  Statement prompt_;
  Statement sample_;
  std::int64_t records_ = 0;
  std::int64_t lists_ = 0;
  std::unordered_map<const Sample*, std::int64_t, SampleHash, SameSample> samples_;
  std::unordered_map<std::string_view, std::int64_t> prompts_;
};

}  // namespace

ResultsKey results_key(const Study& study, std::string_view bugs) {
  return {sha256_hex(bugs), sha256_hex(std::string_view(study.text)), study.seed, study.budget.images};
}

Result<Aside> write_findings(const Findings& findings, const ResultsKey& key, const std::filesystem::path& target) {
  SCOTOMA_ASSIGN_OR_RETURN(Aside aside, Aside::write(target, {}));
  {
    FindingsWriter writer;
    const int version = findings.certificate ? kFindingsVersion : kFindingsWithoutCertificate;
    if (!writer.open(aside.path(), version) || !writer.write(findings, key)) {
      return failed(fmt::format("{}: cannot be written ({}); mend that and run again, or choose another folder",
                                target.string(), writer.reason()));
    }
  }
  SCOTOMA_RETURN_IF_ERROR(aside.sync());
  return aside;
}

}  // namespace scotoma
