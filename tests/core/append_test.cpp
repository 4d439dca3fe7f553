// SPDX-License-Identifier: Apache-2.0
#include "scotoma/core/append.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "e2e/program.h"
#include "fake/folder.h"

namespace scotoma {
namespace {

TEST(AppendToFile, MakesTheFileAndKeepsWhatOthersWrote) {
  const fake::Folder folder;
  const auto file = folder / "summary.md";
  EXPECT_EQ(size_of_file(file), 0U);
  ASSERT_TRUE(append_to_file(file, "one\n").ok());
  ASSERT_TRUE(append_to_file(file, "two\n").ok());
  EXPECT_EQ(e2e::read_file(file), "one\ntwo\n");
  EXPECT_EQ(size_of_file(file), 8U);
}

TEST(AppendToFile, RefusesWhatIsNoFileWithoutWaitingForIt) {
  const fake::Folder folder;
  ASSERT_EQ(::mkfifo((folder / "pipe").c_str(), 0600), 0);
  folder.write("below/x", "");
  for (const auto& place : {folder / "pipe", folder / "below", folder / "gone/x", std::filesystem::path("/dev/null")}) {
    const auto done = append_to_file(place, "x");
    ASSERT_FALSE(done.ok()) << place;
    EXPECT_EQ(done.error().code, Code::bad_input) << place;
    EXPECT_NE(done.error().message.find(place.string()), std::string::npos) << done.error().message;
  }
}

}  // namespace
}  // namespace scotoma
