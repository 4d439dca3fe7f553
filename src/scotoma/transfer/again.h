// SPDX-License-Identifier: Apache-2.0
// The audit's images of a confirmed bug, as another classifier answers them.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "scotoma/cache/memo.h"
#include "scotoma/core/result.h"
#include "scotoma/finding/transfer.h"
#include "scotoma/stage/context.h"

namespace scotoma {

/// Another classifier than the study's.
struct CandidateModel {
  std::string name;
  Models models;  ///< its classifier, and nothing else
};

/// The study's labels as a candidate knows them, by name. Errors: those of find_targets.
Result<std::map<std::string, Target>> targets_by_label(const Study& study, const std::vector<std::string>& class_names);

/// The hypothesis' pairs with the predictions of the memo's classifier instead of the study's; `correct` and
/// `overruled` are in terms of `target`, the label as that classifier knows it. Images that the judge refused are
/// not asked about and keep their old prediction: nobody looks at it. Answers are remembered under that classifier's
/// fingerprint. Errors: those of the memo.
Result<std::vector<Pair>> answer_again(const Hypothesis& hypothesis, const Target& target, Memo& memo);

/// The same of single samples, as the baseline images of a label.
Result<std::vector<Sample>> answer_again(std::vector<Sample> samples, const Target& target, Memo& memo);

/// Whether the claim of `direction` says that the image with the phrase fails; otherwise the one without it.
inline bool claimed_has_phrase(Direction direction) { return direction == Direction::fails; }

/// The side of the pair that the claim says fails, and the other one.
inline const Sample& claimed_image(const Pair& pair, Direction direction) {
  return claimed_has_phrase(direction) ? pair.with : pair.without;
}
inline const Sample& control_of(const Pair& pair, Direction direction) {
  return claimed_has_phrase(direction) ? pair.without : pair.with;
}

/// All that one classifier's answers on a bug's pairs say by themselves: rates, pairs, lift, what the claimed
/// images are misclassified as, the rate that is allowed and the p-value against it. `delta`: EvidenceOptions::delta.
/// `cap`: what is allowed at most. Adjusting and deciding is left to those who see all cells.
TransferCell cell_of(const std::vector<Pair>& pairs, Direction direction, double delta, double cap,
                     const std::vector<std::string>& class_names);

/// The same of a systematic failure: of the answers on the label's baseline images. `allowed`:
/// evidence.failing_label_threshold.
TransferCell systematic_cell(const std::vector<Sample>& samples, double allowed,
                             const std::vector<std::string>& class_names);

/// Generates further pairs for every confirmed hypothesis that has fewer than `count`, with the audit's next seeds, so
/// that each has `count`: for questions that the audit's own images leave open. Only Hypothesis::pairs grows; the
/// audit's figures stay. Errors: those of the sampler.
Result<void> generate_more_pairs(const StageContext& context, std::vector<Hypothesis>& hypotheses, int count);

/// Likewise further baseline images, with the next seeds of the base, for every label that fails systematically. Only
/// BaseResult::samples grows; its figures stay.
Result<void> generate_more_baselines(const StageContext& context, std::vector<BaseResult>& bases, int count);

}  // namespace scotoma
