// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "scotoma/core/parallel.h"
#include "scotoma/core/seed.h"
#include "scotoma/stage/certify.h"
#include "scotoma/stage/trial.h"
#include "scotoma/study/prompt.h"
#include "simulation/certificates/certificates.h"

namespace scotoma::simulation {
namespace {

constexpr double kRounding = 1e-12;  // a rate exactly at the margin is not below it
constexpr int kLook = 8;             // images by which the adversary picks phrases ...
constexpr std::size_t kPicked = 4;   // ... and how many he has certified

/// What one study's certificate claimed.
struct Outcome {
  int bad_labels = 0;  ///< labels that are not to be certified
  int wrong_labels = 0;
  bool wrong_whole = false;
  double wrong_picked = 0;
  bool wrong_bug = false;
  int good_cells = 0;
  int certified = 0;  ///< of the good cells
  int bugs = 0;
  int bugs_found = 0;
  int certified_cells = 0;
  int cell_images = 0;
  int labels = 0;
  int base_images = 0;
};

class Run {
 public:
  explicit Run(World world, bool picks) : world_(std::move(world)), picks_(picks) {}

  Result<Outcome> run() {
    std::vector<ListedPhrase> phrases = phrases_of_first_label();
    if (picks_) {
      SCOTOMA_ASSIGN_OR_RETURN(phrases, those_that_failed_least(phrases));
    }
    SCOTOMA_ASSIGN_OR_RETURN(const Certificate certificate, certify(context_, phrases));
    count(certificate);
    return outcome_;
  }

 private:
  const Target& target(const std::string& label) const { return context_.target(label); }

  std::vector<ListedPhrase> phrases_of_first_label() const {
    std::vector<ListedPhrase> phrases;
    for (const Candidate& candidate : world_.candidates) {
      if (candidate.label == world_.candidates.front().label) phrases.push_back({candidate.phrase.text, false});
    }
    return phrases;
  }

  std::vector<std::string> prompts_of(const std::string& label, const std::string& phrase) const {
    return phrase_prompts(world_.study.prompts, target(label).label, phrase, false);
  }

  Result<std::vector<ListedPhrase>> those_that_failed_least(std::vector<ListedPhrase> phrases) {
    std::vector<Trial> trials;
    for (const ListedPhrase& phrase : phrases) {
      const auto prompts = prompts_of(world_.targets.front().label.name, phrase.text);
      trials.push_back({world_.targets.front().label.name, prompts, prompts.front()});
    }
    SCOTOMA_ASSIGN_OR_RETURN(const auto samples,
                             sample_beyond_budget(context_, trials, name_of(Purpose::exploration), 0, kLook));
    std::vector<std::pair<std::ptrdiff_t, std::size_t>> order;
    for (std::size_t i = 0; i < phrases.size(); ++i) {
      const auto failed =
          std::count_if(samples[i].begin(), samples[i].end(), [](const Sample& s) { return s.failure(); });
      order.emplace_back(failed, i);
    }
    std::sort(order.begin(), order.end());
    std::vector<ListedPhrase> picked;
    for (std::size_t i = 0; i < std::min(kPicked, order.size()); ++i) picked.push_back(phrases[order[i].second]);
    return picked;
  }

  /// The true rate less what it must stay below.
  double excess(const CertificateCell& cell) const {
    const double rate = accepted_failure_rate(world_.truth, prompts_of(cell.label, cell.phrase));
    const double base =
        accepted_failure_rate(world_.truth, base_prompts(world_.study.prompts, target(cell.label).label));
    const CertifyOptions& options = world_.study.certify;
    return rate - options.size - (options.variant == CertifyVariant::absolute ? 0 : base);
  }

  void count(const Certificate& certificate) {
    int wrong = 0;
    int passed = 0;
    for (const CertificateCell& cell : certificate.cells) {
      const double over = excess(cell);
      const bool good = over < -kRounding;
      const bool certified = cell.verdict == CellVerdict::certified;
      outcome_.good_cells += good ? 1 : 0;
      outcome_.certified += good && certified ? 1 : 0;
      outcome_.bugs += over > kRounding ? 1 : 0;
      outcome_.bugs_found += over > kRounding && cell.verdict == CellVerdict::bug ? 1 : 0;
      outcome_.wrong_bug = outcome_.wrong_bug || (over <= kRounding && cell.verdict == CellVerdict::bug);
      passed += certified ? 1 : 0;
      wrong += certified && !good ? 1 : 0;
      if (certified) outcome_.cell_images += cell.rate.valid + cell.rate.invalid;
    }
    outcome_.certified_cells = passed;
    // Who picks what passed has the told level alone: he claims it where that is alpha.
    if (passed > 0 && certificate.passed_level <= certificate.alpha * (1 + 1e-9))
      outcome_.wrong_picked = static_cast<double>(wrong) / passed;
    for (const LabelCertificate& label : certificate.labels) {
      const bool bad = std::any_of(
          certificate.cells.begin(), certificate.cells.end(),
          [&](const CertificateCell& cell) { return cell.label == label.label && excess(cell) >= -kRounding; });
      outcome_.bad_labels += bad ? 1 : 0;
      outcome_.wrong_labels += bad && label.certified ? 1 : 0;
    }
    outcome_.wrong_whole = outcome_.bad_labels > 0 && certificate.certified();
    outcome_.labels = static_cast<int>(certificate.labels.size());
    outcome_.base_images = certificate.base_images;
  }

