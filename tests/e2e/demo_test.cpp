// SPDX-License-Identifier: Apache-2.0
// The first thing that a new user runs.
#include <gtest/gtest.h>

#include "e2e/program.h"
#include "fake/folder.h"

namespace scotoma::e2e {
namespace {

TEST(Demo, EndsWithWhatToDoNext) {
  const fake::Folder folder;
  const Finished done = finished_study(folder);
  folder.write("examples/world-skewed.toml", small_study());  // a home whose demo is finished already
  const Outcome demo = run({"demo", "--out", done.out, "--quiet"}, {.environment = {{"SCOTOMA_HOME", folder.path()}}});
  ASSERT_EQ(demo.code, 0) << demo.errors;
  const std::string next = demo.output.substr(demo.output.find("What next:"));
  EXPECT_NE(next.find("xdg-open " + (done.out / "report.html").string() + "\n"), std::string::npos) << demo.output;
  EXPECT_NE(next.find("scotoma init "), std::string::npos) << demo.output;
  EXPECT_NE(next.find((folder / "docs/study.md").string() + "\n"), std::string::npos) << demo.output;
}

}  // namespace
}  // namespace scotoma::e2e
