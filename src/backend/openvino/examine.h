// The networks of this engine, examined by backend/health.h when they are loaded.
#pragma once

#include <filesystem>

#include "backend/health.h"
#include "backend/openvino/image_network.h"
#include "core/result.h"

namespace scotoma {

/// Rows of the network for test_images(). Errors: those of examine(); bad_input naming `file` where a row holds NaN or
/// infinity.
Result<Rows> examine_images(ImageNetwork& network, const std::filesystem::path& file);

/// What rows that hold NaN or infinity mean, as bad_input naming `subject`, if one does.
Result<void> check_finite(const Rows& rows, const Examined& network);

}  // namespace scotoma
