// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>

#include "simulation/certificates/certificates.h"

namespace scotoma::simulation {
namespace {

constexpr int kLabels = 2;
constexpr int kPhrases = 6;
constexpr double kBase = 0.05;
constexpr double kSize = CertifyOptions{}.size;

double between(Philox& random, double low, double high) { return low + (high - low) * random.uniform(); }

/// `labels` labels at `base`, each with the same phrases: the rate of phrase p is rate(p).
void fill(World& world, int labels, const std::vector<Chances>& base, int phrases,
          const std::function<Chances(int)>& rate) {
  for (int l = 0; l < labels; ++l) {
    const std::string label = world.add_label(base);
    for (int p = 0; p < phrases; ++p) {
      const std::vector<Chances> chances(base.size(), rate(p));
      world.candidates.push_back(world.new_phrase(label, fmt::format("in place {}", p + 1), chances));
    }
  }
}

CertificateScenario clean() {
  return {"certify-clean", "nothing to find",
          "2 labels with 6 phrases each, all of which fail 5 % of the time with and without a phrase. Everything is to "
          "be certified.",
          [](World& world, Philox&) { fill(world, kLabels, {{kBase}}, kPhrases, [](int) { return Chances{kBase}; }); }};
}

CertificateScenario one_at_margin() {
  return {"certify-one-at-the-margin", "one phrase exactly at the margin",
          "The same, but one phrase of six fails exactly 20 points more often than its label's 5 %: the smallest rise "
          "that may not be certified, beside phrases that all will be.",
          [](World& world, Philox&) {
            fill(world, kLabels, {{kBase}}, kPhrases, [](int p) { return Chances{p == 2 ? kBase + kSize : kBase}; });
          }};
}

CertificateScenario all_at_margin() {
  return {"certify-all-at-the-margin", "all exactly at the margin",
          "One label, baseline 5 %, one phrase: 25 %. With one phrase nothing but its own evidence protects.",
          [](World& world, Philox&) { fill(world, 1, {{kBase}}, 1, [](int) { return Chances{kBase + kSize}; }); }};
}

CertificateScenario clean_base_at_margin() {
  return {"certify-no-baseline-failure", "the same, without any baseline failure",
          "One label that never fails and a phrase that fails 20 % of the time. Nothing but the half of the stake that "
          "is not bet on the baseline sample has any power, and nothing else protects.",
          [](World& world, Philox&) { fill(world, 1, {{0.0}}, 1, [](int) { return Chances{kSize}; }); }};
}

CertificateScenario high_base() {
  return {"certify-high-baseline", "labels that fail half of the time",
          "2 labels at 50 %, 6 phrases each, one of them exactly at the margin, 70 %, the others at 50 %. That the "
          "baseline rate is not low is all that can certify them.",
          [](World& world, Philox&) {
            fill(world, kLabels, {{0.5}}, kPhrases, [](int p) { return Chances{p == 0 ? 0.7 : 0.5}; });
          }};
}

CertificateScenario bugs() {
  return {"certify-bugs", "bugs among them",
          "2 labels at 5 %, 6 phrases each: one is a bug of 60 to 95 %, the others are at 5 %. What passed is picked "
          "afterwards.",
          [](World& world, Philox& random) {
            fill(world, kLabels, {{kBase}}, kPhrases,
                 [&](int p) { return Chances{p == 0 ? between(random, 0.6, 0.95) : kBase}; });
          }};
}

CertificateScenario adaptive() {
  return {"certify-picked-phrases", "an adversary who picks phrases",
          "24 phrases, all exactly at the margin. He tries each on 8 images of another purpose, and has the 4 "
          "certified that failed least.",
          [](World& world, Philox&) { fill(world, 1, {{kBase}}, 24, [](int) { return Chances{kBase + kSize}; }); },
          true};
}

CertificateScenario lucky_labels() {
  return {"certify-lucky-labels", "an adversary who picks lucky labels",
          "20 labels at 15 %, one phrase each, exactly at the margin: 35 %. He looks at all of them and claims those "
          "that passed: at the level of e-BH.",
          [](World& world, Philox&) { fill(world, 20, {{0.15}}, 1, [](int) { return Chances{0.15 + kSize}; }); }};
}

CertificateScenario overlap() {
  return {"certify-overlap", "phrases that overlap",
          "2 labels with 6 phrases at the margin, and one stroke of luck decides over all images that are looked at "
          "together, baseline images among them: mistakes come in herds.",
          [](World& world, Philox&) {
            world.truth.shared_luck = true;
            fill(world, kLabels, {{kBase}}, kPhrases, [](int) { return Chances{kBase + kSize}; });
          }};
}

CertificateScenario uneven_prompts() {
  return {"certify-uneven-prompts", "base prompts that differ",
          "Two base prompts in turn, at 1 and 9 %. A phrase is at the margin on average, but fails never with one "
          "prompt and half of the time with the other; five others are at 5 %.",
          [](World& world, Philox&) {
            world.study.prompts.base = {"a photo of {a label}", "an image of {a label}"};
            for (int l = 0; l < kLabels; ++l) {
              const std::string label = world.add_label({{0.09}, {0.01}});
              for (int p = 0; p < kPhrases; ++p) {
                const std::vector<Chances> chances =
                    p == 0 ? std::vector<Chances>{{2 * (kBase + kSize)}, {0}} : std::vector<Chances>{{kBase}, {kBase}};
                world.candidates.push_back(world.new_phrase(label, fmt::format("in place {}", p + 1), chances));
              }
            }
          }};
}

CertificateScenario unequal_labels() {
  return {"certify-unequal-labels", "labels from easy to hopeless",
          "2 labels with a baseline rate of their own between 1 and 80 %. Phrases change it by -10 to +35 points, one "
          "of six by exactly 20.",
          [](World& world, Philox& random) {
            for (int l = 0; l < kLabels; ++l) {
              const double base = between(random, 0.01, 0.8);
              const std::string label = world.add_label({{base}});
              for (int p = 0; p < kPhrases; ++p) {
                const double rise = p == 0 ? kSize : between(random, -0.1, 0.35);
                const Chances chances = {std::clamp(base + rise, 0.0, 1.0)};
                world.candidates.push_back(world.new_phrase(label, fmt::format("in place {}", p + 1), {chances}));
              }
            }
          }};
}

CertificateScenario short_budget() {
  return {"certify-short-budget", "a budget that stops early",
          "2 labels with 6 phrases, of which three are at the margin; 150 images in all.", [](World& world, Philox&) {
            world.study.certify.images = 150;
            fill(world, kLabels, {{kBase}}, kPhrases, [](int p) { return Chances{p < 3 ? kBase + kSize : 0.01}; });
          }};
}

CertificateScenario absolute() {
  return {"certify-absolute", "the rate itself, exactly at the margin",
          "Absolute: one label, one phrase that fails exactly 20 % of the time.", [](World& world, Philox&) {
            world.study.certify.variant = CertifyVariant::absolute;
            fill(world, 1, {{kBase}}, 1, [](int) { return Chances{kSize}; });
          }};
}

CertificateScenario judge() {
  return {
      "certify-judge", "a judge that errs",
      "5 % of baseline images do not show the label; nor do 5 to 45 % of those with a phrase. The judge lets 60 % of "
      "these pass, as failures, and refuses 10 % of the good ones. Rates are those of the images that it accepts, "
      "where some phrases are below and some above the margin.",
      [](World& world, Philox& random) {
        world.truth.judge = {0.6, 0.1};
        fill(world, kLabels, {{kBase, 0.05}}, kPhrases, [&](int) {
          return Chances{between(random, kBase, 0.25), between(random, 0.05, 0.45)};
        });
      }};
}

}  // namespace

std::vector<CertificateScenario> certificate_scenarios() {
  return {clean(),    one_at_margin(), all_at_margin(), clean_base_at_margin(), high_base(),      bugs(),
          adaptive(), lucky_labels(),  overlap(),       uneven_prompts(),       unequal_labels(), short_budget(),
          absolute(), judge()};
}

}  // namespace scotoma::simulation
