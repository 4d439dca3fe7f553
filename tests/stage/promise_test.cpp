// SPDX-License-Identifier: Apache-2.0
#include "scotoma/stage/promise.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "scotoma/finding/count.h"

namespace scotoma {
namespace {

Hypothesis explored(const std::string& label, const std::string& phrase, int failures, int valid, double null = 0.05) {
  Hypothesis hypothesis;
  hypothesis.label = label;
  hypothesis.phrase.text = phrase;
  hypothesis.explored = {.failures = failures, .valid = valid};
  hypothesis.null_rate = null;
  return hypothesis;
}

TEST(Promise, OfAPhraseOfOneLabelIsThePosteriorMeanAboveTheNull) {
  const std::vector<Hypothesis> alone = {explored("fly", "at night", 1, 1, 0.25)};
  EXPECT_DOUBLE_EQ(Promise(alone)(alone[0]), posterior_mean(alone[0].explored) - 0.25);
}

TEST(Promise, APhraseThatMakesOthersFailComesBeforeOneThatDoesNot) {
  std::vector<Hypothesis> hypotheses;
  for (const char* label : {"fly", "bee", "cat", "dog"}) {
    hypotheses.push_back(explored(label, "blurry", label == std::string("fly") ? 1 : 0, 1));
    hypotheses.push_back(explored(label, "at night", 1, 1));
  }
  const Promise promise(hypotheses);
  EXPECT_GT(promise(hypotheses[1]), promise(hypotheses[0])) << "both failed in their only image";
  EXPECT_EQ(promise.best_first(hypotheses, {0, 1, 3, 5, 7}).back(), 0U);
}

TEST(Promise, ItsOwnImagesDecideWhereTheyAreMany) {
  const std::vector<Hypothesis> hypotheses = {explored("fly", "at night", 0, 30), explored("bee", "at night", 30, 30),
                                              explored("fly", "in the snow", 20, 30)};
  const Promise promise(hypotheses);
  EXPECT_LT(promise(hypotheses[0]), 0.05);
  EXPECT_GT(promise(hypotheses[2]), promise(hypotheses[0]));
}

TEST(Promise, PhrasesInFrontAndThoseUnderWhichALabelPassesAreOthers) {
  std::vector<Hypothesis> hypotheses = {explored("fly", "night", 1, 1), explored("bee", "night", 9, 9),
                                        explored("cat", "night", 9, 9)};
  hypotheses[1].phrase.before = true;
  hypotheses[2].direction = Direction::passes;
  EXPECT_DOUBLE_EQ(Promise(hypotheses)(hypotheses[0]), posterior_mean(hypotheses[0].explored) - 0.05);
}

RC_GTEST_PROP(Promise, MoreFailuresOfItsOwnOrOfOthersNeverPromiseLess, ()) {
  const int valid = *rc::gen::inRange(1, 20);
  const int others = *rc::gen::inRange(1, 60);
  const int own = *rc::gen::inRange(0, valid);
  const int theirs = *rc::gen::inRange(0, others);
  const auto promise = [&](int failures, int more) {
    const std::vector<Hypothesis> all = {explored("fly", "p", failures, valid), explored("bee", "p", more, others)};
    return Promise(all)(all[0]);
  };
  RC_ASSERT(promise(own + 1, theirs) >= promise(own, theirs));
  RC_ASSERT(promise(own, theirs + 1) >= promise(own, theirs));
}

}  // namespace
}  // namespace scotoma
