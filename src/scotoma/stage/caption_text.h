// SPDX-License-Identifier: Apache-2.0
// Captions as text: sentences, the pieces between their marks, and words.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace scotoma {

using Words = std::vector<std::string>;

/// The pieces of a sentence between commas, quotes, brackets and dashes: no phrase reaches over such a mark.
using Sentence = std::vector<Words>;

/// Stands in a sentence where the captioner had no word ("[UNK]"): no phrase may hold it.
inline constexpr const char* kUnknownWord = "?";

/// A caption is read up to here. Its spans are paired and compared with one another, which takes time with the square
/// of their number: minutes for a page of text. Captioners that describe all there is write 100 to 200 words; what
/// writes more repeats itself or does not describe, and no prompt of a text-to-image model holds so much.
inline constexpr std::size_t kMostCaptionWords = 500;

/// The sentences of a caption, up to its word kMostCaptionWords; none is empty, nor is any of their pieces. Words are
/// in small letters and hold a letter or a figure; of marks only hyphens and apostrophes inside them stay. Blanks that
/// a WordPiece decoder leaves are closed ("close - up", "fly ' s"), and what is no word goes: special tokens ("</s>",
/// "<image>") and symbols.
std::vector<Sentence> sentences_of(const std::string& caption);

/// All words of a text, whatever marks stand between them; of a longer one kMostCaptionWords.
Words words_of(const std::string& text);

/// What is said twice or more in a row said once: "cat cat cat", "on a flower on a flower".
Words without_repeats(Words words);

}  // namespace scotoma
