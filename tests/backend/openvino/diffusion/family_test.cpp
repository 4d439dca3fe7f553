// SPDX-License-Identifier: Apache-2.0
#include "scotoma/backend/openvino/diffusion/family.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <openvino/op/ops.hpp>

#include "fake/places.h"
#include "fake/supported.h"
#include "scotoma/backend/files/json_file.h"
#include "scotoma/backend/openvino/diffusion/generator.h"
#include "scotoma/backend/registry.h"

namespace scotoma {
namespace {

namespace fs = std::filesystem;

/// The exports of tests/parity (tiny, of random weights) and what diffusers made of the same noise.
class RecordedFamily : public testing::Test {
 protected:
  void SetUp() override {
    const auto* test = testing::UnitTest::GetInstance()->current_test_info();
    std::string name = std::string(test->test_suite_name()) + test->name() + std::to_string(getpid());
    std::replace(name.begin(), name.end(), '/', '_');
    scratch_ = fs::path(testing::TempDir()) / name;
    fs::create_directories(scratch_);
  }
  void TearDown() override { fs::remove_all(scratch_); }

  /// Some are recorded as the scheduler that they have in the place of another's.
  fs::path folder(const std::string& name) {
    const fs::path scheduler = kCases / "families" / (name + ".scheduler.json");
    if (fs::exists(scheduler)) {
      fs::path out = folder(name == "sdxl-turbo" ? "sdxl" : "lcm");
      fs::copy_file(scheduler, out / "scheduler/scheduler_config.json", fs::copy_options::overwrite_existing);
      return out;
    }
    const std::string archive = (kCases / "families" / (name + ".tar.gz")).string();
    EXPECT_EQ(std::system(("tar -xzf '" + archive + "' -C '" + scratch_.string() + "'").c_str()), 0);
    return scratch_ / name;
  }

  static GeneratorOptions options(const fs::path& folder) {
    GeneratorOptions out;
    out.model = folder;
    out.steps = 2;
    out.guidance = 3;
    out.batch = 3;
    return out;
  }

  static std::unique_ptr<Generator> load(const GeneratorOptions& options) {
    auto out = load_generator(options, {Precision::f32, 1});
    EXPECT_TRUE(out.ok()) << out.error().message;
    return out.ok() ? std::move(out).value() : nullptr;
  }

  static std::vector<Image> generate(Generator& generator, std::vector<GenerationRequest> requests) {
    auto out = generator.generate(requests);
    EXPECT_TRUE(out.ok()) << out.error().message;
    return out.ok() ? std::move(out).value() : std::vector<Image>(requests.size());
  }

  static void expect_refused(const GeneratorOptions& options, const std::string& part) {
    const auto out = load_generator(options, {Precision::f32, 1});
    ASSERT_FALSE(out.ok());
    EXPECT_EQ(out.error().code, Code::bad_input);
    EXPECT_NE(out.error().message.find(part), std::string::npos) << out.error().message;
  }

