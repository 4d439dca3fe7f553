// SPDX-License-Identifier: Apache-2.0
// Phrases of one piece and of several.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "scotoma/finding/finding.h"

namespace scotoma {

/// The conjunction of pieces: those in front first, otherwise in the order given, each once. Its text names them all
/// ("dark, on a plate"). Of one piece it is a plain phrase. Requires a piece.
Phrase conjunction(const std::vector<PhrasePart>& pieces);

/// The id of a phrase of a label, fit for a file name: "fly-on-a-flower"; "phrase" where no letter is left.
std::string id_of(const std::string& label, const std::string& phrase);

/// `wanted`, with a number behind it where that is taken: "fly-on-a-flower-2".
std::string free_id(const std::string& wanted, const std::set<std::string>& taken);

/// "dark fly on a plate": the label's word with the phrase's pieces in front of it and behind it.
std::string described(const std::string& label, const Phrase& phrase);

}  // namespace scotoma
