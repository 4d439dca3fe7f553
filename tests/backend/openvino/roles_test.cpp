// SPDX-License-Identifier: Apache-2.0
// Embedders and captioners that are broken in one place: made of the parts in tests/cases/models/roles.
#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <fstream>

#include "fake/folder.h"
#include "fake/places.h"
#include "scotoma/backend/registry.h"

namespace scotoma {
namespace {

namespace fs = std::filesystem;
const fs::path kParts = kCases / "models/roles";
const EngineOptions kEngine{Precision::f32, 1};

Image grey(std::uint8_t value) { return {8, 8, std::vector<std::uint8_t>(std::size_t{8 * 8 * 3}, value)}; }

class Roles : public testing::Test {
 protected:
  void SetUp() override {
    folder_.write("preprocessor_config.json",
                  R"({"size": {"height": 8, "width": 8}, "do_normalize": false, "do_rescale": false})");
    take("image_encoder", "image_encoder");
    take("text_encoder", "text_encoder");
    take(kWorld / "embedder/openvino_tokenizer", "openvino_tokenizer");
    take("caption_encoder", "openvino_encoder_model");
    take("decoder", "openvino_decoder_model");
    take(kWorld / "captioner/openvino_detokenizer", "openvino_detokenizer");
    folder_.write("config.json", R"({"decoder_start_token_id": 0, "eos_token_id": 2})");
  }

  /// Copies a model's two files.
  void take(const fs::path& from, const std::string& as) {
    for (const char* end : {".xml", ".bin"}) {
      fs::copy_file((kParts / from).string() + end, folder_ / (as + end), fs::copy_options::overwrite_existing);
    }
  }
  Result<std::unique_ptr<Embedder>> embedder() { return load_embedder({.model = folder_.path(), .batch = 2}, kEngine); }
  Result<std::unique_ptr<Captioner>> captioner() {
    return load_captioner({.model = folder_.path(), .max_tokens = 8, .batch = 2}, kEngine);
  }

  template <class Role>
  void expect_refused(const Result<Role>& role, const std::string& part) {
    ASSERT_FALSE(role.ok()) << part;
    EXPECT_EQ(role.error().code, Code::bad_input) << role.error().message;
    EXPECT_NE(role.error().message.find(part), std::string::npos) << role.error().message;
    EXPECT_NE(role.error().message.find(folder_.path().filename().string()), std::string::npos) << role.error().message;
  }
  template <class Answer>
  void expect_failed(const Answer& answer, const std::string& part) {
    ASSERT_FALSE(answer.ok()) << part;
    EXPECT_EQ(answer.error().code, Code::failed) << answer.error().message;
    EXPECT_NE(answer.error().message.find(part), std::string::npos) << answer.error().message;
  }

