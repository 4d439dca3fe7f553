// SPDX-License-Identifier: Apache-2.0
#include "scotoma/record/run_json.h"

#include <nlohmann/json.hpp>

#include "scotoma/wording/text.h"

namespace scotoma {

using nlohmann::ordered_json;

ordered_json run_json(const RunFacts& facts) {
  ordered_json json = {{"schema_version", 1},
                       {"seconds", facts.seconds},
                       {"threads", facts.threads},
                       {"images_per_second", facts.images_per_second},
                       {"engine_share", facts.engine_share},
                       {"peak_memory_bytes", facts.peak_memory_bytes}};
  json["stages"] = ordered_json::array();
  for (const RunFacts::StageTime& one : facts.stages) {
    json["stages"].push_back({{"name", stage_name(one.stage)}, {"seconds", one.seconds}});
  }
  json["roles"] = ordered_json::object();
  for (const auto& [role, use] : facts.roles) {
    json["roles"][valid_utf8(role)] = {
        {"engine_seconds", use.engine_seconds}, {"computed", use.computed}, {"recalled", use.recalled}};
  }
  return json;
}

}  // namespace scotoma
