// SPDX-License-Identifier: Apache-2.0
// study.toml -> Study.
#pragma once

#include <filesystem>
#include <string>

#include "scotoma/core/result.h"
#include "scotoma/study/study.h"

namespace scotoma {

/// Whether files that a study names are looked for: the results of a finished study outlive them.
enum class NamedFiles { must_be_there, may_be_gone };

/// Reads and checks a study. Paths become absolute, relative to the study's folder, and so does `Study::file`, so that
/// nothing depends on how its path was typed; messages keep it as it was typed. `labels` get their class names.
/// Errors: bad_input with file, line and key for unknown keys (and the nearest valid one), wrong types, impossible
/// values, missing keys, a prompt without {label}, files that do not exist.
Result<Study> read_study(const std::filesystem::path& file, NamedFiles files = NamedFiles::must_be_there);

/// The same from text; `file` is used in messages and for relative paths.
Result<Study> parse_study(const std::string& text, const std::filesystem::path& file,
                          NamedFiles files = NamedFiles::must_be_there);

/// The tables [generator] and [generator.sdcpp] of a text that holds nothing else, with absolute paths. Errors: as
/// read_study, naming no file.
Result<GeneratorOptions> parse_generator(const std::string& text);

/// The [classifier] table of a file: of a whole study, or of one that holds nothing else. What else stands there must
/// have known names, and is not looked at further. Paths are relative to the file's folder. Errors: as read_study.
Result<ClassifierOptions> read_classifier(const std::filesystem::path& file);

}  // namespace scotoma
