// SPDX-License-Identifier: Apache-2.0
// Commands that the program names work when they are copied.
#include <gtest/gtest.h>

#include "e2e/program.h"
#include "fake/folder.h"
#include "scotoma/cache/answer_cache.h"

namespace scotoma::e2e {
namespace {

namespace fs = std::filesystem;

void expect_in(const std::string& text, const std::string& command) {
  EXPECT_NE(text.find(command), std::string::npos) << "no: " << command << "\nin: " << text;
}

TEST(Hints, RepeatTheFoldersThatWereGivenAndQuoteThem) {
  const fake::Folder folder;
  const std::string study = folder.write("my study.toml", small_study());
  const std::string out = folder / "the out";
  const std::string cache = folder / "answers";
  const std::string again = "`scotoma find \"" + study + "\" --out \"" + out + "\"";
  expect_in(run({"list", study, "--out", out}).errors, again + "`");
  for (const std::string option : {"--cache", "--catalogue"}) {
    expect_in(run({"report", study, "--out", out, option, cache}).errors, again + " --cache " + cache + "`");
    ASSERT_TRUE(AnswerCache::open(cache).ok());
    expect_in(run({"report", study, "--out", out, option, cache}).errors, again + " --cache " + cache + "`");
    fs::remove_all(cache);
  }
}

TEST(Hints, OfAFinishedStudyNameWhatWasGiven) {
  const fake::Folder folder;
  const Finished done = finished_study(folder);
  const std::string out = done.out;
  const std::string table = folder / "t.csv";
  expect_in(run({"review", done.study, "--out", out, "--status"}).output,
            "scotoma review " + done.study.string() + " --out " + out + ",");
  expect_in(run({"review", out, "--cache", out, "--csv", table}).output,
            "scotoma review " + out + " --import " + table + " --cache " + out + "\n");
  fs::remove(done.out / "bugs.json");
  expect_in(run({"list", out}).errors, "`scotoma find " + done.study.string() + " --out " + out + "`");
}

}  // namespace
}  // namespace scotoma::e2e
