// SPDX-License-Identifier: Apache-2.0
#include "scotoma/report/page.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "report/made_up.h"
#include "scotoma/finding/phrase.h"
#include "scotoma/record/bugs_json.h"

namespace scotoma {
namespace {

Phrase dark_on_a_plate() { return conjunction({{"dark", true}, {"on a plate", false}}); }

TEST(ProbeCommand, GivesEveryPieceItsPlace) {
  const Study study = made_up::study();
  const std::string start = "scotoma probe world-skewed.toml --label fly ";
  Phrase dark;
  dark.text = "dark";
  dark.before = true;
  EXPECT_EQ(probe_command(study, "fly", dark), start + "--before dark --out OUT");
  EXPECT_EQ(probe_command(study, "fly", dark_on_a_plate()), start + "--front dark \"on a plate\" --out OUT");
  EXPECT_EQ(probe_command(study, "fly", conjunction({{"dark", true}, {"old", true}})),
            start + "--front dark --front old --out OUT");
}

TEST(BugsJson, TellsThePiecesOfAConjunctionAndTheirRates) {
  Findings findings = made_up::findings();
  Hypothesis& bug = findings.hypotheses[1];
  bug.phrase = dark_on_a_plate();
  bug.part_rates = {{"dark", {1, 8, 0, 0.125, 0, 0.5}}, {"on a plate", {2, 8, 0, 0.25, 0, 0.6}}};
  const auto data = bugs_json(made_up::study(), findings)["bugs"];
  EXPECT_EQ(data[1]["phrase"], "dark, on a plate");
  ASSERT_EQ(data[1]["pieces"].size(), 2U);
  EXPECT_EQ(data[1]["pieces"][0]["text"], "dark");
  EXPECT_EQ(data[1]["pieces"][0]["position"], "before");
  ASSERT_EQ(data[1]["part_rates"].size(), 2U);
  EXPECT_EQ(data[1]["part_rates"][1]["phrase"], "on a plate");
  EXPECT_EQ(data[1]["part_rates"][1]["rate"]["failures"], 2);
  EXPECT_EQ(data[0]["pieces"].size(), 1U);
  EXPECT_TRUE(data[0]["part_rates"].empty());
}

}  // namespace
}  // namespace scotoma
