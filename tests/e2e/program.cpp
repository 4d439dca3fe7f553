// SPDX-License-Identifier: Apache-2.0
#include "e2e/program.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <linux/capability.h>
#include <pty.h>
#include <signal.h>
#include <sqlite3.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <fstream>
#include <thread>

#include "fake/folder.h"
#include "scotoma/core/hash.h"

namespace scotoma::e2e {
namespace {

/// Makes a stream the end of a pipe whose other end is closed.
void pipe_to_nobody(int stream) {
  int ends[2];
  if (::pipe(ends) != 0) ::_exit(127);
  ::close(ends[0]);
  ::dup2(ends[1], stream);
}

void redirect(int stream, const std::string& file) {
  ::dup2(::open(file.c_str(), O_CREAT | O_WRONLY | O_TRUNC, 0600), stream);
}

/// Root is exempt from the limit: another real user with root's access to files, and without what lifts limits.
void forbid_threads() {
  if (::geteuid() == 0) {
    for (const int power : {CAP_SYS_RESOURCE, CAP_SYS_ADMIN}) ::prctl(PR_CAPBSET_DROP, power, 0, 0, 0);
    if (::setresuid(65511, 0, 0) != 0) ::_exit(127);
  }
  const rlimit limit{1, 1};  // itself
  ::setrlimit(RLIMIT_NPROC, &limit);
}

/// In the child: the environment, then the program.
[[noreturn]] void become(const std::vector<std::string>& arguments, const Circumstances& circumstances) {
  ::unsetenv("NO_COLOR");
  ::setenv("XDG_CACHE_HOME", "/proc/nowhere", 1);  // nothing of the user's; one test shall not help another
  // Whatever the tests were started by, and with.
  for (const int signal : {SIGHUP, SIGPIPE}) ::signal(signal, SIG_DFL);
  ::close_range(STDERR_FILENO + 1, ~0U, 0);
  if (circumstances.largest_file > 0) {
    const rlimit limit{circumstances.largest_file, circumstances.largest_file};
    ::setrlimit(RLIMIT_FSIZE, &limit);
  }
  if (circumstances.open_files > 0) {
    const rlimit limit{circumstances.open_files, circumstances.open_files};
    ::setrlimit(RLIMIT_NOFILE, &limit);
  }
  if (circumstances.no_threads) forbid_threads();
  for (const auto& [name, value] : circumstances.environment) ::setenv(name.c_str(), value.c_str(), 1);
  std::vector<char*> argv;
  std::string program = SCOTOMA_PROGRAM;
  argv.push_back(program.data());
  std::vector<std::string> copies = arguments;
  for (std::string& argument : copies) argv.push_back(argument.data());
  argv.push_back(nullptr);
  ::execv(program.c_str(), argv.data());
  ::_exit(127);
}

/// How it ended; nothing of what it said.
Outcome wait_for(pid_t child) {
  int status = 0;
  ::waitpid(child, &status, 0);
  if (WIFEXITED(status)) return {WEXITSTATUS(status), 0, "", ""};
  return {128 + WTERMSIG(status), WTERMSIG(status), "", ""};
}

Outcome run_on_terminal(const std::vector<std::string>& arguments, const Circumstances& circumstances) {
  int terminal = -1;
  const pid_t child = ::forkpty(&terminal, nullptr, nullptr, nullptr);
  if (child == 0) become(arguments, circumstances);
  static_cast<void>(!::write(terminal, circumstances.typed.data(), circumstances.typed.size()));
  std::string output;
  std::array<char, 4096> bytes{};
  for (ssize_t n = 0; (n = ::read(terminal, bytes.data(), bytes.size())) > 0;)  // fails with EIO when the child ends
    output.append(bytes.data(), static_cast<std::size_t>(n));
  Outcome outcome = wait_for(child);
  outcome.output = std::move(output);
  ::close(terminal);
  return outcome;
}

}  // namespace

std::string read_file(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

Outcome run(const std::vector<std::string>& arguments, const Circumstances& circumstances) {
  if (circumstances.terminal) return run_on_terminal(arguments, circumstances);
  const fake::Folder folder;
  const std::string out = circumstances.output_file.empty() ? (folder / "out").string() : circumstances.output_file;
  const std::string err = (folder / "err").string();
  const pid_t child = ::fork();
  if (child == 0) {
    ::dup2(::open("/dev/null", O_RDONLY), STDIN_FILENO);  // nobody answers
    circumstances.reader_gone ? pipe_to_nobody(STDOUT_FILENO) : redirect(STDOUT_FILENO, out);
    redirect(STDERR_FILENO, err);
    become(arguments, circumstances);
  }
  if (circumstances.stop_when) {
    siginfo_t ended{};  // WNOWAIT: wait_for() still has to see it
    while (::waitid(P_PID, static_cast<id_t>(child), &ended, WEXITED | WNOHANG | WNOWAIT) == 0 && ended.si_pid == 0) {
      if (circumstances.stop_when()) {
        ::kill(child, circumstances.signal);
        break;
      }
      std::this_thread::sleep_for(std::chrono::milliseconds(2));  // leaves the cores to the program
    }
  }
  Outcome outcome = wait_for(child);
  if (circumstances.output_file.empty() && !circumstances.reader_gone) outcome.output = read_file(out);
  outcome.errors = read_file(err);
  return outcome;
}

int answers_in(const std::filesystem::path& folder) {
  const auto file = folder / "cache.sqlite";
  if (!std::filesystem::exists(file)) return 0;
  sqlite3* db = nullptr;
  int rows = 0;
  // Read only, and no checkpoint at the end: what a crash left stays as it is.
  if (sqlite3_open_v2(file.c_str(), &db, SQLITE_OPEN_READONLY, nullptr) == SQLITE_OK) {
    sqlite3_db_config(db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
    sqlite3_stmt* count = nullptr;
    if (sqlite3_prepare_v2(db, "SELECT count(*) FROM answers WHERE fingerprint <> 'models'", -1, &count, nullptr) ==
            SQLITE_OK &&
        sqlite3_step(count) == SQLITE_ROW) {
      rows = sqlite3_column_int(count, 0);
    }
    sqlite3_finalize(count);
  }
  sqlite3_close(db);
  return rows;
}

std::string small_study(const std::vector<std::pair<std::string, std::string>>& edits) {
  std::string text = R"(name = "small"
seed = 3
labels = ["fly", "bee"]
[generator]
model = "WORLD/generator"
steps = 4
guidance = 1.0
[classifier]
model = "WORLD/classifiers/resnet_skewed.onnx"
labels = "WORLD/classifiers/labels.json"
mean = [127.5, 127.5, 127.5]
std = [127.5, 127.5, 127.5]
[captioner]
model = "WORLD/captioner"
[embedder]
model = "WORLD/embedder"
[judge]
kind = "classifier"
model = "WORLD/judge.onnx"
labels = "WORLD/judge.labels.json"
mean = [127.5, 127.5, 127.5]
std = [127.5, 127.5, 127.5]
[budget]
images = 400
base = 32
initial_images = 8
rounds = 1
finalists = 3
confirm = 24
audit = 16
[engine]
precision = "f32"
[search]
attributes = "none"
)";
  for (std::size_t at = text.find("WORLD"); at != std::string::npos; at = text.find("WORLD"))
    text.replace(at, 5, kWorldText);
  for (const auto& [from, to] : edits) {
    const std::size_t at = text.find(from);
    EXPECT_NE(at, std::string::npos) << "the small study has no: " << from;
    if (at != std::string::npos) text.replace(at, from.size(), to);
  }
  return text;
}

namespace {

namespace fs = std::filesystem;

/// One process at a time; the others wait.
class Turn {
 public:
  explicit Turn(const fs::path& file) : lock_(::open(file.c_str(), O_CREAT | O_RDWR | O_CLOEXEC, 0600)) {
    EXPECT_EQ(::flock(lock_, LOCK_EX), 0) << file;
  }
  ~Turn() { ::close(lock_); }
  Turn(const Turn&) = delete;
  Turn& operator=(const Turn&) = delete;

 private:
  int lock_;
};

/// Differs from build to build of the program.
std::string build_of_program() {
  struct stat about {};
  EXPECT_EQ(::stat(SCOTOMA_PROGRAM, &about), 0);
  Hasher hasher;
  for (const auto part : {about.st_size, about.st_mtim.tv_sec, about.st_mtim.tv_nsec})
    hasher.field(static_cast<std::uint64_t>(part));
  return hasher.hex().substr(0, 16);
}

/// Where tests of this build keep finished studies; those of older builds are removed.
fs::path finished_here() {
  const fs::path all = fs::path(SCOTOMA_PROGRAM).parent_path().parent_path() / "finished-studies";
  fs::create_directories(all);
  const Turn turn(all / "lock");
  const fs::path ours = all / build_of_program();
  for (const auto& entry : fs::directory_iterator(all)) {
    if (entry.is_directory() && entry.path() != ours) fs::remove_all(entry.path());
  }
  fs::create_directories(ours);
  return ours;
}

}  // namespace

Finished finished_study(const fake::Folder& folder, const std::vector<std::pair<std::string, std::string>>& edits) {
  const Finished own = {folder.write("study.toml", small_study(edits)), folder / "out"};
  const fs::path kept = finished_here() / Hasher().field(read_file(own.study)).hex().substr(0, 16);
  const Turn turn(kept.string() + ".lock");
  if (!fs::exists(kept)) {
    const Outcome found = run({"find", own.study.string(), "--out", own.out.string(), "--threads", "2", "--quiet"});
    EXPECT_EQ(found.code, 0) << found.errors;
    if (found.code != 0) return own;
    const fs::path part = kept.string() + ".part";
    fs::remove_all(part);
    fs::copy(own.out, part, fs::copy_options::recursive);
    fs::rename(part, kept);
  } else {
    fs::copy(kept, own.out, fs::copy_options::recursive);
  }
  return own;
}

}  // namespace scotoma::e2e
