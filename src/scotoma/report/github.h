// SPDX-License-Identifier: Apache-2.0
// A check's result as GitHub Actions shows it: annotations, and a summary of the step.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "scotoma/finding/transfer.h"
#include "scotoma/study/study.h"

namespace scotoma {

/// Bytes that the summary of a step may have, by all of its commands together: GitHub shows none of a larger one.
inline constexpr std::size_t kGithubSummary = std::size_t{1024} * 1024;

/// "::error title=TITLE::MESSAGE", without the end of the line: a workflow command, which GitHub takes from either
/// stream. `level` is "error", "warning" or "notice". In the texts, which are made printable first, "%" and in a title
/// also ":" and "," are escaped as GitHub's toolkit does it (actions/toolkit, packages/core/src/command.ts).
std::string github_command(std::string_view level, std::string_view title, std::string_view message);

/// One command a case that is not fixed, as they stand in the check: an error, of an undecided one that is allowed a
/// warning; a warning for each of `doubts`; an error where there is no case. GitHub shows ten errors and ten warnings
/// of a step: where there are more cases, the last that it shows says how many are left out, and where they are.
std::vector<std::string> github_annotations(const Check& check, bool allow_undecided,
                                            const std::vector<std::string>& doubts);

/// A section in Markdown for $GITHUB_STEP_SUMMARY: what was checked, the verdicts in numbers, `doubts`, and a row a
/// case, those first that are not fixed. At most `room` bytes: rows that have none are counted. Empty where not even
/// the headline has room. A function of its arguments.
std::string github_summary(const Study& study, const Check& check, bool allow_undecided,
                           const std::vector<std::string>& doubts, std::size_t room);

}  // namespace scotoma
