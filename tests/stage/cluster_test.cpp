// SPDX-License-Identifier: Apache-2.0
#include "scotoma/stage/cluster.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cmath>
#include <map>
#include <set>

#include "fake/stage.h"
#include "scotoma/core/philox.h"
#include "scotoma/stage/sample.h"

namespace scotoma {
namespace {

using Vectors = std::vector<std::vector<float>>;

std::vector<float> near(const std::vector<float>& centre, float noise, Philox& source) {
  std::vector<float> vector = centre;
  float square = 0;
  for (float& value : vector) value += noise * static_cast<float>(normal_quantile(source.uniform()));
  for (float value : vector) square += value * value;
  for (float& value : vector) value /= std::sqrt(square);
  return vector;
}

/// Average linkage from its definition: in every step the mean over all pairs, anew.
std::vector<int> plain_agglomerate(const Vectors& vectors, double max_distance) {
  std::vector<std::vector<std::size_t>> groups;
  for (std::size_t i = 0; i < vectors.size(); ++i) groups.push_back({i});
  const auto distance = [&](const auto& a, const auto& b) {
    double sum = 0;
    for (std::size_t i : a) {
      for (std::size_t j : b) {
        double product = 0;
        for (std::size_t d = 0; d < vectors[i].size(); ++d) product += double{vectors[i][d]} * double{vectors[j][d]};
        sum += 1 - product;
      }
    }
    return sum / static_cast<double>(a.size() * b.size());
  };
  while (true) {
    double best = max_distance;
    std::pair<std::size_t, std::size_t> pair{0, 0};
    for (std::size_t a = 0; a < groups.size(); ++a) {
      for (std::size_t b = a + 1; b < groups.size(); ++b) {
        if (const double d = distance(groups[a], groups[b]); d < best) {
          best = d;
          pair = {a, b};
        }
      }
    }
    if (pair.first == pair.second) break;
    groups[pair.first].insert(groups[pair.first].end(), groups[pair.second].begin(), groups[pair.second].end());
    groups.erase(groups.begin() + static_cast<std::ptrdiff_t>(pair.second));
  }
  std::vector<int> numbers(vectors.size(), -1);
  int next = 0;
  for (std::size_t i = 0; i < vectors.size(); ++i) {
    if (numbers[i] >= 0) continue;
    for (const auto& group : groups) {
      if (std::find(group.begin(), group.end(), i) == group.end()) continue;
      for (std::size_t member : group) numbers[member] = next;
    }
    ++next;
  }
  return numbers;
}

RC_GTEST_PROP(Agglomerate, AgreesWithAverageLinkageFromItsDefinition, (std::uint64_t seed)) {
  Philox source(seed);
  Vectors vectors;
  const auto count = *rc::gen::inRange(0, 16);
  for (int i = 0; i < count; ++i) vectors.push_back(near({0, 0, 0, 0}, 1, source));
  const double cut = *rc::gen::inRange(0, 21) / 10.0;
  RC_ASSERT(agglomerate(vectors, cut) == plain_agglomerate(vectors, cut));
}

TEST(Agglomerate, FindsGroupsThatLieApart) {
  Philox source(3);
  Vectors vectors;
  std::vector<int> expected;
  for (int i = 0; i < 90; ++i) {
    const int group = i < 3 ? i : static_cast<int>(source.below(3));
    std::vector<float> centre(6, 0.0F);
    centre[static_cast<std::size_t>(group)] = 1;
    vectors.push_back(near(centre, 0.1F, source));
    expected.push_back(group);
  }
  EXPECT_EQ(agglomerate(vectors, 0.35), expected);
}

TEST(Agglomerate, OfNothingOneAndTwins) {
  EXPECT_TRUE(agglomerate(Vectors{}, 0.5).empty());
  EXPECT_EQ(agglomerate(Vectors{{1, 0}}, 0.5), std::vector<int>{0});
  EXPECT_EQ(agglomerate(Vectors{{1, 0}, {0, 1}, {1, 0}}, 0.5), (std::vector<int>{0, 1, 0}));
}

TEST(Agglomerate, ManyImagesAreLinkedInAMoment) {
  Philox source(5);
  Vectors vectors;
  for (std::size_t i = 0; i < kMostLinked; ++i) {
    std::vector<float> centre(16, 0.0F);
    centre[i % 16] = 1;
    vectors.push_back(near(centre, 0.05F, source));
  }
  const auto numbers = agglomerate(vectors, 0.35);
  for (std::size_t i = 0; i < numbers.size(); ++i) ASSERT_EQ(numbers[i], static_cast<int>(i % 16));
}

fake::WorldSetting flies_as_bees() {
  fake::WorldSetting setting;
  setting.rules = {
      {"fly", "on a flower", "bee", 1}, {"fly", "in the snow", "bee", 1}, {"fly", "in a kitchen", "cow", 1}};
  setting.judge_error = 0;
  setting.base_error = 0;
  return setting;
}

TEST(Cluster, SplitsByAnswerAndThenByLooks) {
  fake::Stage stage(flies_as_bees(), {"fly"});
  const auto bases = *sample_bases(stage.context);
  const auto clusters = cluster(stage.context, stage.memo, bases[0]);
  ASSERT_TRUE(clusters.ok());
  ASSERT_EQ(clusters->size(), 3U);
  std::size_t members = 0;
  for (std::size_t i = 0; i < 3; ++i) {
    const Cluster& group = (*clusters)[i];
    members += group.members.size();
    EXPECT_LE(group.members.size(), (*clusters)[i == 0 ? 0 : i - 1].members.size()) << "largest first";
    std::set<int> places;
    for (const Sample& sample : group.members) {
      EXPECT_TRUE(sample.failure());
      EXPECT_EQ(stage.world.setting().things[static_cast<std::size_t>(sample.prediction.label())], group.predicted);
      places.insert(stage.cache->image(sample.image)->rgb[1]);
    }
    EXPECT_EQ(places.size(), 1U);
  }
  EXPECT_EQ(members, static_cast<std::size_t>(bases[0].rate.failures));
}

TEST(Cluster, MarksTinyGroupsAndKeepsThem) {
  fake::Stage stage(flies_as_bees(), {"fly"});
  stage.study.search.tiny_cluster = 1000;
  const auto clusters = *cluster(stage.context, stage.memo, sample_bases(stage.context)->front());
  EXPECT_FALSE(clusters.empty());
  for (const Cluster& group : clusters) EXPECT_TRUE(group.tiny);
}

TEST(Cluster, TurnsToWhatPassesWhereALabelFailsNearlyEverywhere) {
  fake::WorldSetting setting;
  setting.rules = {{"cow", "on the grass", "cow", 1}, {"cow", "", "cat", 1}};
  fake::Stage stage(setting, {"cow"});
  const auto bases = *sample_bases(stage.context);
  ASSERT_TRUE(bases[0].failing_label);
  const auto clusters = *cluster(stage.context, stage.memo, bases[0]);
  ASSERT_FALSE(clusters.empty());
  EXPECT_EQ(clusters[0].direction, Direction::passes);
  EXPECT_EQ(clusters[0].predicted, "cow");
  for (const Sample& sample : clusters[0].members) EXPECT_TRUE(sample.correct);
}

TEST(Cluster, ThoseThatAreTooManyToLinkJoinTheNearestGroup) {
  fake::Stage stage(flies_as_bees(), {"fly"});
  stage.study.evidence.failing_label_threshold = 0.9;
  stage.study.budget.base = 5000;
  stage.study.budget.images = 5000;
  const auto bases = *sample_bases(stage.context);
  ASSERT_GT(bases[0].rate.failures, static_cast<int>(kMostLinked));
  const auto clusters = *cluster(stage.context, stage.memo, bases[0]);
  ASSERT_EQ(clusters.size(), 3U);
  std::size_t members = 0;
  for (const Cluster& group : clusters) {
    std::set<int> places;
    for (const Sample& sample : group.members) places.insert(stage.cache->image(sample.image)->rgb[1]);
    EXPECT_EQ(places.size(), 1U);
    members += group.members.size();
  }
  EXPECT_EQ(members, static_cast<std::size_t>(bases[0].rate.failures));
}

TEST(Cluster, OfALabelWithoutFailuresIsEmpty) {
  fake::WorldSetting setting;
  setting.base_error = 0;
  setting.judge_error = 0;
  fake::Stage stage(setting, {"fly"});
  EXPECT_TRUE(cluster(stage.context, stage.memo, sample_bases(stage.context)->front())->empty());
}

}  // namespace
}  // namespace scotoma