  fs::path scratch_;
};

std::vector<std::uint8_t> bytes_of(const std::string& hex) {
  std::vector<std::uint8_t> out;
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2) {
    out.push_back(static_cast<std::uint8_t>(std::stoi(hex.substr(i, 2), nullptr, 16)));
  }
  return out;
}

int largest_difference(std::span<const std::uint8_t> left, std::span<const std::uint8_t> right) {
  if (left.size() != right.size()) return 256;
  int out = 0;
  for (std::size_t i = 0; i < left.size(); ++i) out = std::max(out, std::abs(left[i] - right[i]));
  return out;
}

class EveryFamily : public RecordedFamily, public testing::WithParamInterface<const char*> {};
class EveryExport : public RecordedFamily, public testing::WithParamInterface<const char*> {};

TEST_P(EveryFamily, GeneratesTheImagesOfDiffusersWithinOneGreyLevel) {
  const std::string name = GetParam();
  const fs::path model = folder(name);
  const auto cases = read_json_file(kCases / "families" / (name + ".json"), true).value();
  ASSERT_GE(cases.size(), 6U);
  int most = 0;
  for (const auto& each : cases) {
    GeneratorOptions wanted;
    wanted.model = model;
    wanted.steps = each.at("steps");
    wanted.guidance = each.at("guidance");
    wanted.negative_prompt = each.at("negative");
    wanted.batch = 1;
    wanted.width = each.at("width");
    wanted.height = each.at("height");
    const auto generator = load(wanted);
    ASSERT_NE(generator, nullptr);
    const auto image = generate(*generator, {{each.at("prompt"), each.at("seed")}})[0];
    EXPECT_EQ(image.width, wanted.width);
    const int difference = largest_difference(image.rgb, bytes_of(each.at("rgb")));
    EXPECT_LE(difference, 1) << each.at("prompt");
    most = std::max(most, difference);
  }
  fake::supported("families", {name, std::to_string(cases.size()), std::to_string(most)});
}

TEST_P(EveryExport, AnImageDoesNotDependOnItsBatchOrItsPlace) {
  GeneratorOptions wanted = options(folder(GetParam()));
  const auto three = load(wanted);
  ASSERT_NE(three, nullptr);
  const std::vector<GenerationRequest> requests = {{"a cat!", 1}, {"a dog", 2}, {"a fly", 3}, {"a cat!", 1}};
  const auto images = generate(*three, requests);
  EXPECT_EQ(images[0], images[3]);
  EXPECT_NE(images[0], images[1]);
  for (std::size_t i = 0; i < requests.size(); ++i) EXPECT_EQ(generate(*three, {requests[i]})[0], images[i]) << i;
  fake::supported("exports", {GetParam()});
}

INSTANTIATE_TEST_SUITE_P(Recorded, EveryFamily,
                         testing::Values("stable-diffusion", "lcm", "lcm-own", "sdxl", "sdxl-turbo", "sdxl-lcm"));

/// Weights of 8 and 4 bits, as optimum-cli writes them.
INSTANTIATE_TEST_SUITE_P(Recorded, EveryExport,
                         testing::Values("stable-diffusion", "lcm", "sdxl", "sdxl-lcm", "sdxl-int8", "sdxl-int4"));

TEST_F(RecordedFamily, AFolderSaysWhichFamilyItIs) {
  const auto sdxl = load(options(folder("sdxl")));
  const auto lcm = load(options(folder("lcm")));
  ASSERT_TRUE(sdxl && lcm);
  EXPECT_EQ(sdxl->describe(), "SDXL, Euler, 2 steps, guidance 3, 16 x 16, f32");
  EXPECT_EQ(lcm->describe().find("LCM, DDIM, 2 steps, guidance 3, 16 x 16"), 0U) << lcm->describe();
}

TEST_F(RecordedFamily, ASizeIsInTheFingerprintOnlyWhereItIsSet) {
  GeneratorOptions wanted = options(folder("sdxl"));
  const std::string usual = load(wanted)->fingerprint();
  wanted.width = 24;
  const auto wide = load(wanted);
  ASSERT_NE(wide, nullptr);
  EXPECT_NE(wide->fingerprint(), usual);
  EXPECT_NE(wide->describe().find("24 x 16"), std::string::npos) << wide->describe();
  EXPECT_EQ(generate(*wide, {{"a cat", 1}})[0].width, 24);
  wanted.width = 0;
  EXPECT_EQ(load(wanted)->fingerprint(), usual);
}

TEST_F(RecordedFamily, ASizeThatTheDecoderCannotGiveIsRefused) {
  GeneratorOptions wanted = options(folder("sdxl"));
  wanted.height = 17;
  expect_refused(wanted, "generator.height is 17; it must be a multiple of 2");
}

TEST_F(RecordedFamily, AnEmptyNegativePromptIsZerosOnlyWhereTheFolderSaysSo) {
  const fs::path model = folder("sdxl");
  const auto zeros = load(options(model));
  auto index = read_json_file(model / "model_index.json").value();
  index["force_zeros_for_empty_prompt"] = false;
  std::ofstream(model / "model_index.json") << index;
  const auto embedded = load(options(model));
  ASSERT_TRUE(zeros && embedded);
  EXPECT_NE(zeros->fingerprint(), embedded->fingerprint());
  EXPECT_NE(generate(*zeros, {{"a cat", 1}}), generate(*embedded, {{"a cat", 1}}));
}

TEST_F(RecordedFamily, TextEncodersOfAnotherModelAreRefused) {
  const fs::path model = folder("sdxl");
  fs::remove_all(model / "text_encoder_2");
  fs::copy(model / "text_encoder", model / "text_encoder_2", fs::copy_options::recursive);
  expect_refused(options(model), "text_encoder_2/openvino_model.xml: has no output 'text_embeds'");
}

/// What transformers 5.5.4 makes of these texts; the converted tokenizer alone reads every "!" as the word 256.
TEST_F(RecordedFamily, ATypedPaddingWordIsReadAsTransformersReadsIt) {
  const auto engine = Engine::create({Precision::f32, 1}).value();
  const fs::path model = folder("sdxl");
  const auto second = Tokenizer::load(*engine, model / "tokenizer_2").value();
  using Ids = std::vector<std::int64_t>;
  const auto ids = [&](const std::string& text) { return second->encode(text, 13).value(); };
  EXPECT_EQ(ids("a cat!"), (Ids{523, 320, 513, 0, 524, 0, 0, 0, 0, 0, 0, 0, 0}));
  EXPECT_EQ(ids("cat!!! dog"), (Ids{523, 513, 0, 0, 0, 515, 524, 0, 0, 0, 0, 0, 0}));
  EXPECT_EQ(ids("! cat"), (Ids{523, 0, 513, 524, 0, 0, 0, 0, 0, 0, 0, 0, 0}));
  EXPECT_EQ(ids("  two  spaces!  x "), (Ids{523, 83, 86, 334, 82, 79, 64, 66, 68, 338, 0, 343, 524}));
  EXPECT_EQ(second->encode("cat!!! dog", 4).value(), (Ids{523, 513, 0, 524}));  // cut; the end is kept
  const auto first = Tokenizer::load(*engine, model / "tokenizer").value();
  EXPECT_EQ(first->encode("a cat!", 6).value(), (Ids{523, 320, 513, 256, 524, 524}));
}

/// diffusers' get_guidance_scale_embedding.
TEST(GuidanceEmbedding, AgreesWithDiffusers) {
  const auto expect_near = [](const std::vector<float>& got, const std::vector<float>& wanted) {
    ASSERT_EQ(got.size(), wanted.size());
    for (std::size_t i = 0; i < got.size(); ++i) EXPECT_NEAR(got[i], wanted[i], 1e-3) << i;
  };
  expect_near(guidance_embedding(6.5F, 12),
              {-0.04478474F, -0.2588664F, -0.09006698F, 0.6774035F, -0.8189795F, 0.6051863F, -0.9989967F, 0.9659132F,
               0.9959357F, 0.7356116F, -0.5738228F, 0.7960839F});
  expect_near(guidance_embedding(7.5F, 7),
              {-0.8512359F, -0.3877816F, 0.6816387F, -0.5247833F, 0.9217513F, 0.7316889F, 0});
  expect_near(guidance_embedding(0, 4), {0, 0, 1, 1});
}

/// A U-Net's ports around nothing: takes `in` channels and gives `out`.
std::shared_ptr<ov::Model> unet(const std::vector<std::pair<std::string, ov::PartialShape>>& more, int in = 4,
                                int out = 4) {
  ov::ParameterVector inputs;
  const auto add = [&](const std::string& name, const ov::PartialShape& shape) {
    inputs.push_back(std::make_shared<ov::op::v0::Parameter>(ov::element::f32, shape));
    inputs.back()->output(0).set_names({name});
    return inputs.back();
  };
  const auto sample = add("sample", {-1, in, -1, -1});
  add("timestep", {-1});
  add("encoder_hidden_states", {-1, 77, 24});
  for (const auto& [name, shape] : more) add(name, shape);
  const auto channels = ov::op::v0::Constant::create(ov::element::i64, {1}, {out});
  const auto zero = ov::op::v0::Constant::create(ov::element::i64, {1}, {0});
  const auto one = ov::op::v0::Constant::create(ov::element::i64, {1}, {1});
  const auto cut = std::make_shared<ov::op::v8::Slice>(sample, zero, channels, one, one);
  return std::make_shared<ov::Model>(ov::OutputVector{cut}, inputs);
}

std::string refusal(const std::shared_ptr<ov::Model>& model, const std::string& pipeline = "StableDiffusionPipeline") {
  const auto found = family_of(*model, {{"_class_name", pipeline}}, "unet/openvino_model.xml");
  return found.ok() ? "" : found.error().message;
}

TEST(FamilyOf, IsToldByTheInputsOfTheUnet) {
  const auto of = [](const std::shared_ptr<ov::Model>& model) {
    return family_of(*model, nlohmann::json::object(), "x").value();
  };
  const std::pair<std::string, ov::PartialShape> texts = {"text_embeds", {-1, 12}};
  const std::pair<std::string, ov::PartialShape> ids = {"time_ids", {-1, 6}};
  const std::pair<std::string, ov::PartialShape> strength = {"timestep_cond", {-1, 12}};
  EXPECT_EQ(of(unet({})), FamilyKind::stable_diffusion);
  EXPECT_EQ(of(unet({strength})), FamilyKind::lcm);
  EXPECT_EQ(of(unet({texts, ids})), FamilyKind::sdxl);
  EXPECT_EQ(of(unet({strength, texts, ids})), FamilyKind::sdxl_lcm);
}

TEST(FamilyOf, NamesWhatOtherUnetsAre) {
  const auto says = [](const std::string& message, const std::string& part) {
    EXPECT_NE(message.find(part), std::string::npos) << message;
    EXPECT_EQ(message.find("unet/openvino_model.xml: "), 0U) << message;
  };
  says(refusal(unet({}, 9)), "takes 9 channels where it gives 4: it sees an image beside the latents, as inpainting");
  says(refusal(unet({}, 8)), "takes 8 channels where it gives 4");
  says(refusal(unet({{"mid_block_additional_residual", {-1, 8, -1, -1}}})), "is what a ControlNet or an adapter adds");
  says(refusal(unet({{"image_embeds", {-1, 8}}})), "is an image, as IP-Adapter and Kandinsky take it");
  says(refusal(unet({{"class_labels", {-1}}})), "as Stable Diffusion's upscaler takes it");
  says(refusal(unet({{"surprise", {-1}}})), "unknown input 'surprise'");
  says(refusal(unet({}), "StableDiffusionXLPipeline"),
       "has no input 'time_ids', which a StableDiffusionXLPipeline needs");
  says(refusal(unet({}), "LatentConsistencyModelPipeline"), "has no input 'timestep_cond'");
  says(refusal(unet({{"time_ids", {-1, 6}}})), "has no input 'text_embeds'");
}

TEST(OpenFamily, RefusesTheRefinerOfSdxl) {
  const auto engine = Engine::create({Precision::f32, 1}).value();
  const auto refiner = unet({{"text_embeds", {-1, 12}}, {"time_ids", {-1, 5}}});
  const auto out = open_family(FamilyKind::sdxl, *engine, {"x", nlohmann::json::object(), refiner, "x/unet", 8, 8, 1});
  ASSERT_FALSE(out.ok());
  EXPECT_NE(out.error().message.find("takes 5 time_ids"), std::string::npos) << out.error().message;
}

}  // namespace
}  // namespace scotoma
