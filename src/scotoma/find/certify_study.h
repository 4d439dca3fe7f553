// SPDX-License-Identifier: Apache-2.0
// A study's certificate: its phrases and labels, and a run that looks for the evidence.
#pragma once

#include <string>
#include <vector>

#include "scotoma/cache/answer_cache.h"
#include "scotoma/cache/memo.h"
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

/// Whether `scotoma find` ends with a certificate: the study has a [certify] table, and phrases for it.
bool find_certifies(const Study& study);

/// Images that the certificate of a run may take, at most, beyond those of the search; 0 where there is none.
int certificate_images(const Study& study);

/// Before anything is asked: whether what [certify] names for `find` is there. Errors: those of phrases_to_certify().
Result<void> check_certificate(const Study& study);

/// The study's certificate of these labels, through a memo that others may have used: without settling it. Errors: as
/// below.
Result<Certificate> certify_through(Memo& memo, const Study& study, const std::vector<std::string>& labels,
                                    const Models& models, Listener& listener);

/// Runs stage/certify.h on the study's models, remembering every answer in the cache: a second run asks nothing anew.
/// `labels`: names of the study's, in any order; empty: all. A function of the study and of the models' answers, at any
/// number of threads. Errors: those of phrases_to_certify(); bad_input for a label that the study does not have, and as
/// in run_study(); those of the models and of the disk; interrupted.
Result<Certificate> certify_study(const Study& study, const std::vector<std::string>& labels, Models& models,
                                  AnswerCache& cache, const CancelToken& cancel, Listener& listener);

}  // namespace scotoma
