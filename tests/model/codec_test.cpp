// SPDX-License-Identifier: Apache-2.0
#include "scotoma/model/codec.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cmath>
#include <cstring>

namespace scotoma {
namespace {

std::vector<float> any_floats(std::size_t least) {
  auto floats = *rc::gen::arbitrary<std::vector<float>>();
  while (floats.size() < least) floats.push_back(0.5F);
  return floats;
}

bool same_bits(const std::vector<float>& a, const std::vector<float>& b) {
  return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size() * sizeof(float)) == 0;
}

RC_GTEST_PROP(Codec, PredictionsComeBack, (const std::vector<int>& labels)) {
  Prediction prediction{{{3, 0.5F}}};
  for (int label : labels) prediction.top.push_back({label, *rc::gen::arbitrary<float>()});
  RC_ASSERT(decode_prediction(encode(prediction)) == prediction);
}

RC_GTEST_PROP(Codec, JudgementsComeBack, (bool valid, float score)) {
  const Judgement judgement{valid, score};
  RC_ASSERT(decode_judgement(encode(judgement)) == judgement);
}

RC_GTEST_PROP(Codec, VectorsComeBackToTheBit, ()) {
  const auto vector = any_floats(1);
  RC_ASSERT(same_bits(*decode_vector(encode(vector)), vector));
}

TEST(Codec, OddValuesComeBackToTheBit) {
  const std::vector<float> odd = {-0.0F, INFINITY, -INFINITY, 1e-45F, std::nanf("")};
  EXPECT_TRUE(same_bits(*decode_vector(encode(odd)), odd));
}

TEST(Codec, OtherBytesAreNoAnswer) {
  for (const std::string& bytes : {std::string(), std::string("abc"), std::string(9, 'x'), std::string(13, '\0')}) {
    EXPECT_FALSE(decode_prediction(bytes)) << bytes.size();
    EXPECT_FALSE(decode_judgement(bytes)) << bytes.size();
    EXPECT_FALSE(decode_vector(bytes)) << bytes.size();
  }
  EXPECT_FALSE(decode_judgement("\2abcd"));
}

TEST(Codec, KeepsItsFormatForEver) {
  using namespace std::string_literals;
  EXPECT_EQ(encode(Prediction{{{2, 1.0F}}}), "\x02\0\0\0\0\0\x80\x3f"s);
  EXPECT_EQ(encode(Judgement{true, 0.5F}), "\x01\0\0\0\x3f"s);
  EXPECT_EQ(encode(std::vector<float>{-2.0F}), "\0\0\0\xc0"s);
}

}  // namespace
}  // namespace scotoma
