// SPDX-License-Identifier: Apache-2.0
// A study that several machines answer is the study that one answers, whatever happens to them.
#include <gtest/gtest.h>
#include <signal.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <string>
#include <thread>
#include <vector>

#include "e2e/program.h"
#include "fake/folder.h"
#include "scotoma/cache/answer_cache.h"
#include "scotoma/core/lock.h"

namespace scotoma::e2e {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

constexpr int kLeft = 75;  ///< exit code of `find` that left a round to workers

class ManyMachines : public testing::Test {
 protected:
  Outcome work(int shard, int shards, const Circumstances& circumstances = {}) {
    return run({"work", study_.string(), "--shard", std::to_string(shard) + "/" + std::to_string(shards), "--known",
                answers_.string(), "--cache", part(shard).string(), "--threads", "1", "--quiet"},
               circumstances);
  }
  /// Of the parts that there are.
  Outcome merge(std::vector<std::string> more = {}) {
    std::vector<std::string> arguments = {"merge", "--into", answers_.string()};
    for (int shard = 1; shard <= 3; ++shard) {
      if (fs::exists(part(shard))) arguments.push_back(part(shard).string());
    }
    arguments.insert(arguments.end(), more.begin(), more.end());
    return run(arguments);
  }
  Outcome find(std::vector<std::string> more = {}) {
    more.insert(more.begin(), {"find", study_.string(), "--cache", answers_.string(), "--out",
                               (folder_ / "many").string(), "--threads", "1", "--quiet"});
    return run(more);
  }
  /// Rounds until `find` leaves none. How many these are differs between kinds of CPU: what images show does.
  void work_to_the_end(int shards, const std::string& largest_round) {
    Outcome found;
    found.code = kLeft;
    for (int round = 0; round < 200 && found.code == kLeft; ++round) {
      for (int shard = 1; shard <= shards; ++shard) {
        const Outcome worked = work(shard, shards);
        ASSERT_EQ(worked.code, 0) << "round " << round << ": " << worked.errors;
      }
      const Outcome merged = merge();
      ASSERT_EQ(merged.code, 0) << "round " << round << ": " << merged.errors;
      const int before = answers_in(answers_);
      found = find({"--largest-round", largest_round});
      answered_by_find_ += answers_in(answers_) - before;
      ASSERT_TRUE(found.code == 0 || found.code == kLeft) << found.errors;
    }
    ASSERT_EQ(found.code, 0) << "rounds without an end: " << found.output;
  }
  /// A study of which the edits make another.
  void edit(const std::vector<std::pair<std::string, std::string>>& edits) {
    edits_ = edits;
    folder_.write("study.toml", small_study(edits));
  }
  void expect_what_one_run_finds() {
    const Finished one = finished_study(folder_, edits_);
    EXPECT_EQ(read_file(folder_ / "many/bugs.json"), read_file(one.out / "bugs.json"));
    EXPECT_EQ(answers_in(answers_), answers_in(one.out)) << "something else was asked";
  }
  /// Of models: every cache has a row for the tally of a person's answers, too.
  static int models_answers(const fs::path& cache) { return std::max(0, answers_in(cache) - 1); }
  int models_answers_in_parts() const {
    int all = 0;
    for (int shard = 1; shard <= 3; ++shard) all += models_answers(part(shard));
    return all;
  }
  int computed() const {
    int all = 0;
    const json facts = json::parse(read_file(folder_ / "many/run.json"));
    for (const auto& [role, use] : facts["roles"].items()) all += use["computed"].get<int>();
    return all;
  }
  fs::path part(int shard) const { return folder_ / ("part" + std::to_string(shard)); }

