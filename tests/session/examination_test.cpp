// SPDX-License-Identifier: Apache-2.0
#include "scotoma/session/examination.h"

#include <gtest/gtest.h>

#include <map>

#include "e2e/program.h"
#include "fake/folder.h"
#include "scotoma/study/read.h"

namespace scotoma {
namespace {

/// A second passes whenever somebody looks.
class TickingClock : public Clock {
 public:
  double seconds() override { return ++ticks_; }

 private:
  double ticks_ = 0;
};

TEST(Examination, TimesOneBatchOfEachRoleAndTellsPartAfterPart) {
  const fake::Folder folder;
  auto study = read_study(folder.write("study.toml", e2e::small_study({{"images = 400", "images = 800"}})));
  ASSERT_TRUE(study.ok()) << study.error().message;
  study->engine.threads = 1;
  TickingClock clock;
  std::vector<std::string> parts;
  std::map<std::string, std::string> works;
  const auto done = Examination(*study, clock).run([&](const char* part, const Result<Health>& health) {
    parts.emplace_back(part);
    if (health.ok()) works[part] = health->works;
  });
  ASSERT_TRUE(done.ok()) << done.error().message;
  EXPECT_EQ(parts,
            (std::vector<std::string>{"generator", "classifier", "captioner", "embedder", "judge", "budget", "time"}));
  // A second for 8 images, of the judge for 16: 100 s + 100 s + 50 s, and 8 s + 16 s of the 64 baseline images.
  EXPECT_EQ(works["time"].substr(0, works["time"].find(", longer")),
            "about 5 minutes here for all 800 images (generator 36\u00A0%, classifier 36\u00A0%, judge 18\u00A0%, "
            "captioner 6\u00A0%, embedder 3\u00A0%)");
}

TEST(Examination, EstimatesNothingWhereAModelIsMissing) {
  const fake::Folder folder;
  auto study = read_study(folder.write("study.toml", e2e::small_study()));
  ASSERT_TRUE(study.ok()) << study.error().message;
  study->captioner.model = folder / "nothing";
  TickingClock clock;
  std::string time;
  ASSERT_TRUE(Examination(*study, clock)
                  .run([&](const char* part, const Result<Health>& health) {
                    if (part == std::string("time")) time = health.ok() ? health->works : health.error().message;
                  })
                  .ok());
  EXPECT_EQ(time, "is estimated when all models are well");
}

}  // namespace
}  // namespace scotoma
