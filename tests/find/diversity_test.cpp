// SPDX-License-Identifier: Apache-2.0
#include "scotoma/find/diversity.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cmath>

#include "fake/stage.h"
#include "scotoma/model/similarity.h"
#include "scotoma/stage/sample.h"

namespace scotoma {
namespace {

using Vector = std::vector<float>;
using Groups = std::vector<std::vector<Vector>>;

Vector any_unit() {
  Vector vector = {1};
  for (int i = 0; i < 3; ++i) vector.push_back(static_cast<float>(*rc::gen::inRange(-9, 10)));
  const auto length = static_cast<float>(std::sqrt(dot(vector, vector)));
  for (float& value : vector) value /= length;
  return vector;
}

RC_GTEST_PROP(Diversity, IsTheMeanOverAllPairs, ()) {
  Groups groups;
  const int count = *rc::gen::inRange(2, 5);
  for (int g = 0; g < count; ++g) {
    auto& group = groups.emplace_back();
    const int size = *rc::gen::inRange(2, 5);
    for (int i = 0; i < size; ++i) group.push_back(any_unit());
  }
  double within = 0;
  double across = 0;
  int pairs_of_groups = 0;
  for (std::size_t a = 0; a < groups.size(); ++a) {
    for (std::size_t b = 0; b < groups.size(); ++b) {
      double sum = 0;
      int pairs = 0;
      for (std::size_t i = 0; i < groups[a].size(); ++i) {
        for (std::size_t j = 0; j < groups[b].size(); ++j) {
          if (a == b && i == j) continue;
          sum += 1 - dot(groups[a][i], groups[b][j]);
          ++pairs;
        }
      }
      (a == b ? within : across) += sum / pairs;
      pairs_of_groups += a == b ? 0 : 1;
    }
  }
  const Diversity diversity = diversity_of(groups);
  RC_ASSERT(std::abs(diversity.within - within / static_cast<double>(groups.size())) < 1e-6);
  RC_ASSERT(std::abs(diversity.across - across / pairs_of_groups) < 1e-6);
  RC_ASSERT(diversity.prompts == count);
}

TEST(MeasureDiversity, LooksAtAFewValidBaselineImagesAndGeneratesNone) {
  fake::Stage stage;
  const auto bases = *sample_bases(stage.context);
  const std::size_t generated = stage.world.answered("generator");
  const auto diversity = *measure_diversity(stage.memo, bases);
  ASSERT_TRUE(diversity);
  EXPECT_EQ(diversity->prompts, 4);
  EXPECT_EQ(diversity->images, 4 * static_cast<int>(kDiverseImages));
  EXPECT_GT(diversity->within, 0.2) << "any place";
  EXPECT_GT(diversity->across, diversity->within);
  EXPECT_EQ(stage.world.answered("generator"), generated);
}

TEST(MeasureDiversity, IsNotThereWithoutTwoLabelsOrAnEmbedder) {
  fake::Stage one({}, {"fly"});
  EXPECT_FALSE(*measure_diversity(one.memo, *sample_bases(one.context)));
  fake::Stage blind;
  const auto bases = *sample_bases(blind.context);
  blind.models.embedder.reset();
  EXPECT_FALSE(*measure_diversity(blind.memo, bases));
}

}  // namespace
}  // namespace scotoma
