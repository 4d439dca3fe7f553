// SPDX-License-Identifier: Apache-2.0
// The exports of tests/parity/vision_language.py (tiny, of random weights), and what transformers answered.
#include "scotoma/backend/openvino/captioner/vision_language.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <functional>

#include "fake/places.h"
#include "fake/supported.h"
#include "scotoma/backend/files/json_file.h"
#include "scotoma/backend/files/model_folder.h"
#include "scotoma/backend/registry.h"

namespace scotoma {
namespace {

namespace fs = std::filesystem;

/// The pattern of tests/parity/vision_language.py.
Image pattern(int width, int height, int seed) {
  Image out{width, height, {}};
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      for (int c = 0; c < 3; ++c) {
        const int slope = (x * (seed * 7 % 11 + 1) * (c + 1) + y * (seed * 5 % 13 + 1) * (3 - c)) / 4;
        const int blocks = (x / (seed % 5 + 3) + y / (seed % 3 + 4)) % 3 * (40 + 20 * c);
        out.rgb.push_back(static_cast<std::uint8_t>((seed * 53 + c * 71 + slope + blocks) % 256));
      }
    }
  }
  return out;
}

class RecordedVisionLanguage : public testing::Test {
 protected:
  void SetUp() override {
    const auto* test = testing::UnitTest::GetInstance()->current_test_info();
    std::string name = std::string(test->test_suite_name()) + test->name() + std::to_string(getpid());
    std::replace(name.begin(), name.end(), '/', '_');
    scratch_ = fs::path(testing::TempDir()) / name;
    fs::create_directories(scratch_);
  }
  void TearDown() override { fs::remove_all(scratch_); }

  fs::path folder(const std::string& name) {
    const std::string archive = (kCases / "captioners" / (name + ".tar.gz")).string();
    EXPECT_EQ(std::system(("tar -xzf '" + archive + "' -C '" + scratch_.string() + "'").c_str()), 0);
    return scratch_ / name;
  }

  static CaptionerOptions options(const fs::path& folder) {
    CaptionerOptions out;
    out.model = folder;
    out.max_tokens = 16;
    out.batch = 4;
    return out;
  }

  static std::shared_ptr<Engine> engine() {
    auto out = Engine::create({Precision::f32, 1});
    EXPECT_TRUE(out.ok()) << out.error().message;
    return out.ok() ? *out : nullptr;
  }

  static std::unique_ptr<VisionLanguageCaptioner> load(const CaptionerOptions& options) {
    auto out = VisionLanguageCaptioner::load(engine(), options);
    EXPECT_TRUE(out.ok()) << out.error().message;
    return out.ok() ? std::move(out).value() : nullptr;
  }

  static void expect_refused(const CaptionerOptions& options, const std::vector<std::string>& parts) {
    const auto out = load_captioner(options, {Precision::f32, 1});
    ASSERT_FALSE(out.ok());
    EXPECT_EQ(out.error().code, Code::bad_input);
    for (const std::string& part : parts) {
      EXPECT_NE(out.error().message.find(part), std::string::npos) << part << " is not in: " << out.error().message;
    }
  }

  static nlohmann::json recorded(const std::string& family) {
    auto out = read_json_file(kCases / "captioners" / (family + ".json"));
    EXPECT_TRUE(out.ok()) << out.error().message;
    return out.ok() ? *out : nlohmann::json();
  }

  static std::vector<Image> images(const nlohmann::json& recorded) {
    std::vector<Image> out;
    for (const auto& one : recorded["images"]) out.push_back(pattern(one["width"], one["height"], one["seed"]));
    return out;
  }

  /// Changes a JSON file of a folder.
  static void change(const fs::path& file, const std::function<void(nlohmann::json&)>& work) {
    auto json = read_json_file(file);
    ASSERT_TRUE(json.ok()) << json.error().message;
    work(*json);
    std::ofstream(file) << json->dump();
  }

