// SPDX-License-Identifier: Apache-2.0
// What a run says while it works, and in which style.
#include <gtest/gtest.h>
#include <signal.h>

#include <nlohmann/json.hpp>
#include <sstream>

#include "e2e/program.h"
#include "fake/folder.h"
#include "fake/places.h"

namespace scotoma::e2e {
namespace {

using nlohmann::ordered_json;

std::vector<ordered_json> events_of(const std::string& text) {
  std::vector<ordered_json> events;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) {
    events.push_back(ordered_json::parse(line, nullptr, false));
    EXPECT_TRUE(events.back().is_object()) << line;
    if (!events.back().is_object() || events.back().empty()) return {};
    EXPECT_EQ(events.back().items().begin().key(), "event") << line;
    for (const auto& [key, value] : events.back().items()) EXPECT_FALSE(value.is_structured()) << line;
  }
  return events;
}

std::vector<ordered_json> of_kind(const std::vector<ordered_json>& events, const std::string& kind) {
  std::vector<ordered_json> some;
  for (const auto& event : events) {
    if (event["event"] == kind) some.push_back(event);
  }
  return some;
}

class ProgressOf : public testing::Test {
 protected:
  Outcome find(const std::string& out, const std::vector<std::string>& more, const Circumstances& circumstances = {}) {
    std::vector<std::string> arguments = {"find", study_.string(), "--out", (folder_ / out).string()};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return run(arguments, circumstances);
  }

  /// A run that is killed when so many answers are kept.
  void kill_at(const std::string& out, int answers) {
    const Outcome killed = find(out, {"--quiet", "--threads", "2"},
                                {.stop_when = [&] { return answers_in(folder_ / out) >= answers; }, .signal = SIGKILL});
    ASSERT_EQ(killed.signal, SIGKILL) << killed.errors;
  }

  ordered_json run_json(const std::string& out) { return ordered_json::parse(read_file(folder_ / out / "run.json")); }

