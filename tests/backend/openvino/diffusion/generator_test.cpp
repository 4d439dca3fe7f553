// SPDX-License-Identifier: Apache-2.0
#include "scotoma/backend/openvino/diffusion/generator.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <thread>

#include "fake/places.h"
#include "scotoma/backend/openvino/ports.h"
#include "scotoma/backend/registry.h"
#include "scotoma/core/parallel.h"

namespace scotoma {
namespace {

namespace fs = std::filesystem;
const fs::path kFolder = kRoot / "world/generator";

GeneratorOptions options(double guidance = 1, int batch = 3) {
  GeneratorOptions out;
  out.model = kFolder;
  out.steps = 2;
  out.guidance = guidance;
  out.batch = batch;
  return out;
}

std::unique_ptr<Generator> load(const GeneratorOptions& wanted, const EngineOptions& engine = {Precision::f32, 1}) {
  auto out = load_generator(wanted, engine);
  EXPECT_TRUE(out.ok()) << out.error().message;
  return out.ok() ? std::move(out).value() : nullptr;
}

const std::vector<GenerationRequest> kRequests = {
    {"a photo of a fly", 1}, {"a photo of a bee on a flower", 1},  {"a photo of a fly", 2}, {"", 3},
    {"a photo of a cat", 1}, {"a photo of a fly on the grass", 9}, {"a photo of a fly", 1}};

std::vector<Image> generate(Generator& generator, std::span<const GenerationRequest> requests) {
  auto out = generator.generate(requests);
  EXPECT_TRUE(out.ok()) << out.error().message;
  return out.ok() ? std::move(out).value() : std::vector<Image>(requests.size());
}

TEST(OpenvinoGenerator, AnImageIsAFunctionOfItsPromptAndSeedAlone) {
  for (const Precision precision : {Precision::f32, Precision::bf16}) {
    for (const double guidance : {1.0, 3.0}) {
      const auto one = load(options(guidance), {precision, 1});
      const auto two = load(options(guidance), {precision, 2});
      ASSERT_TRUE(one && two);
      EXPECT_EQ(one->fingerprint(), two->fingerprint());
      const std::vector<Image> all = generate(*one, kRequests);
      ASSERT_EQ(all.size(), kRequests.size());
      EXPECT_EQ(all[0], all[6]);  // another place in another batch
      EXPECT_NE(all[0], all[2]);
      for (std::size_t i = 0; i < kRequests.size(); ++i) {
        EXPECT_EQ(generate(*two, std::span(kRequests).subspan(i, 1))[0], all[i])
            << name_of(precision) << " image " << i;
      }
      std::vector<std::vector<Image>> parallel(4);
      std::vector<std::thread> threads;
      for (auto& mine : parallel) threads.emplace_back([&] { mine = generate(*two, kRequests); });
      for (auto& thread : threads) thread.join();
      for (const auto& mine : parallel) EXPECT_EQ(mine, all) << name_of(precision);
      EXPECT_GT(two->engine_seconds(), 0);
    }
  }
}

TEST(OpenvinoGenerator, GuidanceAndNegativePromptChangeImageAndFingerprint) {
  const auto plain = load(options(3));
  GeneratorOptions wanted = options(3);
  wanted.negative_prompt = "a photo of a cow";
  const auto other = load(wanted);
  EXPECT_NE(plain->fingerprint(), other->fingerprint());
  EXPECT_NE(generate(*plain, std::span(kRequests).first(1)), generate(*other, std::span(kRequests).first(1)));
  wanted = options(1);
  const std::string base = load(wanted)->fingerprint();
  wanted.negative_prompt = "without guidance it says nothing";
  EXPECT_EQ(load(wanted)->fingerprint(), base);
  wanted.scheduler = SchedulerKind::euler;
  EXPECT_NE(load(wanted)->fingerprint(), base);
  EXPECT_NE(load(wanted)->describe().find("Euler, 2 steps, guidance 1, 64 x 64, f32"), std::string::npos);
}

/// Fresh noise at every step must not depend on what else is in the batch, nor on the rows that fill it up.
TEST(OpenvinoGenerator, EverySchedulerGeneratesTheSameImageAloneAndInABatch) {
  std::vector<std::string> fingerprints;
  for (const auto& kind : names_of(SchedulerKind{})) {
    GeneratorOptions wanted = options();
    wanted.scheduler = kind.value;
    wanted.steps = 4;
    const auto generator = load(wanted);
    ASSERT_NE(generator, nullptr) << kind.name;
    const std::vector<Image> all = generate(*generator, kRequests);
    EXPECT_EQ(all[0], all[6]) << kind.name;
    EXPECT_NE(all[0], all[2]) << kind.name;
    EXPECT_EQ(generate(*generator, std::span(kRequests).subspan(4, 1))[0], all[4]) << kind.name;
    EXPECT_EQ(std::count(fingerprints.begin(), fingerprints.end(), generator->fingerprint()), 0) << kind.name;
    fingerprints.push_back(generator->fingerprint());
  }
}

/// With the same networks, and with others where it is of another size.
TEST(OpenvinoGenerator, BesideAnotherGivesWhatItGivesAlone) {
  const auto engine = *Engine::create({Precision::f32, 1});
  GeneratorOptions wanted = options();
  wanted.steps = 4;
  const auto full = OpenvinoGenerator::load(engine, wanted);
  ASSERT_TRUE(full.ok()) << full.error().message;
  const auto before = generate(**full, kRequests);
  for (const int size : {0, 32}) {
    GeneratorOptions cheaper = options();
    cheaper.width = cheaper.height = size;
    const auto draft = OpenvinoGenerator::load_beside(**full, cheaper);
    ASSERT_TRUE(draft.ok()) << draft.error().message;
    const auto alone = load(cheaper);
    EXPECT_EQ((*draft)->fingerprint(), alone->fingerprint());
    EXPECT_EQ((*draft)->describe(), alone->describe());
    const auto images = generate(**draft, kRequests);
    EXPECT_EQ(images, generate(*alone, kRequests));
    EXPECT_EQ(images.front().width, size == 0 ? 64 : 32);
    EXPECT_EQ((*draft)->engine_seconds() > 0, size != 0) << "the time of shared networks counts once";
  }
  EXPECT_EQ(generate(**full, kRequests), before);
}

TEST(OpenvinoGenerator, EtaIsFreshNoiseAndPartOfTheFingerprint) {
  GeneratorOptions wanted = options();
  wanted.scheduler = SchedulerKind::ddim;
  const auto without = load(wanted);
  wanted.eta = 0.5;
  const auto with = load(wanted);
  EXPECT_NE(without->fingerprint(), with->fingerprint());
  EXPECT_NE(generate(*without, std::span(kRequests).first(1)), generate(*with, std::span(kRequests).first(1)));
}

TEST(OpenvinoGenerator, NoImageDependsOnHowManyBatchesAreGeneratedAtOnce) {
  GeneratorOptions wanted = options();
  const auto usual = load(wanted, {Precision::f32, 4});
  wanted.streams = 1;
  const auto one = load(wanted, {Precision::f32, 4});
  ASSERT_TRUE(usual && one);
  EXPECT_EQ(one->concurrency(), std::optional<std::size_t>(1));
  EXPECT_EQ(usual->concurrency(), std::nullopt);  // small images: as many as there are threads
  EXPECT_EQ(one->fingerprint(), usual->fingerprint());
  const std::vector<Image> all = generate(*usual, kRequests);
  std::vector<std::vector<Image>> parallel(3);
  std::vector<std::thread> threads;
  for (auto& mine : parallel) threads.emplace_back([&] { mine = generate(*one, kRequests); });
  for (auto& thread : threads) thread.join();
  for (const auto& mine : parallel) EXPECT_EQ(mine, all);
  EXPECT_EQ(usual->needs(), "");
}

/// Two threads add in another order than one.
TEST(OpenvinoGenerator, ThreadsOfABatchAreInTheFingerprintAndMustBeThere) {
  GeneratorOptions wanted = options();
  const std::string usual = load(wanted, {Precision::f32, 2})->fingerprint();
  wanted.threads = 2;
  if (thread_count(0) >= 2) {
    const auto two = load(wanted, {Precision::f32, 2});
    ASSERT_NE(two, nullptr);
    EXPECT_NE(two->fingerprint(), usual);
    EXPECT_EQ(generate(*two, kRequests), generate(*two, kRequests));
  }
  for (const auto& [threads, lent] : {std::pair(2, 1), std::pair(1000, 1000)}) {
    wanted.threads = threads;
    const auto out = load_generator(wanted, {Precision::f32, lent});
    ASSERT_FALSE(out.ok());
    EXPECT_EQ(out.error().code, Code::bad_input);
    EXPECT_NE(out.error().message.find("threads for one batch are more than there are"), std::string::npos)
        << out.error().message;
  }
}

/// By way of AUTO the engine would lack what keeps it from crashing on such small networks.
TEST(OpenvinoGenerator, IsTheSameOnADeviceThatIsTheCpuByAnotherName) {
  EngineOptions engine{Precision::f32, 1};
  engine.device = "AUTO:CPU";
  const auto by_auto = load(options(), engine);
  const auto by_cpu = load(options(), {Precision::f32, 1});
  ASSERT_TRUE(by_auto && by_cpu);
  EXPECT_EQ(by_auto->fingerprint(), by_cpu->fingerprint());
  EXPECT_EQ(generate(*by_auto, std::span(kRequests).first(1)), generate(*by_cpu, std::span(kRequests).first(1)));
}

TEST(OpenvinoGenerator, IllFormedPromptsAreRefused) {
  const auto generator = load(options());
  const auto bad = generator->generate(std::vector<GenerationRequest>{{"a \xFF", 1}});
  ASSERT_FALSE(bad.ok());
  EXPECT_NE(bad.error().message.find("UTF-8"), std::string::npos);
}

TEST(OpenvinoGenerator, APromptThatDoesNotFitIsRefusedAndNamed) {
  const auto generator = load(options());
  std::string prompt = "a photo of a fly";
  for (int i = 0; i < 200; ++i) prompt += " on a flower";
  const auto out = generator->generate(std::vector<GenerationRequest>{{prompt, 1}});
  ASSERT_FALSE(out.ok());
  EXPECT_EQ(out.error().code, Code::bad_input);
  EXPECT_NE(out.error().message.find("takes "), std::string::npos) << out.error().message;
  EXPECT_NE(out.error().message.find("on a flower' "), std::string::npos) << out.error().message;
}

/// A copy of the folder that a test may break.
class BrokenFolder : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = fs::path(testing::TempDir()) / ("broken_" + std::to_string(getpid()));
    fs::remove_all(folder_);
    fs::copy(kFolder, folder_, fs::copy_options::recursive);
  }
  void TearDown() override { fs::remove_all(folder_); }

