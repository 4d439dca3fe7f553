// SPDX-License-Identifier: Apache-2.0
#include "simulation/scenarios.h"

#include <fmt/format.h>

#include <algorithm>

#include "scotoma/core/seed.h"

namespace scotoma::simulation {
namespace {

constexpr int kLabels = 4;
constexpr int kPhrases = 10;  // a label
constexpr double kBase = 0.03;
constexpr double kMargin = kBase + 0.05;  // baseline rate + the default evidence.delta: the largest rate that is no bug

double between(Philox& random, double low, double high) { return low + (high - low) * random.uniform(); }

/// kLabels labels with kPhrases phrases each; `bugs` of all phrases, spread over the labels, draw their chances from
/// `bug`, the others from `other`.
void fill_labels(World& world, const std::vector<Chances>& base, int bugs, const std::function<Chances()>& bug,
                 const std::function<Chances()>& other) {
  for (int l = 0; l < kLabels; ++l) {
    const std::string label = world.add_label(base);
    for (int p = 0; p < kPhrases; ++p) {
      const Chances chances = p * kLabels + l < bugs ? bug() : other();
      world.candidates.push_back(
          world.new_phrase(label, fmt::format("in place {}", p + 1), std::vector<Chances>(base.size(), chances)));
    }
  }
}

/// `bugs` phrases with rates in [low, high], the others at `other`; labels at kBase.
void fill_plainly(World& world, Philox& random, int bugs, double low, double high, double other) {
  fill_labels(
      world, {{kBase}}, bugs, [&] { return Chances{between(random, low, high)}; }, [&] { return Chances{other}; });
}

Scenario all_null() {
  return {"all-null", "no bug anywhere",
          "Every phrase fails as often as its label does: 3 %. Whatever is claimed is wrong.",
          [](World& world, Philox& random) { fill_plainly(world, random, 0, 0, 0, kBase); }};
}

Scenario margin() {
  return {
      "margin", "all exactly at the margin",
      "Every phrase fails with the label's rate plus `evidence.delta`: 8 % instead of 3 %. That is the largest rate "
      "that does not count as a bug, and the hardest case for a test that is to stay silent.",
      [](World& world, Philox& random) { fill_plainly(world, random, 0, 0, 0, kMargin); }};
}

Scenario margin_known_base() {
  return {"margin-known-base", "the same, baseline rates well known",
          "As before, but with 1,000 baseline images a label. That baseline rates might be higher then hardly "
          "protects, and the "
          "e-values alone must hold the rate of false discoveries.",
          [](World& world, Philox& random) {
            world.study.budget.base = 1000;
            world.study.budget.images = 8000;
            fill_plainly(world, random, 0, 0, 0, kMargin);
          }};
}

Scenario few_strong() {
  return {"few-strong", "few strong bugs", "4 of 40 phrases fail with 50 to 95 %, the others as often as their label.",
          [](World& world, Philox& random) { fill_plainly(world, random, 4, 0.5, 0.95, kBase); }};
}

Scenario many_weak() {
  return {
      "many-weak", "many weak bugs",
      "20 of 40 phrases fail with 15 to 35 %. No more than `budget.finalists` (24) go to confirmation, and rates this "
      "close to the margin of 8 % need many images.",
      [](World& world, Philox& random) { fill_plainly(world, random, 20, 0.15, 0.35, kBase); }};
}

Scenario many_weak_short() {
  return {"many-weak-short", "the same, with 1,500 images",
          "As before, with 1,500 images in place of 4,000, and 4 in place of 8 for a first look at each phrase.",
          [](World& world, Philox& random) {
            world.study.budget.images = 1500;
            world.study.budget.initial_images = 4;
            world.study.budget.base_first = 16;
            fill_plainly(world, random, 20, 0.15, 0.35, kBase);
          }};
}

Scenario bugs_beside_margin() {
  return {"bugs-and-margin", "bugs beside phrases at the margin",
          "4 of 40 phrases fail with 40 to 90 %, the other 36 are exactly at the margin.",
          [](World& world, Philox& random) { fill_plainly(world, random, 4, 0.4, 0.9, kMargin); }};
}

Scenario overlap() {
  return {"overlap", "hypotheses that overlap",
          "As before, but one stroke of luck decides over all phrases that are looked at together: the i-th image of "
          "each fails or passes by the same random number. Mistakes then come in herds.",
          [](World& world, Philox& random) {
            world.truth.shared_luck = true;
            fill_plainly(world, random, 4, 0.4, 0.9, kMargin);
          }};
}

Scenario short_budget() {
  return {"short-budget", "a budget that stops early",
          "4 bugs beside 36 phrases at the margin, with 700 images instead of 4,000: trials end because the budget "
          "does, and audits are short.",
          [](World& world, Philox& random) {
            world.study.budget.images = 700;
            fill_plainly(world, random, 4, 0.4, 0.9, kMargin);
          }};
}

Scenario adversary() {
  return {"adversary", "an adversary who keeps searching",
          "2 bugs and 38 phrases at the margin. After exploration the phrases that looked best are said again in other "
          "words, twice over, and searched again; after confirmation those that came closest get a last chance. All "
          "within `evidence.max_hypotheses` phrases a label, over which e-BH decides together.",
          [](World& world, Philox& random) {
            world.search = Search::greedy;
            fill_plainly(world, random, 2, 0.4, 0.9, kMargin);
          }};
}

/// Labels that fail with kLuckyRate and have all phrases that they may, each exactly at the margin.
void fill_for_luck(World& world) {
  constexpr double kLuckyRate = 0.15;
  world.search = Search::lucky_labels;
  for (int l = 0; l < 40; ++l) {
    const std::string label = world.add_label({{kLuckyRate}});
    for (int p = 0; p < world.study.evidence.max_hypotheses; ++p) {
      const Chances chances = {kLuckyRate + world.study.evidence.delta};
      world.candidates.push_back(world.new_phrase(label, fmt::format("in place {}", p + 1), {chances}));
    }
  }
}

Scenario growing_bases() {
  return {"growing-bases", "baseline samples that grow where something was found",
          "4 bugs beside 36 phrases at the margin. Of each label 8 baseline images are generated "
          "(`budget.base_first`), more "
          "where one of these fails, and before phrases of the label are confirmed as many, up to 48, as pay there.",
          [](World& world, Philox& random) {
            world.study.budget.base_first = 8;
            fill_plainly(world, random, 4, 0.4, 0.9, kMargin);
          }};
}

Scenario growing_lucky_labels() {
  return {
      "growing-lucky-labels", "the same, for an adversary who picks lucky labels",
      "40 labels that fail 15 % of the time, with 8 baseline images first. A label without a failure among these has "
      "no others yet when he chooses; he searches the 4 that drew the fewest, with 16 phrases each, all exactly at "
      "the margin: 20 %.",
      [](World& world, Philox&) {
        world.study.budget.base_first = 8;
        fill_for_luck(world);
      }};
}

Scenario lucky_labels() {
  return {
      "lucky-labels", "an adversary who picks lucky labels",
      "40 labels that fail 15 % of the time, with 16 baseline images each, so that a few show no failure at all. He "
      "searches only the 4 labels that drew the fewest, with 16 phrases each, all exactly at the margin: 20 %. "
      "Every baseline rate he builds on looks lower than it is.",
      [](World& world, Philox&) {
        world.study.budget.base = 16;
        fill_for_luck(world);
      }};
}

Scenario uneven_prompts() {
  return {
      "uneven-prompts", "base prompts that differ",
      "Two base prompts in turn, one at 1 % and one at 5 %. 36 phrases are at the margin on average, but fail never "
      "with one prompt and with 16 % with the other, so that images are no coins of one rate. 4 bugs.",
      [](World& world, Philox& random) {
        world.study.prompts.base = {"a photo of {a label}", "an image of {a label}"};
        int bugs = 4;
        for (int l = 0; l < kLabels; ++l) {
          const std::string label = world.add_label({{0.05}, {0.01}});
          for (int p = 0; p < kPhrases; ++p) {
            const bool bug = p == 0 && bugs-- > 0;
            const double rate = between(random, 0.4, 0.9);
            const std::vector<Chances> chances =
                bug ? std::vector<Chances>{{rate}, {rate}} : std::vector<Chances>{{2 * kMargin}, {0}};
            world.candidates.push_back(world.new_phrase(label, fmt::format("in place {}", p + 1), chances));
          }
        }
      }};
}

Scenario unequal_labels() {
  return {
      "unequal-labels", "labels from easy to hopeless",
      "Each label has a baseline rate of its own between 1 and 80 %, so that some are searched for failures and some, "
      "by what their sample showed, for passes. Phrases differ from their label by -10 to +10 points, one in ten by "
      "30 or more.",
      [](World& world, Philox& random) {
        for (int l = 0; l < kLabels; ++l) {
          const double base = between(random, 0.01, 0.8);
          const std::string label = world.add_label({{base}});
          for (int p = 0; p < kPhrases; ++p) {
            const double sign = random.uniform() < 0.5 ? -1 : 1;
            const double rise = p == 0 ? sign * between(random, 0.3, 0.6) : between(random, -0.1, 0.1);
            const Chances chances = {std::clamp(base + rise, 0.0, 1.0)};
            world.candidates.push_back(world.new_phrase(label, fmt::format("in place {}", p + 1), {chances}));
          }
        }
      }};
}

Scenario everywhere() {
  return {"failing_label", "labels that fail systematically",
          "The classifier is wrong on 92 % of every label's images, and what is sought are phrases under which it is "
          "right. "
          "4 of 40 phrases pass with 50 to 95 %, the others with 13 %: exactly at the margin.",
          [](World& world, Philox& random) {
            fill_labels(
                world, {{0.92}}, 4, [&] { return Chances{1 - between(random, 0.5, 0.95)}; },
                [] { return Chances{0.92 - 0.05}; });
          }};
}

Scenario judge() {
  return {
      "judge", "a judge that errs",
      "5 % of baseline images do not show the label; nor do 5 % of those with a phrase, or, for one phrase in two, 20 "
      "to "
      "45 %. The judge lets 60 % of these "
      "pass and refuses 10 % of the good ones. 4 phrases are bugs, the others fail 3 % of the time on images that do "
      "show the label. 200 baseline images a label.",
      [](World& world, Philox& random) {
        world.study.budget.base = 200;
        world.truth.judge = {0.6, 0.1};
        fill_labels(
            world, {{kBase, 0.05}}, 4,
            [&] {
              return Chances{between(random, 0.5, 0.95), 0.05};
            },
            [&] {
              const bool hard_to_draw = random.uniform() < 0.5;
              return Chances{kBase, hard_to_draw ? between(random, 0.2, 0.45) : 0.05};
            });
      }};
}

}  // namespace

std::vector<Scenario> scenarios() {
  return {all_null(),
          margin(),
          margin_known_base(),
          few_strong(),
          many_weak(),
          many_weak_short(),
          bugs_beside_margin(),
          overlap(),
          short_budget(),
          adversary(),
          lucky_labels(),
          growing_bases(),
          growing_lucky_labels(),
          uneven_prompts(),
          unequal_labels(),
          everywhere(),
          judge()};
}

std::vector<Scenario> power_sweep(int base) {
  std::vector<Scenario> sweep;
  for (const int percent : {10, 15, 20, 25, 30, 35, 40, 50, 60, 80}) {
    const double rate = percent / 100.0;
    Scenario scenario;
    scenario.id = fmt::format("power-{}-{}", base, percent);
    scenario.fill = [rate, base](World& world, Philox& random) {
      world.study.budget.base = base;
      fill_plainly(world, random, 4, rate, rate, kBase);
    };
    scenario.swept_rate = rate;
    sweep.push_back(scenario);
  }
  return sweep;
}

World world_of(const Scenario& scenario, std::uint64_t seed, std::uint64_t index) {
  World world;
  world.study.seed = sample_seed(seed, "simulation", scenario.id, index);
  Philox random(world.study.seed);
  scenario.fill(world, random);
  return world;
}

}  // namespace scotoma::simulation
