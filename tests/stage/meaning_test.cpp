// SPDX-License-Identifier: Apache-2.0
#include "scotoma/stage/meaning.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cmath>
#include <string>
#include <vector>

namespace scotoma {
namespace {

using Vector = std::vector<float>;

/// At an angle, in degrees.
Vector at(double degrees) {
  const double radians = degrees * 3.14159265358979 / 180;
  return {static_cast<float>(std::cos(radians)), static_cast<float>(std::sin(radians))};
}

TEST(KeptMeaning, IsAllOfThePhraseNoneOfThePromptAloneAndLessOfSomethingElse) {
  EXPECT_NEAR(kept_meaning(at(0), at(0), at(60)), 1, 1e-6);
  EXPECT_NEAR(kept_meaning(at(0), at(60), at(60)), 0, 1e-6);
  EXPECT_NEAR(kept_meaning(at(0), at(90), at(60)), -1, 1e-6);
  EXPECT_GT(kept_meaning(at(0), at(10), at(60)), kept_meaning(at(0), at(20), at(60)));
}

TEST(KeptMeaning, IsAllWhereTheEmbedderDoesNotTellThePhraseFromNone) {
  EXPECT_EQ(kept_meaning(at(30), at(90), at(30)), 1);
}

RC_GTEST_PROP(KeptMeaning, DoesNotDependOnHowNearAnEmbedderPutsAllTexts, ()) {
  // A third, common component brings all texts nearer to each other.
  const auto near = [](const Vector& v, float common) {
    const float norm = std::sqrt(1 + common * common);
    return Vector{v[0] / norm, v[1] / norm, common / norm};
  };
  const double left = *rc::gen::inRange(0, 90);
  const double bare = *rc::gen::inRange(20, 90);
  const double spread = kept_meaning(at(0), at(left), at(bare));
  RC_ASSERT(std::abs(kept_meaning(near(at(0), 3), near(at(left), 3), near(at(bare), 3)) - spread) < 1e-3);
}

TEST(Meanings, AsksOnceForAllThatCameUp) {
  std::vector<std::vector<std::string>> calls;
  Meanings meanings([&](std::span<const std::string> texts) -> Result<std::vector<Vector>> {
    calls.emplace_back(texts.begin(), texts.end());
    std::vector<Vector> vectors;
    for (const std::string& text : texts) vectors.push_back(at(text == "bare" ? 60 : text == "left" ? 10 : 0));
    return vectors;
  });
  ASSERT_TRUE(meanings.can_tell());
  EXPECT_FALSE(meanings.kept("whole", "left", "bare"));
  EXPECT_FALSE(meanings.kept("whole", "bare", "bare"));
  ASSERT_TRUE(meanings.anything_asked());
  ASSERT_TRUE(meanings.learn().ok());
  EXPECT_EQ(calls, (std::vector<std::vector<std::string>>{{"whole", "left", "bare"}}));
  EXPECT_NEAR(*meanings.kept("whole", "left", "bare"), kept_meaning(at(0), at(10), at(60)), 1e-9);
  EXPECT_FALSE(meanings.anything_asked());
}

TEST(Meanings, SayWhyTheEmbedderFailedAndAreNoneWithoutOne) {
  Meanings broken([](std::span<const std::string>) -> Result<std::vector<Vector>> { return failed("NaN"); });
  EXPECT_FALSE(broken.kept("a", "b", "c"));
  EXPECT_FALSE(broken.learn().ok());
  EXPECT_FALSE(Meanings({}).can_tell());
}

}  // namespace
}  // namespace scotoma
