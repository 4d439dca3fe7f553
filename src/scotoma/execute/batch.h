// SPDX-License-Identifier: Apache-2.0
// The unit of work: what one role is asked at once. Plain data, so that it may leave the process.
#pragma once

#include <string>
#include <vector>

#include "scotoma/core/result.h"
#include "scotoma/image/image_store.h"
#include "scotoma/model/roles.h"

namespace scotoma {

struct Batch {
  RoleKind role = RoleKind::generator;
  std::vector<GenerationRequest> requests = {};  ///< of the generator
  std::vector<std::string> images = {};          ///< image ids: of all others, but for texts to embed
  std::vector<std::string> texts = {};   ///< of the judge a label an image; of the embedder texts, without images; of
                                         ///< the generator, without requests, prompts: does it read them whole?
  std::vector<std::string> labels = {};  ///< of the generator: under which the images will be judged, one each, so that
                                         ///< who generates may answer that too; or empty: they are only generated

  std::size_t size() const;
};

/// The answers of a batch, one an input in their order, as the cache keeps them: image ids of the generator (its images
/// are put into `images`), "1" or "0" for prompts that it reads whole or not, captions as they are, all others as
/// model/codec.h writes them. Requires that the role is there. Errors: those of the model, and of the store; failed
/// where there are more or fewer answers than inputs.
Result<std::vector<std::string>> answer(const Batch& batch, Models& models, ImageStore& images);

}  // namespace scotoma
