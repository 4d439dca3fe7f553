// SPDX-License-Identifier: Apache-2.0
// Which of a bug's words matter: what shrinking tried, and the pieces of a conjunction alone.
#pragma once

#include <string>

#include "scotoma/report/page.h"

namespace scotoma {

/// A <section>; empty where nothing was shortened, tried to be, joined or merged.
std::string wording_block(const Study& study, const Hypothesis& hypothesis);

/// For the table of all hypotheses: "shrunk from “on a large flower”", "shrank to “on a flower”"; plain text,
/// empty where the phrase stayed as it was.
std::string shrinking_words(const Findings& findings, const Hypothesis& hypothesis);

}  // namespace scotoma
