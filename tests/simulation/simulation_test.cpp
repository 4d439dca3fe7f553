// SPDX-License-Identifier: Apache-2.0
// Synthetic studies with known truth keep what the method promises, and the checks can fail: plain rules do not pass.
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <ostream>

#include "fake/places.h"
#include "simulation/simulate.h"

namespace scotoma::simulation {

void PrintTo(const Scenario& scenario, std::ostream* out) { *out << scenario.id; }
void PrintTo(const CertificateScenario& scenario, std::ostream* out) { *out << scenario.id; }

namespace {

constexpr int kStudies = 150;
constexpr std::uint64_t kSeed = 20220818;
constexpr double kAlpha = EvidenceOptions{}.alpha;

Tally tally(const std::string& id, int studies = kStudies, int threads = 0) {
  for (const Scenario& scenario : scenarios()) {
    if (scenario.id != id) continue;
    const auto result = simulate(scenario, studies, kSeed, threads);
    EXPECT_TRUE(result.ok());
    return result->tally;
  }
  ADD_FAILURE() << "no scenario " << id;
  return {};
}

const MethodTally& of(const Tally& tally, Method method) { return tally.methods[static_cast<std::size_t>(method)]; }
const Estimate& of(const Tally& tally, Shown what) { return tally.coverage[static_cast<std::size_t>(what)]; }

class SimulatedStudies : public testing::TestWithParam<Scenario> {};

TEST_P(SimulatedStudies, KeepEveryPromise) {
  const auto result = simulate(GetParam(), kStudies, kSeed, 0);
  ASSERT_TRUE(result.ok()) << result.error().message;
  for (const std::string& broken : result->broken) ADD_FAILURE() << broken;
  EXPECT_EQ(of(result->tally, Shown::base_bounds).units, kStudies);
}

INSTANTIATE_TEST_SUITE_P(Scenarios, SimulatedStudies, testing::ValuesIn(scenarios()), [](const auto& instance) {
  std::string name = instance.param.id;
  std::erase(name, '-');
  return name;
});

TEST(Simulation, FindsStrongBugs) {
  const Tally strong = tally("few-strong", 100);
  EXPECT_GE(of(strong, Method::scotoma).power.mean, 0.9) << "valid, but blind";
  EXPECT_GE(of(strong, Shown::audit_rate).units, 300) << "coverage of audits is counted over too few";
  EXPECT_LT(of(strong, Method::scotoma).images, of(strong, Method::plain_points).images);
}

TEST(Simulation, JointEvidenceFindsMoreThanABarAtTheBoundOnFewerImages) {
  for (const char* id : {"many-weak", "bugs-and-margin", "failing_label"}) {
    const Tally both = tally(id, 100);
    EXPECT_GT(of(both, Method::scotoma).power.mean, of(both, Method::bound).power.mean) << id;
  }
}

TEST(Simulation, TheLuckyLabelsAreLucky) {
  for (const Scenario& scenario : scenarios()) {
    if (!scenario.id.ends_with("lucky-labels")) continue;
    const auto study = run_study(world_of(scenario, kSeed, 0));
    ASSERT_TRUE(study.ok());
    EXPECT_EQ(study->hypotheses, 4 * EvidenceOptions{}.max_hypotheses) << "of the 40 labels' phrases, those of 4";
    EXPECT_EQ(study->bugs, 0);
  }
}

TEST(Simulation, AShortBudgetIsKeptAndLeavesBugsOut) {
  const Tally tight = tally("short-budget", 100);
  EXPECT_LE(of(tight, Method::scotoma).images, 700);
  EXPECT_LT(of(tight, Method::scotoma).power.mean, of(tally("bugs-and-margin", 100), Method::scotoma).power.mean);
}

TEST(Simulation, ATrueRateIsOneOfAcceptedImagesWhenTheJudgeErrs) {
  const Tally judged = tally("judge");
  EXPECT_GT(of(judged, Method::scotoma).fdr_of_real.mean, of(judged, Method::scotoma).fdr.mean);
}

TEST(Simulation, IsTheSameAtAnyNumberOfThreads) {
  Settings settings;
  settings.studies = 5;
  settings.sweep_studies = 2;
  settings.threads = 1;
  const auto nobody = [](std::string_view /*scenario*/) {};
  const auto one = simulate_all(settings, nobody);
  settings.threads = 3;
  const auto three = simulate_all(settings, nobody);
  ASSERT_TRUE(one.ok() && three.ok());
  EXPECT_EQ(json_of(*one), json_of(*three));
  EXPECT_EQ(markdown_of(*one, "", ""), markdown_of(*three, "", ""));
  EXPECT_EQ(plot_of(*one), plot_of(*three));
}

TEST(SimulationControl, PlainRulesBreakThePromiseByTheSameCheck) {
  for (const char* id : {"all-null", "few-strong", "bugs-and-margin"}) {
    const Tally plain = tally(id, 100);
    EXPECT_TRUE(breaks(of(plain, Method::plain_points).fdr, kAlpha)) << id;
    EXPECT_TRUE(breaks(of(plain, Method::plain_more).fdr, kAlpha)) << id;
  }
  EXPECT_TRUE(breaks(of(tally("all-null", 100), Method::plain_more).fdr_at_all, kAlpha));
}

TEST(SimulationControl, IntervalsOfWhichTooFewCoverFailTheSameCheck) {
  EXPECT_TRUE(undercovers({0.90, 0.01, 400}, 0.95));
  EXPECT_FALSE(undercovers({0.94, 0.01, 400}, 0.95));
  EXPECT_FALSE(undercovers({0.90, 0.03, 400}, 0.95)) << "of few studies";
}

/// Two prompts of unequal chances under a judge that errs.
Truth two_prompts() {
  Truth truth;
  truth.prompts = {{"with", {0.4, 0.3}}, {"without", {0.1, 0.05}}};
  truth.judge = {0.5, 0.2};
  return truth;
}

constexpr int kCertificates = 100;

class SimulatedCertificates : public testing::TestWithParam<CertificateScenario> {};

TEST_P(SimulatedCertificates, KeepEveryPromise) {
  const auto result = simulate_certificates(GetParam(), kCertificates, kSeed, 0);
  ASSERT_TRUE(result.ok()) << result.error().message;
  for (const std::string& broken : result->broken) ADD_FAILURE() << broken;
}

INSTANTIATE_TEST_SUITE_P(Scenarios, SimulatedCertificates, testing::ValuesIn(certificate_scenarios()),
                         [](const auto& instance) {
                           std::string name = instance.param.id;
                           std::erase(name, '-');
                           return name;
                         });

CertificateTally certificates(const std::string& id) {
  for (const CertificateScenario& scenario : certificate_scenarios()) {
    if (scenario.id != id) continue;
    const auto result = simulate_certificates(scenario, kCertificates, kSeed, 0);
    EXPECT_TRUE(result.ok());
    return result->tally;
  }
  ADD_FAILURE() << "no scenario " << id;
  return {};
}

TEST(SimulatedCertificate, OfWhatDoesNotMatterIsGivenOnFewImages) {
  const CertificateTally clean = certificates("certify-clean");
  EXPECT_GE(clean.power.mean, 0.9) << "valid, but blind";
  EXPECT_LE(clean.cell_images.mean, 50);
  const CertificateTally bugs = certificates("certify-bugs");
  EXPECT_GE(bugs.bugs_found.mean, 0.95);
}

TEST(SimulationControl, CertificatesAtALargerAlphaBreakThePromiseByTheSameCheck) {
  for (CertificateScenario scenario : certificate_scenarios()) {
    if (scenario.id != "certify-all-at-the-margin" && scenario.id != "certify-absolute") continue;
    scenario.fill = [fill = scenario.fill](World& world, Philox& random) {
      fill(world, random);
      world.study.certify.alpha = 0.4;
    };
    const auto result = simulate_certificates(scenario, kCertificates, kSeed, 0);
    ASSERT_TRUE(result.ok());
    EXPECT_FALSE(result->broken.empty()) << scenario.id << ": " << result->tally.wrong_labels.mean;
  }
}

TEST(Coins, ShowTheRatesThatTheTruthNames) {
  const Truth truth = two_prompts();
  CoinSampler sampler(truth, 1);
  constexpr int kDraws = 40000;
  std::vector<Query> with;
  std::vector<Query> without;
  for (std::uint64_t i = 0; i < kDraws; ++i) {
    with.push_back({"thing", 0, {"with", i}});
    without.push_back({"thing", 0, {"without", i}});
  }
  const auto a = sampler.sample(with);
  const auto b = sampler.sample(without);
  ASSERT_TRUE(a.ok() && b.ok());
  int valid = 0;
  int failing = 0;
  int pairs = 0;
  int difference = 0;
  int agree = 0;
  for (std::size_t i = 0; i < kDraws; ++i) {
    const Sample& x = (*a)[i];
    const Sample& y = (*b)[i];
    valid += x.valid() ? 1 : 0;
    failing += x.failure() ? 1 : 0;
    if (!x.valid() || !y.valid()) continue;
    ++pairs;
    difference += (x.failure() ? 1 : 0) - (y.failure() ? 1 : 0);
    agree += x.failure() == y.failure() ? 1 : 0;
  }
  EXPECT_NEAR(static_cast<double>(failing) / valid, accepted_failure_rate(truth, {"with"}), 0.01);
  EXPECT_NEAR(static_cast<double>(difference) / pairs, paired_lift(truth, {"with"}, {"without"}), 0.01);
  EXPECT_GT(static_cast<double>(agree) / pairs, 0.6 * 0.9 + 0.4 * 0.1) << "pairs of one seed go together";
  EXPECT_DOUBLE_EQ(real_failure_rate(truth, {"with"}), 0.4);
}

TEST(Coins, AnUnknownPromptIsAnError) {
  const Truth truth = two_prompts();
  const std::vector<Query> queries = {{"thing", 0, {"nobody told", 1}}};
  EXPECT_FALSE(CoinSampler(truth, 1).sample(queries).ok());
}

TEST(SimulationDocs, TellOfEveryScenario) {
  std::ifstream file(kRoot / "docs/simulation.md");
  const std::string page{std::istreambuf_iterator<char>(file), {}};
  for (const Scenario& scenario : scenarios())
    EXPECT_NE(page.find(scenario.meaning), std::string::npos) << scenario.id << ": write docs/simulation.md again";
  for (const CertificateScenario& scenario : certificate_scenarios())
    EXPECT_NE(page.find(scenario.meaning), std::string::npos) << scenario.id << ": write docs/simulation.md again";
}

}  // namespace
}  // namespace scotoma::simulation
