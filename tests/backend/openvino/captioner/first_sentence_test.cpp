// SPDX-License-Identifier: Apache-2.0
#include "scotoma/backend/openvino/captioner/first_sentence.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace scotoma {
namespace {

TEST(FirstSentence, EndsAtAStopThatEndsASentence) {
  EXPECT_EQ(first_sentence("A dog sits on grass. It is brown."), "A dog sits on grass.");
  EXPECT_EQ(first_sentence("  What a dog! It runs."), "What a dog!");
  EXPECT_EQ(first_sentence("Is it a dog? Yes."), "Is it a dog?");
  EXPECT_EQ(first_sentence("A sign says \"Stop.\" A car waits."), "A sign says \"Stop.\"");
  EXPECT_EQ(first_sentence("A dog... A cat."), "A dog...");
  EXPECT_EQ(first_sentence("a dog on grass"), "a dog on grass");
  EXPECT_EQ(first_sentence(""), "");
  EXPECT_EQ(first_sentence(" \n "), "");
}

TEST(FirstSentence, GoesOnAfterAStopWithinIt) {
  EXPECT_EQ(first_sentence("A St. Bernard dog sits. It is big."), "A St. Bernard dog sits.");
  EXPECT_EQ(first_sentence("A car of 3.5 metres. It is red."), "A car of 3.5 metres.");
  EXPECT_EQ(first_sentence("The letter J. Stands here."), "The letter J. Stands here.");
  EXPECT_EQ(first_sentence("An animal (e.g. A dog) sits. It waits."), "An animal (e.g. A dog) sits.");
  EXPECT_EQ(first_sentence("Cats, dogs, etc. sit on grass. They wait."), "Cats, dogs, etc. sit on grass.");
  EXPECT_EQ(first_sentence("A dog. and a cat. They sit."), "A dog. and a cat.");
  EXPECT_EQ(first_sentence("Cats, dogs, etc."), "Cats, dogs, etc.");
}

TEST(FirstSentence, EndsWithItsLine) {
  EXPECT_EQ(first_sentence("A dog on grass\n\nIt is brown."), "A dog on grass");
  EXPECT_EQ(first_sentence("\n A dog on grass. \nIt"), "A dog on grass.");
}

RC_GTEST_PROP(FirstSentence, IsWhereTheTextBeginsAndIsItsOwnFirstSentence, (const std::string& text)) {
  const std::string first = first_sentence(text);
  RC_ASSERT(text.find(first) != std::string::npos);
  RC_ASSERT(first_sentence(first) == first);
}

}  // namespace
}  // namespace scotoma
