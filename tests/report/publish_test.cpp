// SPDX-License-Identifier: Apache-2.0
#include "scotoma/report/publish.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "fake/folder.h"
#include "report/made_up.h"
#include "scotoma/cache/answer_cache.h"
#include "scotoma/record/findings_store.h"

namespace {
int renames_before_death = -1;  ///< -1: it lives
}

/// In place of the C library's, so that a process can be killed between two files. As a system call otherwise.
extern "C" int rename(const char* from, const char* to) noexcept {
  if (renames_before_death == 0) ::raise(SIGKILL);
  if (renames_before_death > 0) --renames_before_death;
  return static_cast<int>(::syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, 0));
}

namespace scotoma {
namespace {

/// One group of one image, which the report shows.
Findings with_image(const std::string& id) {
  Cluster cluster;
  cluster.label = "fly";
  cluster.predicted = "bee";
  cluster.members.emplace_back().image = id;
  Findings findings;
  findings.clusters = {cluster};
  return findings;
}

class Publish : public ::testing::Test {
 protected:
  void SetUp() override {
    auto opened = AnswerCache::open(folder_.path());
    ASSERT_TRUE(opened.ok());
    cache_ = std::move(*opened);
    const auto put = cache_->put_image(*made_up::test_image("fly"));
    ASSERT_TRUE(put.ok());
    id_ = *put;
    file_ = folder_ / AnswerCache::image_file(id_);
  }

  Result<Published> published() const {
    return publish(made_up::study(), with_image(id_), nullptr, *cache_, folder_.path());
  }

  /// The report must not be written, and the message must name the file and hold `remedy`.
  void expect_refused(const std::string& remedy) const {
    const auto done = published();
    ASSERT_FALSE(done.ok());
    EXPECT_NE(done.error().message.find(file_.string()), std::string::npos) << done.error().message;
    EXPECT_NE(done.error().message.find(remedy), std::string::npos) << done.error().message;
    EXPECT_FALSE(std::filesystem::exists(folder_ / "report.html"));
    EXPECT_FALSE(std::filesystem::exists(folder_ / "bugs.json"));
  }

