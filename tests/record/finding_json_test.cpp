// SPDX-License-Identifier: Apache-2.0
#include "scotoma/record/finding_json.h"

#include <gtest/gtest.h>

#include <limits>

namespace scotoma {
namespace {

TEST(FindingJson, IsReadByPeopleAndSaysWhatJsonCannot) {
  CrossRow row;
  row.phrase.text = "on a \"flower\"";
  row.phrase.score = std::numeric_limits<double>::infinity();
  row.answer = "\xff";
  const std::string text = record_text(row);
  EXPECT_NE(text.find(R"("text":"on a \"flower\"")"), std::string::npos) << text;
  EXPECT_NE(text.find(R"("score":"inf")"), std::string::npos) << text;
  EXPECT_NE(text.find(R"("answer":{"hex":"ff"})"), std::string::npos) << text;
}

TEST(FindingJson, OfAnOlderProgramLeavesNewFieldsAsTheyAre) {
  Hypothesis h;
  ASSERT_TRUE(read_record(R"({"id":"fly-on-a-flower","status":"merged"})", h));
  EXPECT_EQ(h.id, "fly-on-a-flower");
  EXPECT_EQ(h.status, Status::merged);
  EXPECT_FALSE(h.effect.has_value());
}

TEST(FindingJson, OfAnotherKindIsNotRead) {
  for (const char* text :
       {"", "[]", "null", "{", R"({"id":1})", R"({"id":{"hex":"f"}})", R"({"status":"perhaps"})",
        R"({"base_valid":-1})", R"({"base_valid":1.5})", R"({"base_valid":2147483648})", R"({"null_rate":"many"})",
        R"({"null_rate":null})", R"({"prompts":{}})", R"({"explored":[]})", R"({"reviewed":{"rate":true}})"}) {
    Hypothesis h;
    EXPECT_FALSE(read_record(text, h)) << text;
  }
}

TEST(FindingJson, OfAHypothesisBeforeAReviewHasNothingOfIt) {
  Hypothesis h;
  h.status = Status::not_generatable;
  h.reviewed = {40, 40, 0.5, 0.4, 0.6};
  Hypothesis before;
  ASSERT_TRUE(read_record(hypothesis_text(h, Status::confirmed, false), before));
  EXPECT_EQ(before.status, Status::confirmed);
  EXPECT_FALSE(before.reviewed);
  ASSERT_TRUE(read_record(hypothesis_text(h, h.status, true), before));
  EXPECT_TRUE(before == h);
}

}  // namespace
}  // namespace scotoma
