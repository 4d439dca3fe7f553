// SPDX-License-Identifier: Apache-2.0
// What happens while Scotoma works, as it happens: for a terminal, for programs (progress/), for tests. Nothing that a
// listener does can change a finding: events go out, nothing comes back.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <variant>

#include "scotoma/core/stages.h"
#include "scotoma/finding/finding.h"
#include "scotoma/finding/run_work.h"

namespace scotoma {

/// Each stage that is not left out begins once, in the order of run.json. The one before has ended.
struct StageBegan {
  Stage stage = Stage::sample;
};

/// A piece of the stage begins: a sentence for people, without a full stop ("exploring 18 phrases, 8 images each").
struct StepBegan {
  std::string sentence;
};

enum class WorkUnit { images, answers };

/// `done` of `total` images are generated (or copied), or answers given, in this piece of work. What the cache knows
/// is no work: it is in neither number.
struct WorkAdvanced {
  std::size_t done = 0;
  std::size_t total = 0;
  WorkUnit unit = WorkUnit::answers;
};

/// Images asked for so far in this run, of those that it may ask for. Once before the first stage that has a budget,
/// then after each round of images; the same numbers however much the cache knew.
struct ImagesSpent {
  int images = 0;
  int budget = 0;
};

/// A hypothesis is new, or has another id or status than at the last event of its number. Comes at the end of a stage.
struct HypothesisChanged {
  std::size_t number = 0;  ///< stays; an id follows the words, which shrink
  std::string id;
  std::string label;
  std::string phrase;
  std::optional<Status> status;  ///< none: not decided yet
};

/// A hypothesis was confirmed; comes behind its HypothesisChanged. A later one may withdraw it.
struct BugConfirmed {
  std::size_t number = 0;
  std::string id;
  std::string label;
  std::string phrase;
  Direction direction = Direction::fails;
  Rate rate;  ///< of the images that confirmed it; the audit's comes later
  double log_e_value = 0;
  std::string predicted;  ///< what it is misclassified as; may be empty
};

/// What the cache answered before a model was asked for the first time. Once, where it was anything; never where no
/// model is asked at all (RunFinished says that).
struct AnswersRecalled {
  std::uint64_t images = 0;
  std::uint64_t answers = 0;
};

/// The last event of a run that came to its end.
struct RunFinished {
  int images = 0;  ///< asked for, as ImagesSpent
  int budget = 0;
  std::size_t bugs = 0;  ///< hypotheses that are confirmed
  RunWork work;
};

using Event = std::variant<StageBegan, StepBegan, WorkAdvanced, ImagesSpent, HypothesisChanged, BugConfirmed,
                           AnswersRecalled, RunFinished>;

class Listener {
 public:
  virtual ~Listener() = default;

  /// Called by one thread at a time, though not always the same, while models wait: returns soon, throws nothing.
  virtual void on(const Event& event) = 0;
};

/// For those that want no events.
class Silent final : public Listener {
 public:
  void on(const Event& /*event*/) override {}
};

}  // namespace scotoma
