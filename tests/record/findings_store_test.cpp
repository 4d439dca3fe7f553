// SPDX-License-Identifier: Apache-2.0
#include "scotoma/record/findings_store.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>
#include <signal.h>
#include <sqlite3.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "fake/certificate.h"
#include "fake/findings.h"
#include "fake/folder.h"
#include "fake/places.h"
#include "report/made_up.h"
#include "scotoma/core/sqlite.h"
#include "scotoma/find/conclude.h"
#include "scotoma/finding/review.h"

namespace scotoma {
namespace {

const ResultsKey kKey = {"b", "s", std::uint64_t{1} << 63U, 2000};

/// Stores findings in a folder of the test's own.
class Stored {
 public:
  explicit Stored(const Findings& findings, const ResultsKey& key = kKey) {
    auto written = write_findings(findings, key, file());
    if (!written.ok() || !written->place().ok()) std::abort();
  }
  std::filesystem::path file() const { return folder_ / kFindingsFile; }
  const fake::Folder& folder() const { return folder_; }
  std::string bytes() const { return *read_plain_file(file()); }
  Result<StoredFindings> open() const { return StoredFindings::open(folder_.path()); }
  Result<Findings> all() const {
    SCOTOMA_ASSIGN_OR_RETURN(const StoredFindings stored, open());
    return stored.all();
  }

