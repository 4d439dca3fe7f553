// Names of files and folders out of texts that may hold anything.
#pragma once

#include <string>
#include <vector>

namespace scotoma {

/// One name for each text, in order: lower case letters, digits and hyphens, 1 to 70 of them, none twice, none that a
/// usual file system keeps for itself ("con"). A text that is such a name already keeps it, unless an equal one came
/// before.
std::vector<std::string> file_names(const std::vector<std::string>& texts);

}  // namespace scotoma
