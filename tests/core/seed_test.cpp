// SPDX-License-Identifier: Apache-2.0
#include "scotoma/core/seed.h"

#include <gtest/gtest.h>

#include <iterator>
#include <set>
#include <string>
#include <string_view>

namespace scotoma {
namespace {

constexpr Purpose kPurposes[] = {Purpose::baseline,     Purpose::screening, Purpose::exploration, Purpose::shrinking,
                                 Purpose::confirmation, Purpose::audit,     Purpose::cross_check, Purpose::speed,
                                 Purpose::doctor,       Purpose::review,    Purpose::certificate};

TEST(SampleSeed, EveryPurposeHasAWordOfItsOwn) {
  std::set<std::string_view> words;
  for (const Purpose purpose : kPurposes) words.insert(name_of(purpose));
  EXPECT_EQ(words.size(), std::size(kPurposes));
  EXPECT_FALSE(words.contains(""));
}

TEST(SampleSeed, EveryUseOfImagesHasAStreamOfItsOwn) {
  std::set<std::uint64_t> seeds;
  std::size_t count = 0;
  for (std::uint64_t study : {1, 2}) {
    for (const Purpose purpose : kPurposes) {
      for (const char* prompt : {"a photo of a fly", "a photo of a fly on a flower"}) {
        for (std::uint64_t index = 0; index < 200; ++index) {
          seeds.insert(sample_seed(study, purpose, prompt, index));
          ++count;
        }
      }
    }
  }
  EXPECT_EQ(seeds.size(), count);
}

TEST(SampleSeed, IsAFunctionOfItsArguments) {
  EXPECT_EQ(sample_seed(7, "base", "a photo of a cat", 3), sample_seed(7, "base", "a photo of a cat", 3));
}

TEST(SampleSeed, DoesNotRunPurposeAndPromptTogether) {
  EXPECT_NE(sample_seed(1, "base", "line", 0), sample_seed(1, "baseline", "", 0));
}

TEST(SampleSeed, KeepsItsNumbersForEver) {
  // Old caches were generated from these: a change here generates every study anew.
  EXPECT_EQ(sample_seed(1, "base", "a photo of a fly", 0), 11407195501245739808ULL);
}

}  // namespace
}  // namespace scotoma
