// SPDX-License-Identifier: Apache-2.0
// The generator on checkpoints of random weights (tests/sdcpp/random_checkpoint.py). Without the library the refusal
// alone can be tested: the others are for `./dev test --with sdcpp`, which says where the checkpoints are.
#include "scotoma/backend/sdcpp/generator.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <thread>

#include "fake/folder.h"
#include "scotoma/backend/registry.h"

namespace scotoma {
namespace {

namespace fs = std::filesystem;

TEST(SdcppRefusal, SaysHowToBuildWithTheLibrary) {
  const fake::Folder folder;
  GeneratorOptions options;
  options.kind = Backend::sdcpp;
  options.sdcpp.model = folder.write("model.safetensors", "no checkpoint");
  const auto generator = load_generator(options, {Precision::f32, 1});
  ASSERT_FALSE(generator.ok());
  EXPECT_EQ(generator.error().code, Code::bad_input);
  const std::string& message = generator.error().message;
  if (message.find("this program was built without stable-diffusion.cpp") != std::string::npos) {
    EXPECT_NE(message.find("./dev build --with sdcpp"), std::string::npos) << message;
  } else {
    EXPECT_NE(message.find("model.safetensors: stable-diffusion.cpp"), std::string::npos) << message;
  }
}

class Sdcpp : public testing::Test {
 protected:
  void SetUp() override {
    const char* models = std::getenv("SCOTOMA_SDCPP_MODELS");
    if (models == nullptr) GTEST_SKIP() << "for ./dev test --with sdcpp";
    models_ = models;
  }

  /// FLUX.1's layout, a file a part.
  GeneratorOptions parts() const {
    GeneratorOptions options = sized();
    options.guidance = 1;
    options.sdcpp.diffusion_model = models_ / "parts/transformer.safetensors";
    options.sdcpp.clip_l = models_ / "parts/clip_l.safetensors";
    options.sdcpp.taesd = models_ / "parts/tiny_decoder.safetensors";
    return options;
  }

  /// Stable Diffusion 1.x in one file, by a sampler that adds noise.
  GeneratorOptions whole() const {
    GeneratorOptions options = sized();
    options.guidance = 3;
    options.negative_prompt = "blurry";
    options.sdcpp.model = models_ / "whole.safetensors";
    options.sdcpp.taesd = models_ / "tiny_decoder.safetensors";
    return options;
  }

  static GeneratorOptions sized() {
    GeneratorOptions options;
    options.kind = Backend::sdcpp;
    options.steps = 2;
    options.sdcpp.width = 64;
    options.sdcpp.height = 64;
    return options;
  }

  static std::unique_ptr<Generator> load(const GeneratorOptions& options, int threads = 2) {
    auto loaded = load_generator(options, {Precision::f32, threads});
    EXPECT_TRUE(loaded.ok()) << loaded.error().message;
    return loaded.ok() ? std::move(loaded).value() : nullptr;
  }

  static void expect_wrong(const GeneratorOptions& options, const std::string& says) {
    const auto loaded = load_generator(options, {Precision::f32, 2});
    ASSERT_FALSE(loaded.ok());
    EXPECT_EQ(loaded.error().code, Code::bad_input);
    EXPECT_NE(loaded.error().message.find(says), std::string::npos) << loaded.error().message;
  }

