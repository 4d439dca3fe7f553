// SPDX-License-Identifier: Apache-2.0
#include "scotoma/session/report_again.h"

#include <utility>

#include "scotoma/session/finished.h"

namespace scotoma {

Result<Reported> report_again(const StudyPlaces& places, const CancelToken& cancel) {
  SCOTOMA_ASSIGN_OR_RETURN(Study study, open_finished_study(places));
  SCOTOMA_RETURN_IF_ERROR(check_finished(places));
  SCOTOMA_ASSIGN_OR_RETURN(const FolderLock lock, claim_folder(places, study, "report"));
  SCOTOMA_ASSIGN_OR_RETURN(FinishedStudy done, open_finished(std::move(study), places, cancel));
  SCOTOMA_ASSIGN_OR_RETURN(Published published,
                           publish(done.session.study, done.findings, nullptr, done.images, out_folder(places)));
  return Reported{std::move(published), std::move(done.session.note)};
}

}  // namespace scotoma
