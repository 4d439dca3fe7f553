// SPDX-License-Identifier: Apache-2.0
// Which study, and where its results and answers stand.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "scotoma/session/finished_images.h"

namespace scotoma {

class PythonRoles;

struct StudyPlaces {
  /// The study file; for those that only read results also the folder of the results.
  std::filesystem::path study;
  std::filesystem::path out;    ///< empty: the study file's stem with ".out", in the working folder; or that folder
  std::filesystem::path cache;  ///< empty: as `out`
  std::filesystem::path known;  ///< a cache that is only read, for what `cache` does not have; empty: none
  std::string images = {};      ///< URL below which images stand; empty: in the cache's folder, or as it says
  OpenImages open_images = nullptr;  ///< who reaches images elsewhere; null: nobody
  std::optional<int> threads;        ///< else what the study says
  /// Program and arguments that load model files where a crash does no harm (backend/openvino/load_trial.h); empty:
  /// they are loaded here at once.
  std::vector<std::string> trial;
  std::shared_ptr<PythonRoles> python = nullptr;  ///< who makes roles of the kind "python"; null: nobody
  bool remembers = false;  ///< which model files have been loaded well is kept beside the answers, not for the user
};

/// Where report.html, bugs.json, study.json and run.json stand.
std::filesystem::path out_folder(const StudyPlaces& places);

/// The command of a verb on these places, to be copied: with --out and --cache where they were given, and `more` at its
/// end as it is. That of a verb that takes the study file alone (find) is find_command() in session.h.
std::string command_of(std::string_view verb, const StudyPlaces& places, std::string_view more = {});

/// Where cache.sqlite and images/ stand.
std::filesystem::path cache_folder(const StudyPlaces& places);

/// What the program keeps for a user, whatever the study: $XDG_CACHE_HOME/scotoma, else ~/.cache/scotoma. All in it can
/// be made again. Empty where the environment names neither place; the folder need not be there.
std::filesystem::path user_cache_folder();

}  // namespace scotoma
