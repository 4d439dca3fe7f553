// SPDX-License-Identifier: Apache-2.0
// transfer.json: bugs x classifiers, for programs, and for the report that is written later.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>

#include "scotoma/finding/transfer.h"
#include "scotoma/study/study.h"

namespace scotoma {

/// Version of the form that docs/transfer.md describes; a field's meaning never changes within one. Version 1 called
/// images pictures, and the claimed ones suspects; it is still read.
inline constexpr int kTransferSchemaVersion = 2;

/// A function of its arguments alone; all texts are valid UTF-8. Rates are of failures.
nlohmann::ordered_json transfer_json(const Study& study, const Transfer& transfer);

/// What transfer_json wrote, if it is of these findings: the same classifier, the same audited bugs and systematic
/// failures (which older files do not hold), the same counts on them. Nothing otherwise: of another study, of an
/// older run, damaged.
std::optional<Transfer> read_transfer(const std::string& text, const Findings& findings);

/// One cell: with and without the phrase (so that cells read alike whatever the direction), pairs, evidence.
nlohmann::ordered_json cell_json(const TransferCell& cell, Direction direction);

/// One cell of a systematic failure: of the baseline images.
nlohmann::ordered_json baseline_json(const TransferCell& cell);

/// A rate of failures.
nlohmann::ordered_json rate_json(const Rate& rate);

}  // namespace scotoma
