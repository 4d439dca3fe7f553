// SPDX-License-Identifier: Apache-2.0
// The two towers of an embedder: each a file of its own, or both in one model, as optimum-intel exports CLIP and
// SigLIP.
#pragma once

#include <filesystem>
#include <memory>
#include <openvino/openvino.hpp>
#include <string>

#include "scotoma/backend/openvino/engine.h"
#include "scotoma/core/result.h"

namespace scotoma {

/// `file`: where the tower was read from, for messages and fingerprints.
struct Tower {
  std::filesystem::path file;
  std::shared_ptr<ov::Model> model;
};

struct Towers {
  Tower images;  ///< pixel_values -> image_embeds
  Tower texts;   ///< input_ids[, attention_mask] -> text_embeds
};

/// Reads image_encoder.xml and text_encoder.xml of a folder or, where the first is missing, openvino_model.xml, from
/// which both are cut: run as it is, that computes both for every image and every text. Errors: bad_input where neither
/// is there, and where the one model has no such outputs.
Result<Towers> read_towers(Engine& engine, const std::filesystem::path& folder);

/// The part of a model that computes one of its outputs, with the inputs that it needs. The model is left as it is.
/// Errors: bad_input naming `file` where it has no such output.
Result<std::shared_ptr<ov::Model>> cut_at(const ov::Model& model, const std::string& output,
                                          const std::filesystem::path& file);

}  // namespace scotoma
