// SPDX-License-Identifier: Apache-2.0
#include "scotoma/backend/openvino/load_trial.h"

#include <gtest/gtest.h>

#include <fstream>

#include "fake/folder.h"
#include "fake/places.h"
#include "scotoma/backend/openvino/engine.h"

namespace scotoma {
namespace {

namespace fs = std::filesystem;

/// Children that are no children of ours: shell scripts. Each reads one file's name before it does its part.
class LoadTrialTest : public testing::Test {
 protected:
  /// A child that runs `script` after each name; `told` counts the names.
  LoadTrial::Options child(const std::string& script) const {
    return {{"/bin/sh", "-c",
             "while name=$(dd bs=9000 count=1 2>/dev/null) && [ -n \"$name\" ]; do echo >>'" + log_.string() + "'; " +
                 script + "; done"}};
  }
  std::size_t told() const {
    std::ifstream log(log_);
    return static_cast<std::size_t>(std::count(std::istreambuf_iterator<char>(log), {}, '\n'));
  }

  /// The message of a trial that must not pass, which names the file.
  static std::string refusal(const LoadTrial::Options& setting, Code code = Code::bad_input,
                             TrialKind kind = TrialKind::tokenizer) {
    LoadTrial trial(setting);
    const auto passed = trial.pass(kind, "models/openvino_tokenizer.xml", "f");
    if (passed.ok()) return "passed";
    EXPECT_EQ(passed.error().code, code) << passed.error().message;
    return passed.error().message;
  }

  fake::Folder folder_;
  fs::path log_ = folder_ / "log";
  const std::string well_ = "printf l >&0";
};

TEST_F(LoadTrialTest, ACrashBecomesAMessageThatNamesFileLibraryAndRemedy) {
  const std::string message = refusal(child("kill -SEGV $$"));
  EXPECT_TRUE(message.starts_with("models/openvino_tokenizer.xml: crashes the tokenizer library (signal 11)"))
      << message;
  EXPECT_NE(message.find("export it again"), std::string::npos) << message;
  EXPECT_NE(refusal(child("kill -ABRT $$"), Code::bad_input, TrialKind::network).find("OpenVINO's reader (signal 6)"),
            std::string::npos);
  EXPECT_NE(refusal(child("exit 3")).find("exit code 3"), std::string::npos) << "sanitizers end crashes so";
}

TEST_F(LoadTrialTest, AfterACrashOtherFilesAreStillTried) {
  LoadTrial trial(child("case $name in *bad*) kill -SEGV $$;; *) " + well_ + ";; esac"));
  EXPECT_TRUE(trial.pass(TrialKind::network, "a.xml", "1").ok());
  EXPECT_FALSE(trial.pass(TrialKind::network, "bad.xml", "2").ok());
  EXPECT_TRUE(trial.pass(TrialKind::network, "b.xml", "3").ok());
  EXPECT_EQ(told(), 3U);
}

TEST_F(LoadTrialTest, ALackOfMemoryIsNotBlamedOnTheFile) {
  const std::string message = refusal(child("kill -KILL $$"), Code::failed);
  EXPECT_NE(message.find("memory"), std::string::npos) << message;
  EXPECT_EQ(message.find("damaged"), std::string::npos) << message;
}

TEST_F(LoadTrialTest, AChildThatNeverEndsIsEnded) {
  LoadTrial::Options setting = child("exec tail -f /dev/null");
  setting.patience = std::chrono::seconds(0);
  const std::string message = refusal(setting);
  EXPECT_NE(message.find("has not loaded it within 0 s"), std::string::npos) << message;
}

TEST_F(LoadTrialTest, AProgramThatIsNotThereIsToldAndNotPassedOver) {
  EXPECT_NE(refusal({{"/no/such/program"}}, Code::failed).find("/no/such/program: cannot be started"),
            std::string::npos);
}

TEST_F(LoadTrialTest, WhatPassedIsRememberedByItsFingerprintAcrossRuns) {
  LoadTrial::Options setting = child(well_);
  setting.memory = folder_ / "loaded.txt";
  for (int run = 0; run < 2; ++run) {
    LoadTrial trial(setting);
    for (const char* fingerprint : {"1", "2", "1"})
      EXPECT_TRUE(trial.pass(TrialKind::network, "a.xml", fingerprint).ok());
  }
  EXPECT_EQ(told(), 2U);
  folder_.write("loaded.txt", "1\n3\n");  // a line was damaged
  EXPECT_TRUE(LoadTrial(setting).pass(TrialKind::network, "a.xml", "2").ok());
  EXPECT_EQ(told(), 3U);
}

TEST_F(LoadTrialTest, WhatTheChildRefusesIsLeftToTheLoaderAndNotRemembered) {
  LoadTrial::Options setting = child("printf r >&0");
  setting.memory = folder_ / "loaded.txt";
  LoadTrial trial(setting);
  EXPECT_TRUE(trial.pass(TrialKind::network, "a.xml", "1").ok());
  EXPECT_TRUE(trial.pass(TrialKind::network, "a.xml", "1").ok());
  EXPECT_EQ(told(), 2U);
  EXPECT_FALSE(fs::exists(setting.memory));
}

TEST_F(LoadTrialTest, TheProgramsOwnChildLoadsTheWorldsModelsAndRefusesWhatIsNone) {
  LoadTrial::Options setting{{SCOTOMA_PROGRAM, "try-loading"}, folder_ / "loaded.txt"};
  EngineOptions options;
  options.trial = std::make_shared<LoadTrial>(setting);
  const auto engine = *Engine::create(options);
  EXPECT_TRUE(engine->read(kWorld / "classifiers/resnet_skewed.onnx").ok());
  EXPECT_TRUE(engine->read_tokenizer(kWorld / "embedder/openvino_tokenizer.xml", TrialKind::tokenizer).ok());
  EXPECT_TRUE(engine->read_tokenizer(kWorld / "captioner/openvino_detokenizer.xml", TrialKind::detokenizer).ok());
  std::ifstream memory(setting.memory);
  EXPECT_EQ(std::count(std::istreambuf_iterator<char>(memory), {}, '\n'), 3) << "the child refused what is sound";
  const auto broken = engine->read(kModels / "not_a_model.onnx");
  ASSERT_FALSE(broken.ok());
  EXPECT_NE(broken.error().message.find("not_a_model.onnx"), std::string::npos);
}

}  // namespace
}  // namespace scotoma
