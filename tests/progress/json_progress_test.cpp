// SPDX-License-Identifier: Apache-2.0
#include "scotoma/progress/json_progress.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <sstream>

#include "fake/recorder.h"
#include "progress/captured.h"
#include "scotoma/progress/progress.h"

namespace scotoma {
namespace {

using nlohmann::ordered_json;

std::vector<ordered_json> parsed(const std::string& text) {
  std::vector<ordered_json> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(ordered_json::parse(line));
  return lines;
}

class JsonProgressTest : public testing::Test {
 protected:
  std::string line(const Event& event) {
    progress_.on(event);
    return captured_.take();
  }

  Captured captured_;
  fake::SetClock clock_;
  JsonProgress progress_{captured_.file(), clock_};
};

TEST_F(JsonProgressTest, EveryEventIsALineWithItsNameFirst) {
  clock_.now += 1.25;
  EXPECT_EQ(line(StageBegan{Stage::cross_check}),
            "{\"event\":\"stage\",\"seconds\":1.25,\"stage\":\"cross-check\","
            "\"sentence\":\"trying confirmed phrases on other labels\"}\n");
  EXPECT_EQ(line(StepBegan{"trying a confirmed phrase on other labels"}),
            "{\"event\":\"step\",\"seconds\":1.25,\"sentence\":\"trying a confirmed phrase on other labels\","
            "\"stage\":\"cross-check\"}\n");
  EXPECT_EQ(line(ImagesSpent{0, 50}), "{\"event\":\"images\",\"seconds\":1.25,\"images\":0,\"budget\":50}\n");
  clock_.now += 2;
  EXPECT_EQ(line(WorkAdvanced{4, 8, WorkUnit::images}),
            "{\"event\":\"progress\",\"seconds\":3.25,\"done\":4,\"total\":8,\"unit\":\"images\","
            "\"stage\":\"cross-check\",\"images\":4,\"budget\":50,\"seconds_left_at_most\":23.0}\n");
  EXPECT_EQ(line(AnswersRecalled{3, 7}), "{\"event\":\"recalled\",\"seconds\":3.25,\"images\":3,\"answers\":7}\n");
  EXPECT_EQ(line(HypothesisChanged{2, "fly-on-a-flower", "fly", "on a flower", std::nullopt}),
            "{\"event\":\"hypothesis\",\"seconds\":3.25,\"number\":2,\"id\":\"fly-on-a-flower\",\"label\":\"fly\","
            "\"phrase\":\"on a flower\",\"status\":\"open\"}\n");
  const Rate rate{9, 10, 1, 0.5, 0.25, 0.75};
  EXPECT_EQ(line(BugConfirmed{2, "fly-on-a-flower", "fly", "on a flower", Direction::fails, rate, 12.5, ""}),
            "{\"event\":\"bug\",\"seconds\":3.25,\"number\":2,\"id\":\"fly-on-a-flower\",\"label\":\"fly\","
            "\"phrase\":\"on a flower\",\"direction\":\"fails\",\"events\":9,\"valid\":10,\"invalid\":1,\"rate\":0.5,"
            "\"low\":0.25,\"high\":0.75,\"log_e_value\":12.5,\"predicted\":null}\n");
  EXPECT_EQ(line(RunFinished{40, 50, 1, {30, 10, 5, 6}}),
            "{\"event\":\"finished\",\"seconds\":3.25,\"images\":40,\"budget\":50,\"bugs\":1,\"images_generated\":30,"
            "\"images_recalled\":10,\"answers_computed\":5,\"answers_recalled\":6,\"replayed\":false}\n");
}

TEST_F(JsonProgressTest, WorkHasTenLinesASecondAtMostAndItsLastAlways) {
  std::string text;
  for (std::size_t done = 1; done <= 1000; ++done) {
    clock_.now += 0.001;
    text += line(WorkAdvanced{done, 1000, WorkUnit::answers});
  }
  const auto lines = parsed(text);
  EXPECT_LE(lines.size(), 12U);
  EXPECT_GE(lines.size(), 9U);
  EXPECT_EQ(lines.back()["done"], 1000);
  EXPECT_TRUE(lines.back()["seconds_left_at_most"].is_null());
}

TEST_F(JsonProgressTest, TextsAreOneLineOfPrintableUtf8) {
  const std::string hostile = "a\xff\n\x1b[2J\xe2\x80\xae\"b";
  const std::string text = line(StepBegan{hostile}) + line(HypothesisChanged{0, hostile, hostile, hostile, {}}) +
                           line(BugConfirmed{0, hostile, hostile, hostile, Direction::fails, {}, 0, hostile});
  EXPECT_EQ(text.find('\x1b'), std::string::npos) << text;
  EXPECT_EQ(text.find("\xe2\x80\xae"), std::string::npos) << text;
  EXPECT_EQ(text.find('\xff'), std::string::npos) << text;
  const auto lines = parsed(text);
  ASSERT_EQ(lines.size(), 3U);
  EXPECT_EQ(lines[0]["sentence"], "a\xef\xbf\xbd\n\x1b[2J\xe2\x80\xae\"b");
}

TEST(Progress, NoneWritesNothing) {
  Captured captured;
  fake::SetClock clock;
  const auto none = make_progress(ProgressStyle::none, {captured.file()}, clock);
  none->on(StepBegan{"exploring"});
  none->on(AnswersRecalled{1, 1});
  EXPECT_EQ(captured.take(), "");
  make_progress(ProgressStyle::json, {captured.file()}, clock)->on(AnswersRecalled{1, 1});
  EXPECT_EQ(captured.take().front(), '{');
  make_progress(ProgressStyle::text, {captured.file()}, clock)->on(AnswersRecalled{1, 1});
  EXPECT_EQ(captured.take().substr(0, 10), "  resumed:");
}

}  // namespace
}  // namespace scotoma
