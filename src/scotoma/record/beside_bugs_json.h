// SPDX-License-Identifier: Apache-2.0
// What bugs.json says beside the bugs: of drafts, of the generator's diversity, of a person's review of the judge, and
// of the certificate. With them, the lists that its parts have in common.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "scotoma/finding/finding.h"
#include "scotoma/record/bugs_json.h"
#include "scotoma/study/study.h"

namespace scotoma {

/// As valid UTF-8, in their order.
nlohmann::ordered_json text_list(const std::vector<std::string>& values);

/// Files of the first valid images that failed, or that passed, each once; 12 at most.
nlohmann::ordered_json example_files(const std::vector<Sample>& samples, bool failing, const ImagePath& path);

/// How drafts agreed with full images; without a correlation where all fail or none does.
nlohmann::ordered_json drafts_json(const DraftComparison& drafts);

nlohmann::ordered_json diversity_json(const Diversity& diversity);

nlohmann::ordered_json judge_json(const JudgeReview& review);

/// The certificate of findings that have one, as certificate.json has it; each cell with what the search of this run
/// says of it, and with files.
nlohmann::ordered_json certificate_beside_json(const Study& study, const Findings& findings, const ImagePath& path);

}  // namespace scotoma
