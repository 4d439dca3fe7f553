// SPDX-License-Identifier: Apache-2.0
// stable-diffusion.cpp as this program holds it: its functions, and what it says.
#pragma once

#include <stable-diffusion.h>

#include <initializer_list>
#include <mutex>
#include <string>

#include "scotoma/core/result.h"

namespace scotoma {

// Those of its functions that are called here. (The formatter has no stable form of it.)
// clang-format off
#define SCOTOMA_SDCPP_FUNCTIONS(EACH) \
  EACH(sd_set_log_callback) EACH(sd_set_progress_callback) EACH(sd_version) EACH(sd_commit) EACH(sd_type_name) \
  EACH(sd_sample_method_name) EACH(sd_scheduler_name) EACH(sd_prediction_name) EACH(sd_ctx_params_init) \
  EACH(new_sd_ctx) EACH(free_sd_ctx) EACH(sd_ctx_supports_image_generation) EACH(sd_get_default_sample_method) \
  EACH(sd_get_default_scheduler) EACH(sd_img_gen_params_init) EACH(generate_image)
// clang-format on

/// Its functions by name. The library is opened by hand, and keeps its own names to itself: it has classes of the same
/// name as OpenVINO's tokenizers have, which the linker would take for one.
struct SdcppLibrary {
#define SCOTOMA_POINTER(name) decltype(&::name) name = nullptr;
  SCOTOMA_SDCPP_FUNCTIONS(SCOTOMA_POINTER)
#undef SCOTOMA_POINTER

  /// The one of this process, opened when it is first asked for. Errors: bad_input, with its path and the loader's
  /// reason.
  static Result<const SdcppLibrary*> open();
};

/// The same, after open() was ok.
const SdcppLibrary& sdcpp();

/// Holds the library for this thread, and hears what it says meanwhile: its log, its progress and the text that it logs
/// from are one for the whole process. Nothing of it reaches a terminal. Requires that the library is open.
class LibraryCall {
 public:
  LibraryCall();
  LibraryCall(const LibraryCall&) = delete;
  LibraryCall& operator=(const LibraryCall&) = delete;

  /// The first error said, else the last warning, else `otherwise`: without the library's file and line.
  std::string reason(const std::string& otherwise) const;

  /// The first warning or error that holds one of these words, and none of `but_not`: the library goes on without a
  /// part that it could not read. Empty: none.
  std::string complaint(std::initializer_list<const char*> words,
                        std::initializer_list<const char*> but_not = {}) const;

  /// What follows `before` in the first line that has it, to its end: "SD 1.x" after "Version: ". Empty: none does.
  std::string said_after(const std::string& before) const;

  /// The devices that the library found, "CPU", "CUDA0 CPU": it says so once a process.
  static std::string devices();

 private:
  std::unique_lock<std::mutex> lock_;
};

}  // namespace scotoma
