// SPDX-License-Identifier: Apache-2.0
// The networks of this engine, examined by backend/health.h when they are loaded.
#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "scotoma/backend/health.h"
#include "scotoma/backend/openvino/image_network.h"
#include "scotoma/core/result.h"
#include "scotoma/study/study.h"

namespace scotoma {

/// A network of images, and its rows for test_images().
struct TriedNetwork {
  std::unique_ptr<ImageNetwork> network;
  Rows rows;
};

/// Creates the network, as ImageNetwork::create() does, and examines it. Where it would be run one image at a time
/// though its file takes more, it is also examined in a batch: normalisation in training mode would show in no other
/// way, and alone such a network is wrong all the same. Errors: those of both; bad_input naming `path` where a row
/// holds NaN or infinity.
Result<TriedNetwork> create_examined(const std::shared_ptr<Engine>& engine, const std::shared_ptr<ov::Model>& model,
                                     const Preprocessing& preprocessing, const std::string& output, int batch,
                                     const std::filesystem::path& path);

/// What rows that hold NaN or infinity mean, as bad_input naming `subject`, if one does.
Result<void> check_finite(const Rows& rows, const Examined& network);

}  // namespace scotoma