  fake::Folder folder_;
  std::filesystem::path study_ = folder_.write("study.toml", small_study());
};

TEST_F(ProgressOf, ARunAsJsonTellsItsStagesInOrderAndEndsWithItsCounts) {
  const Outcome outcome = find("out", {"--progress", "json"});
  ASSERT_EQ(outcome.code, 0) << outcome.errors;
  const auto events = events_of(outcome.errors);
  ASSERT_FALSE(events.empty());
  std::vector<std::string> told;
  for (const auto& stage : of_kind(events, "stage")) told.push_back(stage["stage"]);
  std::vector<std::string> timed;
  const auto facts = run_json("out");
  for (const auto& stage : facts["stages"]) timed.push_back(stage["name"]);
  EXPECT_EQ(told, timed);
  EXPECT_EQ(told.size(), 9U);
  EXPECT_FALSE(of_kind(events, "progress").empty());
  double before = 0;
  for (const auto& event : events) {
    EXPECT_GE(event["seconds"], before) << event;
    before = event["seconds"];
  }
  const std::string page = read_file(kRoot / "docs/progress.md");
  for (const auto& event : events) {
    EXPECT_NE(page.find("| `" + event["event"].get<std::string>() + "` |"), std::string::npos) << event;
    for (const auto& [key, value] : event.items()) EXPECT_NE(page.find("`" + key + "`"), std::string::npos) << key;
  }
  const auto& last = events.back();
  EXPECT_EQ(last["event"], "finished");
  EXPECT_EQ(last["images_generated"], facts["roles"]["generator"]["computed"]);
  EXPECT_EQ(last["images_recalled"], 0);
  EXPECT_EQ(last["replayed"], false);
  EXPECT_EQ(of_kind(events, "images").back()["images"], last["images"]);
  const auto bugs = ordered_json::parse(read_file(folder_ / "out/bugs.json"));
  EXPECT_EQ(of_kind(events, "bug").size(), last["bugs"]);
  EXPECT_EQ(bugs["findings"]["bugs"].get<int>() + bugs["findings"]["exceptions"].get<int>(), last["bugs"]);
}

TEST_F(ProgressOf, AResumedRunSaysWhatItRecalled) {
  kill_at("json", 200);
  const Outcome as_json = find("json", {"--progress", "json"});
  ASSERT_EQ(as_json.code, 0) << as_json.errors;
  const auto events = events_of(as_json.errors);
  ASSERT_EQ(of_kind(events, "recalled").size(), 1U) << as_json.errors;
  const ordered_json recalled = of_kind(events, "recalled").front();
  EXPECT_GT(recalled["images"], 0);
  EXPECT_GT(recalled["answers"], 0);
  EXPECT_GT(events.back()["images_generated"], 0);
  EXPECT_EQ(events.back()["images_recalled"], run_json("json")["roles"]["generator"]["recalled"]);
  EXPECT_GE(events.back()["images_recalled"], recalled["images"]);
  EXPECT_NE(as_json.output.find("generated in this run, "), std::string::npos) << as_json.output;

  kill_at("text", 200);
  const Outcome as_text = find("text", {});
  ASSERT_EQ(as_text.code, 0) << as_text.errors;
  EXPECT_NE(as_text.errors.find("\n  resumed: "), std::string::npos) << as_text.errors;
  EXPECT_NE(as_text.errors.find(" recalled from the cache\n"), std::string::npos) << as_text.errors;
  EXPECT_EQ(read_file(folder_ / "text/bugs.json"), read_file(folder_ / "json/bugs.json"));
}

TEST_F(ProgressOf, AFinishedStudySaysThatItIsReplayed) {
  finished_study(folder_);
  const Outcome replayed = find("out", {"--progress", "json"});
  ASSERT_EQ(replayed.code, 0) << replayed.errors;
  EXPECT_NE(replayed.output.find("  Replayed: all "), std::string::npos) << replayed.output;
  EXPECT_NE(replayed.output.find(" were in the cache; no model was asked."), std::string::npos) << replayed.output;
  const auto events = events_of(replayed.errors);
  ASSERT_FALSE(events.empty());
  EXPECT_EQ(events.back()["replayed"], true);
  EXPECT_TRUE(of_kind(events, "progress").empty());
  EXPECT_TRUE(of_kind(events, "recalled").empty()) << "the end says it";
}

TEST_F(ProgressOf, ALogBeginsWithItsStageAndTheBudget) {
  finished_study(folder_);
  const Outcome log = find("out", {"--progress", "text"});
  EXPECT_TRUE(log.errors.starts_with("  sample: baseline rates of 2 labels; budget: 0 of 400 images\n")) << log.errors;
  EXPECT_EQ(find("out", {"--progress", "none"}).errors, "");
  EXPECT_EQ(find("out", {"--quiet"}).errors, "");
}

TEST_F(ProgressOf, WhatGoesWrongIsSaidAsEver) {
  const Outcome wrong = run({"find", (folder_ / "no.toml").string(), "--progress", "json"});
  EXPECT_EQ(wrong.code, 2);
  EXPECT_TRUE(wrong.errors.starts_with("scotoma: ")) << wrong.errors;
  EXPECT_EQ(find("out", {"--progress", "xml"}).code, 2);
  EXPECT_EQ(find("out", {"--progress", "json", "--quiet"}).code, 2) << "one or the other";
}

TEST_F(ProgressOf, TheOtherVerbsHaveItToo) {
  const Finished done = finished_study(folder_);
  const auto events = [&](std::vector<std::string> arguments) {
    arguments.insert(arguments.begin() + 1, done.study);
    arguments.insert(arguments.end(), {"--progress", "json"});
    const Outcome outcome = run(arguments);
    std::string kept;  // notes for people are no events
    std::istringstream stream(outcome.errors);
    for (std::string line; std::getline(stream, line);) kept += line.starts_with("{") ? line + "\n" : "";
    const auto all = events_of(kept);
    EXPECT_FALSE(all.empty()) << arguments.front() << ": " << outcome.errors;
    return all.empty() ? ordered_json::object() : of_kind(all, "stage").front();
  };
  const std::string out = done.out.string();
  const std::string model = kWorldText + "/classifiers/resnet_balanced.onnx";
  EXPECT_EQ(events({"probe", "--out", out, "--label", "fly", "on a flower"})["stage"], "sample");
  EXPECT_EQ(events({"transfer", "--out", out, "--classifier", model})["stage"], "transfer");
  EXPECT_EQ(events({"check", "--out", out, "--against", model})["stage"], "check");
  EXPECT_EQ(events({"export", "--out", out, "--format", "jsonl", "--to", (folder_ / "set").string()})["stage"],
            "export");
  EXPECT_EQ(events({"generate", "a fly", "--seed", "1", "--to", (folder_ / "a.png").string()})["stage"], "generate");
}

}  // namespace
}  // namespace scotoma::e2e
