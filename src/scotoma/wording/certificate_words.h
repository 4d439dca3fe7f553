// SPDX-License-Identifier: Apache-2.0
// What a certificate says, in sentences: for the terminal, the page and JUnit.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "scotoma/finding/certificate.h"

namespace scotoma {

/// "certified", "bug", "undecided", "cannot be generated".
std::string_view verdict_words(CellVerdict verdict);

/// "20 points", of an absolute certificate "20 %" (with a no-break space).
std::string size_words(const Certificate& certificate);

/// Of one label: "None of these 24 phrases raises the failure rate of 'fly' by more than 20 points (alpha 5 %).", or
/// "'bee' is not certified: of 24 phrases, 20 are certified, 2 are bugs, 1 is undecided, 1 cannot be generated.".
std::string sentence(const Certificate& certificate, const LabelCertificate& label);

/// Of all labels, in one sentence: "Not all is certified: of 8 phrases and labels, 7 certified, 1 bug.".
std::string headline(const Certificate& certificate);

/// At which level what is claimed, and by which rule: sentences. A set that was fixed beforehand needs no correction;
/// what passed, picked afterwards, has the level that e-BH gives it.
std::vector<std::string> level_sentences(const Certificate& certificate);

/// What "at most" means in figures().
std::string limit_sentence(const Certificate& certificate);

/// "312 images: 288 with a phrase, 24 baseline images; 17.0 with a phrase for each that is certified.".
std::string cost_sentence(const Certificate& certificate);

/// "0 of 17 images fail; 19.7 points more than the baseline at most", with why it ended where it is undecided. Plain
/// text.
std::string figures(const Certificate& certificate, const CertificateCell& cell);

/// The upper limit alone: "+19.3 points", of an absolute certificate "19.3 %"; "–" where there is none.
std::string limit_words(const Certificate& certificate, const CertificateCell& cell);

/// "24 phrases, 20 certified, 2 bugs, 1 undecided, 1 cannot be generated": of a label, or where that is empty of all.
std::string verdicts_in_numbers(const Certificate& certificate, const std::string& label = {});

}  // namespace scotoma
