// SPDX-License-Identifier: Apache-2.0
#include "scotoma/finding/phrase.h"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>

#include "scotoma/finding/count.h"

namespace scotoma {

Phrase conjunction(const std::vector<PhrasePart>& pieces) {
  assert(!pieces.empty());
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

std::string id_of(const std::string& label, const std::string& phrase) {
  std::string id = slug(label + " " + phrase);
  return id.empty() ? "phrase" : id;
}

std::string free_id(const std::string& wanted, const std::set<std::string>& taken) {
  std::string free = wanted;
  for (int n = 2; taken.contains(free); ++n) free = fmt::format("{}-{}", wanted, n);
  return free;
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
