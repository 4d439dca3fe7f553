// SPDX-License-Identifier: Apache-2.0
#include "scotoma/backend/sdcpp/library.h"

#include <dlfcn.h>
#include <fmt/format.h>

#include <algorithm>
#include <vector>

namespace scotoma {
namespace {

struct LogLine {
  sd_log_level_t level;
  std::string text;
};

/// The process's, as the library's log is. Its threads speak too, each under the mutex of the lines.
struct LibraryLog {
  std::mutex call;  ///< held by LibraryCall
  std::mutex mutex;
  std::vector<LogLine> lines;
  std::string devices;
};

LibraryLog& library_log() {
  static LibraryLog log;
  return log;
}

/// "model.cpp:219  - load a using gguf format\n" -> "load a using gguf format".
std::string without_place(std::string text) {
  while (!text.empty() && (text.back() == '\n' || text.back() == ' ')) text.pop_back();
  const std::size_t dash = text.find(" - ");
  return dash == std::string::npos ? text : text.substr(dash + 3);
}

/// The library calls it, from C++ that expects no exception.
void hear(sd_log_level_t level, const char* said, void*) noexcept {
  try {
    LibraryLog& log = library_log();
    const std::lock_guard lock(log.mutex);
    std::string text = without_place(said == nullptr ? "" : said);
    const std::size_t device = text.find(": ");
    if (level == SD_LOG_DEBUG && text.starts_with('#') && device != std::string::npos)
      log.devices += (log.devices.empty() ? "" : " ") + text.substr(device + 2);
    log.lines.push_back({level, std::move(text)});
  } catch (...) {  // out of memory: a line is lost
  }
}

/// One function; false where the library has none of that name.
template <class Function>
bool find_function(void* library, const char* name, Function& to) {
  to = reinterpret_cast<Function>(::dlsym(library, name));
  return to != nullptr;
}

Result<SdcppLibrary> open_library() {
  void* library = ::dlopen(SCOTOMA_SDCPP_LIBRARY, RTLD_NOW | RTLD_LOCAL);
  const char* missing = nullptr;
  SdcppLibrary out;
#define SCOTOMA_FIND(name) \
  if (library != nullptr && !find_function(library, #name, out.name)) missing = #name;
  SCOTOMA_SDCPP_FUNCTIONS(SCOTOMA_FIND)
#undef SCOTOMA_FIND
  if (library != nullptr && missing == nullptr) return out;
  const char* reason = library == nullptr ? ::dlerror() : missing;
  return bad_input(
      fmt::format("{}: stable-diffusion.cpp cannot be loaded ({}); build this program again with the library that is "
                  "there now (docs/downloaded-checkpoints.md)",
                  SCOTOMA_SDCPP_LIBRARY, reason == nullptr ? "no reason given" : reason));
}

const Result<SdcppLibrary>& the_library() {
  static const Result<SdcppLibrary> library = open_library();
  return library;
}

}  // namespace

Result<const SdcppLibrary*> SdcppLibrary::open() {
  if (!the_library().ok()) return the_library().error();
  return &*the_library();
}

const SdcppLibrary& sdcpp() { return *the_library(); }

LibraryCall::LibraryCall() : lock_(library_log().call) {
  LibraryLog& log = library_log();
  const std::lock_guard lock(log.mutex);
  log.lines.clear();
  sdcpp().sd_set_log_callback(hear, nullptr);
  sdcpp().sd_set_progress_callback([](int, int, float, void*) {}, nullptr);  // else it writes bars to the terminal
}

std::string LibraryCall::reason(const std::string& otherwise) const {
  LibraryLog& log = library_log();
  const std::lock_guard lock(log.mutex);
  const auto error =
      std::find_if(log.lines.begin(), log.lines.end(), [](const LogLine& line) { return line.level == SD_LOG_ERROR; });
  if (error != log.lines.end()) return error->text;
  const auto warning =
      std::find_if(log.lines.rbegin(), log.lines.rend(), [](const LogLine& line) { return line.level == SD_LOG_WARN; });
  return warning != log.lines.rend() ? warning->text : otherwise;
}

std::string LibraryCall::complaint(std::initializer_list<const char*> words,
                                   std::initializer_list<const char*> but_not) const {
  LibraryLog& log = library_log();
  const std::lock_guard lock(log.mutex);
  for (const LogLine& line : log.lines) {
    const auto holds = [&](const char* word) { return line.text.find(word) != std::string::npos; };
    if (line.level >= SD_LOG_WARN && std::any_of(words.begin(), words.end(), holds) &&
        std::none_of(but_not.begin(), but_not.end(), holds))
      return line.text;
  }
  return {};
}

std::string LibraryCall::said_after(const std::string& before) const {
  LibraryLog& log = library_log();
  const std::lock_guard lock(log.mutex);
  for (const LogLine& line : log.lines) {
    if (const std::size_t at = line.text.find(before); at != std::string::npos)
      return line.text.substr(at + before.size());
  }
  return {};
}

std::string LibraryCall::devices() {
  LibraryLog& log = library_log();
  const std::lock_guard lock(log.mutex);
  return log.devices;
}

}  // namespace scotoma
