// SPDX-License-Identifier: Apache-2.0
#include "scotoma/study/unread_keys.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "fake/folder.h"
#include "scotoma/study/read.h"

namespace scotoma {
namespace {

using Notes = std::vector<std::string>;

/// A study with these lines; with lists of its own for phrases, or with captions.
Notes notes_of(const std::string& lines, bool captions = false) {
  const fake::Folder folder;
  const std::string text = "labels = [\"fly\"]\n[generator]\nmodel = \"g\"\n" + lines;
  const auto study = parse_study(text, folder / "study.toml", NamedFiles::may_be_gone);
  EXPECT_TRUE(study.ok()) << study.error().message;
  if (!study.ok()) return {};
  EXPECT_EQ(uses_captioner(*study), captions);
  Notes notes;
  for (const std::string& note : study->notes) notes.push_back(note.substr(folder.path().string().size() + 1));
  return notes;
}

const std::string kClassifier = "[classifier]\nmodel = \"c\"\nlabels = \"l\"\n";
const std::string kLists =
    "[[attributes]]\nname = \"a\"\nphrases = [\"dark\"]\n[[attributes]]\nname = \"b\"\nphrases = [\"red\"]\n"
    "[search]\nsource = \"none\"\n";
const std::string kCaptions = "[captioner]\nmodel = \"d\"\n[embedder]\nmodel = \"e\"\n";

TEST(UnreadKeys, AreNamedOnceForEachReasonAtTheLineOfTheFirst) {
  EXPECT_EQ(notes_of(kClassifier + kLists + "[judge]\nthreshold = 0.6\nmean = [1, 2, 3]\nmodel = \"j\"\n"),
            (Notes{"study.toml:17: judge.model, judge.mean have no effect: only for judge.kind = \"classifier\"",
                   "study.toml:16: judge.threshold has no effect: only for a judge.kind that is not \"none\""}));
  EXPECT_EQ(notes_of(kClassifier + "resize_to = 256\n" + kLists),
            (Notes{"study.toml:7: classifier.resize_to has no effect: only for classifier.fit = \"crop\""}));
  EXPECT_EQ(notes_of("negative_prompt = \"blur\"\nguidance = 1\n" + kClassifier + kLists),
            (Notes{"study.toml:4: generator.negative_prompt has no effect: only for a generator.guidance above 1"}));
  EXPECT_EQ(notes_of(kClassifier + kLists + "captions = 9\nphrases = 2\nphrase_similarity = 0.9\n"),
            (Notes{"study.toml:15: search.captions, search.phrases have no effect: only for search.source = "
                   "\"captions\"",
                   "study.toml:17: search.phrase_similarity has no effect: only for studies with an embedder"}));
  EXPECT_EQ(notes_of(kClassifier + kLists + "[budget]\nscreen = 2\n"),
            (Notes{"study.toml:16: budget.screen has no effect: only for search.interaction_strength above 1 and "
                   "phrases that are not random"}));
}

TEST(UnreadKeys, AreNoneWhereTheChoicesReadThem) {
  EXPECT_EQ(notes_of(kClassifier + kLists), Notes());
  EXPECT_EQ(notes_of(kClassifier + kLists + "interaction_strength = 2\n[budget]\nscreen = 2\n"), Notes());
  EXPECT_EQ(notes_of("negative_prompt = \"blur\"\n" + kClassifier + "fit = \"crop\"\nresize_to = 9\n" + kCaptions +
                         "[search]\ncaptions = 9\nphrase_similarity = 0.9\n[judge]\nkind = \"classifier\"\nmodel = "
                         "\"j\"\nlabels = \"k\"\nmean = [1, 2, 3]\nthreshold = 0.6\n",
                     true),
            Notes());
  EXPECT_EQ(notes_of(kClassifier + kCaptions + "[judge]\nkind = \"embedder\"\nthreshold = 0.6\n", true), Notes());
}

}  // namespace
}  // namespace scotoma
