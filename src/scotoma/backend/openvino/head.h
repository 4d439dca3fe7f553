// SPDX-License-Identifier: Apache-2.0
// What the scores of a classifier are: logits, or probabilities already.
#pragma once

#include <filesystem>
#include <openvino/openvino.hpp>
#include <optional>
#include <vector>

#include "scotoma/core/result.h"
#include "scotoma/study/study.h"

namespace scotoma {

/// The last layer that shapes the values, seen through what keeps them (reshapes, conversions) and through 8-bit
/// quantisation.
enum class Head { softmax, log_softmax, sigmoid, other };

Head head_of(const ov::Output<const ov::Node>& output);

/// What the scores are. Probabilities may add up to other than 1 where a sigmoid gives every class its own, or where 8
/// bits hold them. `wanted` is what the study says, perhaps nothing; `rows` are raw outputs for test images, all
/// finite. Without a word of the study: probabilities after a softmax or sigmoid whose values lie in [0, 1]; else where
/// the values add up to 1, or are all multiples of 1/255 or 1/256 in [0, 1]; logits where one lies outside of [0, 1].
/// Errors: bad_input naming `file` where neither layer nor values decide, or where `wanted` contradicts them.
Result<Scores> resolve_scores(Head head, const std::vector<std::vector<float>>& rows, std::optional<Scores> wanted,
                              const std::filesystem::path& file);

}  // namespace scotoma
