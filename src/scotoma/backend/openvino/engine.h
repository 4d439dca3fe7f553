// SPDX-License-Identifier: Apache-2.0
// OpenVINO behind a narrow door: reads and compiles models, lends infer requests, measures the time spent inside.
// Its exceptions stop here and become errors that name the file.
//
// Every request runs on one thread, unless its role says how many; as many run side by side as the study has threads.
// So the order of additions inside a network does not depend on the number of threads, and neither do the answers.
#pragma once

#include <atomic>
#include <condition_variable>
#include <exception>
#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <openvino/openvino.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "scotoma/backend/openvino/load_trial.h"
#include "scotoma/core/file.h"
#include "scotoma/core/result.h"
#include "scotoma/study/study.h"

namespace scotoma {

/// What an OpenVINO message says is wrong, without source locations, on one line.
std::string engine_reason(std::string_view message);

/// What the process has run out of (memory, threads, file handles), judged by an exception of the engine, with what to
/// do; empty where it is something else. Call it where the exception was caught, before anything is opened or closed.
std::string lack_behind(const std::exception& problem);

/// Runs `work` and turns what it throws into an Error: "<subject>: <reason>; <advice>". A lack of memory, threads or
/// file handles is no fault of the subject: failed, and called so.
template <class Work>
auto engine_call(const std::string& subject, const std::string& advice, Code code, Work work)
    -> Result<std::invoke_result_t<Work>> {
  try {
    if constexpr (std::is_void_v<std::invoke_result_t<Work>>) {
      work();
      return {};
    } else {
      return work();
    }
  } catch (const std::exception& problem) {
    if (const std::string lack = lack_behind(problem); !lack.empty()) return failed(subject + ": " + lack);
    return Error{code, subject + ": " + engine_reason(problem.what()) + (advice.empty() ? "" : "; " + advice)};
  }
}

/// A compiled model and its infer requests. Thread-safe; lives as long as the roles that share it.
class Network {
 public:
  /// One request, the caller's until it is destroyed. Its tensors are written and read in place.
  class Call {
   public:
    Call(Network* network, ov::InferRequest request) : network_(network), request_(std::move(request)) {}
    Call(Call&& other) noexcept
        : network_(std::exchange(other.network_, nullptr)), request_(std::move(other.request_)) {}
    Call(const Call&) = delete;
    Call& operator=(const Call&) = delete;
    Call& operator=(Call&&) = delete;
    ~Call();

    ov::InferRequest& request() { return request_; }
    Result<void> run();  ///< Errors: failed, with the engine's reason.

   private:
    Network* network_;
    ov::InferRequest request_;
  };

  Network(ov::CompiledModel compiled, std::string subject, int requests);

  Result<Call> call();  ///< waits while all requests are lent; errors: failed, when none can be made

  const ov::CompiledModel& compiled() const { return compiled_; }
  const std::string& subject() const { return subject_; }  ///< the model's file, for messages
  std::string precision() const;                           ///< in effect: "f32" or "bf16"
  double seconds() const { return seconds_.load(); }       ///< time inside run(), summed over threads

 private:
  void give_back(ov::InferRequest request);

  ov::CompiledModel compiled_;
  std::string subject_;
  int limit_;
  int made_ = 0;
  std::mutex mutex_;
  std::condition_variable returned_;
  std::vector<ov::InferRequest> idle_;
  std::atomic<double> seconds_ = 0;
};

/// How attention is computed in f32 (in bf16 it is always fused).
enum class Attention {
  plain,  ///< all scores of a layer in memory: positions^2 numbers a head and row
  fused,  ///< by the engine's fused kernels, without them
};

/// How the requests of a network share the engine's threads.
struct Streams {
  int threads = 1;  ///< that work on one request; with another number it may have other bits
  int at_once = 0;  ///< requests, at most; 0: as many as the engine's threads allow
};

/// One a process is enough; all roles of a study share it. Thread-safe.
class Engine {
 public:
  /// On a device without bf16 that precision is f32. Errors: bad_input when OpenVINO does not work, and, with the names
  /// of those that are there, for a device that is not.
  static Result<std::shared_ptr<Engine>> create(const EngineOptions& options);

  /// Reads ONNX or OpenVINO IR, after the trial that the options name. Errors: bad_input when the file is missing,
  /// truncated or no model, with what to do (model_file.h), when it crashes the library that reads it, or when it is
  /// ONNX that OpenVINO reads as another network (onnx_attributes.h).
  Result<std::shared_ptr<ov::Model>> read(const std::filesystem::path& path);

  /// Reads a tokenizer's IR, after loading the extension that runs it.
  Result<std::shared_ptr<ov::Model>> read_tokenizer(const std::filesystem::path& path, TrialKind kind);

  /// Compiles for the engine's device; what reads or gives text, for the CPU. Other devices than the CPU have one
  /// request unless `streams` says more, and threads mean nothing to them. `path` is for messages. Errors: bad_input,
  /// also where there are fewer threads or processors than one request is to have.
  Result<std::shared_ptr<Network>> compile(const std::shared_ptr<ov::Model>& model, const std::filesystem::path& path,
                                           Attention attention = Attention::plain, const Streams& streams = {});

  int threads() const { return threads_; }
  std::string precision() const { return precision_.get_type_name(); }  ///< in effect: "f32" or "bf16"

  // Other versions and other processors may give other bits.
  static std::string version();                                           ///< of OpenVINO
  const std::string& processor() const { return processor_; }             ///< the full names of what computes
  const std::shared_ptr<LoadTrial>& trial() const { return trial_; }      ///< null: none
  const std::shared_ptr<PythonRoles>& python() const { return python_; }  ///< null: none
  std::filesystem::path tokenizers() const;  ///< the extension's library; empty until loaded

  /// Whether a model of this fingerprint was found to be of use before (health.h), on this engine or, where files go
  /// through a trial, by another run.
  bool was_examined(const std::string& fingerprint) const;
  void note_examined(const std::string& fingerprint);

  /// The extension's library: the file named by the environment variable SCOTOMA_TOKENIZERS, else the one found when
  /// the program was built. Errors: bad_input when it is not there.
  static Result<std::filesystem::path> tokenizers_library();

  /// Hash of a file's bytes; where files go through a trial, that of the bytes that were tried. Errors: of
  /// sha256_of_file.
  Result<std::string> hash_of(const std::filesystem::path& file) const;

 private:
  explicit Engine(int threads) : threads_(threads) {}
  struct Hashed {
    std::string hash;
    FileState state;  ///< before it was hashed
  };
  Result<void> check_unchanged() const;
  Result<void> load_tokenizers();
  Result<void> check_threads(const Streams& streams) const;
  Result<std::shared_ptr<ov::Model>> read_as(TrialKind as, const std::filesystem::path& path);

  ov::Core core_;
  ov::element::Type precision_ = ov::element::f32;  ///< what the CPU can do, if it is less than was asked for
  int threads_;
  std::string processor_;
  std::string device_ = "CPU";                    ///< as OpenVINO names it
  std::filesystem::path cache_;                   ///< as EngineOptions has it
  std::shared_ptr<LoadTrial> trial_;              ///< null: none
  std::shared_ptr<PythonRoles> python_;           ///< null: none
  mutable std::mutex mutex_;                      ///< around what follows
  std::string tokenizers_;                        ///< the extension's library, once loaded
  mutable std::map<std::string, Hashed> hashes_;  ///< by path
};

}  // namespace scotoma
