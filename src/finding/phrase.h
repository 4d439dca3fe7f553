// Phrases of one piece and of several.
#pragma once

#include <string>
#include <vector>

#include "finding/finding.h"

namespace scotoma {

/// The conjunction of pieces: those in front first, otherwise in the order given, each once. Its text names them all
/// ("dark, on a plate"). Of one piece it is a plain phrase. Requires a piece.
Phrase conjunction(const std::vector<PhrasePart>& pieces);

/// "dark fly on a plate": the label's word with the phrase's pieces in front of it and behind it.
std::string described(const std::string& label, const Phrase& phrase);

}  // namespace scotoma
