// SPDX-License-Identifier: Apache-2.0
// Which English article a noun takes.
#pragma once

#include <string>
#include <string_view>

namespace scotoma {

/// "a", "an", or nothing for a noun that brings its own ("the Eiffel Tower", "my dog"). By sound, which the spelling
/// gives away: a word by its first letters ("an hourglass", "a urinal", "an éclair"), a number as it is read ("an
/// 8-ball"), capitals that cannot be a word letter by letter ("an MRI scan", "an SUV", "a NASA rocket"). The rules are
/// those of grammars; python's inflect, whose test is the same, and the CMU dictionary served to check them
/// (tests/cases/words/check_articles.py).
std::string_view article_of(std::string_view noun);

/// "an apple", "a fly", "the Eiffel Tower": the noun behind its article.
std::string with_article(std::string_view noun);

}  // namespace scotoma
