// SPDX-License-Identifier: Apache-2.0
#include "scotoma/session/recorded.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "fake/world.h"

namespace scotoma {
namespace {

class ModelsOnDemand : public testing::Test {
 protected:
  Models on_demand(const ModelsRecord& record) {
    return models_on_demand(
        record,
        [this]() -> Result<Models> {
          ++loaded_;
          return world_.models();
        },
        [this] { ++forgotten_; });
  }
  fake::World world_;
  int loaded_ = 0;
  int forgotten_ = 0;
};

TEST_F(ModelsOnDemand, SayWhoTheyAreWithoutBeingLoaded) {
  const Models real = world_.models();
  const Models models = on_demand(record_of(real));
  EXPECT_EQ(record_of(models), record_of(real));
  EXPECT_EQ(models.generator->engine_seconds(), 0);
  EXPECT_EQ(loaded_, 0);
}

TEST_F(ModelsOnDemand, AreAllLoadedOnceWhenTheFirstIsAsked) {
  const Models real = world_.models();
  const Models models = on_demand(record_of(real));
  const std::vector<GenerationRequest> requests = {{"a photo of a fly", 7}};
  const auto images = models.generator->generate(requests);
  ASSERT_TRUE(images.ok()) << images.error().message;
  EXPECT_EQ(*images, *real.generator->generate(requests));
  EXPECT_EQ(*models.classifier->classify(*images), *real.classifier->classify(*images));
  EXPECT_EQ(*models.captioner->caption(*images), *real.captioner->caption(*images));
  EXPECT_EQ(*models.embedder->embed_images(*images), *real.embedder->embed_images(*images));
  EXPECT_EQ(*models.judge->judge(*images, "fly"), *real.judge->judge(*images, "fly"));
  EXPECT_EQ(loaded_, 1);
  EXPECT_EQ(forgotten_, 0);
}

TEST_F(ModelsOnDemand, ThatAreOthersByThenAnswerNothingAndAreForgotten) {
  ModelsRecord record = record_of(world_.models());
  record.roles["judge"].fingerprint += "0";
  const Models models = on_demand(record);
  const std::vector<GenerationRequest> requests = {{"a photo of a fly", 7}};
  for (int i = 0; i < 2; ++i) {
    const auto images = models.generator->generate(requests);
    ASSERT_FALSE(images.ok());
    EXPECT_NE(images.error().message.find("run the same command again"), std::string::npos) << images.error().message;
  }
  EXPECT_EQ(loaded_, 1);
  EXPECT_EQ(forgotten_, 1);
}

TEST_F(ModelsOnDemand, HaveOnlyTheRolesOfTheRecord) {
  ModelsRecord record = record_of(world_.models());
  record.roles.erase("judge");
  record.roles.erase("captioner");
  const Models models = on_demand(record);
  EXPECT_EQ(models.judge, nullptr);
  EXPECT_EQ(models.captioner, nullptr);
  EXPECT_NE(models.embedder, nullptr);
}

}  // namespace
}  // namespace scotoma
