// The list of claims that a reader filters, with the error rate of what is shown: e-BH's closure allows any choice.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "finding/finding.h"
#include "study/study.h"

namespace scotoma {

/// The share of false claims that is expected, at most, among `chosen` hypotheses (indices into `hypotheses`), whoever
/// chose them and why: closed_e_bh_level. At most 1; 0 where nothing is chosen.
/// Nothing is promised, 1, for what was never tested.
double claims_level(const Study& study, std::span<const Hypothesis> hypotheses, std::span<const std::size_t> chosen);

/// "Of these 7 claims at most 0.3 % are expected to be false."
std::string claims_sentence(std::size_t count, double level);

/// A form that filters the list that follows it, hidden until the script runs, and the sentence for the whole list,
/// which the script keeps true for what is shown. `shown`: the hypotheses of the list, indices into findings. Empty
/// where the study holds no error rate, or nothing is shown.
std::string claims_filter(const Study& study, const Findings& findings, std::span<const std::size_t> shown);

/// The attributes by which the script knows a line of the list: ` data-claim="2" data-label="fly" data-taken="bee"`.
std::string claim_attributes(const Findings& findings, std::size_t hypothesis);

/// The script of the page, without its tags; its function scotomaLevel(logE, chosen, slots) computes
/// closed_e_bh_level.
extern const std::string_view kClaimsScript;

/// For the page's Content-Security-Policy: 'sha256-…' of the script, and of no other.
std::string script_source(std::string_view script);

}  // namespace scotoma