  fs::path scratch_;
};

class VisionFamilies : public RecordedVisionLanguage, public testing::WithParamInterface<const char*> {};

TEST_P(VisionFamilies, AnswerTokenForTokenAsTransformersDoes) {
  const auto model = folder(GetParam());
  const auto said = recorded(GetParam());
  const auto shown = images(said);
  ASSERT_EQ(shown.size(), 10U);
  for (const auto& row : said["answers"]) {
    CaptionerOptions asked = options(model);
    asked.prompt = row["prompt"];
    asked.beams = row["beams"];
    asked.max_tokens = row["longest"];
    const auto captioner = load(asked);
    ASSERT_NE(captioner, nullptr);
    const auto ids = captioner->caption_ids(shown);
    ASSERT_TRUE(ids.ok()) << ids.error().message;
    EXPECT_EQ(*ids, row["ids"].get<std::vector<TokenIds>>()) << asked.prompt << " with " << asked.beams << " beams";
  }
  const std::size_t answers = said["answers"].size();
  fake::supported("captioners",
                  {GetParam(), "yes", std::to_string(answers), std::to_string(answers * shown.size()), "0"});
}

TEST_P(VisionFamilies, AnswerTheSameInAnyBatch) {
  const auto model = folder(GetParam());
  const auto shown = images(recorded(GetParam()));
  std::vector<TokenIds> first;
  for (const int batch : {4, 1, 7, 16}) {
    CaptionerOptions asked = options(model);
    asked.batch = batch;
    const auto captioner = load(asked);
    ASSERT_NE(captioner, nullptr);
    const auto ids = captioner->caption_ids(shown);
    ASSERT_TRUE(ids.ok()) << ids.error().message;
    if (first.empty()) first = *ids;
    EXPECT_EQ(*ids, first) << batch;
  }
}