 private:
  fake::Folder folder_;
};

/// Made-up findings with the image ids that a store wants.
Findings made_up_findings() {
  Findings findings = made_up::all_records();
  const auto name = [](Sample& sample) { sample.image = image_id(*made_up::test_image(sample.image)); };
  const auto name_all = [&](std::vector<Sample>& samples) { std::for_each(samples.begin(), samples.end(), name); };
  for (BaseResult& base : findings.bases) name_all(base.samples);
  for (Cluster& cluster : findings.clusters) name_all(cluster.members);
  for (Hypothesis& h : findings.hypotheses) {
    name_all(h.tried);
    name_all(h.audit_samples);
    for (Pair& pair : h.pairs) {
      name(pair.with);
      name(pair.without);
    }
  }
  for (CrossRow& row : findings.cross) {
    for (CrossCell& cell : row.cells) name_all(cell.samples);
  }
  return findings;
}

/// A record of which no field has its default.
Hypothesis full_hypothesis() {
  Hypothesis h;
  h.id = "a";
  h.label = "b";
  h.phrase = {"c", true, 1, 2, 3, 4, 5.5, {{"d", true}}};
  h.direction = Direction::passes;
  h.source = Source::user;
  h.prompt = "f";
  h.prompts = {"g"};
  h.expected = "h";
  h.status = Status::merged;
  h.shrunk_from = "i";
  h.shrink_steps = {{"j", "k", {6, 7, 8, 0.1, 0.2, 0.3}, true}};
  h.merged = {"l"};
  h.part_rates = {{"m", {9, 10, 11, 0.4, 0.5, 0.6}}};
  h.explored = {12, 13, 14, 0.7, 0.8, 0.9};
  h.confirmed = {15, 16, 17, 0.11, 0.12, 0.13};
  h.base_events = 18;
  h.base_valid = 19;
  h.null_rate = 0.14;
  h.log_e_value = 0.15;
  h.log_e_path = {0.16, -0.0, INFINITY};
  h.predicted = "n";
  h.predicted_count = 20;
  h.audit = {21, 22, 23, 0.17, 0.18, 0.19};
  h.audit_base = {24, 25, 26, 0.21, 0.22, 0.23};
  PairedEffect& effect = h.effect.emplace();
  effect.lift_low = 0.24;
  effect.lift_high = 0.25;
  effect.only_with = 27;
  effect.only_without = 28;
  effect.both = 29;
  effect.neither = 30;
  effect.mcnemar_p = 0.26;
  h.reviewed = {31, 32, 0.27, 0.28, 0.29};
  return h;
}

TEST(FindingsStore, BringsBackEveryField) {
  Findings findings = made_up_findings();
  findings.hypotheses.push_back(full_hypothesis());
  findings.judge_review = {1, 2, 3, 4, 5};
  findings.bases.push_back({"a", {"b"}, {1, 2, 3, 0.1, 0.2, 0.3}, 0.4, 0.5, 0.6, true, true, "c", {}});
  findings.clusters.push_back({"a", Direction::passes, "b", true, {}, {"c"}});
  findings.cross.push_back({{"a"}, "b", {"c"}, {{"d", {1}, {2}, 3, 4, true, 0.5, 0.6, true, {}}}});
  findings.spent = {1, 2, 3, 4, 5, 6};
  const Stored stored(findings);
  const auto back = stored.all();
  ASSERT_TRUE(back.ok()) << back.error().message;
  EXPECT_TRUE(*back == findings);
  EXPECT_TRUE(stored.open()->key() == kKey);
}

RC_GTEST_PROP(FindingsStore, BringsBackWhateverWasStoredBitByBit, ()) {
  const Findings findings = fake::any_findings();
  const Stored stored(findings);
  const auto back = stored.all();
  RC_ASSERT(back.ok());
  RC_ASSERT(*back == findings);
  RC_ASSERT(Stored(*back).bytes() == stored.bytes());  // which tells -0 from 0
}

RC_GTEST_PROP(FindingsStore, GivesPagesThatAreSlicesOfTheList, ()) {
  const Findings findings = fake::any_findings();
  const Stored stored(findings);
  const auto open = stored.open();
  RC_ASSERT(open.ok());
  each_list(as_found(findings), [&](const SampleList& list, const std::vector<const Sample*>& samples) {
    RC_ASSERT(open->size(list) == samples.size());
    const auto offset = *rc::gen::inRange<std::size_t>(0, samples.size() + 2);
    const auto count = *rc::gen::inRange<std::size_t>(0, samples.size() + 2);
    const auto page = open->samples(list, offset, count);
    RC_ASSERT(page.ok());
    const std::size_t begin = std::min(offset, samples.size());
    const std::size_t end = std::min(offset + count, samples.size());
    RC_ASSERT(page->size() == end - begin);
    for (std::size_t i = begin; i < end; ++i) RC_ASSERT((*page)[i - begin] == *samples[i]);
  });
  RC_ASSERT(open->size({ListOf::cross, 99, 99}) == 0U);
}

/// PRAGMA user_version of the file.
int format_of(const Stored& stored) {
  sqlite3* opened = nullptr;
  sqlite3_open(stored.file().c_str(), &opened);
  const Database db(opened);
  return pragma_number(opened, "user_version");
}

TEST(FindingsStore, IsOfTheFormatThatOlderProgramsReadUnlessItHasACertificate) {
  Findings findings = made_up_findings();
  EXPECT_EQ(format_of(Stored(findings)), 1);
  findings.certificate = fake::certificate();
  findings.certificate->cells[3].failures = {findings.bases[0].samples[0]};
  const Stored stored(findings);
  EXPECT_EQ(format_of(stored), 2);
  const auto back = stored.all();
  ASSERT_TRUE(back.ok());
  EXPECT_TRUE(back->certificate == findings.certificate);
}

TEST(FindingsStore, HoldsASampleOfSeveralListsOnce) {
  Findings findings = made_up_findings();
  findings.clusters.clear();
  findings.hypotheses.clear();
  findings.cross.clear();
  findings.bases.resize(1);
  const std::vector<Sample>& samples = findings.bases[0].samples;
  const std::size_t before = Stored(findings).open()->images();
  Cluster cluster;
  cluster.members = {samples.rbegin(), samples.rend()};
  findings.clusters = {cluster, cluster};
  const Stored stored(findings);
  EXPECT_EQ(stored.open()->images(), before);
  EXPECT_TRUE(*stored.all() == findings);
}

TEST(FindingsStore, HasTheSameBytesWhereverItIsWritten) {
  const Findings findings = made_up_findings();
  const Stored one(findings);
  EXPECT_EQ(one.bytes(), Stored(findings).bytes());
  ResultsKey other = kKey;
  other.bugs = "c";
  EXPECT_NE(one.bytes(), Stored(findings, other).bytes());
}

TEST(FindingsStore, HasTheFindingsAsTheyWereBeforeAReview) {
  Study study = made_up::study();
  const Findings found = made_up_findings();
  Findings unreviewed = found;
  conclude(study, {}, unreviewed);

  Reviews answers = {{review_key("of another study", "fly"), true}};
  for (const Sample& sample : found.hypotheses[1].audit_samples)
    answers[review_key(sample.image, found.hypotheses[1].label)] = false;
  Findings reviewed = found;
  conclude(study, answers, reviewed);
  ASSERT_FALSE(reviewed == unreviewed) << "the review withdraws a bug";

  const Stored stored(reviewed);
  const auto back = stored.all();
  ASSERT_TRUE(back.ok()) << back.error().message;
  EXPECT_TRUE(*back == found);
  Reviews own = answers;
  own.erase(review_key("of another study", "fly"));
  EXPECT_EQ(stored.open()->reviews(), own);
  EXPECT_TRUE(*Stored(reviewed).all() == *Stored(unreviewed).all());
  Findings later = *back;
  conclude(study, {}, later);
  EXPECT_TRUE(later == unreviewed) << "an answer that was taken back";
}

TEST(FindingsStore, IsTakenWholeOrNotAtAllWhateverByteIsDamaged) {
  Findings findings = made_up_findings();
  findings.bases.resize(2);
  findings.hypotheses.resize(2);
  findings.cross.resize(1);
  const Stored stored(findings);
  const std::string whole = stored.bytes();
  std::size_t refused = 0;
  for (std::size_t at = 0; at < whole.size(); at += 131) {
    std::string bytes = whole;
    bytes[at] = static_cast<char>(bytes[at] ^ 0x15);
    stored.folder().write(kFindingsFile, bytes);
    const auto back = stored.all();
    if (back.ok()) {
      ASSERT_TRUE(*back == findings) << "byte " << at;
    } else {
      ++refused;
      ASSERT_NE(back.error().message.find(kFindingsFile), std::string::npos) << back.error().message;
    }
  }
  EXPECT_GT(refused, whole.size() / 131 / 2) << "most of the file says something";
  for (std::size_t size = 0; size < whole.size(); size += 1021) {
    stored.folder().write(kFindingsFile, whole.substr(0, size));
    EXPECT_FALSE(stored.all().ok()) << size;
  }
}

class ForeignStore : public ::testing::Test {
 protected:
  void change(const char* sql) const {
    sqlite3* db = nullptr;
    ASSERT_EQ(sqlite3_open(stored_.file().c_str(), &db), SQLITE_OK);
    EXPECT_EQ(sqlite3_exec(db, sql, nullptr, nullptr, nullptr), SQLITE_OK) << sqlite3_errmsg(db);
    sqlite3_close(db);
  }
  std::string error() const {
    const auto back = stored_.all();
    return back.ok() ? "" : back.error().message;
  }
  Stored stored_{made_up_findings()};
};

TEST_F(ForeignStore, OfANewerProgramIsCalledSo) {
  change("PRAGMA user_version=99");
  EXPECT_NE(error().find("written by a newer Scotoma (format 99, this program reads up to 2)"), std::string::npos)
      << error();
}

TEST_F(ForeignStore, OfOtherTablesIsNone) {
  change("CREATE TABLE more(x)");
  EXPECT_NE(error().find("its tables are others"), std::string::npos) << error();
}

TEST_F(ForeignStore, OfWhichARowIsGoneIsDamaged) {
  for (const char* sql : {"DELETE FROM samples WHERE id=7", "DELETE FROM runs WHERE list=2", "DELETE FROM prompts",
                          "DELETE FROM lists WHERE id=3", "DELETE FROM records WHERE kind='hypothesis' AND item=2"}) {
    stored_.folder().write(kFindingsFile, Stored(made_up_findings()).bytes());
    change(sql);
    EXPECT_NE(error().find("damaged"), std::string::npos) << sql << ": " << error();
  }
}

TEST_F(ForeignStore, IsNoOtherFile) {
  stored_.folder().write(kFindingsFile, "no database");
  EXPECT_NE(error().find("damaged"), std::string::npos) << error();
  std::filesystem::remove(stored_.file());
  EXPECT_NE(error().find("not there"), std::string::npos) << error();
  ASSERT_EQ(::mkfifo(stored_.file().c_str(), 0600), 0);
  EXPECT_NE(error().find("a pipe"), std::string::npos) << error();
}

TEST(FindingsStore, GivesNoImageOfANameThatLeadsElsewhere) {
  Findings findings = made_up_findings();
  findings.bases[0].samples[0].image = "../../../../somebody/elses/file";
  EXPECT_FALSE(Stored(findings).all().ok());
}

TEST(FindingsStore, GivesNoClassThatTheClassifierLacks) {
  Findings findings = made_up_findings();
  findings.bases[0].samples[0].prediction.top[0].label = static_cast<int>(findings.class_names.size());
  EXPECT_FALSE(Stored(findings).all().ok());
}

/// What tests/cases/findings/format-1.sqlite holds.
Findings frozen() {
  Findings findings;
  findings.class_names = {"fly", "bee"};
  findings.hypotheses = {full_hypothesis()};
  Sample sample;
  sample.request = {"a photo of a fly", 1};
  sample.image = fake::image_id_of(1);
  sample.prediction.top = {{1, 0.75F}, {0, 0.25F}};
  sample.judgement = {true, 0.5F};
  findings.bases.push_back({"fly", {"a photo of a fly"}, {1, 1, 0, 1, 0, 1}, 1, 0, 0.99, true, false, "bee", {sample}});
  sample.request.seed = 2;
  sample.overruled = true;
  findings.hypotheses[0].pairs = {{sample, findings.bases[0].samples[0]}};
  findings.fingerprints = {{"classifier", "f"}};
  return findings;
}

TEST(FindingsStore, OfFormat1IsStillRead) {
  const auto stored = StoredFindings::open(kCases / "findings/format-1");
  ASSERT_TRUE(stored.ok()) << stored.error().message;
  EXPECT_TRUE(stored->key() == kKey);
  const auto back = stored->all();
  ASSERT_TRUE(back.ok()) << back.error().message;
  EXPECT_TRUE(*back == frozen());
}

TEST(FindingsStore, OnADiskThatIsFullSaysSo) {
  const fake::Folder folder;
  const pid_t child = ::fork();
  if (child == 0) {
    ::signal(SIGXFSZ, SIG_IGN);
    const rlimit least{20'000, 20'000};
    ::setrlimit(RLIMIT_FSIZE, &least);
    const auto written = write_findings(made_up_findings(), kKey, folder / kFindingsFile);
    const bool told =
        !written.ok() && written.error().code == Code::failed &&
        written.error().message.find("findings.sqlite: cannot be written (File too large") != std::string::npos;
    ::_exit(told ? 0 : 1);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0);
  EXPECT_TRUE(std::filesystem::is_empty(folder.path())) << "something half written was left";
}

TEST(FindingsStore, OfAFolderThatIsGoneSaysWhatCannotBeWritten) {
  const auto written = write_findings({}, kKey, "/no/such/folder/findings.sqlite");
  ASSERT_FALSE(written.ok());
  EXPECT_NE(written.error().message.find("/no/such/folder/findings.sqlite"), std::string::npos);
}

}  // namespace
}  // namespace scotoma
