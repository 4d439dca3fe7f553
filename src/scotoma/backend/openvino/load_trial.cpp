// SPDX-License-Identifier: Apache-2.0
#include "scotoma/backend/openvino/load_trial.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <sstream>

#include "scotoma/backend/openvino/engine.h"
#include "scotoma/backend/openvino/tokenizer.h"
#include "scotoma/backend/sdcpp/files.h"
#include "scotoma/backend/sdcpp/generator.h"
#include "scotoma/study/read.h"

extern char** environ;

namespace scotoma {
namespace {

constexpr char kLoaded = 'l';
constexpr char kRefused = 'r';
constexpr std::size_t kLongest = 65536;  ///< bytes of a message; paths have at most 4096, a checkpoint ten of them

const char* library_of(TrialKind kind) {
  if (kind == TrialKind::checkpoint) return "stable-diffusion.cpp";
  return kind == TrialKind::network ? "OpenVINO's reader" : "the tokenizer library";
}

const char* advice_for(TrialKind kind) {
  if (kind == TrialKind::checkpoint) {
    return "a file is damaged or not of this model, or it does not fit the options of [generator.sdcpp] (size, "
           "weights, "
           "flash_attention)";
  }
  return "the file, or one that belongs to it, is damaged: export it again";
}

/// A checkpoint's first image may take an hour on a CPU, whose end nobody knows.
std::chrono::seconds patience_for(TrialKind kind, std::chrono::seconds patience) {
  return kind == TrialKind::checkpoint ? 144 * patience : patience;
}

/// Texts as runs ask about. No others: some sound tokenizers abort on characters that their vocabulary lacks.
Result<void> try_texts(Tokenizer& tokenizer) {
  const std::string words = "a photo of a fly on a flower in the snow";
  std::string lengthy;
  for (int i = 0; i < 20; ++i) lengthy += words + " ";
  for (const std::string& text : {std::string(), words, lengthy, std::string("abcdefghijklmnopqrstuvwxyz"),
                                  std::string("q u i c k b r o w n j m p s v l z y d g")}) {
    SCOTOMA_RETURN_IF_ERROR(tokenizer.encode(text, tokenizer.max_length()));
  }
  return {};
}

/// Every id that a small vocabulary has, by itself; some of larger ones.
Result<void> try_ids(Detokenizer& detokenizer) {
  for (std::int64_t id = 0; id < (1 << 17); id += id < 256 ? 1 : id / 16) {
    const std::array<std::int64_t, 2> ids = {id, 0};
    if (!detokenizer.decode(ids).ok()) break;  // beyond the vocabulary
  }
  return {};
}

Result<void> load(Engine& engine, TrialKind kind, const std::string& message) {
  if (kind == TrialKind::checkpoint) {
    SCOTOMA_ASSIGN_OR_RETURN(const auto options, parse_generator(message));
    return try_sdcpp_generator(options, engine.threads());
  }
  const std::filesystem::path file = message;
  if (kind == TrialKind::network) {
    const auto model = engine.read(file);
    return model.ok() ? Result<void>() : Result<void>(model.error());
  }
  if (kind == TrialKind::tokenizer) {
    SCOTOMA_ASSIGN_OR_RETURN(const auto tokenizer, Tokenizer::load(engine, file.parent_path()));
    return try_texts(*tokenizer);
  }
  SCOTOMA_ASSIGN_OR_RETURN(const auto detokenizer, Detokenizer::load(engine, file.parent_path()));
  return try_ids(*detokenizer);
}

/// The file that a message is about, as pass() and pass_generator() were given it.
std::filesystem::path file_of(TrialKind kind, const std::string& message) {
  if (kind != TrialKind::checkpoint) return message;
  const auto options = parse_generator(message);
  return options.ok() ? checkpoint_name(*options) : std::filesystem::path();
}

/// posix_spawn's two sets of instructions, given back whatever happens.
struct SpawnPlan {
  posix_spawn_file_actions_t files{};
  posix_spawnattr_t attributes{};
  SpawnPlan() {
    posix_spawn_file_actions_init(&files);
    posix_spawnattr_init(&attributes);
  }
  ~SpawnPlan() {
    posix_spawn_file_actions_destroy(&files);
    posix_spawnattr_destroy(&attributes);
  }
  SpawnPlan(const SpawnPlan&) = delete;
  SpawnPlan& operator=(const SpawnPlan&) = delete;
};

/// Errors: an errno, else 0.
int spawn(std::vector<std::string> command, int socket, pid_t& child) {
  std::vector<char*> arguments;
  for (std::string& argument : command) arguments.push_back(argument.data());
  arguments.push_back(nullptr);
  SpawnPlan plan;
  posix_spawn_file_actions_adddup2(&plan.files, socket, STDIN_FILENO);
  for (const int stream : {STDOUT_FILENO, STDERR_FILENO})  // what a library says in the trial, it says again here
    posix_spawn_file_actions_addopen(&plan.files, stream, "/dev/null", O_WRONLY, 0);
  // A group of its own: Ctrl-C at the terminal is for us, and must not look like a crash.
  posix_spawnattr_setpgroup(&plan.attributes, 0);
  posix_spawnattr_setflags(&plan.attributes, POSIX_SPAWN_SETPGROUP);
  return posix_spawn(&child, arguments[0], &plan.files, &plan.attributes, arguments.data(), environ);
}

/// Waits for an answer. Gives the bytes received, 0 when the other end is closed, -1 when time is up.
ssize_t receive(int socket, char& answer, std::chrono::milliseconds patience) {
  const auto deadline = std::chrono::steady_clock::now() + patience;
  for (;;) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
    pollfd wait{socket, POLLIN, 0};
    const int ready = ::poll(&wait, 1, static_cast<int>(std::max<std::int64_t>(0, left.count())));
    if (ready < 0 && errno == EINTR) continue;
    if (ready == 0) return -1;
    const ssize_t n = ::recv(socket, &answer, 1, 0);
    if (n < 0 && errno == EINTR) continue;
    return std::max<ssize_t>(n, 0);  // ECONNRESET: it died with our message unread
  }
}

}  // namespace

