// SPDX-License-Identifier: Apache-2.0
#include "scotoma/stage/attribute_pool.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "fake/stage.h"
#include "scotoma/study/common_attributes.h"

namespace scotoma {
namespace {

Hypothesis said_of_flies(const fake::Stage& stage, const std::string& phrase, int failures, int valid) {
  Hypothesis h = stage.hypothesis("fly", phrase);
  h.explored.failures = failures;
  h.explored.valid = valid;
  return h;
}

bool pool_holds(const AttributePool& pool, const std::string& text) {
  return std::any_of(pool.lists.begin(), pool.lists.end(), [&](const AttributeList& l) { return l.holds(text); });
}

TEST(AttributePool, CaptionsPhrasesComeFirstTheMostPromisingOfThemAhead) {
  const fake::Stage stage;
  std::vector<Hypothesis> known = {said_of_flies(stage, "under a bridge", 1, 8),
                                   said_of_flies(stage, "in the snow", 8, 8)};
  known.push_back(said_of_flies(stage, "old, by the river", 4, 8));
  known.back().phrase.parts = {{"old", true}, {"by the river", false}};
  const AttributePool pool = attribute_pool(stage.study, known);
  const auto& settings = pool.lists[static_cast<std::size_t>(AttributeSlot::setting)].phrases;
  EXPECT_EQ(settings[0].text, "in the snow");
  EXPECT_EQ(settings[1].text, "by the river");
  EXPECT_EQ(settings[2].text, "under a bridge");
  const auto& conditions = pool.lists[static_cast<std::size_t>(AttributeSlot::condition)];
  EXPECT_EQ(conditions.phrases[0], (ListedPhrase{"old", true}));
  EXPECT_EQ(pool.source_of({{0, 0}}), Source::other_labels);
  EXPECT_EQ(pool.source_of({{0, 0}, {1, 1}}), Source::library);
  EXPECT_EQ(std::count_if(settings.begin(), settings.end(), [](const auto& p) { return p.text == "in the snow"; }), 1);
}

TEST(AttributePool, LeavesOutWhatAListHasAndWhatNamesALabel) {
  fake::Stage stage;
  EXPECT_TRUE(pool_holds(attribute_pool(stage.study, {}), "next to a dog"));
  EXPECT_TRUE(pool_holds(attribute_pool(stage.study, {}), "among flowers"));
  stage.study.labels.push_back({"dog", "dog", "", {"flower"}});
  stage.study.attributes = {fake::list("own", {"in thick fog"})};
  const AttributePool pool = attribute_pool(stage.study, {});
  for (const char* gone : {"next to a dog", "among flowers", "on a flower", "covered in flowers", "in thick fog"})
    EXPECT_FALSE(pool_holds(pool, gone)) << gone;
  EXPECT_TRUE(pool_holds(pool, "in the rain"));
}

TEST(AttributePool, RowsShowEveryPhraseOnceToEachLabelInOtherCompany) {
  const fake::Stage stage;
  const AttributePool pool = attribute_pool(stage.study, {});
  std::vector<std::set<Combination>> pairs(4);
  for (std::size_t label = 0; label < pairs.size(); ++label) {
    std::map<std::pair<std::size_t, std::size_t>, int> seen;
    for (std::size_t row = 0; row < pool.longest(); ++row) {
      const Combination shown = pool.row(row, label);
      for (const auto& at : shown) ++seen[at];
      if (shown.size() > 1) pairs[label].insert({shown[0], shown[1]});
    }
    for (std::size_t list = 0; list < pool.lists.size(); ++list) {
      for (std::size_t i = 0; i < pool.lists[list].phrases.size(); ++i)
        EXPECT_GE(seen[std::pair(list, i)], 1) << pool.lists[list].phrases[i].text << " under label " << label;
    }
  }
  EXPECT_NE(pairs[0], pairs[1]);
  EXPECT_NE(pairs[1], pairs[2]);
  EXPECT_LT(pool.row(0, 3).front().second, 16U) << "the most common phrases first";
}

TEST(AttributePool, JoinsAPhraseWithEachCommonOneOfTheOtherSlots) {
  const fake::Stage stage;
  const AttributePool pool = attribute_pool(stage.study, {});
  std::set<std::size_t> beside;
  for (std::size_t row = 0; row < 10; ++row) {
    const Combination shown = pool.joined({1, 40}, row, 2, 10);
    ASSERT_EQ(shown.size(), 3U);
    EXPECT_EQ(shown[1], std::pair(std::size_t{1}, std::size_t{40}));
    beside.insert(shown[2].second);
  }
  EXPECT_EQ(beside.size(), 10U);
}

TEST(AttributePool, CountsWhatWasTried) {
  const fake::Stage stage;
  const std::vector<Hypothesis> known = {said_of_flies(stage, "by the river", 8, 8)};
  const AttributePool pool = attribute_pool(stage.study, known);
  EXPECT_EQ(pool.count_words({{0, 1}, {1, 0}, {0, 1}}), "2 of the 140 built-in attributes");
  EXPECT_EQ(pool.count_words({{0, 0}, {1, 0}}),
            "1 of the 140 built-in attributes and 1 phrase of captions of other labels");
}

TEST(AttributePool, TakesNothingFromListsNorWhatCannotBeGenerated) {
  const fake::Stage stage;
  std::vector<Hypothesis> known = {said_of_flies(stage, "in a kettle", 8, 8), said_of_flies(stage, "in a hat", 8, 8)};
  known[0].source = Source::list;
  known[1].status = Status::not_generatable;
  const AttributePool pool = attribute_pool(stage.study, known);
  EXPECT_FALSE(pool_holds(pool, "in a kettle"));
  EXPECT_FALSE(pool_holds(pool, "in a hat"));
}

}  // namespace
}  // namespace scotoma
