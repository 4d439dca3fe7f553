// SPDX-License-Identifier: Apache-2.0
#include "scotoma/study/draft_options.h"

namespace scotoma {

std::optional<GeneratorOptions> draft_of(const GeneratorOptions& options) {
  if (options.kind != Backend::openvino) return std::nullopt;
  const bool other = !options.draft_model.empty();
  if (options.draft_steps == 0 && options.draft_size == 0 && !other) return std::nullopt;
  GeneratorOptions draft = options;
  if (options.draft_steps > 0) draft.steps = options.draft_steps;
  if (options.draft_size > 0) draft.width = draft.height = options.draft_size;
  if (options.draft_guidance > 0) draft.guidance = options.draft_guidance;
  if (other) {
    draft.model = options.draft_model;
    draft.scheduler = SchedulerKind::of_folder;
    draft.eta = 0;
  }
  draft.draft_steps = draft.draft_size = 0;
  draft.draft_guidance = 0;
  draft.draft_model.clear();
  return draft;
}

bool uses_drafts(const Study& study) { return draft_of(study.generator).has_value(); }

}  // namespace scotoma