LoadTrial::~LoadTrial() { stop(); }

/// Ends the child, if there is one. Gives its status as waitpid() does.
int LoadTrial::stop() {
  socket_ = Descriptor();  // a child that waits for a file ends by itself
  int status = 0;
  if (child_ > 0) {
    while (::waitpid(child_, &status, 0) < 0 && errno == EINTR) {
    }
  }
  child_ = -1;
  return status;
}

Result<void> LoadTrial::start() {
  if (child_ > 0) return {};
  const auto cannot = [&](int error) {
    return failed(
        fmt::format("{}: cannot be started to try model files ({})", options_.command.front(), reason_of(error)));
  };
  int ends[2];
  if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0) return cannot(errno);
  socket_ = Descriptor(ends[0]);
  const Descriptor other(ends[1]);
  if (const int error = spawn(options_.command, other.get(), child_); error != 0) {
    child_ = -1;
    return cannot(error);
  }
  return {};
}

void LoadTrial::recall() {
  if (recalled_) return;
  recalled_ = true;
  if (options_.memory.empty()) return;
  const auto text = read_plain_file(options_.memory);
  if (!text.ok()) return;  // none is there yet; whatever else is wrong with it, files are tried again
  std::istringstream lines(*text);
  for (std::string line; std::getline(lines, line);) passed_.insert(line);
}

