// SPDX-License-Identifier: Apache-2.0
#include "scotoma/stage/shorten.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <functional>
#include <set>
#include <string>

namespace scotoma {
namespace {

using Removed = Shortening::Removed;
using Unit = Shortening::Unit;

Phrase phrase_of(const std::string& text, bool before = false) {
  Phrase phrase;
  phrase.text = text;
  phrase.before = before;
  return phrase;
}

std::vector<Unit> units_of(const Shortening& words) {
  std::vector<Unit> all;
  for (const auto& level : words.levels()) all.insert(all.end(), level.begin(), level.end());
  return all;
}

Removed with(Removed removed, const Unit& unit) {
  for (const std::size_t i : unit) removed[i] = true;
  return removed;
}

/// What is left after any one unit was taken out.
std::set<std::string> one_out(const Shortening& words) {
  std::set<std::string> texts;
  for (const Unit& unit : units_of(words)) {
    const auto left = words.without(with(Removed(words.words(), false), unit));
    if (left) texts.insert(left->text);
  }
  return texts;
}

struct Case {
  std::string phrase;
  bool before;
  std::set<std::string> left;
};

class Shortenings : public testing::TestWithParam<Case> {};

TEST_P(Shortenings, LeavePhrases) {
  const Shortening words(phrase_of(GetParam().phrase, GetParam().before));
  EXPECT_EQ(one_out(words), GetParam().left);
}

INSTANTIATE_TEST_SUITE_P(
    Phrases, Shortenings,
    testing::Values(
        Case{"on a red wooden table in the snow",
             false,
             {"in the snow", "on a red wooden table", "on a wooden table in the snow", "on a red table in the snow"}},
        Case{"on a flower", false, {}}, Case{"dark", true, {}}, Case{"dark blurry", true, {"dark", "blurry"}},
        Case{"black and white", true, {}}, Case{"very dark blurry", true, {"very dark", "blurry"}},
        Case{"on an old table", false, {"on a table"}}, Case{"with a big orange", false, {"with an orange"}},
        Case{"in a field of flowers", false, {"in a field", "in flowers"}}, Case{"next to a tree", false, {}},
        Case{"in front of a house", false, {}},
        Case{"from under a table in snow", false, {"from under a table", "in snow"}},
        Case{"eating grass on a hill", false, {"eating grass", "on a hill"}},
        Case{"on a black and white table", false, {"on a table"}}, Case{"on a table and chair", false, {}},
        Case{"in odd colours", false, {}},
        Case{"in bright light on a red table",
             false,
             {"in bright light", "on a red table", "in bright light on a table"}},
        Case{"with its long tail", false, {"with its tail"}},
        Case{"in a field of red flowers", false, {"in a field", "in red flowers"}},
        Case{"in the middle of a road", false, {"in a road"}}, Case{"on a piece of paper", false, {"on paper"}}));

TEST(Shortening, APieceAsWrittenGoesOrStaysAsAWhole) {
  Phrase phrase = phrase_of("dark, in very odd colours, on a red plate", true);
  phrase.parts = {{"dark", true}, {"in very odd colours", false}, {"on a red plate", false}};
  const Shortening words(phrase, {false, true, false});
  EXPECT_EQ(one_out(words),
            (std::set<std::string>{"in very odd colours, on a red plate", "dark, on a red plate",
                                   "dark, in very odd colours", "dark, in very odd colours, on a plate"}));
  EXPECT_FALSE(Shortening(phrase_of("on a red wooden table"), {true}).divisible());
}

TEST(Shortening, APieceAsWrittenMayEndInAnyWord) {
  Phrase phrase = phrase_of("with the lights on, on a red plate");
  phrase.parts = {{"with the lights on", false}, {"on a red plate", false}};
  EXPECT_TRUE(one_out(Shortening(phrase, {true, false})).contains("with the lights on"));
}

TEST(Shortening, NamesThePhrasesOfWhichSomeWordsWent) {
  const Shortening words(phrase_of("on an old table in the snow"));
  const auto torn = words.torn({false, false, true, false, true, true, true});
  ASSERT_EQ(torn.size(), 1U) << "what went as a whole left nothing to compare";
  EXPECT_EQ(torn[0].whole, "on an old table");
  EXPECT_EQ(torn[0].left, "on a table");
  EXPECT_TRUE(Shortening(phrase_of("dark blurry", true)).torn({true, false}).empty());
}

TEST(Shortening, AConjunctionLosesPiecesAndThenIsOne) {
  Phrase phrase = phrase_of("dark, on a red plate", true);
  phrase.parts = {{"dark", true}, {"on a red plate", false}};
  const Shortening words(phrase);
  EXPECT_EQ(one_out(words), (std::set<std::string>{"dark", "on a red plate", "dark, on a plate"}));
  const auto plate = words.without({true, false, false, false, false});
  ASSERT_TRUE(plate);
  EXPECT_TRUE(plate->parts.empty());
  EXPECT_FALSE(plate->before);
  const auto both = words.without({false, false, false, true, false});
  ASSERT_TRUE(both);
  EXPECT_EQ(both->parts, (std::vector<PhrasePart>{{"dark", true}, {"on a plate", false}}));
  EXPECT_EQ(words.words_in({true, false, false, true, false}), "dark red");
}

TEST(Shortening, NothingIsLeftOfNoWords) {
  const Shortening words(phrase_of("on a red table"));
  EXPECT_FALSE(words.without({true, true, true, true}));
  EXPECT_FALSE(words.without({false, false, true, true})) << "on a";
  EXPECT_FALSE(Shortening(phrase_of("")).divisible());
}

/// A phrase of up to three prepositional phrases with up to two adjectives each.
Phrase any_phrase() {
  static const std::vector<std::string> prepositions = {"on", "in", "near"};
  static const std::vector<std::string> adjectives = {"red", "old", "wooden", "tall"};
  static const std::vector<std::string> nouns = {"table", "garden", "orange"};
  std::string text;
  const int chunks = *rc::gen::inRange(1, 4);
  for (int c = 0; c < chunks; ++c) {
    text += (c > 0 ? " " : "") + prepositions[static_cast<std::size_t>(c)] + " a";
    const int count = *rc::gen::inRange(0, 3);
    for (int a = 0; a < count; ++a) text += " " + *rc::gen::elementOf(adjectives);
    text += " " + nouns[static_cast<std::size_t>(c)];
    if (*rc::gen::arbitrary<bool>()) text += " of stones";
  }
  return phrase_of(text);
}

RC_GTEST_PROP(Shortest, FindsExactlyThePlantedCause, ()) {
  const Shortening words(any_phrase());
  Removed outside(words.words(), false);  // what is no cause
  for (const Unit& unit : units_of(words)) {
    const Removed more = with(outside, unit);
    if (*rc::gen::arbitrary<bool>() && words.without(more)) outside = more;
  }
  const auto found = shortest(words, [&](const Removed& removed) -> std::optional<bool> {
    for (std::size_t i = 0; i < removed.size(); ++i) {
      if (removed[i] && !outside[i]) return false;
    }
    return true;
  });
  RC_ASSERT(!found.asked);
  RC_ASSERT(found.removed == outside);
}

/// Whatever the answers are.
RC_GTEST_PROP(Shortest, IsOneMinimal, ()) {
  const Shortening words(any_phrase());
  const auto salt = *rc::gen::inRange<std::size_t>(0, 1000);
  const auto sufficient = [&](const Removed& removed) -> std::optional<bool> {
    return (std::hash<std::vector<bool>>()(removed) * 31 + salt) % 3 != 0;
  };
  const auto found = shortest(words, sufficient);
  const Removed nothing(words.words(), false);
  RC_ASSERT(found.removed == nothing || *sufficient(found.removed));
  for (const Unit& unit : units_of(words)) {
    const Removed more = with(found.removed, unit);
    if (more != found.removed && words.without(more)) RC_ASSERT(!*sufficient(more));
  }
}

RC_GTEST_PROP(Shortest, AskedPieceByPieceEndsAsIfAllWereKnown, ()) {
  const Shortening words(any_phrase());
  const auto salt = *rc::gen::inRange<std::size_t>(0, 1000);
  const auto truth = [&](const Removed& removed) {
    return (std::hash<std::vector<bool>>()(removed) * 31 + salt) % 2 == 0;
  };
  std::set<Removed> asked;
  const auto known = [&](const Removed& removed) {
    return asked.contains(removed) ? std::optional(truth(removed)) : std::nullopt;
  };
  auto now = shortest(words, known);
  while (now.asked) {
    RC_ASSERT(words.without(*now.asked).has_value());
    RC_ASSERT(asked.insert(*now.asked).second);
    now = shortest(words, known);
  }
  RC_ASSERT(now.removed ==
            shortest(words, [&](const Removed& removed) { return std::optional(truth(removed)); }).removed);
}

}  // namespace
}  // namespace scotoma
