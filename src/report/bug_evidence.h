// What speaks for a confirmed hypothesis, in four short answers.
#pragma once

#include <string>

#include "report/page.h"

namespace scotoma {

/// How often it happens, whether it is the phrase, what the pictures are taken for, whether it could be chance: those
/// of the four that can be answered, as <section>s in a <div>. Requires Status::confirmed.
std::string evidence_blocks(const Page& page, const Hypothesis& hypothesis);

}  // namespace scotoma