  fake::Folder folder_;
};

TEST_F(Roles, OfHalfPrecisionAnswerToo) {
  take("text_encoder_f16", "text_encoder");
  take("decoder_f16", "openvino_decoder_model");
  auto embeds = embedder();
  ASSERT_TRUE(embeds.ok()) << embeds.error().message;
  const auto texts = (*embeds)->embed_texts(std::vector<std::string>{"a fly", "a cat", "a bee"});
  ASSERT_TRUE(texts.ok()) << texts.error().message;
  EXPECT_EQ(texts->front().size(), 3U);
  auto captions = captioner();
  ASSERT_TRUE(captions.ok()) << captions.error().message;
  const auto said = (*captions)->caption(std::vector{grey(9), grey(8), grey(10)});
  ASSERT_TRUE(said.ok()) << said.error().message;
  EXPECT_EQ(*said, std::vector<std::string>(3));
}

TEST_F(Roles, TowersOfTwoSpacesAreFoundAtLoad) {
  take("text_encoder_four", "text_encoder");
  expect_refused(embedder(), "the towers end in different spaces");
}

TEST_F(Roles, PortsOfAnotherTypeAreNamedAtLoad) {
  take("text_encoder_wholes", "text_encoder");
  expect_refused(embedder(), "text_encoder.xml: the text's vector is of type i64");
  take("decoder_wholes", "openvino_decoder_model");
  expect_refused(captioner(), "openvino_decoder_model.xml: 'logits' is of type i64");
}

/// The engine reads nothing where an id is outside the table, and says nothing.
TEST_F(Roles, IdsOutsideTheVocabularyAreRefused) {
  for (const char* config : {R"({"decoder_start_token_id": 4, "eos_token_id": 2})",
                             R"({"decoder_start_token_id": 0, "eos_token_id": [2, 4]})",
                             R"({"decoder_start_token_id": 0, "eos_token_id": 2, "pad_token_id": 4})"}) {
    folder_.write("config.json", config);
    expect_refused(captioner(), "4 is outside the vocabulary of 4 words");
  }
  folder_.write("config.json", R"({"decoder_start_token_id": 0, "eos_token_id": 2, "pad_token_id": -1})");
  EXPECT_TRUE(captioner().ok()) << "-1 stands for none";
  take("text_encoder_few_words", "text_encoder");
  expect_refused(embedder(), "is outside the vocabulary of 5 words");
}

TEST_F(Roles, IdsBelowZeroAreNotCalledMissing) {
  folder_.write("config.json", R"({"decoder_start_token_id": -5, "bos_token_id": 0, "eos_token_id": 2})");
  expect_refused(captioner(), "config.json: decoder_start_token_id is -5, and ids begin at 0");
  folder_.write("config.json", R"({"decoder_start_token_id": null, "bos_token_id": -1, "eos_token_id": 2})");
  expect_refused(captioner(), "config.json: bos_token_id is -1, and ids begin at 0");
  folder_.write("config.json", R"({"decoder_start_token_id": 0, "eos_token_id": -5})");
  expect_refused(captioner(), "eos_token_id: -5 is outside the vocabulary");
  folder_.write("config.json", R"({"eos_token_id": 2})");
  expect_refused(captioner(), "decoder_start_token_id and eos_token_id are needed");
}

TEST_F(Roles, WithoutATokenizerNameTheCommandThatMakesIt) {
  fs::remove(folder_ / "openvino_detokenizer.xml");
  expect_refused(captioner(), "openvino_detokenizer.xml: no such model file");
  expect_refused(captioner(), "convert_tokenizer CHECKPOINT --with-detokenizer -o " + folder_.path().string());
  fs::remove(folder_ / "openvino_tokenizer.xml");
  expect_refused(embedder(), "convert_tokenizer CHECKPOINT -o " + folder_.path().string());
  folder_.write("tokenizer.json", "{}");
  const std::string here = folder_.path().string();
  expect_refused(captioner(), "convert_tokenizer " + here + " --with-detokenizer -o " + here);
}

TEST_F(Roles, NanIsAFailureAndNotAnAnswer) {
  take("image_encoder_nan", "image_encoder");
  auto embeds = embedder();
  ASSERT_TRUE(embeds.ok()) << embeds.error().message;
  EXPECT_TRUE((*embeds)->embed_images(std::vector{grey(9)}).ok());
  expect_failed((*embeds)->embed_images(std::vector{grey(9), grey(7)}), "NaN");
  take("text_encoder_nan", "text_encoder");
  expect_refused(embedder(), "text_encoder.xml: the embedder returned NaN");
  auto captions = captioner();
  ASSERT_TRUE(captions.ok()) << captions.error().message;
  EXPECT_TRUE((*captions)->caption(std::vector{grey(9)}).ok());
  // One word's logit is NaN, not the first's and not the best's.
  expect_failed((*captions)->caption(std::vector{grey(9), grey(7)}), "NaN");
}

TEST_F(Roles, LogitsOfAnotherShapeAreFoundAtLoad) {
  take("decoder_flat", "openvino_decoder_model");
  expect_refused(captioner(), "gives logits [2,4]");
}

TEST_F(Roles, AnswersThatDependOnTheBatchAreFoundAtLoad) {
  const std::string says = "depends on what else is in the batch";
  take("image_encoder_over_batch", "image_encoder");
  expect_refused(embedder(), "image_encoder.xml: its answer to an image " + says);
  take("image_encoder", "image_encoder");
  take("text_encoder_over_batch", "text_encoder");
  expect_refused(embedder(), "text_encoder.xml: its answer to a text " + says);
  take("caption_encoder_over_batch", "openvino_encoder_model");
  expect_refused(captioner(), "openvino_encoder_model.xml: its answer to an image " + says);
}

TEST_F(Roles, NetworksThatDoNotLookAtTheirInputAreFoundAtLoad) {
  take("image_encoder_one_way", "image_encoder");
  expect_refused(embedder(), "image_encoder.xml: the vectors of 4 very different images all point the same way");
  take("image_encoder", "image_encoder");
  take("text_encoder_unread", "text_encoder");
  expect_refused(embedder(), "text_encoder.xml: gives one answer to 4 very different inputs, each a text");
  take("decoder_blind", "openvino_decoder_model");
  expect_refused(captioner(), "openvino_decoder_model.xml: gives one answer to 4 very different inputs, each an image");
}

TEST_F(Roles, MeanAndStdBeforeBytesAreRefusedHereToo) {
  folder_.write(
      "preprocessor_config.json",
      R"({"size": {"height": 8, "width": 8}, "do_rescale": false, "image_mean": [9, 9, 9], "image_std": [2, 2, 2]})");
  take("image_encoder_bytes", "image_encoder");
  expect_refused(embedder(), "an input of whole numbers (u8)");
}

TEST_F(Roles, AMissingOrTruncatedFileIsNamed) {
  const struct {
    const char* file;
    bool captions;
  } parts[] = {{"image_encoder", false},         {"text_encoder", false},          {"openvino_tokenizer", false},
               {"openvino_encoder_model", true}, {"openvino_decoder_model", true}, {"openvino_detokenizer", true}};
  for (const auto& part : parts) {
    const auto refused = [&](const std::string& says) {
      if (part.captions) {
        expect_refused(captioner(), says);
      } else {
        expect_refused(embedder(), says);
      }
    };
    const std::string file = std::string(part.file) + ".xml";
    const auto size = fs::file_size(folder_ / file);
    fs::copy_file(folder_ / file, folder_ / "kept");
    fs::resize_file(folder_ / file, size / 2);
    refused(file + ": cannot be read as a model");
    fs::remove(folder_ / file);
    refused(file + ": no such model file");
    fs::rename(folder_ / "kept", folder_ / file);
  }
  for (const char* file : {"preprocessor_config.json", "config.json"}) {
    fs::resize_file(folder_ / file, 10);
    expect_refused(captioner(), std::string(file) + ":1: not JSON");
    fs::remove(folder_ / file);
    expect_refused(captioner(), file);
    folder_.write("preprocessor_config.json", R"({"size": 8})");
  }
}

TEST_F(Roles, APathThatCannotBeLookedAtIsRefused) {
  fs::create_symlink(folder_ / "loop", folder_ / "loop");
  for (const fs::path& path : {folder_ / "loop", folder_ / std::string(300, 'x')}) {
    EXPECT_EQ(load_embedder({.model = path, .batch = 2}, kEngine).error().code, Code::bad_input);
    EXPECT_EQ(load_captioner({.model = path, .max_tokens = 8, .batch = 2}, kEngine).error().code, Code::bad_input);
    GeneratorOptions options;
    options.model = path;
    EXPECT_EQ(load_generator(options, kEngine).error().code, Code::bad_input);
    ClassifierOptions classifies;
    classifies.model = classifies.labels = path;
    EXPECT_EQ(load_classifier(classifies, kEngine).error().code, Code::bad_input);
  }
}

TEST_F(Roles, ATruncatedIrClassifierIsRefused) {
  ClassifierOptions wanted;
  wanted.model = folder_ / "image_encoder.xml";
  wanted.labels = kParts.parent_path() / "names.json";
  EXPECT_TRUE(load_classifier(wanted, kEngine).ok());
  fs::resize_file(folder_ / "image_encoder.bin", 4);
  expect_refused(load_classifier(wanted, kEngine), "image_encoder.xml: cannot be read as a model");
}

}  // namespace
}  // namespace scotoma
