// SPDX-License-Identifier: Apache-2.0
#include "scotoma/backend/openvino/engine.h"

#include <dlfcn.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <new>
#include <openvino/frontend/manager.hpp>
#include <sstream>
#include <system_error>
#include <thread>

#include "scotoma/backend/files/model_file.h"
#include "scotoma/backend/files/network_files.h"
#include "scotoma/backend/files/paths.h"
#include "scotoma/backend/openvino/engine_cache.h"
#include "scotoma/backend/openvino/fingerprint.h"
#include "scotoma/backend/openvino/onnx_attributes.h"
#include "scotoma/core/hash.h"
#include "scotoma/core/parallel.h"

namespace scotoma {
namespace {

/// What CMake found beside OpenVINO; empty if it found none.
#ifndef SCOTOMA_TOKENIZERS_LIBRARY
#define SCOTOMA_TOKENIZERS_LIBRARY ""
#endif

/// Where the wheel openvino-tokenizers has its library, if the engine that runs is that of the wheel openvino.
std::filesystem::path tokenizers_beside_engine() {
  Dl_info info{};
  if (::dladdr(reinterpret_cast<const void*>(&ov::get_openvino_version), &info) == 0 || info.dli_fname == nullptr)
    return {};
  const auto libraries = std::filesystem::path(info.dli_fname).parent_path();
  return libraries.parent_path().parent_path() / "openvino_tokenizers" / "lib" / "libopenvino_tokenizers.so";
}

/// The engine's name for the reader of a format.
const char* reader_of(NetworkFormat format) {
  if (format == NetworkFormat::tflite) return "tflite";
  return format == NetworkFormat::saved_model ? "tf" : "onnx";
}

std::shared_ptr<ov::Model> read_as_format(const std::filesystem::path& path, const char* reader_name) {
  const auto reader = ov::frontend::FrontEndManager().load_by_framework(reader_name);
  return reader->convert(reader->load(path.string()));
}

/// Whether no more than one file can be opened: what failed had its own open beside another, which is closed by now.
bool no_handles_left() {
  const Descriptor first(::open("/dev/null", O_RDONLY | O_CLOEXEC));
  const Descriptor second(first.open() ? ::open("/dev/null", O_RDONLY | O_CLOEXEC) : -1);
  return !second.open() && (errno == EMFILE || errno == ENFILE);
}

/// Whether OpenVINO has the device. "GPU" is the first of several, AUTO and lists ("AUTO:GPU,CPU") choose among them.
Result<void> check_device(const std::string& device) {
  if (device == "CPU") return {};
  SCOTOMA_ASSIGN_OR_RETURN(const auto there, engine_call("OpenVINO", "is it installed whole?", Code::bad_input,
                                                         [] { return ov::Core().get_available_devices(); }));
  const bool chooses = device == "AUTO" || device.starts_with("AUTO:");
  const bool known = std::any_of(there.begin(), there.end(), [&](const std::string& name) {
    return name == device || name.starts_with(device + ".");
  });
  if (chooses || (!device.empty() && known)) return {};
  return bad_input(
      fmt::format("engine.device is \"{}\"; OpenVINO sees {} here, and AUTO chooses among them. A GPU or an NPU "
                  "that is missing wants its driver",
                  device, fmt::join(there, ", ")));
}

bool is_of_text(const ov::Model& model) {
  auto& open = const_cast<ov::Model&>(model);
  const auto text = [](const ov::Output<ov::Node>& port) { return port.get_element_type() == ov::element::string; };
  const auto inputs = open.inputs();
  const auto outputs = open.outputs();
  return std::any_of(inputs.begin(), inputs.end(), text) || std::any_of(outputs.begin(), outputs.end(), text);
}

std::string without_ends(const std::string& line) {
  const auto first = line.find_first_not_of(" \t\r");
  if (first == std::string::npos) return "";
  return line.substr(first, line.find_last_not_of(" \t\r") - first + 1);
}

/// AUTO that has nothing but the CPU to choose from is the CPU: by way of AUTO it would lack what compile() sets for
/// the CPU alone.
std::string resolve_device(const std::string& asked, const ov::Core& core) {
  if (!asked.starts_with("AUTO")) return asked;
  std::vector<std::string> there;
  const auto colon = asked.find(':');
  if (colon == std::string::npos) {
    there = core.get_available_devices();
  } else {
    std::istringstream names(asked.substr(colon + 1));
    for (std::string name; std::getline(names, name, ',');) there.push_back(name);
  }
  const bool cpu = std::all_of(there.begin(), there.end(), [](const std::string& name) { return name == "CPU"; });
  return cpu ? "CPU" : asked;
}

}  // namespace

std::string engine_reason(std::string_view message) {
  std::istringstream lines{std::string(message)};
  std::string out;
  for (std::string line; std::getline(lines, line) && out.size() < 300;) {
    line = without_ends(line);
    if (line.empty() || line.starts_with("Exception from ") || line.find(".cpp:") != std::string::npos) continue;
    out += (out.empty() ? "" : " ") + line;
  }
  if (out.empty()) out = without_ends(std::string(message.substr(0, 300)));
  while (!out.empty() && (out.back() == ':' || out.back() == '.')) out.pop_back();
  return out;
}

std::string lack_behind(const std::exception& problem) {
  if (dynamic_cast<const std::bad_alloc*>(&problem) != nullptr) return reason_of(ENOMEM);
  if (const auto* system = dynamic_cast<const std::system_error*>(&problem); system != nullptr) {
    const int code = system->code().value();
    if (code == EAGAIN || code == ENOMEM || code == EMFILE || code == ENFILE) return reason_of(code);
  }
  // The engine wraps what its own parts throw, and then only the words are left.
  const std::string_view words = problem.what();
  const auto has = [&](std::string_view part) { return words.find(part) != std::string_view::npos; };
  if (has("std::bad_alloc")) return reason_of(ENOMEM);
  for (const int code : {EAGAIN, ENOMEM, EMFILE, ENFILE}) {
    if (has(std::strerror(code))) return reason_of(code);
  }
  // Of a file that it cannot open it does not say why.
  return has("open") && no_handles_left() ? reason_of(EMFILE) : "";
}

Network::Call::~Call() {
  if (network_ != nullptr) network_->give_back(std::move(request_));
}

Result<void> Network::Call::run() {
  const auto start = std::chrono::steady_clock::now();
  auto done = engine_call(network_->subject_, "", Code::failed, [&] { request_.infer(); });
  network_->seconds_ += std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  return done;
}

Network::Network(ov::CompiledModel compiled, std::string subject, int requests)
    : compiled_(std::move(compiled)), subject_(std::move(subject)), limit_(requests) {}

Result<Network::Call> Network::call() {
  std::unique_lock lock(mutex_);
  returned_.wait(lock, [&] { return !idle_.empty() || made_ < limit_; });
  if (idle_.empty()) {
    ++made_;
    lock.unlock();
    auto made = engine_call(subject_, "", Code::failed, [&] { return compiled_.create_infer_request(); });
    if (made.ok()) return Call(this, std::move(made).value());
    lock.lock();
    --made_;
    returned_.notify_one();
    return made.error();
  }
  ov::InferRequest request = std::move(idle_.back());
  idle_.pop_back();
  return Call(this, std::move(request));
}

void Network::give_back(ov::InferRequest request) {
  {
    const std::lock_guard lock(mutex_);
    idle_.push_back(std::move(request));
  }
  returned_.notify_one();
}

std::string Network::precision() const {
  try {
    return compiled_.get_property(ov::hint::inference_precision).get_type_name();
  } catch (const std::exception&) {
    return "unknown";
  }
}

Result<std::shared_ptr<Engine>> Engine::create(const EngineOptions& options) {
  const int cores = static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
  const int threads = options.threads > 0 ? options.threads : cores;
  SCOTOMA_RETURN_IF_ERROR(check_device(options.device));
  return engine_call("OpenVINO", "is it installed whole?", Code::bad_input, [&] {
    std::shared_ptr<Engine> engine(new Engine(threads));
    engine->trial_ = options.trial;
    engine->python_ = options.python;
    engine->cache_ = options.cache;
    const std::string device = resolve_device(options.device, engine->core_);
    engine->device_ = device;
    const bool single = device.find_first_of(":,") == std::string::npos && device != "AUTO";
    const auto can = engine->core_.get_property(single ? device : "CPU", ov::device::capabilities);
    const bool bf16 = std::find(can.begin(), can.end(), ov::device::capability::BF16) != can.end();
    if (options.precision == Precision::bf16 && bf16) engine->precision_ = ov::element::bf16;
    engine->processor_ = engine->core_.get_property("CPU", ov::device::full_name);
    if (device != "CPU") engine->processor_ += ", " + device;
    if (device != "CPU" && single) {
      engine->processor_ += " " + engine->core_.get_property(device, ov::device::full_name);
    }
    return engine;
  });
}

Result<std::shared_ptr<ov::Model>> Engine::read(const std::filesystem::path& path) {
  return read_as(TrialKind::network, path);
}

Result<std::shared_ptr<ov::Model>> Engine::read_as(TrialKind as, const std::filesystem::path& path) {
  SCOTOMA_RETURN_IF_ERROR(check_model_file(path));
  const auto format = network_format(path);
  const bool onnx = format == NetworkFormat::onnx;
  if (trial_) {
    const std::string name(1, static_cast<char>(as));
    SCOTOMA_ASSIGN_OR_RETURN(const std::string fingerprint, model_fingerprint(*this, "trial", {path}, {name}));
    SCOTOMA_RETURN_IF_ERROR(trial_->pass(as, path, fingerprint));
  }
  auto model = engine_call(path.string() + ": cannot be read as a model",
                           fmt::format("it must be whole: {}", kNetworkFormats), Code::bad_input, [&] {
                             // Core would try the readers of all other formats on a broken file, noisily.
                             return format == NetworkFormat::ir ? core_.read_model(path.string())
                                                                : read_as_format(path, reader_of(*format));
                           });
  if (!model.ok() && model.error().message.find("raining mode") != std::string::npos) {
    return bad_input(model.error().message +
                     "; it was exported in training mode: export it for inference (in PyTorch, call "
                     "model.eval() first)");
  }
  if (model.ok()) SCOTOMA_RETURN_IF_ERROR(check_unchanged());
  if (model.ok() && onnx) SCOTOMA_RETURN_IF_ERROR(check_attributes(path, **model));
  return model;
}

Result<std::shared_ptr<ov::Model>> Engine::read_tokenizer(const std::filesystem::path& path, TrialKind kind) {
  SCOTOMA_RETURN_IF_ERROR(check_tokenizer_file(path));
  SCOTOMA_RETURN_IF_ERROR(load_tokenizers());
  return read_as(kind, path);
}

namespace {

/// In the trial's memory beside the files', which are hashes of other things.
std::string examined(const std::string& fingerprint) {
  Hasher hasher;
  hasher.field("examined").field(fingerprint);
  return hasher.hex();
}

}  // namespace

bool Engine::was_examined(const std::string& fingerprint) const {
  return trial_ && trial_->knows(examined(fingerprint));
}

void Engine::note_examined(const std::string& fingerprint) {
  if (trial_) trial_->note(examined(fingerprint));
}

Result<std::string> Engine::hash_of(const std::filesystem::path& file) const {
  if (!trial_) return sha256_of_file(file);
  {
    const std::lock_guard lock(mutex_);
    if (const auto known = hashes_.find(file.string()); known != hashes_.end()) return known->second.hash;
  }
  FileState state = FileState::of(file);
  SCOTOMA_ASSIGN_OR_RETURN(std::string hash, sha256_of_file(file));
  const std::lock_guard lock(mutex_);
  hashes_[file.string()] = {hash, state};
  return hash;
}

/// Else answers of the new bytes would be remembered as those of the old ones.
Result<void> Engine::check_unchanged() const {
  const std::lock_guard lock(mutex_);
  for (const auto& [file, hashed] : hashes_) {
    if (FileState::of(file) == hashed.state) continue;
    return failed(file + ": was changed while it was loaded; run the same command again");
  }
  return {};
}

Result<std::filesystem::path> Engine::tokenizers_library() {
  const char* given = std::getenv("SCOTOMA_TOKENIZERS");
  std::string path = given != nullptr ? given : "";
  if (path.empty() && is_file(tokenizers_beside_engine())) return tokenizers_beside_engine();
  if (path.empty()) path = SCOTOMA_TOKENIZERS_LIBRARY;
  if (is_file(path)) return std::filesystem::path(path);
  return bad_input(
      fmt::format("libopenvino_tokenizers.so: not found{}; install the wheel openvino-tokenizers beside "
                  "openvino, or set SCOTOMA_TOKENIZERS to the library's path",
                  path.empty() ? "" : " at " + path));
}

Result<void> Engine::load_tokenizers() {
  const std::lock_guard lock(mutex_);
  if (!tokenizers_.empty()) return {};
  SCOTOMA_ASSIGN_OR_RETURN(const std::filesystem::path path, tokenizers_library());
  const std::string library = path.string();
  SCOTOMA_RETURN_IF_ERROR(engine_call(library, "its version must be that of OpenVINO, " + version(), Code::bad_input,
                                      [&] { core_.add_extension(library); }));
  tokenizers_ = library;
  return {};
}

std::filesystem::path Engine::tokenizers() const {
  const std::lock_guard lock(mutex_);
  return tokenizers_;
}

/// The engine would take fewer without a word, and the answers would have other bits.
Result<void> Engine::check_threads(const Streams& streams) const {
  const int cores = thread_count(0);
  if (streams.threads == 1 || streams.threads <= std::min(threads_, cores)) return {};
  return bad_input(
      fmt::format("{} threads for one batch are more than there are (engine.threads {}, processors {}): with fewer it "
                  "would have other bits; set fewer",
                  streams.threads, threads_, cores));
}

Result<std::shared_ptr<Network>> Engine::compile(const std::shared_ptr<ov::Model>& model,
                                                 const std::filesystem::path& path, Attention attention,
                                                 const Streams& streams) {
  const std::string device = is_of_text(*model) ? "CPU" : device_;
  const bool cpu = device == "CPU";
  const int most = std::max(1, threads_ / streams.threads);
  const int requests = streams.at_once > 0 ? std::min(streams.at_once, most) : cpu ? most : 1;
  ov::AnyMap options = {ov::hint::inference_precision(precision_)};
  // What a network with states has read is kept as it was computed. Else the CPU keeps keys and values in 8 bits,
  // whatever the precision, and rounds what is multiplied by compressed weights to 8 bits too: captions come out as
  // others.
  if (cpu && !model->get_variables().empty()) {
    options.insert({ov::hint::kv_cache_precision(precision_), ov::hint::dynamic_quantization_group_size(0)});
  }
  // Else AUTO answers from the CPU until another device is ready, and nobody knows which images are whose.
  if (device.starts_with("AUTO")) options["ENABLE_STARTUP_FALLBACK"] = false;
  if (cpu) {
    SCOTOMA_RETURN_IF_ERROR(check_threads(streams));
    options.insert({ov::num_streams(requests), ov::inference_num_threads(requests * streams.threads),
                    ov::hint::enable_cpu_pinning(false)});
  }
  // OpenVINO 2026.4.1 crashes (no exception) in the pass that tokenizes attention for its fused kernels when some small
  // U-Nets of static shape, the embedded world's among them, are compiled in f32; Stable Diffusion's is compiled well.
  // Over few positions those kernels gain nothing measurable in f32; over many they save gigabytes. In bf16 they halve
  // the time.
  const bool fused = attention == Attention::fused || precision_ != ov::element::f32;
  if (cpu && !fused) options["SNIPPETS_MODE"] = "DISABLE";
  // The engine knows a cached model by neither precision nor kernels, and gives what the first to ask has compiled.
  std::string settings = precision_.get_type_name() + (fused ? "-fused" : "-plain");
  if (!cpu) settings += "-" + sha256_hex(device).substr(0, 8);
  if (streams.threads > 1) settings += fmt::format("-{}", streams.threads);
  SCOTOMA_ASSIGN_OR_RETURN(const CacheTurn cache, CacheTurn::take(cache_, settings, path));
  if (!cache.folder().empty()) options.insert(ov::cache_dir(cache.folder().string()));
  auto compiled = engine_call(
      path.string() + ": cannot be compiled", "is it a model for inference?", Code::bad_input,
      [&] { return std::make_shared<Network>(core_.compile_model(model, device, options), path.string(), requests); });
  if (compiled.ok()) cache.keep();
  return compiled;
}

std::string Engine::version() { return ov::get_openvino_version().buildNumber; }

}  // namespace scotoma
