// SPDX-License-Identifier: Apache-2.0
// What a dataset says of itself: README.md for people, dataset.json for programs.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <span>
#include <string>
#include <string_view>

#include "scotoma/export/dataset.h"

namespace scotoma {

/// "imagefolder", as on the command line.
const char* format_name(ExportFormat format);

/// "Blind spots: NAME OF THE STUDY", plain text.
std::string dataset_title(const Study& study);

/// What the dataset is and which images are in it, in a few sentences of plain text.
std::string dataset_description(const ExportOptions& options);

/// Whose licence holds.
extern const std::string_view kDatasetLicence;

/// "synthetic" and the like, by which a catalogue finds it.
std::span<const std::string_view> dataset_tags();

/// Study, settings, models with fingerprints, labels, bugs with rates, what was chosen, licence. docs/export.md names
/// the fields.
nlohmann::ordered_json dataset_json(const Study& study, const Findings& findings, const Dataset& dataset,
                                    const ExportOptions& options);

/// The same in Markdown, with code that reads the dataset. It begins with a block of YAML that says to Hugging Face
/// datasets where the two sides are.
std::string readme(const Study& study, const Findings& findings, const Dataset& dataset, const ExportOptions& options);

}  // namespace scotoma
