// SPDX-License-Identifier: Apache-2.0
// A study.json that was changed, as if it had been written so.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>

#include "scotoma/core/hash.h"

namespace scotoma::fake {

/// With the checksum that fits it (record/study_json.h).
inline std::string summed(nlohmann::ordered_json record) {
  record.erase("sum");
  const std::string rest = record.dump();
  record["sum"] = sha256_hex(std::string_view(rest));
  return record.dump(2);
}

}  // namespace scotoma::fake
