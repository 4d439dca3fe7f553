// SPDX-License-Identifier: Apache-2.0
// What a certificate says beside the search of the same run, so that no two figures contradict each other in silence.
#pragma once

#include <string>
#include <vector>

#include "scotoma/finding/finding.h"
#include "scotoma/study/study.h"

namespace scotoma {

/// Sentences for whoever reads the certificate beside what the search of the same run confirmed.
struct BesideSearch {
  std::vector<std::string> warnings;  ///< both cannot be so; bugs of the certificate that the search did not confirm
  std::vector<std::string> notes;     ///< what differs, and why both hold
};

/// Nothing where all that the search confirmed among the certificate's phrases is a bug of the certificate too, and no
/// other is. Requires findings with a certificate.
BesideSearch beside_search(const Study& study, const Findings& findings);

/// Of a bug that the certificate asks about, too: "The certificate says: undecided, 3 of 40 images fail; ...".
std::string certificate_sentence(const Certificate& certificate, const CertificateCell& cell);

}  // namespace scotoma
