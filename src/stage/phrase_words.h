// The words of captions and phrases: which of them carry no meaning of their own.
#pragma once

#include <cstddef>
#include <set>
#include <string>
#include <vector>

namespace scotoma {

using Words = std::vector<std::string>;

/// Lower case, without punctuation but hyphens and apostrophes; letters beyond ASCII stay as they are.
Words words_of(const std::string& text);

/// Words `begin` .. `end` - 1 with a space between them.
std::string joined(const Words& words, std::size_t begin, std::size_t end);

/// "on", "in", "near": a phrase behind the subject starts here.
const std::set<std::string>& prepositions();

/// No phrase may end (or, in front of the subject, begin) with one of these: articles, prepositions, "of", "and", ...
bool is_function_word(const std::string& word);

}  // namespace scotoma