  void expect_refused(const std::string& part) {
    GeneratorOptions wanted = options();
    wanted.model = folder_;
    const auto out = load_generator(wanted, {Precision::f32, 1});
    ASSERT_FALSE(out.ok());
    EXPECT_EQ(out.error().code, Code::bad_input);
    EXPECT_NE(out.error().message.find(part), std::string::npos) << out.error().message;
    EXPECT_NE(out.error().message.find(folder_.filename().string()), std::string::npos) << out.error().message;
  }
  void write(const std::string& file, const std::string& text) { std::ofstream(folder_ / file) << text; }

  fs::path folder_;
};

TEST_F(BrokenFolder, AMissingOrTruncatedPartIsNamed) {
  fs::resize_file(folder_ / "unet/openvino_model.bin", 1000);
  expect_refused("unet/openvino_model.xml");
  fs::resize_file(folder_ / "unet/openvino_model.xml", 1000);
  expect_refused("unet/openvino_model.xml");
  fs::remove(folder_ / "unet/openvino_model.xml");
  expect_refused("unet/openvino_model.xml: no such model file");
  fs::remove(folder_ / "model_index.json");
  expect_refused("model_index.json");
}

TEST_F(BrokenFolder, WhatIsNotStableDiffusionOneIsRefused) {
  write("scheduler/scheduler_config.json", R"({"_class_name": "FlowMatchEulerDiscreteScheduler"})");
  expect_refused("FlowMatchEulerDiscreteScheduler");
  write("scheduler/scheduler_config.json", "{\"_class_name\": \"DDIMScheduler\",\n \"clip_sample\": }");
  expect_refused("scheduler_config.json:2: not JSON");
  write("model_index.json", R"({"_class_name": "StableDiffusionXLPipeline", "text_encoder_2": []})");
  expect_refused("StableDiffusionXLPipeline");
}

