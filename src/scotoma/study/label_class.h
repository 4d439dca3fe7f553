// SPDX-License-Identifier: Apache-2.0
// Which class of a network is a label's: the one check for the classifier under test, its candidates and the judges.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

#include "scotoma/core/result.h"
#include "scotoma/study/study.h"

namespace scotoma {

/// What a network calls its classes, and where.
struct ClassNames {
  const std::vector<std::string>& names;  ///< in the order of its outputs
  const std::filesystem::path& model;     ///< for messages
  const std::filesystem::path& file;      ///< of the names
};

/// The places of the labels' classes among `names`, one a label of the study, in their order: a label that no class
/// carries can only ever fail, and of two classes of one name (ImageNet has "crane" twice) only one would be right.
/// Errors: bad_input naming study, label, model and file of names, what the classes are called, and what to do.
Result<std::vector<std::size_t>> classes_of_labels(const Study& study, const std::vector<std::string>& names);

/// The place of the class by which a judge knows the label: the one of its name, else of its class_name. Errors: as
/// above.
Result<std::size_t> judges_class(const StudyLabel& label, const ClassNames& judge);

}  // namespace scotoma