  fake::Folder folder_;
  fs::path study_ = folder_.write("study.toml", small_study());
  fs::path answers_ = folder_ / "answers";
  int answered_by_find_ = 0;
  std::vector<std::pair<std::string, std::string>> edits_;
};

TEST_F(ManyMachines, TwoShardsThatAreMergedRoundByRoundFindWhatOneRunFinds) {
  work_to_the_end(2, "0");
  expect_what_one_run_finds();
  EXPECT_EQ(computed(), 0);
  EXPECT_EQ(models_answers_in_parts(), models_answers(answers_)) << "shards have answered a question twice";
  const Outcome done = work(1, 2);
  EXPECT_NE(done.output.find("all answers of the study are there; `scotoma find "), std::string::npos) << done.output;
}

TEST_F(ManyMachines, ShardsAnswerTheQuestionsOfTheCertificateToo) {
  edit({{"[engine]", "[certify]\nsize = 0.5\neach = 16\nphrases = [\"on a flower\", \"in the grass\"]\n[engine]"}});
  work_to_the_end(2, "0");
  expect_what_one_run_finds();
  EXPECT_EQ(computed(), 0);
  const json bugs = json::parse(read_file(folder_ / "many/bugs.json"));
  ASSERT_TRUE(bugs.contains("certificate"));
  const int before = answers_in(answers_);
  const Outcome certified = run(
      {"certify", study_.string(), "--cache", answers_.string(), "--out", (folder_ / "certified").string(), "--quiet"});
  EXPECT_EQ(certified.code, bugs["certificate"]["certified"] == true ? 0 : 1) << certified.errors;
  EXPECT_EQ(answers_in(answers_), before);
}

TEST_F(ManyMachines, ThreeShardsOneOfThemKilledMidwayAndAFindThatAnswersSmallRoundsFindTheSame) {
  const Outcome killed = work(2, 3, {.stop_when = [this] { return answers_in(part(2)) >= 20; }, .signal = SIGKILL});
  ASSERT_EQ(killed.code, 128 + SIGKILL);
  const int kept = answers_in(part(2));
  EXPECT_GE(kept, 20);
  ASSERT_EQ(merge().code, 0);
  EXPECT_EQ(answers_in(answers_), kept) << "of the log that it left";
  work_to_the_end(3, "12");
  expect_what_one_run_finds();
  EXPECT_EQ(models_answers_in_parts() + answered_by_find_, models_answers(answers_))
      << "somebody has answered a question twice";
}

TEST_F(ManyMachines, WhatAWorkerThatNeverComesWouldHaveAnsweredFindAnswersAlone) {
  for (const int shard : {1, 3}) {
    const Outcome done = work(shard, 3);
    ASSERT_EQ(done.code, 0) << done.errors;
    EXPECT_NE(done.output.find("for other shards"), std::string::npos) << done.output;
  }
  ASSERT_EQ(merge().code, 0);
  const int before = answers_in(answers_);
  ASSERT_EQ(find().code, 0);
  expect_what_one_run_finds();
  EXPECT_EQ(computed(), answers_in(answers_) - before);
}

TEST_F(ManyMachines, WorkersOnOneCacheWaitForEachOtherAndNoneAnswersAnothersQuestions) {
  std::vector<Outcome> outcomes(3);
  std::vector<std::thread> workers;
  for (std::size_t i = 0; i < outcomes.size(); ++i) {
    workers.emplace_back([&, i] {
      outcomes[i] = run({"work", study_.string(), "--shard", std::to_string(i + 1) + "/3", "--cache", answers_.string(),
                         "--wait", "600", "--threads", "1", "--quiet"});
    });
  }
  for (std::thread& worker : workers) worker.join();
  int given = 0;
  for (const Outcome& outcome : outcomes) {
    EXPECT_EQ(outcome.code, 0) << outcome.errors;
    int shard = 0;
    int images = 0;
    int answers = 0;
    ASSERT_EQ(std::sscanf(outcome.output.c_str(), "shard %d of 3: %d images and %d answers", &shard, &images, &answers),
              3)
        << outcome.output;
    given += images + answers;
  }
  ASSERT_EQ(find().code, 0);
  EXPECT_EQ(computed(), 0);
  expect_what_one_run_finds();
  EXPECT_EQ(given, models_answers(answers_));
}

TEST_F(ManyMachines, AWorkerWhoseFellowsNeverComeAnswersTheirQuestionsToo) {
  const Outcome alone = run(
      {"work", study_.string(), "--shard", "2/3", "--cache", answers_.string(), "--wait", "1", "--progress", "json"});
  ASSERT_EQ(alone.code, 0) << alone.errors;
  const std::string says = "nothing of shards 1, 3 for 1 s";
  const std::size_t first = alone.errors.find(says);
  ASSERT_NE(first, std::string::npos) << alone.errors;
  EXPECT_EQ(alone.errors.find(says, first + 1), std::string::npos) << "they were waited for again";
  ASSERT_EQ(find().code, 0);
  EXPECT_EQ(computed(), 0);
  expect_what_one_run_finds();
}

// The scripts of docs/many-machines.md, with an sbatch that runs what it is given at once.
TEST_F(ManyMachines, TheJobArrayOfTheDocsEndsTheStudy) {
  fs::copy(kRoot / "examples/slurm", folder_.path(), fs::copy_options::recursive);
  std::string round = read_file(folder_ / "round.sh");  // the small study's rounds are small
  const std::string limit = "--largest-round 200";
  ASSERT_NE(round.find(limit), std::string::npos);
  folder_.write("round.sh", round.replace(round.find(limit), limit.size(), "--largest-round 20"));
  folder_.write("bin/sbatch", R"(#!/bin/bash
set -euo pipefail
array=0
while [[ $1 == --* ]]; do
  case $1 in
    --array=1-*) array=${1#--array=1-} ;;
    --parsable | --dependency=afterany:42) ;;
    *) exit 2 ;;
  esac
  shift
done
for ((i = 1; i <= array; ++i)); do
  SLURM_ARRAY_TASK_ID=$i SLURM_ARRAY_TASK_COUNT=$array SLURM_CPUS_PER_TASK=1 bash "$@" >&2
done
((array > 0)) && echo 42 && exit
bash "$@"
)");
  fs::permissions(folder_ / "bin/sbatch", fs::perms::owner_all);
  fs::create_symlink(SCOTOMA_PROGRAM, folder_ / "bin/scotoma");
  const std::string command = "cd '" + folder_.path().string() +
                              "' && PATH=$PWD/bin:$PATH XDG_CACHE_HOME=/proc/nowhere " +
                              "sbatch round.sh study.toml 2 >log 2>&1";
  ASSERT_EQ(std::system(command.c_str()), 0) << read_file(folder_ / "log");
  EXPECT_TRUE(fs::exists(folder_ / "parts/2/cache.sqlite")) << read_file(folder_ / "log");
  EXPECT_EQ(read_file(folder_ / "results/bugs.json"), read_file(finished_study(folder_).out / "bugs.json"));
}

