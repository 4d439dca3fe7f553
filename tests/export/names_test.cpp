// SPDX-License-Identifier: Apache-2.0
#include "scotoma/export/names.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <set>
#include <string_view>

#include "export/side_words.h"

namespace scotoma {
namespace {

using Names = std::vector<std::string>;

TEST(FileNames, AreReadableAndHarmless) {
  EXPECT_EQ(file_names({"fly", "T-Shirt", "tabby, tabby cat", "../../etc", "con", "COM1", "猫", ""}),
            (Names{"fly", "t-shirt", "tabby-tabby-cat", "etc", "the-con", "the-com1", "unnamed", "unnamed-2"}));
}

TEST(FileNames, ThatWouldBeTheSameGetANumberThatIsFree) {
  EXPECT_EQ(file_names({"a b", "a/b", "a b 2", "a.b"}), (Names{"a-b", "a-b-2", "a-b-2-2", "a-b-3"}));
}

RC_GTEST_PROP(FileNames, AreDistinctShortAndOfSafeLetters, (const Names& texts)) {
  const Names names = file_names(texts);
  RC_ASSERT(names.size() == texts.size());
  RC_ASSERT(std::set<std::string>(names.begin(), names.end()).size() == names.size());
  for (const std::string& name : names) {
    RC_ASSERT(!name.empty() && name.size() <= 80U);
    RC_ASSERT(name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-") == std::string::npos);
    RC_ASSERT(name.front() != '-' && name.back() != '-');
  }
}

RC_GTEST_PROP(FileNames, OfNamesAreThemselves, (const Names& texts)) {
  const Names names = file_names(texts);
  Names short_ones;
  for (const std::string& name : names) {
    if (name.size() <= 60U) short_ones.push_back(name);
  }
  RC_ASSERT(file_names(short_ones) == short_ones);
}

TEST(FileNames, HoldNoWordThatSortsImagesIntoASide) {
  EXPECT_EQ(file_names({"test tube", "bullet train", "driving-test-3.png", "Test", "test3", "trainer", "evaluation"}),
            (Names{"testx-tube", "bullet-trainx", "driving-testx-3-png", "testx", "testx3", "trainer", "evaluationx"}));
  EXPECT_EQ(file_names({"train", "trainx", "train"}), (Names{"trainx", "trainx-2", "trainx-3"})) << "still distinct";
}

RC_GTEST_PROP(FileNames, HoldNoSuchWordWhateverTheText, ()) {
  const auto parts = *rc::gen::container<Names>(rc::gen::element<std::string>(
      "train", "training", "validation", "valid", "dev", "val", "test", "testing", "Eval", "EVALUATION", "-", " ", ".",
      "/", "_", "3", "x", "er", "\u00E9", "aaaaaaaaaaaaaaaaaaaaaaa"));
  std::string text;
  for (const std::string& part : parts) text += part;
  const Names names = file_names({text, text});
  for (const std::string& name : names) {
    RC_ASSERT(!names_a_side(name) && !names_a_side(name + "-000012.png") && name.size() <= 80U);
  }
}

TEST(FileNames, OfLongTextsAreCut) {
  const Names names = file_names({std::string(300, 'x'), std::string(300, 'x')});
  EXPECT_EQ(names, (Names{std::string(60, 'x'), std::string(60, 'x') + "-2"}));
}

}  // namespace
}  // namespace scotoma
