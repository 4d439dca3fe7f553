// SPDX-License-Identifier: Apache-2.0
// What a study cannot tell, and by what rule it calls something a bug: for the report and for a model card.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "scotoma/finding/finding.h"
#include "scotoma/study/study.h"

namespace scotoma {

/// A sentence of which the names in it stand out, where the reader can show that.
struct LimitSentence {
  std::string before;
  std::vector<std::string> names;  ///< listed behind `before`, with ", "
  std::string after = {};

  std::string text() const;  ///< plain
};

/// What was left out and what nobody looked at: images that the judge refused, labels and phrases that cannot be
/// generated (of the latter `most` are named), the findings' own limits less their doubts (finding/doubt.h), that
/// images are generated, that only what came up was tried.
std::vector<LimitSentence> limit_sentences(const Study& study, const Findings& findings, std::size_t most);

/// That the search gave drafts up; empty where it did not.
std::string misleading_drafts(const Findings& findings);

/// What is called a bug: "A bug is a rise of more than 5 points over the baseline rate, ...". Under the rule that holds
/// no rate it says so in a sentence of its own, no_rate_sentence().
std::string rule_sentence(const Study& study);

/// "No rate of false claims is held." Empty where one is.
std::string_view no_rate_sentence(const Study& study);

/// What came up, and how far it went: "10 hypotheses came up for 7 labels; 1 of them went to the test, on 90 valid
/// images. In none was the evidence strong enough ..." For findings without a confirmed hypothesis.
std::string tested_in_vain(const Study& study, const Findings& findings);

/// Words that no summary of such findings may lack.
inline constexpr std::string_view kNoProof = "That does not prove there is none.";

/// "Small rises need more images than were generated here, and what no caption and no list mentions was never tried."
inline constexpr std::string_view kWhatIsMissed =
    "Small rises need more images than were generated here, and what no caption and no list mentions was never tried.";

}  // namespace scotoma
