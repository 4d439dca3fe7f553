// SPDX-License-Identifier: Apache-2.0
// Answers as bytes, for the cache and for stored findings: little endian, no padding.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "scotoma/model/roles.h"

namespace scotoma {

std::string encode(const Prediction& prediction);
std::string encode(const Judgement& judgement);
std::string encode(const std::vector<float>& vector);

/// Nothing when the bytes are not what encode() writes.
std::optional<Prediction> decode_prediction(const std::string& bytes);
std::optional<Judgement> decode_judgement(const std::string& bytes);
std::optional<std::vector<float>> decode_vector(const std::string& bytes);

}  // namespace scotoma
