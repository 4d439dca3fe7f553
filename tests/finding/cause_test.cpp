// SPDX-License-Identifier: Apache-2.0
#include "scotoma/finding/cause.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <set>

#include "scotoma/finding/phrase.h"

namespace scotoma {
namespace {

/// `answers` of ten failures are the most frequent wrong answer, `misclassified_as`.
Hypothesis bug(const std::string& label, const Phrase& phrase, const std::string& misclassified_as, int answers = 9) {
  Hypothesis h;
  h.id = id_of(label, phrase.text);
  h.label = label;
  h.phrase = phrase;
  h.status = Status::confirmed;
  h.predicted = misclassified_as;
  h.predicted_count = answers;
  h.audit = {10, 12, 0};
  return h;
}

Hypothesis bug(const std::string& label, const std::string& phrase, const std::string& misclassified_as,
               int answers = 9) {
  return bug(label, Phrase{.text = phrase}, misclassified_as, answers);
}

BaseResult failing(const std::string& label, double rate) {
  BaseResult base;
  base.label = label;
  base.rate.rate = rate;
  base.failing_label = true;
  return base;
}

std::vector<std::string> ids(const std::vector<Cause>& causes) {
  std::vector<std::string> all;
  for (const Cause& cause : causes) all.push_back(cause.id);
  return all;
}

using Strings = std::vector<std::string>;

TEST(Causes, OfOnePhraseAndOneWrongAnswerAreOneHoweverManyLabelsShowIt) {
  Findings f;
  f.hypotheses = {bug("cow", "in the snow", "dog"), bug("fly", "on a flower", "bee"), bug("cat", "on a flower", "dog"),
                  bug("horse", "on a flower", "bee")};
  const auto causes = find_causes(f);
  EXPECT_EQ(ids(causes), (Strings{"on-a-flower-as-bee", "in-the-snow-as-dog", "on-a-flower-as-dog"}))
      << "the one with most bugs first, then in the findings' order";
  EXPECT_EQ(causes[0].labels(), (Strings{"fly", "horse"}));
  EXPECT_EQ(causes[0].predicted, "bee");
}

TEST(Causes, AreTheSameWhateverArticlesCapitalsBlanksAndOrderOfPieces) {
  Findings f;
  f.hypotheses = {bug("fly", "on a flower", "bee"), bug("cat", "on  the Flower", "bee"), bug("dog", "on flower", "bee"),
                  bug("cow", conjunction({{"dark", true}, {"at night", false}, {"on a plate", false}}), "bee"),
                  bug("car", conjunction({{"on the plate", false}, {"at night", false}, {"dark", true}}), "bee")};
  const auto causes = find_causes(f);
  ASSERT_EQ(causes.size(), 2U);
  EXPECT_EQ(causes[0].labels(), (Strings{"fly", "cat", "dog"}));
  EXPECT_EQ(causes[0].phrase.text, "on a flower");
  EXPECT_EQ(causes[1].labels(), (Strings{"cow", "car"}));
}

TEST(Causes, DifferByPlaceOfThePhraseAndByPieces) {
  Findings f;
  f.hypotheses = {bug("fly", Phrase{.text = "dark", .before = true}, "bee"),
                  bug("cat", "dark", "bee"),
                  bug("dog", conjunction({{"dark", true}, {"on a plate", false}}), "bee"),
                  bug("cow", "dark, on a plate", "bee"),
                  bug("car", "a", "bee"),
                  bug("bus", "the", "bee")};
  EXPECT_EQ(find_causes(f).size(), 6U) << "what is nothing but an article is left as it is";
}

TEST(Causes, WithoutAUsualWrongAnswerNameNone) {
  Findings f;
  f.hypotheses = {bug("fly", "on a flower", "bee", 5), bug("cat", "on a flower", "bee", 4),
                  bug("dog", "on a flower", "cow", 3)};
  const auto causes = find_causes(f);
  EXPECT_EQ(ids(causes), (Strings{"on-a-flower-unrecognised", "on-a-flower-as-bee"}));
  EXPECT_EQ(causes[0].predicted, "");
  EXPECT_EQ(causes[0].labels(), (Strings{"cat", "dog"}));
}

TEST(Causes, WithoutAnAuditGoByTheClusterThatThePhraseCameFrom) {
  Findings f;
  f.hypotheses = {bug("fly", "on a flower", "bee"), bug("cat", "on a flower", "")};
  f.hypotheses[1].audit = {};
  f.hypotheses[1].expected = "bee";
  EXPECT_EQ(find_causes(f).size(), 1U);
}

TEST(Causes, AreOfWhatIsConfirmedAndFailsAlone) {
  Findings f;
  f.hypotheses = {bug("fly", "on a flower", "bee"), bug("cat", "on a flower", "bee"), bug("bee", "on a flower", "")};
  f.hypotheses[1].status = Status::not_confirmed;
  f.hypotheses[2].direction = Direction::passes;
  const auto causes = find_causes(f);
  ASSERT_EQ(causes.size(), 1U);
  EXPECT_EQ(causes[0].labels(), Strings{"fly"});
}

TEST(Causes, NameTheCrossChecksOfTheirOwnAnswerOnly) {
  Findings f;
  f.hypotheses = {bug("fly", "on a flower", "bee"), bug("cat", "on a flower", "dog"), bug("bee", "on a flower", "")};
  f.hypotheses[2].direction = Direction::passes;
  f.cross = {{{.text = "on a flower"}, "bee", {"bee-on-a-flower", "fly-on-a-flower"}, {}},
             {{.text = "on a flower"}, "cow", {"cat-on-a-flower"}, {}}};
  const auto causes = find_causes(f);
  ASSERT_EQ(causes.size(), 2U);
  EXPECT_EQ(causes[0].cross, std::vector<const CrossRow*>{&f.cross[0]});
  EXPECT_TRUE(causes[1].cross.empty()) << "that row tells of cows";
}

TEST(SystematicFailures, AreLabelsThatFailWithTheirExceptions) {
  Findings f;
  f.bases = {failing("penguin", 0.9), failing("frog", 1), failing("cat", 0.3), failing("yeti", 1)};
  f.bases[2].failing_label = false;
  f.bases[3].not_generatable = true;
  f.hypotheses = {bug("penguin", "in the snow", ""), bug("penguin", "at night", ""), bug("frog", "in water", "")};
  for (Hypothesis& h : f.hypotheses) h.direction = Direction::passes;
  f.hypotheses[1].status = Status::not_confirmed;
  const auto failures = systematic_failures(f);
  ASSERT_EQ(failures.size(), 2U);
  EXPECT_EQ(failures[0].id, "frog-systematic") << "the highest rate first";
  EXPECT_EQ(failures[1].id, "penguin-systematic");
  EXPECT_EQ(failures[1].base, &f.bases[0]);
  EXPECT_EQ(failures[1].exceptions, std::vector<const Hypothesis*>{&f.hypotheses[0]});
}

TEST(FindingIds, AreUniqueAmongHypothesesCausesAndSystematicFailures) {
  Findings f;
  f.bases = {failing("fly", 1), failing("Fly", 1), failing("\xE8\x9D\xBF", 1)};
  f.hypotheses = {bug("fly", "systematic", "bee"), bug("on a flower", "as bee", "x"), bug("cat", "on a flower", "bee"),
                  bug("dog", "on a flower", "BEE"), bug("fly", "systematic", "", 0)};
  f.hypotheses[4].id = "fly-systematic-2";
  std::set<std::string> all;
  for (const Hypothesis& h : f.hypotheses) EXPECT_TRUE(all.insert(h.id).second) << h.id;
  for (const Cause& cause : find_causes(f)) EXPECT_TRUE(all.insert(cause.id).second) << cause.id;
  for (const SystematicFailure& failure : systematic_failures(f))
    EXPECT_TRUE(all.insert(failure.id).second) << failure.id;
}

RC_GTEST_PROP(Causes, HoldEveryBugOnceAndAddUp, ()) {
  Findings f;
  const int count = *rc::gen::inRange(0, 12);
  int bugs = 0;
  for (int i = 0; i < count; ++i) {
    const std::string phrase = *rc::gen::element<std::string>("on a flower", "on the flower", "at night", "");
    Hypothesis h = bug(*rc::gen::element<std::string>("fly", "cat", "dog"), phrase,
                       *rc::gen::element<std::string>("bee", "cow", ""), *rc::gen::inRange(0, 11));
    h.status = *rc::gen::element(Status::confirmed, Status::not_confirmed);
    h.direction = *rc::gen::element(Direction::fails, Direction::passes);
    bugs += h.status == Status::confirmed && h.direction == Direction::fails ? 1 : 0;
    f.hypotheses.push_back(h);
  }
  std::set<const Hypothesis*> held;
  std::size_t size = f.hypotheses.size() + 1;
  for (const Cause& cause : find_causes(f)) {
    RC_ASSERT(!cause.bugs.empty());
    RC_ASSERT(cause.bugs.size() <= size);
    size = cause.bugs.size();
    for (const Hypothesis* each : cause.bugs) RC_ASSERT(held.insert(each).second);
  }
  RC_ASSERT(static_cast<int>(held.size()) == bugs);
}

}  // namespace
}  // namespace scotoma
