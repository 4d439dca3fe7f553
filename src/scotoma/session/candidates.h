// SPDX-License-Identifier: Apache-2.0
// Other classifiers than the study's, as the command line names them.
#pragma once

#include <filesystem>
#include <vector>

#include "scotoma/study/study.h"
#include "scotoma/transfer/again.h"

namespace scotoma {

/// One classifier a file: a model (.onnx, .xml), which is fed as the study's [classifier] says and whose classes are
/// those of `labels` (empty: of the study); or a .toml file, whose [classifier] table says all of it. Names are the
/// models' stems, with their folders where stems are alike. Errors: bad_input for files that are not there or cannot be
/// used, and for a classifier that lacks a class of the study.
Result<std::vector<CandidateModel>> load_candidates(const Study& study, const std::vector<std::filesystem::path>& files,
                                                    const std::filesystem::path& labels);

}  // namespace scotoma
