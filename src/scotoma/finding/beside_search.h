// SPDX-License-Identifier: Apache-2.0
// A certificate beside the search of the same run: both ask about phrases, of different images.
#pragma once

#include "scotoma/finding/finding.h"

namespace scotoma {

/// The hypothesis that the cell's label fails under the cell's phrase: of several the one that was confirmed, else the
/// first; null where the search had none. A phrase that shrank, or that another stands for, is still the same.
const Hypothesis* same_claim(const Findings& findings, const CertificateCell& cell);

/// The other way round: the cell of the findings' certificate that asks about the hypothesis; null without one.
const CertificateCell* same_claim(const Findings& findings, const Hypothesis& hypothesis);

/// Whether the cell is certified although the audit's 95 % interval of the hypothesis lies wholly above the
/// certificate's size (without an audit, what confirmed it): not both can be so. That a confirmed phrase is certified
/// is no contradiction by itself: a bug may be smaller than the size.
bool contradict(const Certificate& certificate, const CertificateCell& cell, const Hypothesis& hypothesis);

}  // namespace scotoma