  World world_;
  bool picks_;
  CoinSampler sampler_{world_.truth, world_.study.seed};
  Silent progress_;
  StageContext context_{world_.study, world_.targets, world_.class_names, sampler_, progress_};
  Outcome outcome_;
};

CertificateTally tally_of(const std::vector<Outcome>& outcomes) {
  const auto ratio = [&](auto top, auto bottom) {
    return ratio_of(
        outcomes.size(), [&](std::size_t i) { return static_cast<double>(top(outcomes[i])); },
        [&](std::size_t i) { return static_cast<double>(bottom(outcomes[i])); });
  };
  const auto each = [](const Outcome&) { return 1; };
  CertificateTally tally;
  tally.wrong_labels =
      ratio([](const Outcome& o) { return o.wrong_labels; }, [](const Outcome& o) { return o.bad_labels; });
  tally.wrong_whole = ratio([](const Outcome& o) { return o.wrong_whole ? 1 : 0; },
                            [](const Outcome& o) { return o.bad_labels > 0 ? 1 : 0; });
  tally.wrong_picked = ratio([](const Outcome& o) { return o.wrong_picked; }, each);
  tally.wrong_bugs = ratio([](const Outcome& o) { return o.wrong_bug ? 1 : 0; }, each);
  tally.power = ratio([](const Outcome& o) { return o.certified; }, [](const Outcome& o) { return o.good_cells; });
  tally.bugs_found = ratio([](const Outcome& o) { return o.bugs_found; }, [](const Outcome& o) { return o.bugs; });
  tally.cell_images =
      ratio([](const Outcome& o) { return o.cell_images; }, [](const Outcome& o) { return o.certified_cells; });
  tally.base_images = ratio([](const Outcome& o) { return o.base_images; }, [](const Outcome& o) { return o.labels; });
  return tally;
}

Result<CertificateTally> tally_many(const CertificateScenario& scenario, int studies, std::uint64_t seed, int threads) {
  std::vector<Outcome> outcomes(static_cast<std::size_t>(studies));
  const CancelToken never;
  SCOTOMA_RETURN_IF_ERROR(
      run_parallel(outcomes.size(), thread_count(threads), never, [&](std::size_t i) -> Result<void> {
        World world;
        world.study.seed = sample_seed(seed, "simulation", scenario.id, i);
        Philox random(world.study.seed);
        scenario.fill(world, random);
        SCOTOMA_ASSIGN_OR_RETURN(outcomes[i], Run(std::move(world), scenario.picks_phrases).run());
        return {};
      }));
  return tally_of(outcomes);
}

std::vector<std::string> broken_promises(const CertificateTally& tally, double alpha) {
  std::vector<std::string> broken;
  const std::pair<const char*, const Estimate*> shares[] = {{"labels certified wrongly", &tally.wrong_labels},
                                                            {"whole certificates that are wrong", &tally.wrong_whole},
                                                            {"wrong among those that passed", &tally.wrong_picked},
                                                            {"studies with a wrong bug", &tally.wrong_bugs}};
  for (const auto& [what, share] : shares) {
    if (share->units > 0 && breaks(*share, alpha))
      broken.push_back(fmt::format("{}: {:.4f} +- {:.4f}, promised {}", what, share->mean, share->error, alpha));
  }
  return broken;
}

}  // namespace

Result<CertificateResult> simulate_certificates(const CertificateScenario& scenario, int studies, std::uint64_t seed,
                                                int threads) {
  SCOTOMA_ASSIGN_OR_RETURN(const CertificateTally all, tally_many(scenario, studies, seed, threads));
  return CertificateResult{scenario, all, broken_promises(all, CertifyOptions{}.alpha)};
}

Result<std::vector<CertificatePoint>> certificate_costs(int studies, std::uint64_t seed, int threads) {
  std::vector<CertificatePoint> points;
  for (const int per_mille : {0, 10, 20, 50, 100}) {
    CertificatePoint point;
    point.rate = per_mille / 1000.0;
    for (const CertifyVariant variant : {CertifyVariant::above_baseline, CertifyVariant::absolute}) {
      CertificateScenario scenario;
      scenario.id = fmt::format("certify-cost-{}-{}", per_mille, name_of(variant));
      scenario.fill = [&, variant](World& world, Philox&) {
        world.study.certify.variant = variant;
        const std::string label = world.add_label({{point.rate}});
        for (int p = 0; p < 6; ++p)
          world.candidates.push_back(world.new_phrase(label, fmt::format("in place {}", p + 1), {{point.rate}}));
      };
      SCOTOMA_ASSIGN_OR_RETURN((variant == CertifyVariant::absolute ? point.absolute : point.above_baseline),
                               tally_many(scenario, studies, seed, threads));
    }
    points.push_back(point);
  }
  return points;
}

}  // namespace scotoma::simulation
