// SPDX-License-Identifier: Apache-2.0
// The report's English: sentences about hypotheses, numbers as people read them.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "scotoma/finding/finding.h"
#include "scotoma/study/study.h"

namespace scotoma {

/// With the first letter in upper case (ASCII only).
std::string capitalised(std::string text);

/// "no bug", "1 bug", "2 bugs", "2,345 images": `noun` in the singular; `plural` where adding "s" does not do.
std::string counted(int count, std::string_view noun, std::string_view plural = {});

/// With commas between thousands: "12,345".
std::string grouped(long long number);

/// Of a rate in [0, 1]: "0 %", "0.4 %", "12 %", "100 %" (with a no-break space); below 1 % and above 99 % with a
/// decimal.
std::string percent(double rate);

/// A rate as a limit that is not understated: rounded up to a tenth of a percent, above 10 % to a whole one.
std::string at_most(double rate);

/// "92 % fail (84 to 97 %) among images that truly show a fly, from 40 reviewed images (prediction-powered)".
std::string reviewed_text(const Study& study, const ReviewedRate& reviewed, std::string_view label,
                          Direction direction);

/// The same of a hypothesis that has one.
std::string reviewed_text(const Study& study, const Hypothesis& hypothesis);

/// "61 of 94".
std::string fraction(const Rate& rate);

/// "54 to 75 %".
std::string interval_text(const Rate& rate);

/// exp(log_e_value) as the N of "1 in N": "320", "12,000", "3.1 million", "4 × 10^31" (with superscript digits).
/// Rounded down to two digits: evidence is never overstated. At least "1".
std::string one_in(double log_e_value);

/// "a", "a and b", "a, b and c".
std::string listed(const std::vector<std::string>& names);

/// What the hypothesis is about: "a fly on a flower", "a dark fly", of several pieces "a dark fly on a plate".
std::string subject(const Study& study, const Hypothesis& hypothesis);

/// Under what things are generated, for the front of a sentence: "on a flower"; with a piece that stands in front of
/// the label "with "dark" and "on a plate" in the prompt".
std::string circumstance(const Phrase& phrase);

/// What becomes of images that fail without a usual wrong answer: "not recognised", under the rule top-k "not
/// recognised among the 5 best", under low-score "scored below 0.5".
std::string unrecognised(const Study& study);

/// What becomes of images that pass, behind "is" or "are": "recognised", under the rule top-k "recognised among the 5
/// best", under low-score "recognised with 0.5 or more", under confident "free of wrong answers with 0.5 or more".
std::string recognised(const Study& study);

/// The finding: "A fly on a flower is misclassified as a bee.", "A bee on a flower is recognised; most images of a bee
/// are not.". Names the wrong answer only where it makes at least half of the failures.
std::string sentence(const Study& study, const Hypothesis& hypothesis);

/// Whether its event is a failure; else it is a pass.
bool fails(const Hypothesis& hypothesis);

/// Class of the style sheet for what shows the event: "fail", "pass".
std::string_view tone(const Hypothesis& hypothesis);

/// "61 of 94 fail", "61 of 94 are recognised".
std::string event_words(const Study& study, Direction direction);

/// "61 failed", "61 were recognised".
std::string event_past(const Study& study, Direction direction);

/// One confirmed hypothesis on a line of a terminal: "a photo of a fly on a flower: 78 % fail (69 to 85 %),
/// misclassified as "bee"", or "bee is recognised "on a flower": 94 % pass (87 to 98 %)".
std::string headline(const Study& study, const Hypothesis& hypothesis);

/// The same for people: "not enough evidence".
std::string_view status_words(Status status);

}  // namespace scotoma
