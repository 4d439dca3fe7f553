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
  std::filesystem::path folder;
};

/// Reads the study, opens the catalogue, loads the models.
Result<Session> open_session(const StudyArguments& arguments);

/// The user's sentence of a confirmed bug: "a photo of a fly on a flower: 78 % fail (69 to 85 %), taken for 'bee'".
std::string headline(const Hypothesis& bug);

}  // namespace scotoma
