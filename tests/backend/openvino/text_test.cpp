// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "fake/places.h"
#include "scotoma/backend/openvino/captioner/tidy.h"
#include "scotoma/backend/openvino/tokenizer.h"

namespace scotoma {
namespace {

class WorldTokenizer : public testing::Test {
 protected:
  void SetUp() override {
    engine_ = Engine::create({Precision::f32, 1}).value();
    auto loaded = Tokenizer::load(*engine_, kWorld / "embedder");
    ASSERT_TRUE(loaded.ok()) << loaded.error().message;
    tokenizer_ = std::move(loaded).value();
  }
  std::shared_ptr<Engine> engine_;
  std::unique_ptr<Tokenizer> tokenizer_;
};

TEST_F(WorldTokenizer, FillsUpAndCutsButKeepsBothEnds) {
  std::size_t used = 0;
  const auto empty = tokenizer_->encode("", 8, &used);
  ASSERT_TRUE(empty.ok()) << empty.error().message;
  ASSERT_EQ(empty->size(), 8U);
  EXPECT_EQ(used, 2U);  // the two ends
  const auto start = (*empty)[0];
  const auto end = (*empty)[1];
  std::string many;
  for (int i = 0; i < 100; ++i) many += "fly ";
  const auto cut = tokenizer_->encode(many, 8, &used);
  ASSERT_TRUE(cut.ok());
  EXPECT_EQ(used, 8U);
  EXPECT_EQ(cut->front(), start);
  EXPECT_EQ(cut->back(), end);
  EXPECT_EQ((*cut)[1], (*cut)[6]);
  EXPECT_EQ(*tokenizer_->encode("A  Fly", 8), *tokenizer_->encode("a fly", 8));
}

TEST_F(WorldTokenizer, TakesAnyTextOrSaysWhyNot) {
  for (const char* text :
       {"caf\xC3\xA9 \xE6\x97\xA5\xE6\x9C\xAC", "\xF0\x9F\x90\x9D", "<|endoftext|>", "\x01\t\n", "''\"\\"}) {
    EXPECT_TRUE(tokenizer_->encode(text, 77).ok()) << text;
  }
  const auto bad = tokenizer_->encode("a \xFF fly", 77);
  ASSERT_FALSE(bad.ok());
  EXPECT_EQ(bad.error().code, Code::bad_input);
}

TEST_F(WorldTokenizer, CountsWordByWordAndRefusesToLeaveAnEndOut) {
  for (const char* text : {"", "a fly", "a photo of a fly on a flower", "flies, bees; and 3.5 cats"}) {
    std::size_t used = 0;
    ASSERT_TRUE(tokenizer_->encode(text, 77, &used).ok());
    EXPECT_EQ(*tokenizer_->count(text), used) << text;
    EXPECT_EQ(*tokenizer_->encode_whole(text, used), *tokenizer_->encode(text, used)) << "just fits: " << text;
  }
  const auto longer = tokenizer_->encode_whole("a photo of a fly on a flower", 8);
  ASSERT_FALSE(longer.ok());
  EXPECT_EQ(longer.error().code, Code::bad_input);
  EXPECT_NE(longer.error().message.find("'a photo of a fly on a flower' takes 10 tokens, and the model reads 8"),
            std::string::npos)
      << longer.error().message;
  std::string many;
  for (int i = 0; i < 100; ++i) many += "fly ";
  EXPECT_EQ(*tokenizer_->count(many), 102U);
  EXPECT_FALSE(tokenizer_->encode_whole(many, 77).ok());
}

TEST(Tokenizer, AMissingFileOrLibraryIsNamed) {
  const auto engine = Engine::create({Precision::f32, 1}).value();
  const auto missing = Tokenizer::load(*engine, kWorld / "nowhere");
  ASSERT_FALSE(missing.ok());
  EXPECT_NE(missing.error().message.find("nowhere/openvino_tokenizer.xml"), std::string::npos)
      << missing.error().message;
  ASSERT_EQ(setenv("SCOTOMA_TOKENIZERS", "/no/such/library.so", 1), 0);
  const auto lost = Tokenizer::load(*Engine::create({Precision::f32, 1}).value(), kWorld / "embedder");
  unsetenv("SCOTOMA_TOKENIZERS");
  ASSERT_FALSE(lost.ok());
  EXPECT_NE(lost.error().message.find("/no/such/library.so"), std::string::npos) << lost.error().message;
}

TEST(Caption, IsLowerCaseWithoutFinalStop) {
  EXPECT_EQ(tidy_caption("  A Fly  on\ta flower . "), "a fly on a flower");
  EXPECT_EQ(tidy_caption("a 3.5 cm bee."), "a 3.5 cm bee");
  EXPECT_EQ(tidy_caption(" . "), "");
}

TEST(EngineReason, KeepsWhatTellsAndDropsSourceLines) {
  EXPECT_EQ(engine_reason(
                "Exception from src/scotoma/core.cpp:97:\nException from src/x.cpp:12:\nUnable to read the model.\n\n"),
            "Unable to read the model");
  EXPECT_EQ(engine_reason("plain"), "plain");
}

}  // namespace
}  // namespace scotoma
