// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <fstream>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "fake/places.h"
#include "scotoma/stage/describe.h"

namespace scotoma {
namespace {

using Texts = std::set<std::string>;

std::vector<std::string> parts_of(const std::string& text, char mark) {
  std::vector<std::string> parts;
  std::istringstream in(text + mark);
  for (std::string part; std::getline(in, part, mark);) parts.push_back(part);
  return parts;
}

Texts phrases_of(const std::string& text) {
  const auto parts = parts_of(text, ';');
  return text.empty() ? Texts() : Texts(parts.begin(), parts.end());
}

struct Caption {
  std::string label;
  std::string text;
  Texts before;
  Texts behind;
};

std::vector<Caption> captions() {
  std::ifstream in(kCases / "words/captions.txt");
  std::vector<Caption> all;
  for (std::string line; std::getline(in, line);) {
    if (line.empty() || line.starts_with("#")) continue;
    auto parts = parts_of(line, '|');
    const std::size_t last = parts.size() - 1;  // a caption may hold the mark
    std::string text = parts[1];
    for (std::size_t i = 2; i + 1 < last; ++i) text += "|" + parts[i];
    all.push_back({parts[0], text, phrases_of(parts[last - 1]), phrases_of(parts[last])});
  }
  return all;
}

TEST(SpansOfCaptions, SayWhatAPromptCanSayAndNothingElse) {
  std::vector<std::string> classes = {"bee", "cow", "dog", "horse"};
  const auto all = captions();
  ASSERT_GT(all.size(), 70U);
  for (const Caption& caption : all) classes.push_back(caption.label);
  for (const Caption& caption : all) {
    Texts before;
    Texts behind;
    for (const Phrase& phrase :
         find_spans(caption.text, vocabulary_of({caption.label, caption.label, "", {}}, PromptOptions(), classes))) {
      (phrase.before ? before : behind).insert(phrase.text);
    }
    EXPECT_EQ(before, caption.before) << caption.label << ": " << caption.text;
    EXPECT_EQ(behind, caption.behind) << caption.label << ": " << caption.text;
  }
}

TEST(SpansOfCaptions, OfAVeryLongCaptionAreNotManyTimesAsMany) {
  std::string caption;
  for (int i = 0; i < 450; ++i) caption += "word" + std::to_string(i) + " ";
  const auto spans = find_spans(caption + "fly", vocabulary_of({"fly", "fly", "", {}}, PromptOptions(), {}));
  EXPECT_GE(spans.size(), 450U);
  EXPECT_LE(spans.size(), 3600U);
}

TEST(SpansOfCaptions, AreThoseOfTheWordsThatAreRead) {
  std::string text;
  for (int i = 0; i < 98; ++i) text += "a fly on a leaf" + std::to_string(i) + ". ";  // of five words each
  const Vocabulary fly = vocabulary_of({"fly", "fly", "", {}}, PromptOptions(), {});
  const auto all = find_spans(text + "a fly on a stone. a fly on a rock. a fly on a book.", fly);
  EXPECT_EQ(all.back().text, "on a rock") << "word 500";
  EXPECT_EQ(find_spans(text + "a big butter ##fly on the grass. on a ca ##ke, on a book.", fly).back().text,
            "on a cake")
      << "pieces of a word are one";
}

TEST(SpansOfCaptions, FindALabelByItsSynonymsPlural) {
  const auto spans =
      find_spans("two pussy - cats on a mat", vocabulary_of({"cat", "cat", "", {"pussycat"}}, PromptOptions(), {}));
  ASSERT_EQ(spans.size(), 1U);
  EXPECT_EQ(spans[0].text, "on a mat");
}

}  // namespace
}  // namespace scotoma
