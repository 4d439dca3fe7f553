// SPDX-License-Identifier: Apache-2.0
#include "scotoma/finding/phrase.h"

#include <gtest/gtest.h>

namespace scotoma {
namespace {

TEST(Conjunction, PutsPiecesInFrontFirstAndNamesThemAll) {
  const Phrase phrase = conjunction({{"on a plate", false}, {"dark", true}, {"at night", false}, {"blurry", true}});
  EXPECT_EQ(phrase.text, "dark, blurry, on a plate, at night");
  EXPECT_FALSE(phrase.before);
  ASSERT_EQ(phrase.pieces().size(), 4U);
  EXPECT_EQ(phrase.pieces()[0], (PhrasePart{"dark", true}));
  EXPECT_EQ(phrase.pieces()[2], (PhrasePart{"on a plate", false}));
  EXPECT_TRUE(conjunction({{"dark", true}, {"blurry", true}}).before);
}

TEST(Conjunction, OfOnePieceIsAPlainPhrase) {
  for (const PhrasePart& piece : {PhrasePart{"dark", true}, PhrasePart{"on a plate", false}}) {
    const Phrase phrase = conjunction({piece, piece});
    EXPECT_TRUE(phrase.parts.empty());
    EXPECT_EQ(phrase.text, piece.text);
    EXPECT_EQ(phrase.before, piece.before);
    EXPECT_EQ(phrase.pieces(), std::vector{piece});
  }
}

TEST(Described, PutsEveryPieceWhereItBelongs) {
  EXPECT_EQ(described("fly", conjunction({{"dark", true}, {"on a plate", false}})), "dark fly on a plate");
  EXPECT_EQ(described("fly", conjunction({{"old", true}, {"dark", true}})), "old dark fly");
  EXPECT_EQ(described("fly", Phrase{}), "fly");
}

}  // namespace
}  // namespace scotoma
