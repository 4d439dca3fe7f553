// SPDX-License-Identifier: Apache-2.0
#include "scotoma/record/run_json.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <nlohmann/json.hpp>

namespace scotoma {
namespace {

using nlohmann::json;

TEST(RunJson, HoldsEveryFact) {
  RunFacts facts;
  facts.stages = {{Stage::sample, 1.5}, {Stage::cross_check, 0.5}};
  facts.roles["generator"] = {2.5, 48, 16};
  facts.seconds = 2;
  facts.images_per_second = 24;
  facts.engine_share = 0.75;
  facts.peak_memory_bytes = std::uint64_t{1} << 33U;
  facts.threads = 2;
  EXPECT_EQ(json::parse(run_json(facts).dump()), json::parse(R"({
    "schema_version": 1, "seconds": 2.0, "threads": 2, "images_per_second": 24.0, "engine_share": 0.75,
    "peak_memory_bytes": 8589934592,
    "stages": [{"name": "sample", "seconds": 1.5}, {"name": "cross-check", "seconds": 0.5}],
    "roles": {"generator": {"engine_seconds": 2.5, "computed": 48, "recalled": 16}}})"));
}

}  // namespace
}  // namespace scotoma
