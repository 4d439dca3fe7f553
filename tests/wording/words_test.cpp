// SPDX-License-Identifier: Apache-2.0
#include "scotoma/wording/words.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <string>
#include <tuple>
#include <vector>

namespace scotoma {
namespace {

struct SentenceCase {
  const char* what;
  const char* label;
  const char* phrase;
  bool before;
  Direction direction;
  int failures;  ///< in the audit; -1: no audit
  int predicted_count;
  const char* predicted;
  const char* expected;  ///< of the cluster
  const char* sentence;
};

const std::vector<SentenceCase> kSentences = {
    {"behind the label", "fly", "on a flower", false, Direction::fails, 61, 58, "bee", "bee",
     "A fly on a flower is misclassified as a bee."},
    {"in front of it", "fly", "dark", true, Direction::fails, 61, 58, "ant", "bee",
     "A dark fly is misclassified as an ant."},
    {"an before the phrase", "fly", "old", true, Direction::fails, 9, 9, "bee", "",
     "An old fly is misclassified as a bee."},
    {"an before the label", "owl", "at night", false, Direction::fails, 9, 9, "hour glass", "",
     "An owl at night is misclassified as an hour glass."},
    {"many wrong answers", "fly", "on snow", false, Direction::fails, 60, 20, "bee", "bee",
     "A fly on snow is not recognised."},
    {"half of them", "fly", "on snow", false, Direction::fails, 60, 30, "bee", "",
     "A fly on snow is misclassified as a bee."},
    {"no wrong answer", "fly", "on snow", false, Direction::fails, 0, 0, "", "", "A fly on snow is not recognised."},
    {"not audited", "fly", "on snow", false, Direction::fails, -1, 0, "", "cat",
     "A fly on snow is misclassified as a cat."},
    {"not audited, nothing expected", "fly", "on snow", false, Direction::fails, -1, 0, "", "",
     "A fly on snow is not recognised."},
    {"passes", "bee", "on a flower", false, Direction::passes, 88, 0, "", "",
     "A bee on a flower is recognised; most images of a bee are not."},
    {"passes, in front", "owl", "dark", true, Direction::passes, -1, 0, "", "",
     "A dark owl is recognised; most images of an owl are not."},
    {"no phrase", "fly", "", false, Direction::fails, -1, 0, "", "bee", "A fly is misclassified as a bee."},
};

TEST(Sentence, IsGrammaticalInEveryCase) {
  for (const SentenceCase& c : kSentences) {
    Hypothesis h;
    h.label = c.label;
    h.phrase.text = c.phrase;
    h.phrase.before = c.before;
    h.direction = c.direction;
    h.expected = c.expected;
    h.predicted = c.predicted;
    h.predicted_count = c.predicted_count;
    if (c.failures >= 0) h.audit = {c.failures, 93, 0, c.failures / 93.0, 0, 1};
    EXPECT_EQ(sentence(Study(), h), c.sentence) << c.what;
  }
}

Phrase of_pieces(std::vector<PhrasePart> parts) {
  Phrase phrase;
  phrase.text = "all of it";
  phrase.parts = std::move(parts);
  return phrase;
}

TEST(Conjunction, ReadsAsEnglishWhereverItsPiecesStand) {
  Hypothesis h;
  h.label = "owl";
  h.expected = "cat";
  const PhrasePart dark{"dark", true};
  const PhrasePart old{"old", true};
  const PhrasePart plate{"on a plate", false};
  const PhrasePart snow{"in the snow", false};
  h.phrase = of_pieces({dark, plate});
  EXPECT_EQ(sentence(Study(), h), "A dark owl on a plate is misclassified as a cat.");
  EXPECT_EQ(circumstance(h.phrase), "with \"dark\" and \"on a plate\" in the prompt");
  h.phrase = of_pieces({old, dark, plate, snow});
  EXPECT_EQ(subject(Study(), h), "an old, dark owl on a plate in the snow");
  EXPECT_EQ(circumstance(h.phrase), "with \"old\", \"dark\", \"on a plate\" and \"in the snow\" in the prompt");
  h.phrase = of_pieces({plate, snow});
  EXPECT_EQ(sentence(Study(), h), "An owl on a plate in the snow is misclassified as a cat.");
  EXPECT_EQ(circumstance(h.phrase), "on a plate in the snow");
  h.direction = Direction::passes;
  h.audit = {9, 10, 0, 0.9, 0.5, 1};
  EXPECT_EQ(headline(Study(), h), "owl is recognised \"on a plate in the snow\": 90 % pass (50 to 100 %)");
  h.phrase = of_pieces({dark, plate});
  EXPECT_EQ(headline(Study(), h), "\"dark\" owl is recognised \"on a plate\": 90 % pass (50 to 100 %)");
  EXPECT_EQ(sentence(Study(), h), "A dark owl on a plate is recognised; most images of an owl are not.");
}

TEST(Sentence, OfAnExceptionSaysWhatPassesUnderTheFailureRule) {
  Hypothesis h;
  h.label = "bee";
  h.phrase.text = "on a flower";
  h.direction = Direction::passes;
  h.audit = {9, 10, 0, 0.9, 0.5, 1};
  Study study;
  study.failure.threshold = 0.8;
  const std::tuple<FailureKind, std::string, std::string> cases[] = {
      {FailureKind::top_1, "recognised", "not recognised"},
      {FailureKind::top_k, "recognised among the 5 best", "not recognised among the 5 best"},
      {FailureKind::low_score, "recognised with 0.8 or more", "scored below 0.8"},
      {FailureKind::confident, "free of wrong answers with 0.8 or more", "not recognised"}};
  for (const auto& [rule, passing, failing] : cases) {
    study.failure.rule = rule;
    h.direction = Direction::passes;
    EXPECT_EQ(sentence(study, h), "A bee on a flower is " + passing + "; most images of a bee are not.");
    EXPECT_EQ(headline(study, h), "bee is " + passing + " \"on a flower\": 90 % pass (50 to 100 %)");
    EXPECT_EQ(event_words(study, h.direction), "are " + passing);
    h.direction = Direction::fails;
    EXPECT_EQ(sentence(study, h), "A bee on a flower is " + failing + ".");
    EXPECT_EQ(event_past(study, h.direction), "failed");
  }
}

TEST(Disjunction, IsJustText) {
  Hypothesis h;
  h.label = "fly";
  h.expected = "bee";
  h.phrase.text = "on a flower or on the grass";
  EXPECT_EQ(sentence(Study(), h), "A fly on a flower or on the grass is misclassified as a bee.");
}

TEST(Listed, JoinsNames) {
  EXPECT_EQ(listed({}), "");
  EXPECT_EQ(listed({"a"}), "a");
  EXPECT_EQ(listed({"a", "b"}), "a and b");
  EXPECT_EQ(listed({"a", "b", "c"}), "a, b and c");
}

TEST(OneIn, NeverOverstatesTheEvidence) {
  const auto of = [](double e) { return one_in(std::log(e)); };
  EXPECT_EQ(one_in(-3), "1");
  EXPECT_EQ(one_in(0), "1");
  EXPECT_EQ(of(1.9), "1");
  EXPECT_EQ(of(10), "10");
  EXPECT_EQ(of(99.5), "99");
  EXPECT_EQ(of(329), "320");
  EXPECT_EQ(of(1000), "1,000");
  EXPECT_EQ(of(12999), "12,000");
  EXPECT_EQ(of(1e6), "1 million");
  EXPECT_EQ(of(3.19e6), "3.1 million");
  EXPECT_EQ(of(9.99e8), "990 million");
  EXPECT_EQ(of(1e9), "1 billion");
  EXPECT_EQ(of(4.5e12), "4.5 trillion");
  EXPECT_EQ(of(4.59e31), "4.5 × 10³¹");
  EXPECT_EQ(one_in(5000), "2.9 × 10²¹⁷¹");
  EXPECT_EQ(one_in(std::numeric_limits<double>::infinity()), "∞");
}

TEST(Percent, DoesNotRoundARareEventAway) {
  const std::string sign = "\u00A0%";
  EXPECT_EQ(percent(0), "0" + sign);
  EXPECT_EQ(percent(0.0001), "0.1" + sign);
  EXPECT_EQ(percent(0.004), "0.4" + sign);
  EXPECT_EQ(percent(0.00999), "1" + sign);
  EXPECT_EQ(percent(0.656), "66" + sign);
  EXPECT_EQ(percent(0.996), "99.6" + sign);
  EXPECT_EQ(percent(0.99999), "99.9" + sign);
  EXPECT_EQ(percent(1), "100" + sign);
}

TEST(Counted, AgreesInNumber) {
  EXPECT_EQ(counted(0, "bug"), "no bugs");
  EXPECT_EQ(counted(1, "bug"), "1 bug");
  EXPECT_EQ(counted(2345, "image"), "2,345 images");
  EXPECT_EQ(counted(2, "hypothesis", "hypotheses"), "2 hypotheses");
  EXPECT_EQ(counted(1, "label fails", "labels fail"), "1 label fails");
}

TEST(Grouped, PutsCommasBetweenThousandsOnly) {
  EXPECT_EQ(grouped(0), "0");
  EXPECT_EQ(grouped(999), "999");
  EXPECT_EQ(grouped(-1000), "-1,000");
  EXPECT_EQ(grouped(-100), "-100");
  EXPECT_EQ(grouped(1234567), "1,234,567");
}

TEST(AtMost, RoundsUpAndNeverDown) {
  EXPECT_EQ(at_most(0), "0\u00A0%");
  EXPECT_EQ(at_most(0.00001), "0.1\u00A0%");
  EXPECT_EQ(at_most(0.003), "0.3\u00A0%");
  EXPECT_EQ(at_most(0.05), "5\u00A0%");
  EXPECT_EQ(at_most(0.0501), "5.1\u00A0%");
  EXPECT_EQ(at_most(0.101), "11\u00A0%");
  EXPECT_EQ(at_most(1), "100\u00A0%");
}

}  // namespace
}  // namespace scotoma