TEST_F(BrokenFolder, AnOldSchedulersFileIsMendedAsDiffusersDoesAndThatIsSaid) {
  write("scheduler/scheduler_config.json", R"({"_class_name": "DDIMScheduler", "prediction_type": "v_prediction"})");
  GeneratorOptions wanted = options();
  wanted.model = folder_;
  const auto generator = load(wanted);
  ASSERT_NE(generator, nullptr);
  EXPECT_NE(generator->describe().find("with clip_sample false and steps_offset 1, as diffusers'"), std::string::npos)
      << generator->describe();
}

TEST_F(BrokenFolder, PartsThatDoNotBelongTogetherAreRefused) {
  for (const char* end : {"xml", "bin"}) {
    fs::copy_file(folder_ / (std::string("vae_decoder/openvino_model.") + end),
                  folder_ / (std::string("text_encoder/openvino_model.") + end), fs::copy_options::overwrite_existing);
  }
  expect_refused("has no input 'input_ids'");
}

TEST_F(BrokenFolder, ATokenizerOfMoreWordsThanTheTextEncoderIsRefused) {
  const fs::path few = kModels / "roles/text_states_few_words";
  for (const char* end : {".xml", ".bin"}) {
    fs::copy_file(few.string() + end, folder_ / (std::string("text_encoder/openvino_model") + end),
                  fs::copy_options::overwrite_existing);
  }
  expect_refused("is outside the vocabulary of 5 words");
}

