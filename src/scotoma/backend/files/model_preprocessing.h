// SPDX-License-Identifier: Apache-2.0
// What the files beside a classifier say of its preprocessing.
#pragma once

#include <filesystem>

#include "scotoma/core/result.h"
#include "scotoma/study/preprocessing.h"

namespace scotoma {

/// `said`, unless the study says nothing of it (Preprocessing::of_folder). Then that of the file's folder, where one of
/// these is there, in this order: preprocessor_config.json or processor_config.json of transformers
/// (preprocessor_config.h); config.json of timm, whose pretrained_cfg is read as timm 1.0.31's create_transform() does
/// for evaluation. Else `said`. Errors: bad_input for what ours cannot express, naming the file and what to do.
Result<Preprocessing> preprocessing_of(const Preprocessing& said, const std::filesystem::path& model);

}  // namespace scotoma
