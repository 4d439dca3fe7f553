// SPDX-License-Identifier: Apache-2.0
// scotoma_sim: thousands of synthetic studies with known truth, through the program's own stages.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <filesystem>
#include <fstream>

#include "simulation/simulate.h"

namespace {

using namespace scotoma;  // NOLINT(google-build-using-namespace)

bool write(const std::filesystem::path& path, const std::string& text) {
  if (path.empty()) return true;
  std::ofstream file(path, std::ios::binary);
  file << text;
  file.close();
  if (!file) fmt::print(stderr, "scotoma_sim: {}: cannot be written\n", path.string());
  return !file.fail();
}

int complain(const Error& error) {
  fmt::print(stderr, "scotoma_sim: {}\n", error.message);
  return static_cast<int>(error.code);
}

}  // namespace

int main(int argc, char** argv) {
  simulation::Settings settings;
  std::filesystem::path markdown;
  std::filesystem::path svg;
  std::filesystem::path json;
  CLI::App app{
      "Runs synthetic studies with known truth through Scotoma's own stages and counts how often it is wrong."};
  app.add_option("--studies", settings.studies, "of each scenario")->check(CLI::Range(1, 1'000'000));
  app.add_option("--sweep", settings.sweep_studies, "studies of each point of the power curves; 0: no curves")
      ->check(CLI::Range(0, 1'000'000));
  app.add_option("--seed", settings.seed, "another seed, other coins");
  app.add_option("--threads", settings.threads, "default: all cores")->check(CLI::Range(0, 1024));
  app.add_option("--only", settings.only, "one scenario, by its id");
  app.add_option("--markdown", markdown, "write the tables here");
  app.add_option("--svg", svg, "write the plot here");
  app.add_option("--json", json, "write everything here");
  app.footer("Exit codes: 0 every promise was kept, 1 one was not (it is printed), 2 bad options.");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  const auto all = simulation::simulate_all(settings, [](std::string_view id) { fmt::print(stderr, "{}\n", id); });
  if (!all.ok()) return complain(all.error());
  std::string command = "build/release/bin/scotoma_sim";
  for (int i = 1; i < argc; ++i) command += fmt::format(" {}", argv[i]);
  bool good = write(markdown, simulation::markdown_of(*all, command, svg.filename().string()));
  good = write(svg, simulation::plot_of(*all)) && good;
  good = write(json, simulation::json_of(*all)) && good;
  for (const auto& result : all->scenarios) {
    for (const std::string& promise : result.broken) {
      fmt::print("{}: {}\n", result.scenario.id, promise);
      good = false;
    }
  }
  for (const auto& result : all->certificates) {
    for (const std::string& promise : result.broken) {
      fmt::print("{}: {}\n", result.scenario.id, promise);
      good = false;
    }
  }
  return good ? 0 : 1;
}
