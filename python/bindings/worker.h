// SPDX-License-Identifier: Apache-2.0
// Models that answer batches of a run elsewhere, and the run's side of it.
#pragma once

#include <fmt/format.h>

#include <map>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "png_bytes.h"
#include "scotoma/execute/executor.h"
#include "scotoma/image/image_folder.h"
#include "scotoma/session/session.h"
#include "study.h"

namespace scotoma::python {

/// What a worker says to a batch.
struct Answers {
  std::vector<std::string> values;  ///< as execute/batch.h has them
  std::vector<PngBytes> images;     ///< of the generator: PNG files, one a value

  /// Of the generator, where the batch says that its images will be classified and judged: what was said of each image.
  std::vector<std::string> predictions;
  std::vector<std::string> judgements;
};

/// Batches to workers by an object of Python's, a scotoma.executor.Carrier.
class CarrierExecutor final : public Executor {
 public:
  /// `images` must outlive it. With the lock.
  CarrierExecutor(nb::object carrier, ImageFolder& images, Raised& raised);
  ~CarrierExecutor() override;

  CarrierExecutor(const CarrierExecutor&) = delete;
  CarrierExecutor& operator=(const CarrierExecutor&) = delete;

  std::size_t at_once(RoleKind role) const override;
  Result<void> run(const std::function<std::optional<Task>()>& next, std::span<const RoleKind> roles, std::size_t most,
                   const CancelToken& cancel) override;

 private:
  void ask_how_many();
  Result<bool> answered_ahead(Task& task);
  Result<void> submit(std::size_t ticket, const Batch& batch);
  Result<std::vector<std::pair<std::size_t, Answers>>> wait();
  Result<void> take(const Task& task, Answers answers);
  void keep_ahead(const Batch& batch, const Answers& answers);

  Held carrier_;
  ImageFolder& images_;
  Raised& raised_;
  std::shared_ptr<const ImageFolder*> readable_;  ///< what `read` of a carrier reads from; null when this has gone
  Held read_;
  std::map<RoleKind, std::size_t> at_once_;             ///< as of the last answers: workers come and go
  std::unordered_map<std::string, std::string> ahead_;  ///< answers that came with images, by role and question
  std::size_t tickets_ = 0;
};

/// A session whose models are with a carrier's workers, as its record says: none is loaded here. Without the lock.
Result<Session> open_carried(Study study, const StudyPlaces& places, const Held& carrier);

/// Errors: those of the carrier. Without the lock.
Result<std::unique_ptr<CarrierExecutor>> executor_of(const Held& carrier, ImageFolder& images, Raised& raised);

void bind_worker(nb::module_& module);

}  // namespace scotoma::python