TEST(EmbeddingRows, AreFoundInARealTextEncodersGraph) {
  const auto engine = Engine::create({Precision::f32, 1}).value();
  const auto model = engine->read(kFolder / "text_encoder/openvino_model.xml").value();
  EXPECT_GT(embedding_rows(*model, "input_ids").value_or(0), 100U);
  EXPECT_FALSE(embedding_rows(*model, "no_such_input"));
}

TEST_F(BrokenFolder, JsonOfAnotherShapeThanExpectedIsRefused) {
  for (const char* size :
       {"-1", "0", "100000", "1e300", "1.5", "true", "\"16\"", "[16]", "[16, -1]", "[1, 2, 3]", "{}"}) {
    write("unet/config.json", std::string(R"({"sample_size": )") + size + "}");
    expect_refused("'sample_size' must be a number");
  }
  write("unet/config.json", "{}");
  expect_refused("'sample_size' is missing");
  write("vae_decoder/config.json", R"({"scaling_factor": "1"})");
  write("unet/config.json", R"({"sample_size": 16})");
  expect_refused("'scaling_factor' has an unexpected type");
  write("model_index.json", R"({"_class_name": ["SDXL"], "transformer": []})");
  expect_refused("'_class_name' has an unexpected type");
  write("model_index.json", "[]");
  expect_refused("a JSON object is expected");
}

TEST_F(BrokenFolder, ALoopOfLinksIsRefused) {
  fs::remove(folder_ / "unet/openvino_model.xml");
  fs::create_symlink("openvino_model.xml", folder_ / "unet/openvino_model.xml");
  expect_refused("unet/openvino_model.xml: no such model file");
}

/// Larger images than the decoder is given a whole batch of.
TEST_F(BrokenFolder, AnImageDoesNotDependOnHowTheDecoderIsFed) {
  write("unet/config.json", R"({"sample_size": 32})");
  GeneratorOptions wanted = options(1, 6);  // decoded three and three
  wanted.model = folder_;
  const auto generator = load(wanted);
  ASSERT_NE(generator, nullptr);
  const std::vector<Image> all = generate(*generator, kRequests);
  EXPECT_EQ(all[0].width, 128);
  EXPECT_EQ(all[0], all[6]);
  for (std::size_t i = 0; i < kRequests.size(); ++i) {
    EXPECT_EQ(generate(*generator, std::span(kRequests).subspan(i, 1))[0], all[i]) << i;
  }
}

