// SPDX-License-Identifier: Apache-2.0
#include "scotoma/core/stages.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace scotoma {
namespace {

TEST(Stages, HaveNamesOfTheirOwnThatStoredFilesRelyOn) {
  const std::pair<Stage, const char*> names[] = {{Stage::measure_speed, "measure-speed"},
                                                 {Stage::sample, "sample"},
                                                 {Stage::describe, "describe"},
                                                 {Stage::hypothesise, "hypothesise"},
                                                 {Stage::explore, "explore"},
                                                 {Stage::shrink, "shrink"},
                                                 {Stage::complete, "complete"},
                                                 {Stage::confirm, "confirm"},
                                                 {Stage::audit, "audit"},
                                                 {Stage::cross_check, "cross-check"},
                                                 {Stage::spread, "spread"},
                                                 {Stage::generate, "generate"},
                                                 {Stage::transfer, "transfer"},
                                                 {Stage::check, "check"},
                                                 {Stage::export_dataset, "export"},
                                                 {Stage::certify, "certify"}};
  std::set<std::string_view> sentences;
  for (const auto& [stage, name] : names) {
    EXPECT_EQ(stage_name(stage), name);
    EXPECT_TRUE(sentences.insert(stage_sentence(stage)).second) << name;
    EXPECT_FALSE(stage_sentence(stage).empty()) << name;
  }
}

}  // namespace
}  // namespace scotoma
