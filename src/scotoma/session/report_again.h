// SPDX-License-Identifier: Apache-2.0
// The results of a finished study written once more, from what was stored alone.
#pragma once

#include <string>

#include "scotoma/core/cancel.h"
#include "scotoma/report/publish.h"
#include "scotoma/session/places.h"

namespace scotoma {

struct Reported {
  Published published;
  std::string note;  ///< what whoever asked for it should know; may be empty
};

/// With a person's answers that came since. Nothing is generated, and no model is asked. Errors: those of
/// claim_folder(), open_finished() and publish().
Result<Reported> report_again(const StudyPlaces& places, const CancelToken& cancel);

}  // namespace scotoma
