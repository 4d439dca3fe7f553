// SPDX-License-Identifier: Apache-2.0
// What shells complete.
#include <gtest/gtest.h>
#include <stdio.h>

#include <array>

#include "e2e/program.h"
#include "fake/folder.h"

namespace scotoma::e2e {
namespace {

/// What bash offers for the last of these words.
std::string completed(const fake::Folder& folder, const std::string& words, int last) {
  const std::string script = (folder / "completion.bash").string();
  const std::string call = "bash -c 'source " + script + "; COMP_WORDS=(" + words +
                           "); COMP_CWORD=" + std::to_string(last) + "; _scotoma; echo \"${COMPREPLY[@]}\"' 2>&1";
  FILE* shell = ::popen(call.c_str(), "r");
  std::array<char, 4096> text{};
  const std::size_t size = ::fread(text.data(), 1, text.size(), shell);
  ::pclose(shell);
  return {text.data(), size};
}

TEST(Completion, OfBashOffersVerbsAndTheOptionsOfEach) {
  const fake::Folder folder;
  const Outcome printed = run({"completion", "bash"});
  ASSERT_EQ(printed.code, 0) << printed.errors;
  folder.write("completion.bash", printed.output);
  EXPECT_EQ(completed(folder, "scotoma fi", 1), "find\n");
  EXPECT_EQ(completed(folder, "scotoma find study.toml --bud", 3), "--budget\n");
  EXPECT_EQ(completed(folder, "scotoma list study.toml --bud", 3), "\n") << "options of another verb";
  EXPECT_EQ(completed(folder, "scotoma find st", 2), "\n") << "files are left to the shell";
  EXPECT_EQ(completed(folder, "scotoma try", 1), "\n") << "not for people";
}

TEST(Completion, OfTheOtherShellsNamesEveryVerb) {
  const std::string help = run({"--help"}).output;
  for (const char* shell : {"zsh", "fish"}) {
    const Outcome printed = run({"completion", shell});
    EXPECT_EQ(printed.code, 0) << printed.errors;
    for (const char* verb : {"find", "generate", "init", "completion", "transfer"}) {
      EXPECT_NE(help.find(verb), std::string::npos);
      EXPECT_NE(printed.output.find(verb), std::string::npos) << shell << ": " << verb;
    }
    EXPECT_NE(printed.output.find("budget"), std::string::npos) << shell;
    EXPECT_EQ(printed.output.find("try-loading"), std::string::npos) << shell;
  }
  EXPECT_EQ(run({"completion", "tcsh"}).code, 2);
}

}  // namespace
}  // namespace scotoma::e2e