TEST_P(VisionFamilies, AnswerAloneAsInAnyCompany) {
  const auto model = folder(GetParam());
  const auto shown = images(recorded(GetParam()));
  for (const int beams : {1, 3}) {
    CaptionerOptions asked = options(model);
    asked.beams = beams;
    const auto captioner = load(asked);
    ASSERT_NE(captioner, nullptr);
    const auto together = captioner->caption(shown);
    ASSERT_TRUE(together.ok()) << together.error().message;
    for (std::size_t i = 0; i < shown.size(); ++i) {
      EXPECT_EQ(captioner->caption(std::span(shown).subspan(i, 1)).value(), std::vector{(*together)[i]}) << i;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(All, VisionFamilies, testing::Values("llava", "gemma3", "smolvlm", "idefics3"),
                         [](const auto& param) { return std::string(param.param); });

TEST_F(RecordedVisionLanguage, CompressedWeightsAnswerTheSameTwice) {
  for (const char* name : {"llava-int8", "llava-int4"}) {
    const auto model = folder(name);
    const auto shown = images(recorded("llava"));
    const auto first = load(options(model));
    const auto second = load(options(model));
    ASSERT_NE(first, nullptr);
    ASSERT_NE(second, nullptr);
    const auto said = first->caption_ids(shown);
    ASSERT_TRUE(said.ok()) << said.error().message;
    EXPECT_EQ(*said, second->caption_ids(shown).value()) << name;
  }
}

TEST_F(RecordedVisionLanguage, SaysWhatItIsAndIsAnotherWhenItIsAskedOtherwise) {
  const auto model = folder("llava");
  const auto usual = load(options(model));
  ASSERT_NE(usual, nullptr);
  EXPECT_EQ(
      usual->describe(),
      "llava, llava, 20 x 20, greedy, at most 16 tokens, asked \"Describe this image in one short sentence.\", f32");
  EXPECT_EQ(usual->fingerprint(), load(options(model))->fingerprint());
  CaptionerOptions other = options(model);
  other.prompt = "what is red?";
  EXPECT_NE(usual->fingerprint(), load(other)->fingerprint());
  other = options(model);
  other.beams = 2;
  EXPECT_NE(usual->fingerprint(), load(other)->fingerprint());
  other = options(model);
  other.conversation = "USER: {prompt} <image> ASSISTANT:";
  EXPECT_NE(usual->fingerprint(), load(other)->fingerprint());
}

TEST_F(RecordedVisionLanguage, IsFoundAsACaptionerByItsFiles) {
  const auto model = folder("llava");
  EXPECT_EQ(kind_of_folder(model), FolderOf::captioner);
  fs::remove(model / "openvino_language_model.xml");
  EXPECT_EQ(kind_of_folder(model), FolderOf::captioner) << "as a checkpoint is";
  change(model / "config.json", [](auto& config) { config["model_type"] = "qwen2_vl"; });
  EXPECT_EQ(kind_of_folder(model), std::nullopt);
}

TEST_F(RecordedVisionLanguage, ATemplateOfTheStudyGoesBeforeTheFolders) {
  const auto model = folder("llava");
  const auto usual = load(options(model));
  ASSERT_NE(usual, nullptr);
  fs::remove(model / "chat_template.jinja");
  expect_refused(options(model), {"holds no chat template; set captioner.template", "apply_chat_template"});
  CaptionerOptions asked = options(model);
  asked.conversation = "USER: <image>\n{prompt} ASSISTANT:";
  const auto same = load(asked);
  ASSERT_NE(same, nullptr);
  EXPECT_EQ(usual->fingerprint(), same->fingerprint());
  asked.conversation = "<s>USER: <image>\n{prompt} ASSISTANT:";  // transformers' own texts begin with it
  const auto begun = load(asked);
  ASSERT_NE(begun, nullptr);
  EXPECT_EQ(usual->fingerprint(), begun->fingerprint());
  asked.conversation = "USER: {prompt} ASSISTANT:";
  expect_refused(asked, {"captioner.template must hold <image> once, for the image"});
  asked.conversation = "USER: <image><image>{prompt}";
  expect_refused(asked, {"captioner.template must hold <image> once"});
  asked.conversation = "USER: <image>";
  expect_refused(asked, {"captioner.template must hold {prompt} once, for the question"});
}

TEST_F(RecordedVisionLanguage, RefusesWhatItCannotAsk) {
  const auto model = folder("llava");
  CaptionerOptions asked = options(model);
  asked.prompt = "is <image> an image?";
  expect_refused(asked, {"openvino_tokenizer.xml: reads 2 tokens of an image", "neither captioner.prompt"});
  std::ofstream(model / "chat_template.jinja") << "{{ messages[0]['content'] }}";
  expect_refused(options(model), {"chat_template.jinja: a chat template that is not known here", "captioner.template"});
}

TEST_F(RecordedVisionLanguage, NamesOtherFamiliesAndMissingParts) {
  const auto model = folder("llava");
  change(model / "config.json", [](auto& config) { config["model_type"] = "qwen2_vl"; });
  expect_refused(options(model), {"config.json: a vision-language model of the family 'qwen2_vl'", "LLaVA 1.5"});
  change(model / "config.json", [](auto& config) {
    config["model_type"] = "llava";
    config.erase("image_token_index");
  });
  expect_refused(options(model), {"config.json: image_token_index (or image_token_id) is missing"});
  change(model / "config.json", [](auto& config) { config["image_token_index"] = 7; });
  expect_refused(options(model), {"reads 0 tokens of an image (id 7 in config.json)"});
  const std::int64_t token = recorded("llava")["answers"][0]["prompt_ids"][8];
  change(model / "config.json", [&](auto& config) { config["image_token_index"] = token; });
  for (const char* file :
       {"openvino_text_embeddings_model.xml", "openvino_tokenizer.xml", "openvino_detokenizer.xml"}) {
    fs::rename(model / file, model / "aside");
    expect_refused(options(model), {std::string(file) + ": no such model file"});
    fs::rename(model / "aside", model / file);
  }
}

/// What was remembered of longer answers must not be taken for these.
TEST_F(RecordedVisionLanguage, IsAnotherWhereItsFolderAllowsShorterAnswers) {
  const auto model = folder("llava");
  const auto long_answers = load(options(model));
  change(model / "generation_config.json", [](nlohmann::json& rules) { rules["max_new_tokens"] = 2; });
  const auto short_answers = load(options(model));
  ASSERT_TRUE(long_answers != nullptr && short_answers != nullptr);
  EXPECT_NE(long_answers->fingerprint(), short_answers->fingerprint());
  EXPECT_NE(short_answers->describe().find("at most 2 tokens"), std::string::npos) << short_answers->describe();
}

TEST_F(RecordedVisionLanguage, TakesAGreatestLengthBelowThePromptForNoRule) {
  const auto model = folder("llava");
  const auto plain = load(options(model));
  change(model / "config.json", [](nlohmann::json& config) { config["text_config"]["max_length"] = 5; });
  const auto other = load(options(model));
  ASSERT_TRUE(plain != nullptr && other != nullptr);
  EXPECT_EQ(other->fingerprint(), plain->fingerprint());
  change(model / "config.json", [](nlohmann::json& config) { config["text_config"]["max_position_embeddings"] = 5; });
  expect_refused(options(model), {"max_position_embeddings", "shorten captioner.prompt"});
}

TEST_F(RecordedVisionLanguage, RefusesPatchesThatConfigDoesNotDescribe) {
  const auto model = folder("smolvlm");
  change(model / "config.json", [](auto& config) { config["vision_config"].erase("patch_size"); });
  expect_refused(options(model), {"config.json: patch_size 0 does not fit images of 32"});
  change(model / "config.json", [](auto& config) { config.erase("vision_config"); });
  expect_refused(options(model), {"config.json: holds no vision_config"});
}

TEST_F(RecordedVisionLanguage, RefusesSpecialIdsThatAreNoWords) {
  const auto model = folder("llava");
  change(model / "generation_config.json", [](auto& rules) { rules["pad_token_id"] = 5000; });
  expect_refused(options(model), {"generation_config.json: pad_token_id: 5000 is outside the vocabulary"});
  change(model / "generation_config.json", [](auto& rules) {
    rules["pad_token_id"] = 3;
    rules["eos_token_id"] = std::vector<int>{2, 7000};
  });
  expect_refused(options(model), {"generation_config.json: eos_token_id: 7000 is outside the vocabulary"});
  change(model / "generation_config.json", [](auto& rules) { rules["eos_token_id"] = nullptr; });
  change(model / "config.json", [](auto& config) { config["text_config"].erase("eos_token_id"); });
  expect_refused(options(model), {"eos_token_id is needed"});
}

TEST_F(RecordedVisionLanguage, RefusesTilesAndSaysHowToDoWithout) {
  const auto model = folder("smolvlm");
  change(model / "preprocessor_config.json", [](auto& config) { config["do_image_splitting"] = true; });
  expect_refused(options(model), {"preprocessor_config.json: cuts images into tiles (do_image_splitting)", "false"});
  change(model / "preprocessor_config.json", [](auto& config) {
    config["do_image_splitting"] = false;
    config["max_image_size"] = 32;
  });
  expect_refused(options(model), {"'max_image_size' must hold longest_edge"});
}

TEST_F(RecordedVisionLanguage, AnEncoderDecoderIsAskedNothing) {
  CaptionerOptions asked = options(kWorld / "captioner");
  asked.prompt = "what is this?";
  expect_refused(asked, {"captioner.prompt is for vision-language models", "leave it out"});
  asked.prompt.clear();
  asked.conversation = "<image>{prompt}";
  expect_refused(asked, {"captioner.template is for vision-language models"});
}

}  // namespace
}  // namespace scotoma