  fs::path models_;
};

std::vector<Image> images_of(Generator& generator, const std::vector<GenerationRequest>& requests) {
  auto images = generator.generate(requests);
  EXPECT_TRUE(images.ok()) << images.error().message;
  return images.ok() ? std::move(images).value() : std::vector<Image>(requests.size());
}

TEST_F(Sdcpp, AnImageIsAFunctionOfPromptAndSeed) {
  for (const GeneratorOptions& options : {parts(), whole()}) {
    const auto generator = load(options);
    ASSERT_NE(generator, nullptr);
    const auto images =
        images_of(*generator, {{"a fly", 7}, {"a fly", 8}, {"a fly", 7}, {"a bee", 7}, {"a fly", 7 + (1ULL << 63)}});
    EXPECT_EQ(images[0].width, 64);
    EXPECT_EQ(images[0].rgb.size(), std::size_t{3} * 64 * 64);
    EXPECT_TRUE(images[0] == images[2]) << "what an image is depends on those before it";
    EXPECT_FALSE(images[0] == images[1]);
    EXPECT_FALSE(images[0] == images[3]);
    EXPECT_TRUE(images[0] == images[4]) << "the highest bit of a seed is left out";
    EXPECT_GT(generator->engine_seconds(), 0);
  }
}

TEST_F(Sdcpp, AnImageIsTheSameOnAnyNumberOfThreadsAndFromSeveral) {
  const auto one = load(parts(), 1), two = load(parts(), 2);
  ASSERT_TRUE(one && two);
  EXPECT_EQ(one->fingerprint(), two->fingerprint());
  const Image alone = images_of(*one, {{"a fly", 7}}).front();
  std::vector<std::vector<Image>> from(3);
  {
    std::vector<std::jthread> callers;
    for (std::size_t i = 0; i < from.size(); ++i) {
      callers.emplace_back([&, i] { from[i] = images_of(i == 0 ? *one : *two, {{"a cat", i}, {"a fly", 7}}); });
    }
  }
  for (const auto& images : from) EXPECT_TRUE(images[1] == alone);
}

TEST_F(Sdcpp, OptionsThatChangeImagesAreInTheFingerprint) {
  const auto longer = [&] {  // in two steps all samplers are alike
    GeneratorOptions options = parts();
    options.steps = 4;
    return options;
  };
  const auto first = load(longer());
  ASSERT_NE(first, nullptr);
  const std::string usual = first->fingerprint();
  EXPECT_EQ(usual.size(), 64U);
  const Image image = images_of(*first, {{"a fly", 7}}).front();
  const auto changed = [&](auto change) {
    GeneratorOptions options = longer();
    change(options);
    const auto other = load(options);
    return other != nullptr && other->fingerprint() != usual && !(images_of(*other, {{"a fly", 7}}).front() == image);
  };
  EXPECT_TRUE(changed([](auto& o) { o.steps = 3; }));
  EXPECT_TRUE(changed([](auto& o) { o.sdcpp.width = 128; }));
  EXPECT_TRUE(changed([](auto& o) { o.sdcpp.sampler = "dpm++2m"; }));
  EXPECT_TRUE(changed([](auto& o) { o.sdcpp.schedule = "karras"; }));
  EXPECT_TRUE(changed([](auto& o) { o.sdcpp.weights = "q8_0"; }));
  EXPECT_TRUE(changed([](auto& o) { o.sdcpp.distilled_guidance = 20; }));
  EXPECT_TRUE(changed([&](auto& o) { o.sdcpp.lora = models_ / "parts/lora.safetensors"; }));
  GeneratorOptions options = longer();
  options.sdcpp.offload = true;  // where weights wait changes nothing
  const auto other = load(options);
  ASSERT_NE(other, nullptr);
  EXPECT_EQ(other->fingerprint(), usual);
  EXPECT_TRUE(images_of(*other, {{"a fly", 7}}).front() == image);
}

TEST_F(Sdcpp, ALoraIsTheSameForEveryImage) {
  GeneratorOptions options = parts();
  options.sdcpp.lora = models_ / "parts/lora.safetensors";
  const auto generator = load(options);
  ASSERT_NE(generator, nullptr);
  const auto images = images_of(*generator, {{"a fly", 7}, {"a fly", 8}, {"a fly", 7}});
  EXPECT_TRUE(images[0] == images[2]);
  options.sdcpp.lora = options.sdcpp.clip_l;
  const auto none = load(options);
  ASSERT_NE(none, nullptr);
  const auto refused = none->generate(std::vector<GenerationRequest>{{"a fly", 7}});
  ASSERT_FALSE(refused.ok()) << "the library goes on without a LoRA that it cannot read";
  EXPECT_NE(refused.error().message.find("is not a LoRA that stable-diffusion.cpp can add"), std::string::npos)
      << refused.error().message;
}

TEST_F(Sdcpp, WordsAreTheLibrarys) {
  GeneratorOptions options = parts();
  options.sdcpp.sampler = "euler_b";
  expect_wrong(options, "generator.sdcpp.sampler 'euler_b' is unknown to stable-diffusion.cpp");
  expect_wrong(options, "\"euler_a\"");
  options = parts();
  options.sdcpp.weights = "q9";
  expect_wrong(options, "\"q8_0\"");
}

TEST_F(Sdcpp, APartThatTheLibraryDoesNotReadIsNoImageOfTheRest) {
  const fake::Folder folder;
  GeneratorOptions options = parts();
  options.sdcpp.clip_l.clear();
  expect_wrong(options, "transformer.safetensors: stable-diffusion.cpp");
  options = parts();
  options.sdcpp.vae = folder.write("vae.safetensors", "damaged");
  expect_wrong(options, "transformer.safetensors: stable-diffusion.cpp");
  options = parts();
  options.sdcpp.diffusion_model = options.sdcpp.clip_l;
  expect_wrong(options, "clip_l.safetensors: stable-diffusion.cpp");
}

TEST_F(Sdcpp, AnotherSizeThanTheOneAskedForIsRefused) {
  GeneratorOptions options = parts();
  options.sdcpp.width = 60;
  const auto generator = load(options);
  ASSERT_NE(generator, nullptr);
  const auto refused = generator->generate(std::vector<GenerationRequest>{{"a fly", 7}});
  ASSERT_FALSE(refused.ok());
  EXPECT_NE(refused.error().message.find("gives 64 x 64 pixels, not 60 x 64"), std::string::npos)
      << refused.error().message;
}

}  // namespace
}  // namespace scotoma