/// Euler's linspace has timesteps between the whole ones; the U-Net's port is of i64 and read as f32.
TEST_F(BrokenFolder, TheNetworkIsToldFractionalTimesteps) {
  const auto with_train_timesteps = [&](int steps) {
    write("scheduler/scheduler_config.json",
          R"({"_class_name": "EulerDiscreteScheduler", "prediction_type": "v_prediction", "num_train_timesteps": )" +
              std::to_string(steps) + "}");
    GeneratorOptions wanted = options();
    wanted.model = folder_;
    wanted.steps = 3;  // 999, 499.5 and 0
    return load(wanted);
  };
  const auto engine = Engine::create({Precision::f32, 1}).value();
  const auto unet = engine->read(folder_ / "unet/openvino_model.xml").value();
  ASSERT_EQ(unet->input("timestep").get_element_type(), ov::element::i64);
  EXPECT_TRUE(make_real(*unet, "timestep"));
  EXPECT_EQ(unet->input("timestep").get_element_type(), ov::element::f32);
  const auto generator = with_train_timesteps(1000);
  ASSERT_NE(generator, nullptr);
  generate(*generator, std::span(kRequests).first(1));
}

/// Parts that load, but whose answers are of no use; tried before the first image.
class UselessPart : public BrokenFolder {
 protected:
  void take(const std::string& from, const std::string& part) {
    const fs::path parts = kCases / "models/roles";
    for (const char* end : {".xml", ".bin"}) {
      fs::copy_file(parts / (from + end), folder_ / part / (std::string("openvino_model") + end),
                    fs::copy_options::overwrite_existing);
    }
  }
  void expect_none_generated(Code code, const std::string& part) {
    GeneratorOptions wanted = options();
    wanted.model = folder_;
    const auto generator = load(wanted);
    ASSERT_NE(generator, nullptr);
    for (int i = 0; i < 2; ++i) {
      const auto out = generator->generate(kRequests);
      ASSERT_FALSE(out.ok());
      EXPECT_EQ(out.error().code, code) << out.error().message;
      EXPECT_NE(out.error().message.find(part), std::string::npos) << out.error().message;
    }
  }
};

TEST_F(UselessPart, AUnetWhoseAnswerDependsOnTheBatchGeneratesNothing) {
  take("unet_over_batch", "unet");
  expect_none_generated(Code::bad_input, "unet/openvino_model.xml: its answer to a latent and a prompt depends on");
}

TEST_F(UselessPart, ATextEncoderThatReadsNothingGeneratesNothing) {
  take("prompts_unread", "text_encoder");
  expect_none_generated(Code::bad_input,
                        "text_encoder/openvino_model.xml: gives one answer to 4 very different inputs");
}

TEST_F(UselessPart, ADecoderThatOverflowsToBlackGeneratesNothing) {
  take("vae_black", "vae_decoder");
  expect_none_generated(Code::bad_input, "vae_decoder/openvino_model.xml: gives one answer to 4 very different inputs");
}

TEST_F(UselessPart, ABatchOfOneImageForAllSeedsIsAFailureThatNamesOne) {
  take("unet_to_zero", "unet");
  write("scheduler/scheduler_config.json",
        R"({"_class_name": "DPMSolverMultistepScheduler", "prediction_type": "sample"})");
  expect_none_generated(Code::failed, "the first for prompt 'a photo of a fly', seed 1");
}

TEST_F(BrokenFolder, NanNamesPromptAndSeed) {
  write("vae_decoder/config.json", R"({"scaling_factor": 1e-39})");  // infinite latents for the decoder
  GeneratorOptions wanted = options();
  wanted.model = folder_;
  const auto generator = load(wanted);
  ASSERT_NE(generator, nullptr);
  const auto out = generator->generate(std::vector<GenerationRequest>{{"a photo of a fly", 77}});
  ASSERT_FALSE(out.ok());
  EXPECT_EQ(out.error().code, Code::failed);
  EXPECT_NE(out.error().message.find("prompt 'a photo of a fly', seed 77"), std::string::npos) << out.error().message;
}

}  // namespace
}  // namespace scotoma
