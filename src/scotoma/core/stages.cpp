// SPDX-License-Identifier: Apache-2.0
#include "scotoma/core/stages.h"

namespace scotoma {
namespace {

struct StageWords {
  std::string_view name;
  std::string_view sentence;
};

/// A switch without a default: the compiler names a stage that is missing.
StageWords words_of(Stage stage) {
  switch (stage) {
    case Stage::measure_speed:
      return {"measure-speed", "measuring how many images this machine generates in a minute"};
    case Stage::sample:
      return {"sample", "measuring how often each label fails under its base prompts"};
    case Stage::describe:
      return {"describe", "finding phrases for what fails"};
    case Stage::hypothesise:
      return {"hypothesise", "making hypotheses of the phrases"};
    case Stage::explore:
      return {"explore", "trying each phrase on a few images"};
    case Stage::shrink:
      return {"shrink", "shrinking phrases to the fewest words"};
    case Stage::complete:
      return {"complete", "completing the baseline images of labels that have finalists"};
    case Stage::confirm:
      return {"confirm", "confirming phrases on fresh images"};
    case Stage::audit:
      return {"audit", "auditing confirmed phrases on fresh images"};
    case Stage::cross_check:
      return {"cross-check", "trying confirmed phrases on other labels"};
    case Stage::spread:
      return {"spread", "confirming on fresh images what the cross-check found"};
    case Stage::generate:
      return {"generate", "generating images"};
    case Stage::transfer:
      return {"transfer", "asking other classifiers"};
    case Stage::check:
      return {"check", "asking the other classifier"};
    case Stage::export_dataset:
      return {"export", "writing the dataset"};
    case Stage::certify:
      return {"certify", "looking for evidence that no phrase raises the failure rate"};
  }
  return {};
}

}  // namespace

std::string_view stage_name(Stage stage) { return words_of(stage).name; }

std::string_view stage_sentence(Stage stage) { return words_of(stage).sentence; }

}  // namespace scotoma
