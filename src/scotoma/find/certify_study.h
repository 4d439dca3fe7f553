// SPDX-License-Identifier: Apache-2.0
// A study's certificate: its phrases and labels, and a run that looks for the evidence.
#pragma once

#include <string>
#include <vector>

#include "scotoma/cache/answer_cache.h"
#include "scotoma/core/cancel.h"
#include "scotoma/finding/certificate.h"
#include "scotoma/finding/events.h"
#include "scotoma/model/roles.h"
#include "scotoma/study/study.h"

namespace scotoma {

/// The phrases that the study's [certify] names, in its order: of its lists, then `phrases`, then `in_front`; where it
/// names none, of all [[attributes]]. A phrase that stands in several comes once. Errors: bad_input where there is no
/// phrase, or no list of a name.
Result<std::vector<ListedPhrase>> phrases_to_certify(const Study& study);

/// Runs stage/certify.h on the study's models, remembering every answer in the cache: a second run asks nothing anew.
/// `labels`: names of the study's, in any order; empty: all. A function of the study and of the models' answers, at any
/// number of threads. Errors: those of phrases_to_certify(); bad_input for a label that the study does not have, and as
/// in run_study(); those of the models and of the disk; interrupted.
Result<Certificate> certify_study(const Study& study, const std::vector<std::string>& labels, Models& models,
                                  AnswerCache& cache, const CancelToken& cancel, Listener& listener);

}  // namespace scotoma
