// Which study, and where its results and answers stand.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace scotoma {

struct StudyPlaces {
  std::filesystem::path study;  ///< the study file
  std::filesystem::path out;    ///< empty: the study file's stem with ".out", in the working folder
  std::filesystem::path cache;  ///< empty: as `out`
  std::optional<int> threads;   ///< else what the study says
  /// Program and arguments that load model files where a crash does no harm (backend/openvino/load_trial.h); empty:
  /// they are loaded here at once.
  std::vector<std::string> trial;
  bool remembers = false;  ///< which model files have been loaded well is kept beside the answers
};

/// Where report.html, bugs.json and run.json stand.
inline std::filesystem::path out_folder(const StudyPlaces& places) {
  return places.out.empty() ? std::filesystem::path(places.study.stem().string() + ".out") : places.out;
}

/// Where catalogue.sqlite and images/ stand.
inline std::filesystem::path cache_folder(const StudyPlaces& places) {
  return places.cache.empty() ? out_folder(places) : places.cache;
}

}  // namespace scotoma
