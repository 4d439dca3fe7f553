// SPDX-License-Identifier: Apache-2.0
// The section of a model card, as a user asks for it.
#include <gtest/gtest.h>

#include "e2e/program.h"
#include "fake/folder.h"

namespace scotoma::e2e {
namespace {

namespace fs = std::filesystem;

class CardVerb : public testing::Test {
 protected:
  Outcome card(const std::vector<std::string>& more = {}) const {
    std::vector<std::string> arguments = {"card", finished_.out.string()};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return run(arguments);
  }

  fake::Folder folder_;
  Finished finished_ = finished_study(folder_);
};

TEST_F(CardVerb, NeedsTheResultsAloneAndSaysTheSameAgain) {
  const Outcome whole = card();
  ASSERT_EQ(whole.code, 0) << whole.errors;
  EXPECT_TRUE(whole.output.starts_with("## Known failure modes\n")) << whole.output;
  EXPECT_NE(whole.output.find("`a photo of a fly on a flower`"), std::string::npos) << whole.output;
  fs::remove(finished_.study);
  for (const char* name : {"cache.sqlite", "cache.sqlite-wal", "cache.sqlite-shm"}) fs::remove(finished_.out / name);
  fs::remove_all(finished_.out / "images");
  const Outcome alone = card();
  EXPECT_EQ(alone.code, 0) << alone.errors;
  EXPECT_EQ(alone.output, whole.output);
}

TEST_F(CardVerb, WritesANewFileAndOverwritesNone) {
  const std::string to = (folder_ / "card.md").string();
  ASSERT_EQ(card({"--to", to}).code, 0);
  EXPECT_EQ(read_file(to), card().output);
  folder_.write("card.md", "mine");
  const Outcome refused = card({"--to", to});
  EXPECT_EQ(refused.code, 2) << refused.errors;
  EXPECT_EQ(read_file(to), "mine");
}

TEST_F(CardVerb, ReplacesInAModelCardWhatItWroteBefore) {
  const auto readme = folder_.write("README.md", "---\nlicense: mit\n---\n# My model\n");
  ASSERT_EQ(card({"--into", readme.string()}).code, 0);
  const std::string once = read_file(readme);
  EXPECT_TRUE(once.starts_with("---\nlicense: mit\n---\n# My model\n\n<!-- scotoma card: ")) << once.substr(0, 120);
  EXPECT_NE(once.find(card().output), std::string::npos);
  std::string older = once;
  older.insert(older.find("## Known failure modes"), "of last year\n");
  folder_.write("README.md", older + "\n## Licence\n");
  ASSERT_EQ(card({"--into", readme.string()}).code, 0);
  EXPECT_EQ(read_file(readme), once + "\n## Licence\n");
}

TEST_F(CardVerb, LeavesAFileWhoseMarkersItDoesNotKnow) {
  const auto readme = folder_.write("README.md", "");
  ASSERT_EQ(card({"--into", readme.string()}).code, 0);
  const std::string broken = read_file(readme).substr(0, read_file(readme).rfind("<!--"));
  folder_.write("README.md", broken);
  const Outcome refused = card({"--into", readme.string()});
  EXPECT_EQ(refused.code, 2);
  EXPECT_NE(refused.errors.find("README.md: the marker "), std::string::npos) << refused.errors;
  EXPECT_EQ(read_file(readme), broken);
  const Outcome missing = card({"--into", (folder_ / "gone.md").string()});
  EXPECT_EQ(missing.code, 2);
  EXPECT_NE(missing.errors.find("gone.md"), std::string::npos) << missing.errors;
  EXPECT_EQ(card({"--into", readme.string(), "--to", (folder_ / "x.md").string()}).code, 2);
}

}  // namespace
}  // namespace scotoma::e2e
