// SPDX-License-Identifier: Apache-2.0
// Is a study fit to be run? Every model is loaded, and images go through all of them: what works, what is suspicious,
// and how long a run will take.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "scotoma/backend/registry.h"
#include "scotoma/core/clock.h"
#include "scotoma/core/result.h"
#include "scotoma/session/estimate.h"
#include "scotoma/study/study.h"

namespace scotoma {

/// What was found of one part of a study that can be used.
struct Health {
  std::string works;                    ///< one line on what works
  std::string doubt = {};               ///< what about it is suspicious, and what to check; mostly empty
  std::vector<std::string> notes = {};  ///< what may be as it should, but a person should know
  std::vector<std::string> shown = {};  ///< what only a person can judge
};

/// Examines one part after the other; what is wrong with one keeps none of the others from being examined.
class Examination {
 public:
  /// `part`: a role, "images", "budget" or "time"; an error says what is wrong with it and what to do.
  using Report = std::function<void(const char* part, const Result<Health>& health)>;

  /// `clock` times the models, and must outlive this. `images`: files, and folders of files, that the classifier is
  /// shown, too.
  Examination(const Study& study, Clock& clock, std::vector<std::filesystem::path> images = {});

  /// Calls `report` for each part as soon as it is done. Errors: bad_input where no part can be examined: where the
  /// engine does not work.
  Result<void> run(const Report& report);

 private:
  Result<Health> generator();
  Result<Health> classifier();
  Result<Health> captioner();
  Result<Health> embedder();
  Result<Health> judge();
  Result<Health> images();
  Result<Health> budget() const;
  Result<Health> time() const;
  Result<Health> tried(Judge& judge);

  template <class Work>
  auto timed(double ImageCost::*cost, std::size_t images, Work work);

  const StudyLabel& label_of(std::size_t image) const { return study_.labels[image % study_.labels.size()]; }

  Study study_;  ///< in batches no larger than what is shown, on one thread
  int at_once_;  ///< batches side by side of the run whose time is estimated
  Clock& clock_;
  std::vector<std::filesystem::path> files_;
  std::optional<Loader> loader_;
  std::vector<std::string> prompts_;
  std::vector<Image> images_;  ///< generated for them; one grey image where that failed
  bool generated_ = false;
  std::unique_ptr<Classifier> classifier_;  ///< where it is loaded and shown images of the user's later
  std::unique_ptr<Embedder> embedder_;      ///< where it is well: the judge may stand on it
  ImageCost cost_;
  bool all_well_ = true;  ///< so far
};

}  // namespace scotoma
