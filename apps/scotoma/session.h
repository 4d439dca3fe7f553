// A study with its models and its catalogue, opened in the order in which mistakes are cheapest to find.
#pragma once

#include <memory>

#include "catalogue/catalogue.h"
#include "find/find.h"
#include "model/roles.h"
#include "study/study.h"
#include "verbs.h"

namespace scotoma {

struct Session {
  Study study;
  Models models;
  std::unique_ptr<Catalogue> catalogue;
};

/// Reads the study; `--threads` overrides what it says.
Result<Study> open_study(const StudyArguments& arguments);

/// For verbs that draw nothing, before open_session() creates anything. Errors: bad_input when the study has no
/// catalogue.
Result<void> check_catalogue(const StudyArguments& arguments);

/// Opens or creates the catalogue, then loads the models.
Result<Session> open_session(Study study, const StudyArguments& arguments);

}  // namespace scotoma
