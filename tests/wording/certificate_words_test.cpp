// SPDX-License-Identifier: Apache-2.0
#include "scotoma/wording/certificate_words.h"

#include <gtest/gtest.h>

#include "fake/certificate.h"

namespace scotoma {
namespace {

TEST(CertificateWords, SayWhatIsRuledOutOfEachLabel) {
  const Certificate all = fake::certificate();
  EXPECT_EQ(sentence(all, all.labels[0]),
            "None of these 3 phrases raises the failure rate of 'fly' by more than 20 points (alpha 5\u00A0%).");
  EXPECT_EQ(sentence(all, all.labels[1]),
            "'bee' is not certified: of 3 phrases, 0 certified, 1 bug, 1 undecided, 1 cannot be generated.");
  Certificate absolute = all;
  absolute.absolute = true;
  EXPECT_EQ(sentence(absolute, absolute.labels[0]),
            "With none of these 3 phrases does 'fly' fail in 20\u00A0% of its images or more (alpha 5\u00A0%).");
}

TEST(CertificateWords, OfOnePhraseNameIt) {
  Certificate one = fake::certificate();
  one.cells.resize(1);
  one.labels.resize(1);
  conclude(one);
  EXPECT_EQ(sentence(one, one.labels[0]),
            "\"in the snow\" does not raise the failure rate of 'fly' by more than 20 points (alpha 5\u00A0%).");
  one.absolute = true;
  EXPECT_EQ(sentence(one, one.labels[0]),
            "With \"in the snow\" 'fly' fails in less than 20\u00A0% of its images (alpha 5\u00A0%).");
}

TEST(CertificateWords, SayByWhichRuleAndAtWhichLevel) {
  const Certificate all = fake::certificate();
  const auto said = level_sentences(all);
  ASSERT_EQ(said.size(), 3U);
  EXPECT_NE(said[0].find("1 of 2 labels because it passed"), std::string::npos) << said[0];
  EXPECT_NE(said[1].find("The 3 of 6 phrases and labels that passed are picked afterwards"), std::string::npos)
      << said[1];
  EXPECT_NE(said[1].find("rate of 9.1\u00A0% (e-BH over all 6)"), std::string::npos) << said[1];
  EXPECT_NE(said[2].find("Bonferroni over all 6"), std::string::npos) << said[2];
}

TEST(CertificateWords, OfACertificateOfAllNeedNoCorrection) {
  Certificate all = fake::certificate();
  all.cells.resize(3);
  all.labels.resize(1);
  conclude(all);
  const auto said = level_sentences(all);
  ASSERT_EQ(said.size(), 1U);
  EXPECT_NE(said[0].find("holds at alpha 5\u00A0% without a correction (intersection-union test)"), std::string::npos)
      << said[0];
}

TEST(CertificateWords, SayWhatEachCellShowedAndWhyItEnded) {
  const Certificate all = fake::certificate();
  EXPECT_EQ(figures(all, all.cells[0]), "0 of 17 images fail; 19.7 points more than the baseline at most");
  EXPECT_NE(figures(all, all.cells[4]).find("would hardly decide"), std::string::npos);
  EXPECT_NE(figures(all, all.cells[5]).find("15 more do not show the label"), std::string::npos);
  EXPECT_EQ(cost_sentence(all),
            "129 images: 105 with a phrase, 24 baseline images; 17.0 with a phrase for each that is "
            "certified.");
}

}  // namespace
}  // namespace scotoma
