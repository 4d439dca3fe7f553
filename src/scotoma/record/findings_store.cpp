// SPDX-License-Identifier: Apache-2.0
// The reading end of findings.sqlite.
#include "scotoma/record/findings_store.h"

#include <fmt/format.h>
#include <sqlite3.h>

#include <algorithm>
#include <bit>
#include <cerrno>
#include <cstring>
#include <map>
#include <optional>
#include <unordered_map>
#include <utility>

#include "scotoma/core/hex.h"
#include "scotoma/model/codec.h"
#include "scotoma/record/findings_schema.h"
#include "scotoma/record/summed_rows.h"

namespace scotoma {
namespace {

constexpr std::size_t kImageIdBytes = 32;

/// Doubles of a blob; nothing where it is cut off.
std::optional<std::vector<double>> doubles_of(std::string_view bytes) {
  if (bytes.size() % sizeof(double) != 0) return std::nullopt;
  std::vector<double> values(bytes.size() / sizeof(double));
  if (!values.empty()) std::memcpy(values.data(), bytes.data(), bytes.size());
  return values;
}

}  // namespace

struct StoredFindings::State {
  /// A list's row.
  struct StoredList {
    std::int64_t id = 0;
    std::size_t size = 0;
  };

  /// A piece of a run that is wanted.
  struct WantedRun {
    std::int64_t first = 0;  ///< sample
    std::size_t count = 0;
  };

  std::filesystem::path file;
  Database db;
  ResultsKey key;
  StoreCounts counts;
  Findings findings;
  Reviews reviews;
  std::map<SampleList, StoredList> lists;
  mutable std::unordered_map<std::int64_t, std::string> prompts;  ///< those read so far
  Statement run;
  Statement prompt;
  Statement sample;

  Error damaged(std::string_view what) const {
    const int system = db == nullptr ? ENOMEM : sqlite3_system_errno(db.get());
    if (ran_out(system)) return failed(fmt::format("{}: cannot be read ({})", file.string(), reason_of(system)));
    return bad_input(fmt::format("{}: damaged ({})", file.string(), what));
  }

