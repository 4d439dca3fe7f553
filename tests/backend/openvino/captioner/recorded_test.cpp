// SPDX-License-Identifier: Apache-2.0
// The exports of tests/parity/captioners.py (tiny, of random weights), and what transformers' generate() said of the
// same images.
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>

#include "fake/places.h"
#include "fake/supported.h"
#include "scotoma/backend/files/json_file.h"
#include "scotoma/backend/openvino/captioner/captioner.h"
#include "scotoma/backend/openvino/captioner/tidy.h"
#include "scotoma/image/read_image.h"

namespace scotoma {
namespace {

namespace fs = std::filesystem;
const fs::path kRecorded = kCases / "captioners";

struct Recorded {
  const char* folder;
  const char* captions;  ///< the file of what transformers said
  std::size_t rules;     ///< the first so many are tried
  bool cached;
};

void PrintTo(const Recorded& recorded, std::ostream* out) { *out << recorded.folder; }

class RecordedCaptioner : public testing::TestWithParam<Recorded> {
 protected:
  void SetUp() override {
    const std::string name = std::string("captions_") + GetParam().folder + std::to_string(getpid());
    scratch_ = fs::path(testing::TempDir()) / name;
    fs::create_directories(scratch_);
    const std::string archive = (kRecorded / (std::string(GetParam().folder) + ".tar.gz")).string();
    ASSERT_EQ(std::system(("tar -xzf '" + archive + "' -C '" + scratch_.string() + "'").c_str()), 0);
    folder_ = scratch_ / GetParam().folder;
    own_rules_ = read_json_file(folder_ / "generation_config.json").value();
    cases_ = read_json_file(kRecorded / (std::string(GetParam().captions) + ".json"), true).value();
    for (int i = 0; i < 12; ++i) {
      images_.push_back(read_image(kRecorded / fmt::format("image{:02}.png", i)).value());
    }
    engine_ = Engine::create({Precision::f32, 2}).value();
  }
  void TearDown() override { fs::remove_all(scratch_); }

  /// The captioner with rules over those of its folder.
  std::unique_ptr<OpenvinoCaptioner> load(const nlohmann::json& rules, int batch, int beams = 0) {
    nlohmann::json all = own_rules_;
    all.update(rules);
    std::ofstream(folder_ / "generation_config.json") << all;
    CaptionerOptions options;
    options.model = folder_;
    options.max_tokens = 1000;
    options.batch = batch;
    options.beams = beams;
    auto out = OpenvinoCaptioner::load(engine_, options);
    EXPECT_TRUE(out.ok()) << out.error().message;
    return out.ok() ? std::move(out).value() : nullptr;
  }

