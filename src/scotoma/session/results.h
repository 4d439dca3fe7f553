// SPDX-License-Identifier: Apache-2.0
// The results of a finished study, as they were written, for those that only read.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "scotoma/core/result.h"
#include "scotoma/session/places.h"
#include "scotoma/study/study.h"

namespace scotoma {

struct StoredResults {
  Study study;
  nlohmann::ordered_json bugs;      ///< bugs.json, checked (record/bugs_reader.h)
  std::vector<std::string> doubts;  ///< what makes all figures doubtful (finding/doubt.h)
  std::string note;                 ///< where the study's settings are no longer those that it was run with; else empty
};

/// Where a folder of results was given and its study.json is missing or damaged, the study is what bugs.json says of
/// it: its name, its seed and its labels. Errors: bad_input when the study cannot be read; when it has no bugs.json
/// yet, or one that is damaged, of a newer program, of a study of another name, or not written together with the report
/// beside it.
Result<StoredResults> read_results(const StudyPlaces& places);

}  // namespace scotoma
