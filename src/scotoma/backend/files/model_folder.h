// SPDX-License-Identifier: Apache-2.0
// What a folder is that is given as a model, by the names of its files, and the command that makes of it what is
// needed.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "scotoma/core/result.h"

namespace scotoma {

enum class FolderOf { generator, captioner, embedder };

/// Whether the folder holds the networks of a vision-language model, by their names.
bool holds_vision_language_model(const std::filesystem::path& folder);

/// What the files of a folder speak for, whether it can be used or not: a checkpoint is of the kind of its export.
/// Empty: nothing that is known here.
std::optional<FolderOf> kind_of_folder(const std::filesystem::path& folder);

/// Refuses what is no folder, and folders that are visibly of another kind than the role needs: PyTorch weights, ONNX
/// files, another model or pipeline, the outside of a Hugging Face cache. Passes where nothing speaks against it; what
/// is missing is then found file by file. Errors: bad_input with what it is, what is supported and the command.
Result<void> check_model_folder(const std::filesystem::path& folder, FolderOf role);

/// How a file for a classifier or judge is got from a folder: which of its files to give, or the command that exports
/// it. Empty where nothing is known.
std::string advice_on_folder(const std::filesystem::path& folder);

}  // namespace scotoma
