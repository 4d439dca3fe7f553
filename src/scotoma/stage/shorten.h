// SPDX-License-Identifier: Apache-2.0
// Phrases as words that can be taken out, and the search for the fewest that will do. No images: whether a shorter
// phrase will do is asked of the caller.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "scotoma/finding/finding.h"

namespace scotoma {

/// A phrase cut into units, coarse to fine: the pieces of a conjunction ("dark" | "on a plate"); the prepositional
/// phrases of a piece ("on a red table" | "in the snow"); the two sides of an "of" ("a field of" | "of flowers"); the
/// words that modify another ("red", "black and white"), where an article keeps what is left a phrase: "on a red
/// table", and not "in odd colours", of which "in colours" would be left. What is left after any of them was taken out
/// is either a phrase that a prompt can hold or (without) nothing. By the same word classes as captions are read by.
class Shortening {
 public:
  using Removed = std::vector<bool>;              ///< by word of the phrase, in the order of its pieces
  using Unit = std::vector<std::size_t>;          ///< words that go or stay together
  using Levels = std::vector<std::vector<Unit>>;  ///< coarse to fine

  /// `as_written`: by piece, whether it goes or stays as a whole; pieces beyond its end are cut.
  explicit Shortening(const Phrase& phrase, std::vector<bool> as_written = {});

  std::size_t words() const { return words_.size(); }
  const Levels& levels() const { return levels_; }

  /// Whether anything can be taken out.
  bool divisible() const;

  /// The phrase without these words, its articles mended ("an old table" -> "a table"); nothing where no phrase is
  /// left: no word at all, or one that ends in a preposition or an article. A conjunction of which one piece is left is
  /// that piece. Counts and score stay those of the whole phrase.
  std::optional<Phrase> without(const Removed& removed) const;

  /// The words themselves, in order: "red in the snow".
  std::string words_in(const Removed& removed) const;

  /// A prepositional phrase of which only some words went, before and after.
  struct Torn {
    std::string whole;  ///< "on a red table"
    std::string left;   ///< "on a table"
  };

  /// Those behind the label. What goes as a whole, and each word that modifies the label itself, is named by nothing
  /// that is left: whether the rest will do is for the images alone.
  std::vector<Torn> torn(const Removed& removed) const;

 private:
  struct Word {
    std::string text;
    std::size_t piece = 0;
    std::size_t chunk = 0;  ///< of all pieces: the prepositional phrase that it belongs to
  };
  void add_piece(const PhrasePart& part, std::size_t piece);
  void add_modifiers(std::size_t begin, std::size_t end);
  void add_sides_of_of(std::size_t begin, std::size_t end);
  bool well_formed(const Removed& removed) const;
  /// What is left of words `begin` .. `end` - 1, its articles mended.
  std::string text_of(std::size_t begin, std::size_t end, const Removed& removed) const;

  Phrase phrase_;
  std::vector<PhrasePart> pieces_;
  std::vector<bool> as_written_;
  std::vector<Word> words_;
  std::size_t chunks_ = 0;
  Levels levels_;
};

/// Where the search for the fewest words stands.
struct Shortest {
  Shortening::Removed removed;               ///< what may be left out, as far as is known
  std::optional<Shortening::Removed> asked;  ///< what must be answered before it can go on; nothing: it has ended
};

/// `sufficient(removed)`: whether the phrase without these words will do; nothing where that is not known yet, which
/// ends the search with that question. It begins anew at each call and asks the same questions in the same order, so
/// whoever remembers the answers may call it again with one more: many searches then go side by side.
///
/// Delta debugging, level by level: ddmin of Zeller and Hildebrandt (IEEE TSE 28(2), 2002, figure 5) on the units of
/// each level in turn, as in Misherghi and Su (ICSE 2006), and over again until nothing more goes. The result is
/// 1-minimal: the phrase will not do without any one of the units that are left. It is asked only what `without` can
/// word; the whole phrase and the empty one are never asked.
Shortest shortest(const Shortening& words,
                  const std::function<std::optional<bool>(const Shortening::Removed&)>& sufficient);

}  // namespace scotoma
