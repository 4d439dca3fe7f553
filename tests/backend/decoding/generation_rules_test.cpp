// SPDX-License-Identifier: Apache-2.0
#include "scotoma/backend/decoding/generation_rules.h"

#include <gtest/gtest.h>

#include "fake/folder.h"

namespace scotoma {
namespace {

class Rules : public testing::Test {
 protected:
  GenerationRules read() {
    const auto out = read_captioner_rules(folder_.path());
    EXPECT_TRUE(out.ok()) << out.error().message;
    return out.ok() ? *out : GenerationRules{};
  }
  void expect_refused(const std::string& part) {
    const auto out = read_captioner_rules(folder_.path());
    ASSERT_FALSE(out.ok()) << part;
    EXPECT_EQ(out.error().code, Code::bad_input);
    EXPECT_NE(out.error().message.find(part), std::string::npos) << out.error().message;
  }

  fake::Folder folder_;
};

TEST_F(Rules, OfGenerationConfigGoBeforeThoseOfConfig) {
  folder_.write("config.json", R"({"bos_token_id": 1, "eos_token_id": 2, "num_beams": 5, "max_length": 20,
                                   "decoder": {"pad_token_id": 3, "eos_token_id": 9, "no_repeat_ngram_size": 4}})");
  EXPECT_EQ(read().start, 1);
  EXPECT_EQ(read().ends, std::set<std::int64_t>{2});
  EXPECT_EQ(read().padding, 3);
  EXPECT_EQ(read().beams, 5U);
  EXPECT_EQ(read().no_repeat_ngram_size, 4U);
  folder_.write("generation_config.json", R"({"decoder_start_token_id": 7, "eos_token_id": [4, 5], "num_beams": 3,
                                              "early_stopping": "never", "length_penalty": 0.5})");
  EXPECT_EQ(read().start, 7);
  EXPECT_EQ(read().ends, (std::set<std::int64_t>{4, 5}));
  EXPECT_EQ(read().padding, 3) << "special ids are searched on";
  EXPECT_EQ(read().beams, 3U);
  EXPECT_EQ(read().early_stopping, EarlyStopping::never);
  EXPECT_EQ(read().no_repeat_ngram_size, 0U) << "other rules are those of the first file alone";
}

TEST_F(Rules, OfLengthCountThePromptWhereTransformersDoes) {
  folder_.write("config.json", R"({"bos_token_id": 1, "eos_token_id": 2, "max_length": 20})");
  EXPECT_EQ(read().most_new(1, 1000), 19U);
  EXPECT_EQ(read().most_new(5, 1000), 15U);
  EXPECT_EQ(read().most_new(50, 1000), 1U);
  EXPECT_EQ(read().most_new(1, 8), 7U);
  folder_.write("generation_config.json", R"({"max_new_tokens": 6})");
  EXPECT_EQ(read().most_new(5, 1000), 6U);
  EXPECT_EQ(read().most_new(5, 3), 2U);
}

/// Beyond them the engine would read places that are not there.
TEST_F(Rules, OfLengthEndWhereTheDecodersPlacesEnd) {
  folder_.write("config.json", R"({"bos_token_id": 1, "eos_token_id": 2, "decoder": {"n_positions": 12}})");
  folder_.write("generation_config.json", R"({"max_new_tokens": 100})");
  EXPECT_EQ(read().most_new(1, 1000), 11U);
  folder_.write("config.json",
                R"({"bos_token_id": 1, "eos_token_id": 2, "text_config": {"max_position_embeddings": 6}})");
  EXPECT_EQ(read().most_new(4, 1000), 2U);
  EXPECT_EQ(read().most_new(9, 1000), 1U);
}

TEST_F(Rules, ThatAreNotSupportedAreNamed) {
  const std::string start = R"({"bos_token_id": 1, "eos_token_id": 2, )";
  for (const char* rule : {R"("num_beam_groups": 2)", R"("penalty_alpha": 0.6)", R"("guidance_scale": 3.0)",
                           R"("sequence_bias": [[[1], 2.0]])", R"("stop_strings": ["x"])",
                           R"("exponential_decay_length_penalty": [5, 1.1])", R"("renormalize_logits": true)"}) {
    folder_.write("config.json", start + rule + "}");
    expect_refused("config.json: '" + std::string(rule + 1, std::string(rule).find('"', 1) - 1) + "' is ");
  }
  folder_.write("config.json",
                start + R"("num_beam_groups": 1, "diversity_penalty": 0.0, "guidance_scale": null, "stop_strings": [],
                           "temperature": 0.2, "top_p": 0.5, "do_sample": true})");
  EXPECT_EQ(read().describe(), "greedy (its folder asks for sampling, which is left out)");
}

TEST_F(Rules, WithoutSenseAreRefused) {
  const std::string start = R"({"bos_token_id": 1, "eos_token_id": 2, )";
  for (const auto& [rule, says] : std::initializer_list<std::pair<const char*, const char*>>{
           {R"("num_beams": 0)", "'num_beams' is 0; it must be from 1 to 64"},
           {R"("num_beams": 100000)", "'num_beams' is 100000"},
           {R"("max_length": 0)", "'max_length' is 0; it must be at least 1"},
           {R"("max_new_tokens": -5)", "'max_new_tokens' is -5"},
           {R"("num_beams": "many")", "'num_beams' has an unexpected type"},
           {R"("repetition_penalty": 0)", "'repetition_penalty' is 0"},
           {R"("length_penalty": 1e300)", "'length_penalty' is 1e+300"},
           {R"("early_stopping": 3)", "'early_stopping' is 3; it is true, false or \"never\""},
           {R"("no_repeat_ngram_size": -1)", "'no_repeat_ngram_size' is -1"},
           {R"("bad_words_ids": [3])", "'bad_words_ids' has an unexpected type"},
           {R"("suppress_tokens": {})", "'suppress_tokens' has an unexpected type"}}) {
    folder_.write("config.json", start + rule + "}");
    expect_refused(says);
  }
}

TEST_F(Rules, AreRefusedInTheNameOfTheFileThatHoldsThem) {
  folder_.write("config.json", R"({"bos_token_id": 1, "eos_token_id": 2, "pad_token_id": "x"})");
  folder_.write("generation_config.json", R"({"eos_token_id": "3"})");
  expect_refused("generation_config.json: 'eos_token_id'");
  folder_.write("generation_config.json", R"({"eos_token_id": 3})");
  expect_refused("/config.json: 'pad_token_id'");
}

TEST_F(Rules, ThatChangeNothingLeaveNoTraceInTheSettings) {
  folder_.write("config.json", R"({"bos_token_id": 1, "eos_token_id": 2, "num_beams": 1, "length_penalty": 3.0,
                                   "early_stopping": true, "bad_words_ids": [[2]], "min_length": 0})");
  EXPECT_EQ(read().settings(), "");
  folder_.write("config.json", R"({"bos_token_id": 1, "eos_token_id": 2, "num_beams": 2, "bad_words_ids": [[3, 4]]})");
  EXPECT_EQ(read().settings(), "beams 2 length 1 early 1 bad 3 4 ");
}

}  // namespace
}  // namespace scotoma
