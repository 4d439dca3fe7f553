// SPDX-License-Identifier: Apache-2.0
// A finished study with all that it found: from the stored findings where they are whole, else from a replay of the
// run.
#pragma once

#include "scotoma/core/cancel.h"
#include "scotoma/finding/finding.h"
#include "scotoma/session/finished_images.h"
#include "scotoma/session/session.h"

namespace scotoma {

/// What a verb needs beside the findings.
struct FinishedNeeds {
  bool cache = false;   ///< answers are looked up or stored
  bool models = false;  ///< models are asked; needs the cache, too
};

struct FinishedStudy {
  /// Its cache is null where it is gone and not needed; its models answer nothing where they are not needed.
  Session session;
  Findings findings;      ///< with a person's review
  Reviews reviews;        ///< a person's answers: the cache's, or where that is gone those that were stored
  FinishedImages images;  ///< the cache's, or where that is gone those beside the results; and those kept elsewhere
};

/// For verbs that generate nothing, before anything is created. Errors: bad_input where the study has neither a cache
/// nor stored findings, or lacks the cache that is needed.
Result<void> check_finished(const StudyPlaces& places, const FinishedNeeds& needs = {});

/// Opens a finished study. Stored findings (record/findings_store.h) are taken where they are whole, of the bugs.json
/// and the study.json beside them, and where those are of this very study file. Otherwise the run is replayed from its
/// answers: the same findings, in more time. Where the results say who answered the study (record/study_json.h) no
/// model is loaded for it, nor need be there.
/// Errors: bad_input where neither can be done, with why, and the command that finishes the study; those of run_study,
/// open_session and the cache.
Result<FinishedStudy> open_finished(Study study, const StudyPlaces& places, const CancelToken& cancel,
                                    const FinishedNeeds& needs = {});

}  // namespace scotoma
