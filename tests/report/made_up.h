// SPDX-License-Identifier: Apache-2.0
// A study and findings made up for the report's tests: two bugs, a label that fails systematically and where it
// passes, hypotheses of every status, clusters, a label that cannot be generated.
#pragma once

#include "scotoma/finding/finding.h"
#include "scotoma/report/page_images.h"
#include "scotoma/study/study.h"

namespace scotoma::made_up {

Study study();

/// Image ids are "<label>-<place>-<number>"; the numbers stay below 40.
Findings findings();

/// With what fewer studies have beside: a bug that was shrunk and one that merged with it, a conjunction, confirmed
/// phrases tried on other labels.
Findings all_records();

/// The same study on a classifier without bugs: hypotheses, none confirmed.
Findings nothing_confirmed();

/// One bug, confirmed when no image was left to audit it.
Findings not_audited();

/// A small image whose colour depends on the id.
Result<Image> test_image(const std::string& image_id);

}  // namespace scotoma::made_up
