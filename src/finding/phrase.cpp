#include "finding/phrase.h"

#include <algorithm>

namespace scotoma {

Phrase conjunction(const std::vector<PhrasePart>& pieces) {
  std::vector<PhrasePart> parts;
  for (const bool before : {true, false}) {
    for (const PhrasePart& piece : pieces) {
      if (piece.before == before && std::find(parts.begin(), parts.end(), piece) == parts.end()) parts.push_back(piece);
    }
  }
  Phrase phrase;
  for (const PhrasePart& part : parts) phrase.text += (phrase.text.empty() ? "" : ", ") + part.text;
  phrase.before = parts.back().before;
  if (parts.size() > 1) phrase.parts = std::move(parts);
  return phrase;
}

std::string described(const std::string& label, const Phrase& phrase) {
  std::string front;
  std::string behind;
  for (const PhrasePart& piece : phrase.pieces()) {
    if (piece.text.empty()) continue;
    if (piece.before) {
      front += piece.text + " ";
    } else {
      behind += " " + piece.text;
    }
  }
  return front + label + behind;
}

}  // namespace scotoma
