// SPDX-License-Identifier: Apache-2.0
// Nouns as captions write them: one, several, and in one word or more.
#pragma once

#include <set>
#include <string>
#include <vector>

namespace scotoma {

/// A noun of one or more words in every way that a caption may spell it: with a plural ("flies", "geese", "ice
/// creams"), as one when it is a plural itself, and whatever blanks, hyphens and apostrophes stand in it ("t shirt",
/// "t-shirt", "tshirt"). Words as words_of gives them.
class Noun {
 public:
  explicit Noun(const std::vector<std::string>& words);

  struct Place {
    std::size_t begin = 0;
    std::size_t end = 0;      ///< one past the last word; equal to begin: nowhere
    bool possessive = false;  ///< "fly's": something of it, not it

    explicit operator bool() const { return end > begin; }
  };

  /// Whether it stands in `words` from `at` on.
  Place at(const std::vector<std::string>& words, std::size_t at) const;

  /// The first place from `from` on that begins before `end`.
  Place first_in(const std::vector<std::string>& words, std::size_t from, std::size_t end) const;

 private:
  std::set<std::string> spellings_;  ///< letters and digits only
  std::size_t most_words_ = 0;
};

}  // namespace scotoma
