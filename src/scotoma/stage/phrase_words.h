// SPDX-License-Identifier: Apache-2.0
// The words of captions and phrases: which of them carry no meaning of their own.
#pragma once

#include <cstddef>
#include <set>
#include <string>

#include "scotoma/stage/caption_text.h"

namespace scotoma {

/// Words `begin` .. `end` - 1 with a space between them.
std::string joined(const Words& words, std::size_t begin, std::size_t end);

/// "on", "in", "near": a phrase behind the subject starts here.
const std::set<std::string>& prepositions();

/// No phrase may end (or, in front of the subject, begin) with one of these: articles, prepositions, "of", "and", ...
bool is_function_word(const std::string& word);

/// "two", "several", "another", "4", "twenty-one": it counts the subject and says nothing of it.
bool is_count(const std::string& word);

/// Words that only say that there is an image, captioners' noise ("arafed"), and articles of other languages: no
/// phrase in front of the subject may hold one.
bool says_nothing(const std::string& word);

}  // namespace scotoma
