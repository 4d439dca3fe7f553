// What decides a model's answers, as one hash: the bytes of its files, the options, the precision in effect, the
// engine.
#pragma once

#include <filesystem>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"

namespace scotoma {

/// `files` are hashed by content, in this order; an .xml brings its .bin, an .onnx the
/// weights beside it. Errors: bad_input when one cannot be read.
Result<std::string> model_fingerprint(std::string_view role, const std::vector<std::filesystem::path>& files,
                                      std::initializer_list<std::string> settings);

}  // namespace scotoma