/// Of no harm where it cannot be written: the file is tried again next time.
void LoadTrial::remember(const std::string& fingerprint) {
  passed_.insert(fingerprint);
  if (options_.memory.empty()) return;
  std::error_code ignored;
  std::filesystem::create_directories(options_.memory.parent_path(), ignored);
  const Descriptor file(::open(options_.memory.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NONBLOCK, 0666));
  const std::string line = fingerprint + "\n";
  if (file.open()) static_cast<void>(!::write(file.get(), line.data(), line.size()));
}

Error LoadTrial::ended(const TriedFile& tried) {
  const int status = stop();
  if (WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL) {
    return failed(
        fmt::format("{}: the process that loaded it on trial was killed (signal 9): is there memory enough? "
                    "Run again",
                    tried.file.string()));
  }
  const std::string end = WIFSIGNALED(status) ? fmt::format("signal {}", WTERMSIG(status))
                                              : fmt::format("exit code {}", WEXITSTATUS(status));
  return bad_input(
      fmt::format("{}: crashes {} ({}); {}", tried.file.string(), library_of(tried.kind), end, advice_for(tried.kind)));
}

Result<bool> LoadTrial::ask(const TriedFile& tried) {
  SCOTOMA_RETURN_IF_ERROR(start());
  const std::string message = static_cast<char>(tried.kind) + tried.message;
  static_cast<void>(!::send(socket_.get(), message.data(), message.size(), MSG_NOSIGNAL));  // a dead child shows below
  char answer = 0;
  const ssize_t received = receive(socket_.get(), answer, patience_for(tried.kind, options_.patience));
  if (received > 0) return answer == kLoaded;
  if (received == 0) return ended(tried);
  ::kill(child_, SIGKILL);
  stop();
  return bad_input(
      fmt::format("{}: {} has not loaded it within {} s; the file is damaged, or the disk does not answer: "
                  "export it again",
                  tried.file.string(), library_of(tried.kind), patience_for(tried.kind, options_.patience).count()));
}

Result<void> LoadTrial::pass(TrialKind kind, const std::filesystem::path& file, const std::string& fingerprint) {
  return pass({kind, file, std::filesystem::absolute(file).string()}, fingerprint);
}

Result<void> LoadTrial::pass_generator(const std::string& options, const std::filesystem::path& file,
                                       const std::string& fingerprint) {
  return pass({TrialKind::checkpoint, file, options}, fingerprint);
}

Result<void> LoadTrial::pass(const TriedFile& tried, const std::string& fingerprint) {
  const std::lock_guard lock(mutex_);
  recall();
  if (passed_.contains(fingerprint)) return {};
  SCOTOMA_ASSIGN_OR_RETURN(const bool loaded, ask(tried));
  if (loaded) remember(fingerprint);
  return {};
}

bool LoadTrial::knows(const std::string& fingerprint) {
  const std::lock_guard lock(mutex_);
  recall();
  return passed_.contains(fingerprint);
}

void LoadTrial::note(const std::string& fingerprint) {
  const std::lock_guard lock(mutex_);
  recall();
  if (!passed_.contains(fingerprint)) remember(fingerprint);
}

int serve_load_trials(int socket, void (*before)(const std::filesystem::path& file)) {
  const rlimit none{0, 0};
  ::setrlimit(RLIMIT_CORE, &none);
  std::shared_ptr<Engine> engine;
  std::vector<char> message(kLongest);
  for (ssize_t n = 0; (n = ::recv(socket, message.data(), message.size(), 0)) > 1;) {
    const std::string about(message.data() + 1, static_cast<std::size_t>(n - 1));
    if (before != nullptr) before(file_of(static_cast<TrialKind>(message[0]), about));
    if (!engine) {
      if (auto made = Engine::create({}); made.ok()) engine = *std::move(made);
    }
    const bool loaded = engine && load(*engine, static_cast<TrialKind>(message[0]), about).ok();
    const char answer = loaded ? kLoaded : kRefused;
    if (::send(socket, &answer, 1, MSG_NOSIGNAL) != 1) return 1;
  }
  return 0;
}

}  // namespace scotoma
