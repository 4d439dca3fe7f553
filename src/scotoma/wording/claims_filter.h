// SPDX-License-Identifier: Apache-2.0
// The list of claims that a reader filters, with the error rate of what is shown: any choice has one.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "scotoma/finding/claims.h"
#include "scotoma/finding/finding.h"
#include "scotoma/study/study.h"

namespace scotoma {

/// "Of these 7 claims, at most 0.3 % are expected to be false, by their evidence.": `chosen` claims, whoever chose them
/// and why (claims_level in finding/claims.h). Requires one claim or more.
std::string claims_sentence(std::span<const Claim> chosen, std::span<const Claim> others, const TrialCounts& trials);

/// What the levels of a study's claims count: its waves of trials, and slots(study) for a record of before there were
/// waves.
TrialCounts trials_of(const Study& study, const Findings& findings);

/// A form that filters the claims of the page and says the level of those that are left; hidden until the script runs,
/// as without it nothing can be picked. Empty where the study holds no error rate, or fewer than two are shown.
std::string claims_filter(const Study& study, const Findings& findings, const std::vector<const Hypothesis*>& shown);

/// What the script knows a claim by: ` data-log-e="12.5" data-wave="0" data-label="fly" data-taken="bee" data-words="A
/// fly on a flower is misclassified as a bee."`.
std::string claim_attributes(const Study& study, const Hypothesis& hypothesis);

/// Likewise of a systematic failure, which stands on no e-value.
std::string failure_attributes(const BaseResult& base, std::string_view sentence);

/// The script of the page, without its tags; its function scotomaLevel(chosen, others, trials) computes claims_level:
/// claims are pairs of log e-value and wave (0: search, 1: cross-check, 2: none), trials a number for each of these.
extern const std::string_view kClaimsScript;

/// For the page's Content-Security-Policy: 'sha256-…' of the script, and of no other.
std::string script_source(std::string_view script);

}  // namespace scotoma
