#include "report/check.h"

#include <gtest/gtest.h>
#include <sys/wait.h>

#include <cstdlib>
#include <fstream>
#include <nlohmann/json.hpp>

#include "fake/folder.h"

namespace scotoma {
namespace {

CheckCase case_of(const std::string& id, Verdict verdict) {
  CheckCase one;
  one.id = id;
  one.label = "fly";
  one.prompt = "a photo of a fly on a flower";
  one.now.suspects = {3, 64, 0, 0.047, 0.0098, 0.131};
  one.now.allowed = 0.096;
  one.before = {60, 64, 0, 0.94, 0.85, 0.98};
  one.verdict = verdict;
  return one;
}

Check all_verdicts() {
  return {"new",
          "abc",
          "new.onnx, 16 classes",
          {case_of("a", Verdict::fixed), case_of("b", Verdict::there), case_of("c", Verdict::worse),
           case_of("d", Verdict::undecided)}};
}

Study named(const std::string& name) {
  Study study;
  study.name = name;
  return study;
}

/// Python's XML parser, which refuses what is not well-formed, counts what it read: "tests failures skipped testcases
/// <failure>s <skipped>s", then the names of the cases.
std::string as_python_reads(const std::string& xml) {
  const fake::Folder folder;
  const auto file = folder.write("junit.xml", xml);
  const auto script = folder.write("read.py", R"py(
import sys, xml.etree.ElementTree as tree
root = tree.parse(sys.argv[1]).getroot()
assert root.tag == "testsuites" and [child.tag for child in root] == ["testsuite"]
suite = root[0]
cases = suite.findall("testcase")
print(suite.get("tests"), suite.get("failures"), suite.get("skipped"), len(cases), len(suite.findall("testcase/failure")),
      len(suite.findall("testcase/skipped")), *[case.get("name") for case in cases], end="")
)py");
  const auto out = folder / "out.txt";
  const std::string command =
      "PYTHONUTF8=1 python3 " + script.string() + " " + file.string() + " > " + out.string() + " 2>&1";
  const int status = std::system(command.c_str());
  std::ifstream in(out, std::ios::binary);
  const std::string said{std::istreambuf_iterator<char>(in), {}};
  return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? said : "python3 failed: " + said;
}

class JUnit : public ::testing::Test {
 protected:
  void SetUp() override {
    if (std::system("python3 -c 'import xml.etree' > /dev/null 2>&1") != 0) GTEST_SKIP() << "no python3 here";
  }
};

TEST_F(JUnit, IsReadByAStrictParserWithTheRightCounts) {
  EXPECT_EQ(as_python_reads(junit_xml(named("small"), all_verdicts(), false)), "4 3 0 4 3 0 a b c d");
  EXPECT_EQ(as_python_reads(junit_xml(named("small"), all_verdicts(), true)), "4 2 1 4 2 1 a b c d");
  EXPECT_EQ(as_python_reads(junit_xml(named("none"), {"new", "abc", "", {}}, false)), "0 0 0 0 0 0");
}

TEST_F(JUnit, StaysWellFormedWhateverTheNamesHold) {
  for (const std::string& odd :
       {std::string("<&\"'>]]><!--"), std::string("\x01\x1b\x7f\0", 4), std::string("\xff\xc0\x80"),
        std::string("\xEF\xBF\xBE\xEF\xBF\xBF"), std::string("\xED\xA0\x80"),
        std::string("fl\xC3\xBC"
                    "e")}) {
    Check check = all_verdicts();
    check.name = odd;
    for (CheckCase& one : check.cases) one.id = one.prompt = odd;
    const std::string read = as_python_reads(junit_xml(named(odd), check, false));
    EXPECT_TRUE(read.starts_with("4 3 0 4 3 0 ")) << read;
  }
}

TEST(CheckJson, HoldsEveryCaseWithItsVerdictAndTakesBadUtf8) {
  Check check = all_verdicts();
  check.cases[0].id = "\xff";
  const auto json = check_json(named("small"), check);
  ASSERT_EQ(json["bugs"].size(), 4U);
  EXPECT_EQ(json["bugs"][1]["verdict"], "still there");
  EXPECT_EQ(json["bugs"][2]["verdict"], "worse");
  EXPECT_EQ(json["bugs"][3]["now"]["with"]["failures"], 3);
  EXPECT_NO_THROW(static_cast<void>(json.dump()));
}

TEST(CheckFigures, GiveCountsIntervalAndWhatIsAllowedAndOfWhichPictures) {
  CheckCase one = case_of("a", Verdict::fixed);
  EXPECT_EQ(figures(one),
            "3 of 64 pictures with the phrase fail (95 % interval 1.0 to 13.1 %); 9.6 % are allowed; before: 60 of 64");
  one.direction = Direction::passes;
  EXPECT_NE(figures(one).find("pictures without the phrase"), std::string::npos);
  one.now.suspects = {};
  EXPECT_NE(figures(one).find("never audited"), std::string::npos);
}

}  // namespace
}  // namespace scotoma
