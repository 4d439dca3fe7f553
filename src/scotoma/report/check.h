// SPDX-License-Identifier: Apache-2.0
// A check's result for people, for programs and for CI servers.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

#include "scotoma/finding/transfer.h"
#include "scotoma/study/study.h"

namespace scotoma {

/// "fixed", "still there", "worse", "undecided".
std::string_view verdict_words(Verdict verdict);

/// "of 13 bugs and 1 systematic failure, 10 fixed, 3 still there (1 of them worse), 1 undecided". Requires a case.
std::string verdicts_in_numbers(const Check& check);

/// "3 of 64 images with the phrase fail (95 % interval 1 to 13 %); 9.6 % are allowed; before: 60 of 64", of a
/// systematic failure "3 of 64 baseline images fail ...". Plain text,
/// in ASCII but for what stands in the prompts.
std::string figures(const CheckCase& one);

/// All cases with all figures, as docs/check.md describes them; a function of its arguments. Valid UTF-8.
nlohmann::ordered_json check_json(const Study& study, const Check& check);

/// The cases as a JUnit file, which CI servers read: a suite a finding (cause or systematic failure, by its id), in it
/// a test case a bug or systematic failure, failed unless it is fixed; an undecided one is skipped where
/// `allow_undecided`. No times, so the bytes are a function of the arguments. Well-formed XML 1.0. Source: the schema
/// of Apache Ant's and Maven Surefire's reports.
std::string junit_xml(const Study& study, const Check& check, bool allow_undecided);

}  // namespace scotoma
