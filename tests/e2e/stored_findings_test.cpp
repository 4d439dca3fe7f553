// SPDX-License-Identifier: Apache-2.0
// What a study found is stored: it opens without a replay, and says what a replay would say.
#include <gtest/gtest.h>
#include <sqlite3.h>

#include <cstdlib>
#include <map>
#include <nlohmann/json.hpp>

#include "e2e/program.h"
#include "fake/folder.h"
#include "scotoma/record/review_csv.h"

namespace scotoma::e2e {
namespace {

namespace fs = std::filesystem;

/// A finished study; everything is asked of the folder of its results alone.
class StoredFindingsOfAStudy : public testing::Test {
 protected:
  Outcome verb(std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin() + 1, out().string());
    return run(arguments);
  }
  const fs::path& out() const { return finished_.out; }
  bool remove(const std::string& name) const { return fs::remove(out() / name); }

  /// Runs `report`, and gives what it wrote.
  std::map<std::string, std::string> reported() const {
    const Outcome outcome = verb({"report"});
    EXPECT_EQ(outcome.code, 0) << outcome.errors;
    std::map<std::string, std::string> files;
    for (const char* name : {"report.html", "bugs.json", "study.json", "findings.sqlite"})
      files[name] = read_file(out() / name);
    return files;
  }

  /// Leaves neither the study file nor the answers.
  void remove_all_but_results() const {
    fs::remove(finished_.study);
    for (const char* name : {"cache.sqlite", "cache.sqlite-wal", "cache.sqlite-shm"}) remove(name);
    ASSERT_FALSE(fs::exists(out() / "cache.sqlite"));
  }

  std::string confirmed_bug() const {
    const auto bugs = nlohmann::json::parse(read_file(out() / "bugs.json"))["bugs"];
    return bugs.at(0).at("status") == "confirmed" ? bugs.at(0).at("id").get<std::string>() : "";
  }

  /// A person sees the label in none of the images of the bug's audit.
  void deny(const std::string& bug) const {
    const fs::path table = folder_ / "answers.csv";
    ASSERT_EQ(verb({"review", "--bug", bug, "--csv", table.string(), "--count", "1000"}).code, 0);
    std::vector<ReviewRow> rows = *read_review_csv(read_file(table), "answers.csv");
    for (ReviewRow& row : rows) row.answer = false;
    folder_.write("answers.csv", review_csv(rows));
    const Outcome imported = verb({"review", "--import", table.string()});
    ASSERT_EQ(imported.code, 0) << imported.errors;
  }

