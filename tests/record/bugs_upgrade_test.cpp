// SPDX-License-Identifier: Apache-2.0
#include "scotoma/record/bugs_upgrade.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>

#include "report/made_up.h"
#include "scotoma/record/bugs_json.h"

namespace scotoma {
namespace {

using nlohmann::ordered_json;

TEST(BugsUpgrade, FindsInAFileOfVersion1WhatVersion2Says) {
  for (const Findings& findings : {made_up::all_records(), made_up::not_audited(), made_up::nothing_confirmed()}) {
    const ordered_json now = bugs_json(made_up::study(), findings);
    ordered_json old = now;
    old["schema_version"] = 1;
    for (const char* key : {"findings", "causes", "systematic_failures"}) old.erase(key);
    EXPECT_EQ(upgrade_bugs_json(old), "");
    ordered_json causes = now["causes"];
    for (ordered_json& cause : causes) cause.erase("pooled");  // the old file has no samples to count
    EXPECT_EQ(old["causes"].dump(), causes.dump());
    ASSERT_EQ(old["systematic_failures"].size(), now["systematic_failures"].size());
    for (std::size_t i = 0; i < old["systematic_failures"].size(); ++i) {
      for (const auto& [key, value] : now["systematic_failures"][i].items()) {
        if (key != "sentence") {
          EXPECT_EQ(old["systematic_failures"][i][key], value) << key;
        }
      }
    }
  }
}

TEST(BugsUpgrade, NamesTheListThatIsDamaged) {
  const auto damaged = [](const std::string& pointer) {
    ordered_json old = bugs_json(made_up::study(), made_up::all_records());
    old["schema_version"] = 1;
    old[ordered_json::json_pointer(pointer)] = ordered_json::array({1});
    return upgrade_bugs_json(old);
  };
  EXPECT_EQ(damaged("/bugs/0/pieces"), "bugs");
  EXPECT_EQ(damaged("/labels/0/failing_label"), "labels");
  EXPECT_EQ(damaged("/labels/1/class"), "labels");
  EXPECT_EQ(damaged("/spurious_correlations/0/cells"), "spurious_correlations");
}

TEST(BugsUpgrade, LeavesAFileOfVersion2AsItIs) {
  ordered_json now = bugs_json(made_up::study(), made_up::all_records());
  now["causes"][0]["id"] = "mine";
  const std::string before = now.dump();
  EXPECT_EQ(upgrade_bugs_json(now), "");
  EXPECT_EQ(now.dump(), before);
}

}  // namespace
}  // namespace scotoma
