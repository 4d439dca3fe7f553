// SPDX-License-Identifier: Apache-2.0
#include "scotoma/stage/random_lists.h"

#include <gtest/gtest.h>

#include <map>
#include <set>

#include "fake/lists.h"

namespace scotoma {
namespace {

TEST(AtRandom, JoinsNoPhraseOfAListThatIsNotCombined) {
  Study study = fake::study_of({}, {"fly"});
  study.attributes = {fake::kLists[2], fake::kLists[0], fake::kLists[1]};
  study.attributes[0].combinable = false;
  study.search.interaction_strength = 2;
  study.evidence.max_hypotheses = 100;
  std::set<std::string> found;
  for (const Listed& one : at_random(study, fake::bases_of({"fly"}))) found.insert(one.phrase.text);
  EXPECT_EQ(found.size(), 2U + 3U + 2U + 3U * 2U);
  EXPECT_TRUE(found.contains("at night"));
  EXPECT_TRUE(found.contains("dark, on the grass"));
}

TEST(AtRandom, GeneratesDifferentCombinationsOfDifferentListsTheSameForTheSameSeed) {
  Study study = fake::study_of({}, {"fly", "cow"});
  study.attributes = fake::kLists;
  study.search.interaction_strength = 2;
  study.evidence.max_hypotheses = 10;
  const auto bases = fake::bases_of({"fly", "cow"});
  const auto one = at_random(study, bases);
  EXPECT_EQ(fake::texts(one, "fly"), fake::texts(at_random(study, bases), "fly"));
  EXPECT_EQ(one.size(), 20U);
  const auto flies = fake::texts(one, "fly");
  EXPECT_EQ(std::set<std::string>(flies.begin(), flies.end()).size(), 10U);
  EXPECT_NE(flies, fake::texts(one, "cow"));
  study.seed = 2;
  EXPECT_NE(flies, fake::texts(at_random(study, bases), "fly"));
  for (const Listed& listed : one) EXPECT_LE(listed.phrase.pieces().size(), 2U);
}

TEST(AtRandom, TakesThemAllWhereTheCapAllowsAndEachEquallyOften) {
  Study study = fake::study_of({}, {"fly"});
  study.attributes = fake::kLists;
  study.search.interaction_strength = 3;
  const auto bases = fake::bases_of({"fly"});
  study.evidence.max_hypotheses = 1000;
  const std::size_t total = 7 + (6 + 6 + 4) + 12;
  const auto all = fake::texts(at_random(study, bases), "fly");
  EXPECT_EQ(std::set<std::string>(all.begin(), all.end()).size(), total);
  study.evidence.max_hypotheses = 1;
  std::map<std::string, int> firsts;
  const int studies = 100 * static_cast<int>(total);
  for (int seed = 1; seed <= studies; ++seed) {
    study.seed = static_cast<std::uint64_t>(seed);
    ++firsts[fake::texts(at_random(study, bases), "fly").at(0)];
  }
  EXPECT_EQ(firsts.size(), total);
  for (const auto& [text, count] : firsts) {  // 100 expected, standard deviation 10
    EXPECT_GT(count, 50) << text;
    EXPECT_LT(count, 150) << text;
  }
}

}  // namespace
}  // namespace scotoma