  fake::Folder folder_;
  Finished finished_ = finished_study(folder_);
};

TEST_F(StoredFindingsOfAStudy, SayWhatAReplaySaysBeforeAndAfterAReviewThatWithdrawsABug) {
  const auto found = reported();
  ASSERT_TRUE(remove("findings.sqlite"));
  EXPECT_EQ(reported(), found) << "the replay writes the store anew, with the same bytes";
  const std::string bug = confirmed_bug();
  ASSERT_NE(bug, "");
  deny(bug);
  const auto reviewed = reported();
  EXPECT_NE(reviewed.at("bugs.json").find("It is not called a bug."), std::string::npos);
  EXPECT_NE(confirmed_bug(), bug);
  ASSERT_TRUE(remove("findings.sqlite"));
  EXPECT_EQ(reported(), reviewed);
}

TEST_F(StoredFindingsOfAStudy, AreExportedReviewedAndCheckedAsAReplayWouldBe) {
  const auto all_of_it = [&](const std::string& to) {
    const Outcome exported = verb({"export", "--format", "jsonl", "--to", (folder_ / to).string()});
    EXPECT_EQ(exported.code, 0) << exported.errors;
    const Outcome checked = verb({"check", "--json", "--against", kWorldText + "/classifiers/resnet_balanced.onnx"});
    EXPECT_NE(checked.code, 2) << checked.errors;
    std::map<std::string, std::string> said = {{"check", checked.output},
                                               {"review", verb({"review", "--status"}).output}};
    for (const auto& entry : fs::recursive_directory_iterator(folder_ / to)) {
      if (entry.is_regular_file()) said[entry.path().lexically_relative(folder_ / to)] = read_file(entry.path());
    }
    return said;
  };
  const auto stored = all_of_it("one");
  ASSERT_TRUE(remove("findings.sqlite"));
  EXPECT_EQ(all_of_it("two"), stored);
  EXPECT_GT(stored.size(), 4U);
}

TEST_F(StoredFindingsOfAStudy, AreEnoughWhereStudyFileAndAnswersAreGone) {
  const std::string bug = confirmed_bug();
  deny(bug);
  const auto reviewed = reported();
  const std::string status = verb({"review", "--status"}).output;
  remove_all_but_results();
  EXPECT_EQ(reported(), reviewed) << "a person's answers are stored with them";
  EXPECT_EQ(verb({"review", "--status"}).output, status);
  EXPECT_EQ(verb({"list", "--all"}).code, 0);
  EXPECT_EQ(verb({"show", bug}).code, 0);
  EXPECT_EQ(verb({"review", "--csv", (folder_ / "t.csv").string()}).code, 0);
  EXPECT_EQ(verb({"review", "--page", (folder_ / "t.html").string()}).code, 0);
  const Outcome exported =
      verb({"export", "--images", "valid", "--format", "imagefolder", "--to", (folder_ / "data").string()});
  EXPECT_EQ(exported.code, 0) << exported.errors;
  EXPECT_FALSE(fs::exists(out() / "cache.sqlite")) << "a reader has made a cache";
  for (const std::vector<std::string>& asks :
       {std::vector<std::string>{"check", "--against", kWorldText + "/classifiers/resnet_balanced.onnx"},
        {"transfer", "--classifier", kWorldText + "/classifiers/resnet_balanced.onnx"},
        {"review", "--import", folder_.write("none.csv", "image,label,answer\n").string()}}) {
    const Outcome refused = verb(asks);
    EXPECT_EQ(refused.code, 2) << asks[0];
    EXPECT_NE(refused.errors.find("cache.sqlite: not there; run `scotoma find"), std::string::npos) << refused.errors;
  }
}

TEST_F(StoredFindingsOfAStudy, AreNotNeededToListAndShow) {
  const std::string listed = verb({"list", "--json"}).output;
  const std::string bug = confirmed_bug();
  remove_all_but_results();
  for (const char* name : {"findings.sqlite", "study.json", "report.html", "run.json"})
    ASSERT_TRUE(remove(name)) << name;
  fs::remove_all(out() / "images");
  const Outcome alone = verb({"list", "--json"});
  EXPECT_EQ(alone.code, 0) << alone.errors;
  EXPECT_EQ(alone.output, listed);
  EXPECT_EQ(verb({"show", bug}).code, 0);
  EXPECT_EQ(verb({"list", "--label", "fly"}).code, 0);
  EXPECT_EQ(verb({"list", "--label", "unicorn"}).code, 2);
  EXPECT_EQ(verb({"report"}).code, 2);
}

TEST_F(StoredFindingsOfAStudy, ThatAreDamagedOrOfOtherResultsGiveWayToAReplayOrSayWhy) {
  const auto found = reported();
  const std::string whole = found.at("findings.sqlite");
  std::string damaged = whole;
  for (std::size_t at = 5000; at < damaged.size(); at += 100) damaged[at] = 'x';
  std::string others = found.at("bugs.json");
  others.insert(others.size() - 1, " ");
  const auto put = [&](const std::string& store, const std::string& bugs) {
    folder_.write("out/findings.sqlite", store);
    folder_.write("out/bugs.json", bugs);
  };
  const std::map<std::string, std::pair<std::string, std::string>> wrong = {
      {"damaged", {damaged, found.at("bugs.json")}},
      {"cut off", {whole.substr(0, whole.size() / 2), found.at("bugs.json")}},
      {"not of the bugs.json beside it", {whole, others}}};
  for (const auto& [why, files] : wrong) {
    put(files.first, files.second);
    EXPECT_EQ(reported(), found) << why;
  }
  remove_all_but_results();
  for (const auto& [why, files] : wrong) {
    put(files.first, files.second);
    const Outcome refused = verb({"report"});
    EXPECT_EQ(refused.code, 2) << why << ": " << refused.errors;
    EXPECT_NE(refused.errors.find("findings.sqlite"), std::string::npos) << refused.errors;
    EXPECT_NE(refused.errors.find("cache.sqlite is not there to take them from"), std::string::npos) << refused.errors;
    EXPECT_EQ(read_file(out() / "report.html"), found.at("report.html")) << why;
  }
}

TEST_F(StoredFindingsOfAStudy, WriteABugsJsonAnewThatIsGone) {
  const auto found = reported();
  remove_all_but_results();
  ASSERT_TRUE(remove("bugs.json"));
  ASSERT_TRUE(remove("report.html"));
  EXPECT_EQ(verb({"list"}).code, 2);
  EXPECT_EQ(reported(), found);
}

/// The command of docs/results.md.
TEST_F(StoredFindingsOfAStudy, AnswerTheQueryOfTheirPage) {
  const std::string page = read_file(kRoot / "docs/results.md");
  const std::size_t begin = page.find("'SELECT ") + 1;
  const std::string sql = page.substr(begin, page.find('\'', begin) - begin);
  sqlite3* db = nullptr;
  ASSERT_EQ(sqlite3_open_v2((out() / "findings.sqlite").c_str(), &db, SQLITE_OPEN_READONLY, nullptr), SQLITE_OK);
  std::map<std::string, int> sizes;
  const auto keep = [](void* into, int columns, char** values, char**) {
    if (columns == 2) (*static_cast<std::map<std::string, int>*>(into))[values[0]] = std::atoi(values[1]);
    return 0;
  };
  EXPECT_EQ(sqlite3_exec(db, sql.c_str(), keep, &sizes, nullptr), SQLITE_OK) << sql << ": " << sqlite3_errmsg(db);
  sqlite3_close(db);
  const auto bugs = nlohmann::json::parse(read_file(out() / "bugs.json"));
  int searched = 0;  // fresh baseline images count as rates alone
  for (const auto& label : bugs["labels"])
    searched += label["base"]["valid"].get<int>() + label["base"]["invalid"].get<int>();
  EXPECT_EQ(sizes["base"], searched);
}

TEST_F(StoredFindingsOfAStudy, AreNotTakenForAStudyFileThatHasChanged) {
  remove("cache.sqlite");
  folder_.write("study.toml", read_file(finished_.study) + "\n# another state of it\n");
  const Outcome refused = run({"report", finished_.study.string(), "--out", out().string()});
  EXPECT_EQ(refused.code, 2);
  EXPECT_NE(refused.errors.find("of another study file than"), std::string::npos) << refused.errors;
}

}  // namespace
}  // namespace scotoma::e2e
