// SPDX-License-Identifier: Apache-2.0
// What a dataset says of itself: README.md for people, dataset.json for programs.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "scotoma/export/dataset.h"

namespace scotoma {

/// "imagefolder", as on the command line.
const char* format_name(ExportFormat format);

/// Study, settings, models with fingerprints, labels, bugs with rates, what was chosen, licence. docs/export.md names
/// the fields.
nlohmann::ordered_json dataset_json(const Study& study, const Findings& findings, const Dataset& dataset,
                                    const ExportOptions& options);

/// The same in Markdown, with code that reads the dataset. It begins with a block of YAML that says to Hugging Face
/// datasets where the two sides are.
std::string readme(const Study& study, const Findings& findings, const Dataset& dataset, const ExportOptions& options);

}  // namespace scotoma