  fake::Folder folder_;
  std::unique_ptr<AnswerCache> cache_;
  std::string id_;
  std::filesystem::path file_;
};

TEST_F(Publish, WritesTheReportAndTheBugs) {
  const auto done = published();
  ASSERT_TRUE(done.ok()) << done.error().message;
  EXPECT_TRUE(std::filesystem::exists(folder_ / "report.html"));
  EXPECT_TRUE(std::filesystem::exists(folder_ / "bugs.json"));
  EXPECT_FALSE(std::filesystem::exists(folder_ / "run.json"));
}

TEST_F(Publish, AllFilesChangeOrNone) {
  ASSERT_TRUE(published().ok());
  const std::string report = *read_plain_file(folder_ / "report.html");
  const std::string bugs = *read_plain_file(folder_ / "bugs.json");
  EXPECT_TRUE(written_together(folder_.path(), bugs));
  std::filesystem::remove(folder_ / "bugs.json");
  std::filesystem::create_directory(folder_ / "bugs.json");  // so that it cannot be written
  Findings others = with_image(id_);
  others.clusters[0].label = "bee";
  const auto failed = publish(made_up::study(), others, nullptr, *cache_, folder_.path());
  ASSERT_FALSE(failed.ok());
  EXPECT_NE(failed.error().message.find("bugs.json"), std::string::npos) << failed.error().message;
  EXPECT_EQ(*read_plain_file(folder_ / "report.html"), report) << "a new report beside the old bugs.json";

  std::filesystem::remove(folder_ / "bugs.json");
  ASSERT_TRUE(publish(made_up::study(), others, nullptr, *cache_, folder_.path()).ok());
  EXPECT_NE(*read_plain_file(folder_ / "bugs.json"), bugs);
  EXPECT_FALSE(written_together(folder_.path(), bugs)) << "as a kill between the two would leave them";
}

/// Two classifiers; the second's name and rate differ with `side`.
Transfer transfer_of_side(char side) {
  Transfer transfer;
  transfer.columns.resize(2);
  transfer.columns[0].name = "own";
  transfer.columns[0].aimed = true;
  transfer.columns[1].name = std::string("candidate-") + side;
  transfer.systematic.push_back(
      {"bee-systematic", "bee", "a photo of a bee", Direction::fails, std::vector<TransferCell>(2)});
  return transfer;
}

TEST_F(Publish, ATransferChangesWithTheReportOrNeitherDoes) {
  const auto with = [&](char side) {
    const Transfer transfer = transfer_of_side(side);
    return publish(made_up::study(), with_image(id_), nullptr, *cache_, folder_.path(), &transfer);
  };
  ASSERT_TRUE(with('a').ok());
  EXPECT_NE(read_plain_file(folder_ / "transfer.json")->find("candidate-a"), std::string::npos);
  EXPECT_NE(read_plain_file(folder_ / "report.html")->find("candidate-a"), std::string::npos);
  std::filesystem::remove(folder_ / "bugs.json");
  std::filesystem::create_directory(folder_ / "bugs.json");  // so that it cannot be written
  ASSERT_FALSE(with('b').ok());
  EXPECT_NE(read_plain_file(folder_ / "transfer.json")->find("candidate-a"), std::string::npos);
  EXPECT_NE(read_plain_file(folder_ / "report.html")->find("candidate-a"), std::string::npos);
}

TEST_F(Publish, KilledBetweenTwoFilesLeavesNoReportOfOtherFiguresThanTransferJson) {
  const auto with = [&](char side) {
    const Transfer transfer = transfer_of_side(side);
    return publish(made_up::study(), with_image(id_), nullptr, *cache_, folder_.path(), &transfer).ok();
  };
  for (int renames = 0; renames < 3; ++renames) {  // report.html, transfer.json, bugs.json
    ASSERT_TRUE(with('a'));
    const pid_t child = ::fork();
    if (child == 0) {
      renames_before_death = renames;
      ::_exit(with('b') ? 0 : 1);
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    ASSERT_TRUE(WIFSIGNALED(status)) << "it was not killed";
    const auto told = read_plain_file(folder_ / "transfer.json");
    const std::string report = *read_plain_file(folder_ / "report.html");
    EXPECT_EQ(told.ok(), renames == 2) << "after " << renames;
    EXPECT_NE(report.find(renames == 0 ? "candidate-a" : "candidate-b"), std::string::npos) << "after " << renames;
    EXPECT_TRUE(!told.ok() || told->find("candidate-b") != std::string::npos);
  }
  ASSERT_TRUE(with('b'));
  EXPECT_NE(read_plain_file(folder_ / "transfer.json")->find("candidate-b"), std::string::npos);
}

TEST_F(Publish, KilledBetweenTwoFilesLeavesNoStoreThatNamesTheBugsJsonBesideItUnlessItIsOfThem) {
  const auto with = [&](const char* label) {
    Findings findings = with_image(id_);
    findings.clusters[0].label = label;
    return publish(made_up::study(), findings, nullptr, *cache_, folder_.path()).ok();
  };
  int of_others = 0;
  for (int renames = 0; renames < 4; ++renames) {  // report.html, study.json, findings.sqlite, bugs.json
    ASSERT_TRUE(with("fly"));
    const pid_t child = ::fork();
    if (child == 0) {
      renames_before_death = renames;
      ::_exit(with("bee") ? 0 : 1);
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    ASSERT_TRUE(WIFSIGNALED(status)) << "it was not killed";
    const auto stored = StoredFindings::open(folder_.path());
    ASSERT_TRUE(stored.ok()) << "half written after " << renames << ": " << stored.error().message;
    const std::string bugs = *read_plain_file(folder_ / "bugs.json");
    EXPECT_NE(bugs.find("\"label\": \"fly\""), std::string::npos) << "after " << renames;
    const bool names_it = stored->key() == results_key(made_up::study(), bugs);
    EXPECT_EQ(names_it, stored->findings().clusters.at(0).label == "fly") << "after " << renames;
    of_others += names_it ? 0 : 1;
  }
  EXPECT_EQ(of_others, 1) << "killed just before bugs.json";
  ASSERT_TRUE(with("bee"));
  EXPECT_TRUE(StoredFindings::open(folder_.path())->key() ==
              results_key(made_up::study(), *read_plain_file(folder_ / "bugs.json")));
}

TEST_F(Publish, RenewsACopyOfAnImageThatIsNotWhole) {
  const fake::Folder out;
  Findings findings = with_image(id_);
  findings.bases.emplace_back().samples.emplace_back().image = id_;
  const auto copied = [&] {
    EXPECT_TRUE(publish(made_up::study(), findings, nullptr, *cache_, out.path()).ok());
    return *read_plain_file(out / AnswerCache::image_file(id_));
  };
  const std::string whole = *read_plain_file(file_);
  EXPECT_EQ(copied(), whole);
  out.write(AnswerCache::image_file(id_).string(), whole.substr(0, 50));
  EXPECT_EQ(copied(), whole);
}

TEST_F(Publish, RefusesAnImageThatIsCutOff) {
  std::filesystem::resize_file(file_, std::filesystem::file_size(file_) - 20);
  expect_refused("it has been removed: run the study again");
}

TEST_F(Publish, RefusesAnImageThatIsAnother) {
  const auto other = cache_->put_image(*made_up::test_image("bee"));
  ASSERT_TRUE(other.ok());
  ASSERT_NE(*other, id_);
  std::filesystem::copy_file(folder_ / AnswerCache::image_file(*other), file_,
                             std::filesystem::copy_options::overwrite_existing);
  expect_refused("it has been removed: run the study again");
}

TEST_F(Publish, RefusesAnImageThatIsGone) {
  std::filesystem::remove(file_);
  expect_refused("run the study again");
}

}  // namespace
}  // namespace scotoma