  Result<void> connect();
  Result<void> check_format() const;
  Result<void> read_records();
  bool take_record(std::string_view kind, std::size_t item, std::string_view value, std::string_view path);
  bool take_hypothesis(std::size_t item, std::string_view value, std::string_view path);
  template <class Record>
  static bool take_item(std::vector<Record>& list, std::size_t item, std::string_view value) {
    return item == list.size() && read_record(value, list.emplace_back());
  }
  Result<void> read_lists();
  Result<std::vector<WantedRun>> runs_of(const StoredList& list, std::size_t offset, std::size_t count) const;
  Result<void> read_run(const WantedRun& wanted, std::vector<Sample>& out) const;
  std::optional<Sample> sample_in(const InUse& row) const;
  bool is_answer(const Prediction& prediction) const;
  const std::string* prompt_of(std::int64_t id) const;
};

Result<void> StoredFindings::State::connect() {
  SCOTOMA_ASSIGN_OR_RETURN(const PlainFile there, open_plain_file(file));  // no pipe is waited for
  sqlite3* opened = nullptr;
  // No locks: a store that has its place is never written again.
  const int code = sqlite3_open_v2(file.c_str(), &opened, SQLITE_OPEN_READONLY, "unix-none");
  db.reset(opened);
  if (code != SQLITE_OK) return damaged(sqlite3_errstr(code));
  sqlite3_exec(db.get(), "PRAGMA cell_size_check=ON; PRAGMA trusted_schema=OFF", nullptr, nullptr, nullptr);
  SCOTOMA_RETURN_IF_ERROR(check_format());
  run = prepared(db.get(),
                 "SELECT list, position, sample, count, sum FROM runs WHERE list=?1 AND position>="
                 "(SELECT max(position) FROM runs WHERE list=?1 AND position<=?2) ORDER BY position");
  prompt = prepared(db.get(), "SELECT id, text, sum FROM prompts WHERE id=?");
  sample = prepared(db.get(),
                    "SELECT id, prompt, seed, image, prediction, judgement, flags, sum FROM samples "
                    "WHERE id BETWEEN ? AND ? ORDER BY id");
  if (run == nullptr || prompt == nullptr || sample == nullptr) return damaged(sqlite3_errmsg(db.get()));
  return {};
}

Result<void> StoredFindings::State::check_format() const {
  if (pragma_number(db.get(), "application_id") != kFindingsApplicationId) return damaged("no findings of Scotoma");
  if (const int version = pragma_number(db.get(), "user_version"); version > kFindingsVersion) {
    return bad_input(fmt::format("{}: written by a newer Scotoma (format {}, this program reads up to {})",
                                 file.string(), version, kFindingsVersion));
  }
  const Statement tables = prepared(db.get(), "SELECT sql FROM sqlite_schema ORDER BY rowid");
  if (tables == nullptr) return damaged(sqlite3_errmsg(db.get()));
  InUse use(tables.get());
  for (const char* table : kFindingsTables) {
    if (use.step() != SQLITE_ROW || use.view(0) != table) return damaged("its tables are others");
  }
  if (use.step() != SQLITE_DONE) return damaged("its tables are others");
  return {};
}

bool StoredFindings::State::take_hypothesis(std::size_t item, std::string_view value, std::string_view path) {
  if (!take_item(findings.hypotheses, item, value)) return false;
  auto steps = doubles_of(path);
  if (steps) findings.hypotheses.back().log_e_path = std::move(*steps);
  return steps.has_value();
}

bool StoredFindings::State::take_record(std::string_view kind, std::size_t item, std::string_view value,
                                        std::string_view path) {
  if (kind == kHypothesisRecord) return take_hypothesis(item, value, path);
  if (kind == kBaseRecord) return take_item(findings.bases, item, value);
  if (kind == kClusterRecord) return take_item(findings.clusters, item, value);
  if (kind == kCrossRecord) return take_item(findings.cross, item, value);
  if (kind == kKeyRecord) return read_record(value, key);
  if (kind == kCountsRecord) return read_record(value, counts);
  if (kind == kStudyRecord) return read_record(value, findings);
  if (kind == kCertificateRecord) return !findings.certificate && read_record(value, findings.certificate.emplace());
  return kind == kReviewsRecord && read_record(value, reviews);
}

Result<void> StoredFindings::State::read_records() {
  const Statement records = prepared(db.get(), "SELECT id, kind, item, value, path, sum FROM records ORDER BY id");
  if (records == nullptr) return damaged(sqlite3_errmsg(db.get()));
  InUse row(records.get());
  int code = SQLITE_ROW;
  while ((code = row.step()) == SQLITE_ROW) {
    const auto item = row.number_in(2);
    if (!is_whole(row, 5) || !item || *item < 0 ||
        !take_record(row.view(1), static_cast<std::size_t>(*item), row.view(3), row.view(4))) {
      return damaged(fmt::format("record {}", row.number_in(0).value_or(0)));
    }
  }
  if (code != SQLITE_DONE) return damaged(sqlite3_errmsg(db.get()));
  const StoreCounts there{static_cast<int>(findings.bases.size()), static_cast<int>(findings.clusters.size()),
                          static_cast<int>(findings.hypotheses.size()), static_cast<int>(findings.cross.size()),
                          counts.samples};
  if (there != counts || key.bugs.empty()) return damaged("records are missing");
  return {};
}

/// Exactly the lists that the records have a place for.
Result<void> StoredFindings::State::read_lists() {
  const Statement stored = prepared(db.get(), "SELECT id, kind, item, cell, size, sum FROM lists ORDER BY id");
  if (stored == nullptr) return damaged(sqlite3_errmsg(db.get()));
  InUse row(stored.get());
  bool whole = true;
  each_list(as_found(findings), [&](const SampleList& list, const std::vector<const Sample*>& /*none*/) {
    whole = whole && row.step() == SQLITE_ROW && is_whole(row, 5) && row.view(1) == name_of(list.of) &&
            row.number_in(2) == static_cast<std::int64_t>(list.item) &&
            row.number_in(3) == static_cast<std::int64_t>(list.cell) && row.number_in(4).value_or(-1) >= 0;
    if (whole) lists[list] = {row.number_in(0).value_or(0), static_cast<std::size_t>(row.number_in(4).value_or(0))};
  });
  if (!whole || row.step() != SQLITE_DONE) return damaged("lists of samples");
  return {};
}

Result<std::vector<StoredFindings::State::WantedRun>> StoredFindings::State::runs_of(const StoredList& list,
                                                                                     std::size_t offset,
                                                                                     std::size_t count) const {
  std::vector<WantedRun> wanted;
  InUse row(run.get());
  row.number(1, list.id).number(2, static_cast<std::int64_t>(offset));
  std::optional<std::size_t> next;  // where the next run must begin
  while (count > 0) {
    if (row.step() != SQLITE_ROW || !is_whole(row, 4)) return damaged("runs of a list");
    const auto position = static_cast<std::size_t>(row.number_in(1).value_or(-1));
    const auto all = static_cast<std::size_t>(row.number_in(3).value_or(0));
    const std::size_t at = next.value_or(offset);  // where something is wanted from
    if (position > at || (next && position != at) || at - position >= all) return damaged("runs of a list");
    const std::size_t skipped = at - position;
    const std::size_t taken = std::min(count, all - skipped);
    const auto first = static_cast<std::size_t>(row.number_in(2).value_or(-1));
    const auto there = static_cast<std::size_t>(std::max(0, counts.samples));
    if (first > there || skipped > there || taken > there - std::min(there, first + skipped - 1))
      return damaged("runs of a list");
    wanted.push_back({static_cast<std::int64_t>(first + skipped), taken});
    next = position + all;
    count -= taken;
  }
  return wanted;
}

/// Whether the classes are some of the classifier's: what reads the findings looks their names up.
bool StoredFindings::State::is_answer(const Prediction& prediction) const {
  const auto classes = static_cast<std::int64_t>(findings.class_names.size());
  return std::all_of(prediction.top.begin(), prediction.top.end(),
                     [&](const Score& score) { return score.label >= 0 && score.label < classes; });
}

const std::string* StoredFindings::State::prompt_of(std::int64_t id) const {
  if (const auto known = prompts.find(id); known != prompts.end()) return &known->second;
  InUse row(prompt.get());
  if (row.number(1, id).step() != SQLITE_ROW || !is_whole(row, 2)) return nullptr;
  return &prompts.emplace(id, row.column(1)).first->second;
}

std::optional<Sample> StoredFindings::State::sample_in(const InUse& row) const {
  const std::string* text = prompt_of(row.number_in(1).value_or(0));
  const std::string_view image = row.view(3);
  auto prediction = decode_prediction(row.column(4));
  const auto judgement = decode_judgement(row.column(5));
  const std::int64_t flags = row.number_in(6).value_or(0);
  if (text == nullptr || image.size() != kImageIdBytes || !prediction || !is_answer(*prediction) || !judgement)
    return std::nullopt;
  Sample out;
  out.request = {*text, std::bit_cast<std::uint64_t>(row.number_in(2).value_or(0))};
  out.image = hex_of(image);
  out.prediction = std::move(*prediction);
  out.judgement = *judgement;
  out.correct = (flags & kCorrectFlag) != 0;
  out.overruled = (flags & kOverruledFlag) != 0;
  return out;
}

Result<void> StoredFindings::State::read_run(const WantedRun& wanted, std::vector<Sample>& out) const {
  InUse row(sample.get());
  row.number(1, wanted.first).number(2, wanted.first + static_cast<std::int64_t>(wanted.count) - 1);
  for (std::size_t i = 0; i < wanted.count; ++i) {
    const std::int64_t id = wanted.first + static_cast<std::int64_t>(i);
    const bool there = row.step() == SQLITE_ROW && row.number_in(0) == id && is_whole(row, 7);
    auto found = there ? sample_in(row) : std::nullopt;
    if (!found) return damaged(fmt::format("sample {}", id));
    out.push_back(std::move(*found));
  }
  return {};
}

StoredFindings::StoredFindings(std::unique_ptr<State> state) : state_(std::move(state)) {}
StoredFindings::StoredFindings(StoredFindings&&) noexcept = default;
StoredFindings& StoredFindings::operator=(StoredFindings&&) noexcept = default;
StoredFindings::~StoredFindings() = default;

Result<StoredFindings> StoredFindings::open(const std::filesystem::path& folder) {
  auto state = std::make_unique<State>();
  state->file = folder / kFindingsFile;
  SCOTOMA_RETURN_IF_ERROR(state->connect());
  SCOTOMA_RETURN_IF_ERROR(state->read_records());
  SCOTOMA_RETURN_IF_ERROR(state->read_lists());
  return StoredFindings(std::move(state));
}

const ResultsKey& StoredFindings::key() const { return state_->key; }
const Findings& StoredFindings::findings() const { return state_->findings; }
const Reviews& StoredFindings::reviews() const { return state_->reviews; }
std::size_t StoredFindings::images() const { return static_cast<std::size_t>(std::max(0, state_->counts.samples)); }

std::size_t StoredFindings::size(const SampleList& list) const {
  const auto found = state_->lists.find(list);
  return found == state_->lists.end() ? 0 : found->second.size;
}

Result<std::vector<Sample>> StoredFindings::samples(const SampleList& list, std::size_t offset,
                                                    std::size_t count) const {
  std::vector<Sample> out;
  const std::size_t size = this->size(list);
  if (offset >= size) return out;
  SCOTOMA_ASSIGN_OR_RETURN(const auto runs,
                           state_->runs_of(state_->lists.at(list), offset, std::min(count, size - offset)));
  for (const State::WantedRun& wanted : runs) SCOTOMA_RETURN_IF_ERROR(state_->read_run(wanted, out));
  return out;
}

Result<Findings> StoredFindings::all() const {
  Findings findings = state_->findings;
  for (const auto& [list, stored] : state_->lists) {
    SCOTOMA_ASSIGN_OR_RETURN(auto samples, this->samples(list, 0, stored.size));
    if (!put_list(findings, list, std::move(samples))) return state_->damaged("pairs of samples");
  }
  return findings;
}

}  // namespace scotoma