TEST_F(ManyMachines, TheScriptsOfTheDocsAreThoseOfTheExamples) {
  const std::string page = read_file(kRoot / "docs/many-machines.md");
  for (const char* name : {"shard.sh", "round.sh"}) {
    const std::string script = read_file(kRoot / "examples/slurm" / name);
    const std::string body = script.substr(script.find("set -euo pipefail\n") + 18);
    EXPECT_NE(page.find(body), std::string::npos) << name << " is not what docs/many-machines.md shows";
  }
}

/// The finished study's cache as another processor would have filled it: other fingerprints, the same images.
void write_as_of_another_processor(const fs::path& from, const fs::path& to) {
  fs::copy(from, to, fs::copy_options::recursive);
  const auto source = std::move(AnswerCache::open_to_read(from)).value();
  fs::remove(to / "cache.sqlite");
  const auto cache = std::move(AnswerCache::open(to)).value();
  const auto other = [](std::string fingerprint) {
    std::reverse(fingerprint.begin(), fingerprint.end());
    return fingerprint;
  };
  const auto copy = [&](const std::string& fingerprint, const Answer& row, bool) -> Result<void> {
    if (fingerprint == AnswerCache::kPerson) return {};
    if (fingerprint != AnswerCache::kModels) return cache->store(other(fingerprint), std::vector<Answer>{row});
    json record = json::parse(row.value);
    record["processor"] = "Another CPU";
    for (auto& [role, facts] : record["roles"].items()) facts["fingerprint"] = other(facts["fingerprint"]);
    return cache->store(fingerprint, std::vector<Answer>{{"key of another", record.dump()}});
  };
  ASSERT_TRUE(source->each(copy).ok());
}

TEST_F(ManyMachines, ThatAnotherProcessorGaveTheAnswersIsSaidAndNoneOfThemIsUsed) {
  const Finished one = finished_study(folder_);
  const fs::path foreign = folder_ / "foreign";
  write_as_of_another_processor(one.out, foreign);
  const Outcome left = run({"find", study_.string(), "--cache", foreign.string(), "--out", (folder_ / "many").string(),
                            "--largest-round", "0", "--quiet"});
  EXPECT_EQ(left.code, kLeft);
  EXPECT_NE(left.errors.find("note: the cache has answers of these models from another processor (Another CPU: "),
            std::string::npos)
      << left.errors;
  fs::rename(one.out, answers_);
  const Outcome merged = run({"merge", foreign.string(), "--into", answers_.string()});
  ASSERT_EQ(merged.code, 0) << merged.errors;
  EXPECT_NE(merged.errors.find("answers of the same models from 2 processors ("), std::string::npos) << merged.errors;
  EXPECT_NE(merged.errors.find("Another CPU: "), std::string::npos) << merged.errors;
  const Outcome found = find();
  ASSERT_EQ(found.code, 0) << found.errors;
  EXPECT_EQ(found.errors, "") << "all of this processor's answers are there: nothing to note";
  EXPECT_EQ(computed(), 0);
}

