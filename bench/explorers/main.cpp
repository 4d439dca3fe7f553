// SPDX-License-Identifier: Apache-2.0
// scotoma_explorers [STUDIES]: successive halving and Thompson sampling on the same synthetic studies, through the
// program's own stages. Prints a Markdown table.
#include <fmt/format.h>

#include <charconv>
#include <cstring>

#include "scotoma/core/seed.h"
#include "scotoma/finding/count.h"
#include "scotoma/stage/confirm.h"
#include "scotoma/stage/explore.h"
#include "scotoma/stage/sample.h"
#include "simulation/scenarios.h"
#include "simulation/world.h"

namespace {

using namespace scotoma;  // NOLINT(google-build-using-namespace)

struct Kind {
  const char* name;
  int labels;
  int phrases;  ///< of each label
  int bugs;     ///< of all
  double low;   ///< their rates
  double high;
};

struct Sums {
  long bugs = 0;
  long reached = 0;    ///< bugs among the finalists
  long confirmed = 0;  ///< of these
  long explored = 0;   ///< images
  long spent = 0;      ///< images, up to confirmation
};

simulation::World world_of(const Kind& kind, Explorer explorer, int images, std::uint64_t seed) {
  simulation::World world;
  world.study.seed = sample_seed(1, "explorers", kind.name, seed);
  world.study.budget.images = images;
  world.study.budget.explorer = explorer;
  Philox random(world.study.seed);
  int bugs = kind.bugs;
  for (int l = 0; l < kind.labels; ++l) {
    const std::string label = world.add_label({{0.03}});
    for (int p = 0; p < kind.phrases; ++p) {
      const bool bug = bugs > 0 && random.uniform() * (kind.labels * kind.phrases - l * kind.phrases - p) < bugs;
      if (bug) --bugs;
      const double rate = kind.low + (kind.high - kind.low) * random.uniform();
      world.candidates.push_back(world.new_phrase(label, fmt::format("in place {}", p + 1), {{bug ? rate : 0.03}}));
    }
  }
  return world;
}

Result<void> add_study(const Kind& kind, Explorer explorer, int images, std::uint64_t seed, Sums& sums) {
  simulation::World world = world_of(kind, explorer, images, seed);
  simulation::CoinSampler sampler(world.truth, world.study.seed);
  Silent progress;
  StageContext context{world.study, world.targets, world.class_names, sampler, progress};
  SCOTOMA_ASSIGN_OR_RETURN(auto bases, sample_bases(context));
  for (Candidate& candidate : world.candidates) candidate.direction = direction_of(*base_of(bases, candidate.label));
  auto hypotheses = hypotheses_of(context, world.candidates, bases);
  SCOTOMA_ASSIGN_OR_RETURN(const auto finalists, explore(context, hypotheses));
  const auto bug = [&](std::size_t h) { return world.truth.prompts.at(hypotheses[h].prompt).failure >= kind.low; };
  SCOTOMA_ASSIGN_OR_RETURN(const double threshold, confirm(context, bases, hypotheses, finalists));
  static_cast<void>(threshold);
  sums.bugs += kind.bugs;
  for (const std::size_t h : finalists) {
    sums.reached += bug(h) ? 1 : 0;
    sums.confirmed += bug(h) && hypotheses[h].status == Status::confirmed ? 1 : 0;
  }
  sums.explored += context.spent.explore;
  sums.spent += context.spent.total();
  return {};
}

}  // namespace

int main(int argc, char** argv) {
  int studies = 200;
  if (argc > 1) {
    const char* end = argv[1] + std::strlen(argv[1]);
    if (std::from_chars(argv[1], end, studies).ptr != end || studies < 1 || argc > 2) {
      fmt::print(stderr, "usage: scotoma_explorers [STUDIES]\n");
      return 2;
    }
  }
  const Kind kinds[] = {
      {"few strong", 4, 15, 4, 0.5, 0.95}, {"many", 4, 15, 16, 0.5, 0.95}, {"many weaker", 4, 15, 16, 0.3, 0.6}};
  fmt::print(
      "| bugs | budget | explorer | reach confirmation | confirmed | explored | a study | confirmed for 1,000 |\n");
  fmt::print("|---|---|---|---|---|---|---|---|\n");
  for (const Kind& kind : kinds) {
    for (const int images : {500, 1000, 2000, 4000}) {
      for (const Explorer explorer : {Explorer::halving, Explorer::thompson}) {
        Sums sums;
        for (int s = 0; s < studies; ++s) {
          const auto done = add_study(kind, explorer, images, static_cast<std::uint64_t>(s), sums);
          if (done.ok()) continue;
          fmt::print(stderr, "scotoma_explorers: {}\n", done.error().message);
          return 1;
        }
        const auto share = [&](long part) {
          return 100.0 * static_cast<double>(part) / static_cast<double>(sums.bugs);
        };
        fmt::print("| {} | {} | {} | {:.1f} % | {:.1f} % | {:.0f} | {:.0f} | {:.1f} |\n", kind.name, images,
                   name_of(explorer), share(sums.reached), share(sums.confirmed),
                   static_cast<double>(sums.explored) / studies, static_cast<double>(sums.spent) / studies,
                   1000.0 * static_cast<double>(sums.confirmed) / static_cast<double>(sums.spent));
      }
    }
  }
  return 0;
}
