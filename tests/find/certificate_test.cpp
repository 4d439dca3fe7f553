// SPDX-License-Identifier: Apache-2.0
// A run of a study that asks for a certificate ends with one.
#include <gtest/gtest.h>

#include "fake/runs.h"
#include "scotoma/find/certify_study.h"

namespace scotoma {
namespace {

using fake::flower_bug;
using fake::run_to_the_end;
using fake::StudyRuns;
using fake::users;

/// Flies on flowers fail; what is certified is asked of two phrases.
class CertifiedRun : public testing::Test {
 protected:
  CertifiedRun() : runs_(flower_bug()) {
    runs_.study.certify.in_study = true;
    runs_.study.certify.size = 0.4;
    runs_.study.certify.images = 2000;
    runs_.study.certify.phrases = {"on a flower", "in the snow"};
  }

  Findings found() {
    auto result = runs_.run();
    EXPECT_TRUE(result.ok()) << result.error().message;
    return result->findings;
  }

  /// As the verb does it, on the same cache.
  Certificate certified() {
    auto models = runs_.world.models();
    auto cache = AnswerCache::open(runs_.folder.path());
    Silent silent;
    return *certify_study(runs_.study, {}, models, **cache, {}, silent);
  }

  StudyRuns runs_;
};

TEST_F(CertifiedRun, EndsWithTheCertificateAndItsImagesAreItsOwn) {
  const Findings with = found();
  ASSERT_TRUE(with.certificate);
  const Certificate& certificate = *with.certificate;
  ASSERT_EQ(certificate.cells.size(), 2 * runs_.study.labels.size());
  EXPECT_EQ(certificate.cells[0].verdict, CellVerdict::bug) << certificate.cells[0].prompt;
  EXPECT_EQ(certificate.count(CellVerdict::certified), static_cast<int>(certificate.cells.size()) - 1);
  EXPECT_GT(certificate.images, 0);
  StudyRuns without(flower_bug());
  const auto plain = without.run();
  ASSERT_TRUE(plain.ok());
  EXPECT_FALSE(plain->findings.certificate);
  Findings search = with;
  search.certificate.reset();
  EXPECT_TRUE(search == plain->findings) << "the search does not know of it";
}

TEST_F(CertifiedRun, WhatTheVerbSaysAfterwardsIsTheSameAndAsksNothingAnew) {
  const Findings with = found();
  runs_.world.forget();
  EXPECT_TRUE(certified() == *with.certificate);
  EXPECT_EQ(runs_.world.calls(), 0U);
  EXPECT_TRUE(found() == with);
  EXPECT_EQ(runs_.world.calls(), 0U);
}

TEST_F(CertifiedRun, IsTheSameHoweverOftenItIsInterruptedAndAtAnyNumberOfThreads) {
  const Findings whole = found();
  StudyRuns again(flower_bug());
  again.study = runs_.study;
  again.study.engine.threads = 3;
  const std::size_t calls = runs_.world.calls();
  EXPECT_GT(run_to_the_end(again, {calls / 3, calls - 4, calls - 2}, Code::interrupted), 1);
  const auto rest = again.run();
  ASSERT_TRUE(rest.ok());
  EXPECT_TRUE(rest->findings.certificate == whole.certificate);
}

TEST_F(CertifiedRun, OfAUsersOwnHypothesisHasNone) {
  const auto probed = runs_.run({}, {.only = {users("fly", "on a flower")}});
  ASSERT_TRUE(probed.ok());
  EXPECT_FALSE(probed->findings.certificate);
}

TEST_F(CertifiedRun, SaysSoWhereTheTableNamesNothing) {
  runs_.study.certify.phrases.clear();
  const Findings findings = found();
  EXPECT_FALSE(findings.certificate);
  ASSERT_FALSE(findings.limits.empty());
  EXPECT_EQ(findings.limits.back(),
            "[certify] names no phrases, and the study has no [[attributes]]: nothing was certified.");
}

TEST_F(CertifiedRun, OfAListThatIsNotThereAsksNoModel) {
  runs_.study.certify.lists = {"weather"};
  const auto refused = runs_.run();
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code, Code::bad_input);
  EXPECT_EQ(runs_.world.calls(), 0U);
}

}  // namespace
}  // namespace scotoma