TEST_F(ManyMachines, WhatCannotBeMeantIsRefused) {
  for (const char* shard : {"0/3", "4/3", "3", "1/0", "/", "1/2/3", "-1/3", "1/200000", "a/b", ""}) {
    const Outcome refused = run({"work", study_.string(), "--cache", answers_.string(), "--shard", shard});
    EXPECT_EQ(refused.code, 2) << shard;
    EXPECT_NE(refused.errors.find("--shard"), std::string::npos) << refused.errors;
  }
  const auto refused = [&](const std::vector<std::string>& arguments, const std::string& says) {
    const Outcome outcome = run(arguments);
    EXPECT_EQ(outcome.code, 2) << says << "\n" << outcome.output;
    EXPECT_NE(outcome.errors.find(says), std::string::npos) << outcome.errors;
  };
  const std::string study = study_.string();
  const std::string answers = answers_.string();
  refused({"work", study, "--cache", answers}, "--shard");
  refused({"work", study, "--shard", "1/2", "--cache", answers, "--known", answers + "/."}, "given as --known and");
  refused({"work", study, "--shard", "1/2", "--cache", answers, "--known", answers, "--wait", "5"}, "excludes");
  const auto timed = folder_.write("timed.toml", small_study({{"images = 400", "images = 400\nminutes = 5"}}));
  refused({"work", timed.string(), "--shard", "1/2", "--cache", answers}, "budget.minutes");
  refused({"merge", (folder_ / "nowhere").string(), "--into", answers}, "no folder, and so no cache");
  refused({"merge", answers, "--into", answers}, "is the cache that is merged into");
  refused({"merge", answers}, "--into");
  EXPECT_FALSE(fs::exists(folder_ / "nowhere"));
}

TEST_F(ManyMachines, ACacheInWhichSomebodyIsAtWorkIsNeitherMergedNorTakenForKnown) {
  fs::create_directories(part(1));
  {
    const auto cache = std::move(AnswerCache::open(part(1))).value();
    ASSERT_TRUE(cache->store("model", std::vector<Answer>{{"a", "1"}}).ok());
    const auto lock = FolderLock::take(part(1), "scotoma work study.toml");
    ASSERT_TRUE(lock.ok());
    const Outcome merged = merge();
    EXPECT_EQ(merged.code, 2);
    EXPECT_NE(merged.errors.find("`scotoma work study.toml` is running"), std::string::npos) << merged.errors;
    const Outcome known =
        run({"work", study_.string(), "--shard", "1/2", "--known", part(1).string(), "--cache", part(2).string()});
    EXPECT_EQ(known.code, 2);
    EXPECT_NE(known.errors.find("scotoma merge --into"), std::string::npos) << known.errors;
  }
  EXPECT_EQ(merge().code, 0);
}

TEST_F(ManyMachines, CachesThatDisagreeAreToldOf) {
  for (int shard = 1; shard <= 2; ++shard) {
    const auto cache = std::move(AnswerCache::open(part(shard))).value();
    ASSERT_TRUE(cache->store("model", std::vector<Answer>{{"a", std::to_string(shard)}}).ok());
  }
  const Outcome refused = merge();
  EXPECT_EQ(refused.code, 2);
  EXPECT_NE(refused.output.find("part1: new: no images and 1 answer"), std::string::npos) << refused.output;
  EXPECT_NE(refused.errors.find("part2: 1 question that"), std::string::npos) << refused.errors;
  const Outcome kept = merge({"--on-conflict", "keep"});
  EXPECT_EQ(kept.code, 0) << kept.errors;
  EXPECT_NE(kept.output.find("1 answer in conflict, left"), std::string::npos) << kept.output;
}

}  // namespace
}  // namespace scotoma::e2e
