#include "export/names.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <set>
#include <string_view>

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
    RC_ASSERT(!name.empty() && name.size() <= 70U);
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

TEST(FileNames, OfLongTextsAreCut) {
  const Names names = file_names({std::string(300, 'x'), std::string(300, 'x')});
  EXPECT_EQ(names, (Names{std::string(60, 'x'), std::string(60, 'x') + "-2"}));
}

}  // namespace
}  // namespace scotoma
