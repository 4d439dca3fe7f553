// SPDX-License-Identifier: Apache-2.0
#include "scotoma/study/prompt.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

namespace scotoma {
namespace {

StudyLabel label(const std::string& name, const std::string& hypernym = "") { return {name, name, hypernym, {}}; }

TEST(BasePrompt, FillsEveryName) {
  PromptOptions prompts;
  prompts.base = {"a photo of {a label}", "{label} ({hypernym}), {label}"};
  EXPECT_EQ(base_prompt(prompts, label("ant", "insect")), "a photo of an ant");
  EXPECT_EQ(base_prompt(prompts, label("ant", "insect"), 1), "ant (insect), ant");
  EXPECT_EQ(base_prompt(prompts, label("ant", "insect"), 2), "a photo of an ant");
}

TEST(BasePrompt, ALabelWithBracesIsTakenAsItIs) {
  EXPECT_EQ(base_prompt(PromptOptions(), label("{label}")), "a photo of a {label}");
}

TEST(WithArticle, IsTheStudysOwnForItsLabelsAndTheirClasses) {
  Study study;
  study.labels = {label("scissors"), label("moon"), label("fly")};
  study.labels[0].article = "";
  study.labels[1].article = "the";
  study.labels[1].class_name = "full moon";
  EXPECT_EQ(with_article(study, "scissors"), "scissors");
  EXPECT_EQ(with_article(study, "moon"), "the moon");
  EXPECT_EQ(with_article(study, "full moon"), "the full moon");
  EXPECT_EQ(with_article(study, "fly"), "a fly");
  EXPECT_EQ(with_article(study, "owl"), "an owl") << "no label of the study";
  EXPECT_EQ(with_article(study, "old", "scissors"), "old scissors");
  EXPECT_EQ(with_article(study, "old", "moon"), "the old moon");
  EXPECT_EQ(with_article(study, "old", "fly"), "an old fly");
}

TEST(BasePrompt, TakesTheArticleThatTheStudySays) {
  PromptOptions prompts;
  StudyLabel scissors = label("scissors");
  scissors.article = "";
  StudyLabel moon = label("moon");
  moon.article = "the";
  StudyLabel ewok = label("ewok");
  ewok.article = "an";
  EXPECT_EQ(base_prompt(prompts, scissors), "a photo of scissors");
  EXPECT_EQ(base_prompt(prompts, moon), "a photo of the moon");
  EXPECT_EQ(base_prompt(prompts, ewok), "a photo of an ewok");
  EXPECT_EQ(base_prompt(prompts, label("the Eiffel Tower")), "a photo of the Eiffel Tower");
  EXPECT_EQ(phrase_prompt(prompts, scissors, "old", true), "an old photo of scissors");
  prompts.base = {"{a label} outdoors"};
  EXPECT_EQ(phrase_prompt(prompts, scissors, "old", true), "old scissors outdoors");
  EXPECT_EQ(phrase_prompt(prompts, moon, "old", true), "the old moon outdoors");
  EXPECT_EQ(phrase_prompt(prompts, ewok, "dark", true), "a dark ewok outdoors");
  EXPECT_EQ(phrase_prompt(prompts, label("the Eiffel Tower"), "old", true), "an old Eiffel Tower outdoors");
  EXPECT_EQ(conjunction_prompt(prompts, scissors, {{"old", true}, {"dark", true}}), "old dark scissors outdoors");
}

struct Joined {
  std::string phrase;
  bool before;
  std::string prompt;
};

TEST(PhrasePrompt, StaysGrammatical) {
  const Joined cases[] = {
      {"on a flower", false, "a photo of a fly on a flower"},
      {"dark", true, "a dark photo of a fly"},
      {"old", true, "an old photo of a fly"},
      {"black and white", true, "a black and white photo of a fly"},
  };
  for (const auto& [phrase, before, prompt] : cases) {
    EXPECT_EQ(phrase_prompt(PromptOptions(), label("fly"), phrase, before), prompt);
  }
}

TEST(PhrasePrompt, PutsAPhraseInFrontOfWhateverTheBasePromptIs) {
  PromptOptions prompts;
  prompts.base = {"an oil painting of {a label}", "{a label} outdoors", "{label}", "the best photo of {a label}"};
  const auto all = phrase_prompts(prompts, label("owl"), "old", true);
  EXPECT_EQ(all, (std::vector<std::string>{"an old oil painting of an owl", "an old owl outdoors", "an old owl",
                                           "an old best photo of an owl"}));
  EXPECT_EQ(base_prompts(prompts, label("owl"))[1], "an owl outdoors");
}

using Pieces = std::vector<PromptPiece>;

TEST(ConjunctionPrompt, PutsEveryPieceWhereItBelongs) {
  const std::pair<Pieces, std::string> cases[] = {
      {{{"dark", true}, {"on a plate", false}}, "a dark photo of a fly on a plate"},
      {{{"on a plate", false}, {"dark", true}}, "a dark photo of a fly on a plate"},
      {{{"blurry", true}, {"dark", true}, {"on a plate", false}}, "a blurry dark photo of a fly on a plate"},
      {{{"on a plate", false}, {"in the snow", false}}, "a photo of a fly on a plate in the snow"},
      {{{"old", true}, {"dark", true}}, "an old dark photo of a fly"},
      {{}, "a photo of a fly"},
  };
  for (const auto& [pieces, prompt] : cases)
    EXPECT_EQ(conjunction_prompt(PromptOptions(), label("fly"), pieces), prompt);
}

TEST(ConjunctionPrompt, OfOnePieceIsThatOfThePhrase) {
  PromptOptions prompts;
  prompts.base = {"a photo of {a label}", "{a label} outdoors", "the best {label}"};
  for (const bool before : {true, false}) {
    EXPECT_EQ(phrase_prompts(prompts, label("owl"), Pieces{{"old", before}}),
              phrase_prompts(prompts, label("owl"), "old", before));
  }
}

TEST(ConjunctionPrompt, LosesNoPieceToATemplateThatNamesOnlyTheLabel) {
  PromptOptions prompts;
  prompts.before = "{phrase}: {label}";
  prompts.after = "{label} {phrase}";
  const std::string prompt = conjunction_prompt(prompts, label("owl"), {{"dark", true}, {"on a plate", false}});
  EXPECT_EQ(prompt, "owl on a plate, dark");
}

TEST(PhrasePrompt, UsesTheStudysTemplates) {
  PromptOptions prompts;
  prompts.base = {"a drawing of {a label}"};
  prompts.after = "{base}, {phrase}";
  prompts.before = "{phrase}: {label}";
  EXPECT_EQ(phrase_prompt(prompts, label("owl"), "at night", false), "a drawing of an owl, at night");
  EXPECT_EQ(phrase_prompt(prompts, label("owl"), "blurry", true), "blurry: owl");
}

}  // namespace
}  // namespace scotoma
