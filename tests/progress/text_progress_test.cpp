// SPDX-License-Identifier: Apache-2.0
#include "scotoma/progress/text_progress.h"

#include <gtest/gtest.h>

#include "fake/recorder.h"
#include "progress/captured.h"

namespace scotoma {
namespace {

WorkAdvanced generated(std::size_t done, std::size_t total) { return {done, total, WorkUnit::images}; }

TEST(TextProgress, ALogHasALineEveryTenSecondsAndNoMore) {
  Captured log;
  fake::SetClock clock;
  TextProgress progress({log.file()}, clock);
  progress.on(ImagesSpent{0, 2000});
  progress.on(StageBegan{Stage::sample});
  progress.on(StepBegan{"baseline rates of 2 labels"});
  EXPECT_EQ(log.take(), "  sample: baseline rates of 2 labels; budget: 0 of 2,000 images\n");
  for (std::size_t second = 1; second < 10; ++second) {
    clock.now += 1;
    progress.on(generated(second, 400));
    progress.on(StepBegan{"quick steps have no line either"});
  }
  EXPECT_EQ(log.take(), "");
  clock.now += 1;
  progress.on(StepBegan{"more baseline images of 1 label"});
  progress.on(generated(10, 400));
  EXPECT_EQ(log.take(), "  sample: more baseline images of 1 label; budget: 9 of 2,000 images; at most 37 min left\n")
      << "1,991 images at 10 s for 9";
  clock.now += 10;
  progress.on(generated(20, 400));
  EXPECT_EQ(log.take(),
            "  sample: more baseline images of 1 label; 20 of 400 images; budget: 20 of 2,000 images; "
            "at most 33 min left\n");
}

TEST(TextProgress, ALogOfWorkWithoutStepsNamesTheStage) {
  Captured log;
  fake::SetClock clock;
  TextProgress progress({log.file()}, clock);
  progress.on(StageBegan{Stage::export_dataset});
  clock.now += 4;
  progress.on(generated(40, 100));
  EXPECT_EQ(log.take(), "  export: writing the dataset; 40 of 100 images; about 6 s left of this step\n");
}

TEST(TextProgress, ATerminalHasALineAStepAndOneThatMoves) {
  Captured screen;
  fake::SetClock clock;
  {
    TextProgress progress({screen.file(), true, false}, clock);
    progress.on(ImagesSpent{0, 20000});
    progress.on(StageBegan{Stage::explore});
    progress.on(StepBegan{"exploring 18 phrases, 8 images each"});
    EXPECT_EQ(screen.take(), "  exploring 18 phrases, 8 images each (0 of 20,000 images)\n");
    clock.now += 2;
    progress.on(generated(8, 144));
    EXPECT_EQ(screen.take(), "\r\x1b[K    8 of 144 images  4.0/s  at most 1 h 24 min left");
    clock.now += 0.05;
    progress.on(generated(16, 144));
    EXPECT_EQ(screen.take(), "") << "nobody reads as fast";
    progress.on(generated(144, 144));
    EXPECT_TRUE(screen.take().starts_with("\r\x1b[K    144 of 144 images  "));
    progress.on(StepBegan{"next"});
    EXPECT_EQ(screen.take(), "\r\x1b[K  next (144 of 20,000 images)\n");
    clock.now += 60;
    progress.on(WorkAdvanced{2, 10, WorkUnit::answers});
    EXPECT_NE(screen.take().find("2 of 10 answers  30 s an answer"), std::string::npos);
  }
  EXPECT_EQ(screen.take(), "\r\x1b[K") << "the end leaves half a line";
}

TEST(TextProgress, SaysWhatWasRecalledWhereAnythingWas) {
  Captured log;
  fake::SetClock clock;
  TextProgress progress({log.file()}, clock);
  progress.on(AnswersRecalled{1204, 3310});
  EXPECT_EQ(log.take(), "  resumed: 1,204 images and 3,310 answers recalled from the cache\n");
  progress.on(AnswersRecalled{1, 0});
  EXPECT_EQ(log.take(), "  resumed: 1 image recalled from the cache\n");
}

TEST(TextProgress, SpellsWhatATerminalWouldObey) {
  Captured screen;
  fake::SetClock clock;
  TextProgress progress({screen.file(), true, true}, clock);
  progress.on(StageBegan{Stage::transfer});
  progress.on(StepBegan{"asking \x1b[31mred\n"});
  EXPECT_EQ(screen.take(), "  asking \\x1b[31mred\\n\n");
}

}  // namespace
}  // namespace scotoma
