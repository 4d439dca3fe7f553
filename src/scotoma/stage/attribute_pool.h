// SPDX-License-Identifier: Apache-2.0
// What a further search tries: phrases that captions gave of other labels, and the built-in attributes.
#pragma once

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "scotoma/finding/finding.h"
#include "scotoma/stage/listed.h"
#include "scotoma/study/study.h"

namespace scotoma {

struct AttributePool {
  std::vector<AttributeList> lists;          ///< one a slot (study/common_attributes.h), the most promising first
  std::vector<std::vector<Source>> sources;  ///< of each phrase: library or other_labels

  /// `library` where any phrase is of it.
  Source source_of(const Combination& combination) const;

  /// The phrases of the longest list.
  std::size_t longest() const;

  /// Row `row` of a label, of longest(): one phrase of each list that has some left. Of each 16 phrases of a list 16
  /// rows show all, in other company for the label before: covering arrays of strength 1, the most promising phrases
  /// first.
  Combination row(std::size_t row, std::size_t label) const;

  /// A phrase of a list with phrase `row` of the first `common` of each other list; which of these stand together
  /// depends on the label.
  Combination joined(std::pair<std::size_t, std::size_t> phrase, std::size_t row, std::size_t label,
                     std::size_t common) const;

  /// "87 of the 140 built-in attributes and 2 phrases of captions of other labels": which of them were tried.
  std::string count_words(const Combination& tried) const;
};

/// First the pieces of `known` hypotheses that captions gave, at most 16, those whose explored images showed the event
/// most often first: what stands behind the label's word is a setting, what stands before it a condition. Then the
/// built-in attributes, but those that are pieces of `known` captions or of the study's lists, and those that name a
/// label of the study ("next to a dog").
AttributePool attribute_pool(const Study& study, const std::vector<Hypothesis>& known);

}  // namespace scotoma
