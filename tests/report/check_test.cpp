// SPDX-License-Identifier: Apache-2.0
#include "scotoma/report/check.h"

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
  one.finding = id == "d" ? "in-the-snow-as-cat" : "on-a-flower-as-bee";
  one.label = "fly";
  one.prompt = "a photo of a fly on a flower";
  one.now.claimed = {3, 64, 0, 0.047, 0.0098, 0.131};
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

CheckCase systematic_case(Verdict verdict) {
  CheckCase one;
  one.id = one.finding = "penguin-systematic";
  one.systematic = true;
  one.label = "penguin";
  one.prompt = "a photo of a penguin";
  one.now.claimed = {60, 64, 0, 0.9375, 0.848, 0.983};
  one.now.allowed = 0.5;
  one.now.predicted = "duck";
  one.before = {64, 64, 0, 1, 0.944, 1};
  one.verdict = verdict;
  return one;
}

Study named(const std::string& name) {
  Study study;
  study.name = name;
  return study;
}

/// Python's XML parser, which refuses what is not well-formed, counts what it read: "tests failures skipped testcases
/// <failure>s <skipped>s", then each suite's name and its cases.
std::string as_python_reads(const std::string& xml) {
  const fake::Folder folder;
  const auto file = folder.write("junit.xml", xml);
  const auto script = folder.write("read.py", R"py(
import sys, xml.etree.ElementTree as tree
root = tree.parse(sys.argv[1]).getroot()
assert root.tag == "testsuites" and all(child.tag == "testsuite" for child in root)
counts = ("tests", "failures", "errors", "skipped")
for name in counts:
    assert int(root.get(name)) == sum(int(suite.get(name)) for suite in root), name
cases = root.findall("testsuite/testcase")
print(root.get("tests"), root.get("failures"), root.get("skipped"), len(cases), len(root.findall("testsuite/testcase/failure")),
      len(root.findall("testsuite/testcase/skipped")),
      *[" ".join([suite.get("name") + ":"] + [case.get("name") for case in suite.findall("testcase")]) for suite in root], end="")
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
  const std::string suites = " on-a-flower-as-bee: a b c in-the-snow-as-cat: d";
  EXPECT_EQ(as_python_reads(junit_xml(named("small"), all_verdicts(), false)), "4 3 0 4 3 0" + suites);
  EXPECT_EQ(as_python_reads(junit_xml(named("small"), all_verdicts(), true)), "4 2 1 4 2 1" + suites);
  EXPECT_EQ(as_python_reads(junit_xml(named("none"), {"new", "abc", "", {}}, false)), "0 0 0 0 0 0");
}

TEST_F(JUnit, HasASuiteForALabelThatFailsSystematicallyWithItsExceptions) {
  Check check = all_verdicts();
  check.cases.push_back(systematic_case(Verdict::there));
  check.cases.push_back(case_of("e", Verdict::fixed));
  check.cases.back().finding = "penguin-systematic";
  EXPECT_EQ(as_python_reads(junit_xml(named("small"), check, false)),
            "6 4 0 6 4 0 on-a-flower-as-bee: a b c in-the-snow-as-cat: d penguin-systematic: penguin-systematic e");
}

TEST_F(JUnit, StaysWellFormedWhateverTheNamesHold) {
  for (const std::string& odd :
       {std::string("<&\"'>]]><!--"), std::string("\x01\x1b\x7f\0", 4), std::string("\xff\xc0\x80"),
        std::string("\xEF\xBF\xBE\xEF\xBF\xBF"), std::string("\xED\xA0\x80"),
        std::string("fl\xC3\xBC"
                    "e")}) {
    Check check = all_verdicts();
    check.name = odd;
    for (CheckCase& one : check.cases) one.id = one.finding = one.prompt = odd;
    const std::string read = as_python_reads(junit_xml(named(odd), check, false));
    EXPECT_TRUE(read.starts_with("4 3 0 4 3 0 ")) << read;
  }
}

TEST(JUnitXml, SpellsWhatWouldTurnRoundThePageThatShowsIt) {
  Check check = all_verdicts();
  check.name = check.cases[0].id = check.cases[0].prompt = "\u202Eabc\x1b[31m";
  const std::string xml = junit_xml(named("\u202E"), check, false);
  EXPECT_EQ(xml.find("\u202E"), std::string::npos);
  EXPECT_NE(xml.find("&lt;U+202E&gt;abc\\x1b[31m"), std::string::npos);
}

TEST(CheckJson, HoldsEveryCaseWithItsVerdictAndTakesBadUtf8) {
  Check check = all_verdicts();
  check.cases[0].id = "\xff";
  const auto written = check_json(named("small"), check);
  ASSERT_EQ(written["bugs"].size(), 4U);
  EXPECT_EQ(written["bugs"][1]["verdict"], "still there");
  EXPECT_EQ(written["bugs"][2]["verdict"], "worse");
  EXPECT_EQ(written["bugs"][3]["now"]["with"]["failures"], 3);
  EXPECT_NO_THROW(static_cast<void>(written.dump()));
}

TEST(CheckJson, HoldsSystematicFailuresInAListOfTheirOwn) {
  Check check = all_verdicts();
  check.cases.push_back(systematic_case(Verdict::there));
  const auto written = check_json(named("small"), check);
  EXPECT_EQ(written["bugs"].size(), 4U);
  EXPECT_EQ(written["bugs"][0]["finding"], "on-a-flower-as-bee");
  ASSERT_EQ(written["systematic_failures"].size(), 1U);
  const auto& one = written["systematic_failures"][0];
  EXPECT_EQ(one["id"], "penguin-systematic");
  EXPECT_EQ(one["verdict"], "still there");
  EXPECT_EQ(one["now"]["baseline"]["failures"], 60);
  EXPECT_EQ(one["now"]["allowed"], 0.5);
  EXPECT_EQ(one["now"]["predicted"], "duck");
  EXPECT_FALSE(one["now"].contains("transfers"));
  EXPECT_EQ(one["before"]["failures"], 64);
}

TEST(CheckFigures, OfASystematicFailureAreThoseOfItsBaselineImages) {
  EXPECT_EQ(figures(systematic_case(Verdict::there)),
            "60 of 64 baseline images fail (95 % interval 84.8 to 98.3 %); 50.0 % are allowed; before: 64 of 64");
}

TEST(CheckFigures, GiveCountsIntervalAndWhatIsAllowedAndOfWhichImages) {
  CheckCase one = case_of("a", Verdict::fixed);
  EXPECT_EQ(figures(one),
            "3 of 64 images with the phrase fail (95 % interval 1.0 to 13.1 %); 9.6 % are allowed; before: 60 of 64");
  one.direction = Direction::passes;
  EXPECT_NE(figures(one).find("images without the phrase"), std::string::npos);
  one.now.claimed = {};
  EXPECT_NE(figures(one).find("never audited"), std::string::npos);
}

}  // namespace
}  // namespace scotoma
