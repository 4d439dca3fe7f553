// SPDX-License-Identifier: Apache-2.0
#include "scotoma/study/common_attributes.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <set>
#include <string>
#include <string_view>

#include "scotoma/study/prompt.h"

namespace scotoma {
namespace {

/// What may stand behind a noun, be it one thing or several: a preposition, a participle, an adverb.
constexpr std::array<std::string_view, 29> kBehindANoun = {
    "all", "among",  "as",    "at",     "behind",  "by",      "close",   "covered", "cut",  "dripping",
    "far", "from",   "half",  "held",   "in",      "knitted", "lying",   "made",    "next", "of",
    "on",  "partly", "under", "upside", "filling", "with",    "wrapped", "above",   "below"};

std::string_view first_word(std::string_view text) { return text.substr(0, text.find(' ')); }

bool stands_behind_a_noun(std::string_view text) {
  return std::find(kBehindANoun.begin(), kBehindANoun.end(), first_word(text)) != kBehindANoun.end();
}

template <class Check>
void for_each_phrase(Check check) {
  for (const AttributeGroup& group : common_attributes()) {
    for (const ListedPhrase& phrase : group.phrases) check(group, phrase);
  }
}

TEST(CommonAttributes, EachGroupHasANameOfItsOwnAndAReason) {
  std::set<std::string> names;
  std::set<AttributeSlot> slots;
  for (const AttributeGroup& group : common_attributes()) {
    EXPECT_TRUE(names.insert(group.name).second) << group.name;
    EXPECT_GT(group.reason.size(), 10U) << group.name;
    EXPECT_GE(group.phrases.size(), 3U) << group.name;
    slots.insert(group.slot);
  }
  EXPECT_EQ(slots.size(), names_of(AttributeSlot()).size());
  for (const char* wanted : {"weather", "light", "blur", "noise", "black and white", "distance", "viewpoint", "crop",
                             "occlusion", "number", "colour", "texture", "plain backgrounds"})
    EXPECT_TRUE(names.contains(wanted)) << wanted;
}

TEST(CommonAttributes, NoPhraseStandsTwiceAndThereAreAboutAsManyAsTheDocsSay) {
  std::set<std::string> seen;
  for_each_phrase([&](const AttributeGroup& group, const ListedPhrase& phrase) {
    EXPECT_TRUE(seen.insert(phrase.text).second) << group.name << ": " << phrase.text;
  });
  EXPECT_GE(seen.size(), 130U);
  EXPECT_LE(seen.size(), 170U);
}

TEST(CommonAttributes, EachPhraseIsRightWhereItStands) {
  for_each_phrase([&](const AttributeGroup& group, const ListedPhrase& phrase) {
    const std::string& text = phrase.text;
    EXPECT_EQ(text.find_first_not_of("abcdefghijklmnopqrstuvwxyz -"), std::string::npos) << text;
    EXPECT_EQ(text.find("  "), std::string::npos) << text;
    EXPECT_FALSE(text.starts_with(" ") || text.ends_with(" ")) << text;
    const std::string words = " " + text + " ";
    for (const char* of_one : {" its ", " it ", " is ", " their ", " are "})  // wrong of scissors, or of a fly
      EXPECT_EQ(words.find(of_one), std::string::npos) << text;
    if (!phrase.before) {
      EXPECT_TRUE(stands_behind_a_noun(text) || group.name == "number") << "\"a fly " << text << "\"";
      return;
    }
    EXPECT_FALSE(stands_behind_a_noun(text)) << "\"a " << text << " fly\"";
    for (const char* article : {" a ", " an ", " the "}) EXPECT_EQ(words.find(article), std::string::npos) << text;
  });
}

TEST(CommonAttributes, PromptsReadLikeSentences) {
  const StudyLabel fly{"fly", "fly", "", {}};
  PromptOptions in_front_of_the_label;
  in_front_of_the_label.before = "a photo of {a phrase} {label}";
  EXPECT_EQ(phrase_prompt({}, fly, "overexposed", true), "an overexposed photo of a fly");
  EXPECT_EQ(phrase_prompt(in_front_of_the_label, fly, "overexposed", true), "a photo of an overexposed fly");
  EXPECT_EQ(phrase_prompt({}, fly, "in thick fog", false), "a photo of a fly in thick fog");
}

TEST(CommonAttributes, ThePhrasesOfASlotTakeTurnsByGroup) {
  for (const auto& [slot, name] : names_of(AttributeSlot())) {
    const auto phrases = common_phrases(slot);
    std::size_t all = 0;
    std::size_t groups = 0;
    for (const AttributeGroup& group : common_attributes()) {
      if (group.slot != slot) continue;
      EXPECT_EQ(phrases.at(groups), group.phrases.front()) << group.name;
      ++groups;
      all += group.phrases.size();
    }
    EXPECT_EQ(phrases.size(), all) << name;
  }
}

}  // namespace
}  // namespace scotoma
