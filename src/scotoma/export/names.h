// SPDX-License-Identifier: Apache-2.0
// Names of files and folders out of texts that may hold anything.
#pragma once

#include <string>
#include <vector>

namespace scotoma {

/// One name for each text, in order: lower case letters, digits and hyphens, 1 to 80 of them, none twice, none that a
/// usual file system keeps for itself ("con"). A text that is such a name already keeps it, unless an equal one came
/// before. No name holds a word by which Hugging Face datasets distinguishes training from testing, since that would
/// send the images of a "test tube" to the test side, or to none: such words have an x behind them ("testx-tube").
std::vector<std::string> file_names(const std::vector<std::string>& texts);

}  // namespace scotoma