  fs::path scratch_;
  fs::path folder_;
  nlohmann::json own_rules_;
  nlohmann::json cases_;
  std::vector<Image> images_;
  std::shared_ptr<Engine> engine_;
};

TEST_P(RecordedCaptioner, SaysWhatTransformersSaysTokenForToken) {
  std::size_t compared = 0;
  for (std::size_t i = 0; i < std::min<std::size_t>(GetParam().rules, cases_.size()); ++i) {
    const auto& each = cases_[i];
    const auto captioner = load(each.at("rules"), 7);
    ASSERT_NE(captioner, nullptr);
    const auto ids = captioner->caption_ids(images_);
    ASSERT_TRUE(ids.ok()) << ids.error().message;
    for (std::size_t image = 0; image < images_.size(); ++image) {
      if (each.at("ids")[image].is_null()) continue;
      EXPECT_EQ((*ids)[image], each.at("ids")[image].get<TokenIds>()) << each.at("rules") << " image " << image;
      ++compared;
    }
  }
  const std::size_t rules = std::min<std::size_t>(GetParam().rules, cases_.size());
  EXPECT_GE(compared, 10 * rules);
  fake::supported("captioners", {GetParam().folder, GetParam().cached ? "yes" : "no", std::to_string(rules),
                                 std::to_string(compared), std::to_string(rules * images_.size() - compared)});
}

TEST_P(RecordedCaptioner, SaysTheSameAloneAndInAnyBatch) {
  const nlohmann::json rules = cases_[2].at("rules");
  ASSERT_GT(rules.at("num_beams"), 1);
  const auto several = load(rules, 16);
  const auto alone = load(rules, 1);
  ASSERT_TRUE(several != nullptr && alone != nullptr);
  const auto all = several->caption(images_);
  ASSERT_TRUE(all.ok()) << all.error().message;
  for (std::size_t i = 0; i < images_.size(); ++i) {
    const auto one = alone->caption(std::span(images_).subspan(i, 1));
    const auto here = several->caption(std::span(images_).subspan(i, 1));
    ASSERT_TRUE(one.ok() && here.ok());
    EXPECT_EQ(here->front(), (*all)[i]);
    if (cases_[2].at("ids")[i].is_null()) continue;  // it hangs by a thread, and another batch rounds otherwise
    EXPECT_EQ(one->front(), (*all)[i]);
  }
}

TEST_P(RecordedCaptioner, WritesTheTextThatTransformersWrites) {
  const auto captioner = load(cases_[1].at("rules"), 4);
  ASSERT_NE(captioner, nullptr);
  const auto texts = captioner->caption(images_);
  ASSERT_TRUE(texts.ok()) << texts.error().message;
  for (std::size_t i = 0; i < images_.size(); ++i) {
    if (cases_[1].at("texts")[i].is_null()) continue;
    const auto theirs = cases_[1].at("texts")[i].get<std::string>();
    if (theirs.starts_with("##")) continue;  // the end of a word without its beginning, which is no caption
    EXPECT_EQ((*texts)[i], tidy_caption(theirs)) << i;
  }
}

TEST_P(RecordedCaptioner, TakesBeamsFromTheStudyAndSaysSo) {
  const auto folders = load({{"num_beams", 3}, {"max_length", 9}}, 6);
  const auto studys = load({{"max_length", 9}}, 6, 3);
  const auto greedy = load({{"num_beams", 3}, {"max_length", 9}}, 6, 1);
  ASSERT_TRUE(folders != nullptr && studys != nullptr && greedy != nullptr);
  EXPECT_EQ(folders->fingerprint(), studys->fingerprint());
  EXPECT_NE(folders->fingerprint(), greedy->fingerprint());
  EXPECT_NE(studys->describe().find("3 beams, at most 9 tokens"), std::string::npos) << studys->describe();
  EXPECT_NE(greedy->describe().find("greedy"), std::string::npos);
  EXPECT_EQ(greedy->describe().find("with a cache") != std::string::npos, GetParam().cached);
}

TEST_P(RecordedCaptioner, RefusesIdsThatAreNoWordsAndOthersEncoders) {
  const auto refused = [&](const nlohmann::json& rules, const std::string& says) {
    std::ofstream(folder_ / "generation_config.json") << rules;
    CaptionerOptions options;
    options.model = folder_;
    const auto out = OpenvinoCaptioner::load(engine_, options);
    ASSERT_FALSE(out.ok()) << says;
    EXPECT_EQ(out.error().code, Code::bad_input);
    EXPECT_NE(out.error().message.find(says), std::string::npos) << out.error().message;
  };
  for (const char* key : {"forced_bos_token_id", "forced_eos_token_id", "decoder_start_token_id"}) {
    nlohmann::json rules = own_rules_;
    rules[key] = 9999;
    refused(rules, std::string(key) + ": 9999 is outside the vocabulary");
  }
  for (const char* end : {".xml", ".bin"}) {
    fs::copy_file(kWorld / (std::string("captioner/openvino_encoder_model") + end),
                  folder_ / (std::string("openvino_encoder_model") + end), fs::copy_options::overwrite_existing);
  }
  fs::copy_file(kWorld / "captioner/preprocessor_config.json", folder_ / "preprocessor_config.json",
                fs::copy_options::overwrite_existing);
  refused(own_rules_, "openvino_decoder_model.xml: ");
}

INSTANTIATE_TEST_SUITE_P(Kinds, RecordedCaptioner,
                         testing::Values(Recorded{"vit-gpt2", "vit-gpt2", 99, true},
                                         Recorded{"vit-gpt2-optimum", "vit-gpt2", 3, false},
                                         Recorded{"trocr", "trocr", 99, true},
                                         Recorded{"trocr-optimum", "trocr", 3, false},
                                         Recorded{"blip", "blip", 99, true}, Recorded{"git", "git", 99, true}));

}  // namespace
}  // namespace scotoma
