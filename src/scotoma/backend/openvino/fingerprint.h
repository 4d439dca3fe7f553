// SPDX-License-Identifier: Apache-2.0
// What decides a model's answers, as one hash: the bytes of its files, the options, the precision in effect, the
// engine and the processor that it runs on, and our own code around it.
#pragma once

#include <filesystem>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "scotoma/backend/openvino/engine.h"
#include "scotoma/core/result.h"

namespace scotoma {

/// Raise it whenever our own code gives other answers to the same question (preprocessing, samplers, decoding, ...):
/// what older programs remembered is then asked for anew.
inline constexpr int kBackendRevision = 3;

/// `files` are hashed by content, in this order; an .xml brings its .bin, an .onnx the files that its external_data
/// name, a SavedModel all in its folder, a tokenizer's .xml the library that runs it. Errors: bad_input when one cannot
/// be read.
Result<std::string> model_fingerprint(const Engine& engine, std::string_view role,
                                      const std::vector<std::filesystem::path>& files,
                                      std::initializer_list<std::string> settings);

}  // namespace scotoma
