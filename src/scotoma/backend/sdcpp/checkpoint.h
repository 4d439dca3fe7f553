// SPDX-License-Identifier: Apache-2.0
// A loaded checkpoint: the library's C API behind one type.
#pragma once

#include <memory>
#include <string>

#include "scotoma/backend/sdcpp/library.h"
#include "scotoma/core/result.h"
#include "scotoma/image/image.h"
#include "scotoma/model/roles.h"
#include "scotoma/study/study.h"

namespace scotoma {

/// Thread-safe: calls take turns, and so do those of other checkpoints.
class Checkpoint {
 public:
  /// Errors: bad_input, for words that the library does not know, and for what it cannot read, all or in part.
  static Result<std::unique_ptr<Checkpoint>> load(const GeneratorOptions& options, int threads);

  /// One image. Errors: failed, with the library's reason; bad_input where its size is not what was asked for.
  Result<Image> generate(const GenerationRequest& request);

  const std::string& family() const { return family_; }  ///< in the library's words: "SD 1.x", "Flux"
  const std::string& devices() const { return devices_; }
  std::string sampler() const;   ///< as it is resolved: "euler_a"
  std::string schedule() const;  ///< likewise
  static std::string version();  ///< of the open library, with its commit where that is known

 private:
  struct Free {
    void operator()(sd_ctx_t* context) const { sdcpp().free_sd_ctx(context); }
  };

  Checkpoint(GeneratorOptions options, std::string name) : options_(std::move(options)), name_(std::move(name)) {}
  Result<void> resolve_words();
  Result<void> open(int threads);

  GeneratorOptions options_;
  std::string name_;  ///< for messages
  sample_method_t sampler_ = SAMPLE_METHOD_COUNT;
  scheduler_t schedule_ = SCHEDULER_COUNT;
  prediction_t prediction_ = PREDICTION_COUNT;
  sd_type_t weights_ = SD_TYPE_COUNT;
  std::unique_ptr<sd_ctx_t, Free> context_;
  std::string family_;
  std::string devices_;
};

}  // namespace scotoma
