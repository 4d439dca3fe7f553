// SPDX-License-Identifier: Apache-2.0
#include "scotoma/wording/spread.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "report/made_up.h"

namespace scotoma {
namespace {

/// Labels l1 to l<tested>; the first `spreading` spread, each less than the one before it; bugs of `known`.
struct Case {
  const char* what;
  int tested;
  int spreading;
  std::vector<std::string> known;
  const char* sentence;
};

const std::vector<Case> kCases = {
    {"everything",
     15,
     15,
     {"l1"},
     "On a flower, many things are misclassified as an ant: l1, l2, l3 and 12 more of 15 labels."},
    {"five",
     15,
     5,
     {"l2"},
     "On a flower, many things are misclassified as an ant: l1, l2, l3 and 2 more of 15 labels."},
    {"four", 15, 4, {}, "On a flower, many things are misclassified as an ant: l1, l2, l3 and l4, of 15 labels."},
    {"a few", 15, 3, {"l1"}, "On a flower, 3 of 15 labels are misclassified as an ant: l1, l2 and l3."},
    {"a known one that its few images do not show again",
     15,
     1,
     {"l9"},
     "On a flower, 2 of 15 labels are misclassified as an ant: l1 and l9."},
    {"one that is not known", 15, 1, {}, "On a flower, 1 of 15 labels is misclassified as an ant: l1."},
    {"only the known",
     15,
     1,
     {"l1"},
     "On a flower, only an l1 is misclassified as an ant; nothing like it was found on 14 other labels."},
    {"only the known, not seen again",
     2,
     0,
     {"l2"},
     "On a flower, only an l2 is misclassified as an ant; nothing like it was found on 1 other label."},
    {"several known", 9, 2, {"l1", "l2"}, "On a flower, 2 of 9 labels are misclassified as an ant: l1 and l2."},
    {"no other", 1, 1, {"l1"}, "On a flower, an l1 is misclassified as an ant; no other label could be tried."},
    {"nothing", 15, 0, {}, "On a flower, none of 15 other labels was found to be misclassified as an ant."},
    {"nothing, of one", 1, 0, {}, "On a flower, the one other label was not found to be misclassified as an ant."},
    {"all known, none seen again",
     5,
     0,
     {"l1", "l2", "l3", "l4", "l5"},
     "On a flower, many things are misclassified as an ant: l1, l2, l3 and 2 more of 5 labels."},
    {"nothing valid",
     0,
     0,
     {},
     "On a flower, too few images of other labels were valid to tell what they are misclassified as."},
};

TEST(CrossSentence, SaysHowFarThePhraseReachesInEveryCase) {
  for (const Case& c : kCases) {
    Findings findings;
    CrossRow row;
    row.phrase.text = "on a flower";
    row.answer = "ant";
    for (const std::string& label : c.known) {
      Hypothesis& bug = findings.hypotheses.emplace_back();
      bug.id = label + "-bug";
      bug.label = label;
      row.bugs.push_back(bug.id);
    }
    for (int i = c.tested; i >= 1; --i) {  // the study's order is not the order of the rates
      CrossCell& cell = row.cells.emplace_back();
      cell.label = "l" + std::to_string(i);
      cell.tested = true;
      cell.spreads = i <= c.spreading;
      cell.with.rate = 1.0 / i;
    }
    row.cells.emplace_back().label = "not tested";
    EXPECT_EQ(sentence(Study(), findings, row), c.sentence) << c.what;
  }
}

TEST(CrossSentence, ALabelThatPassesUnderThePhraseIsNotCountedAsTakenForItself) {
  Findings findings;
  Hypothesis& bee = findings.hypotheses.emplace_back();
  bee.id = bee.label = "bee";
  bee.direction = Direction::passes;
  EXPECT_TRUE(spread_of(findings, {{.text = "on a flower"}, "bee", {"bee"}, {}}).known.empty());
}

TEST(FurthestFirst, PutsTheRowThatReachesMostLabelsFirst) {
  const Findings findings = made_up::all_records();
  const auto rows = furthest_first(findings);
  ASSERT_EQ(rows.size(), 2U);
  EXPECT_EQ(rows[0]->answer, "bee");
  EXPECT_EQ(rows[1]->answer, "cat");
  EXPECT_EQ(findings.cross[0].answer, "cat") << "the findings have another order";
  EXPECT_TRUE(furthest_first(Findings{}).empty());
}

}  // namespace
}  // namespace scotoma
