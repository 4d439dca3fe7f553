#include "e2e/program.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <fstream>
#include <thread>

#include "fake/folder.h"

namespace scotoma::e2e {
namespace {

/// In the child: both streams to files, then the program.
[[noreturn]] void become(const std::vector<std::string>& arguments, const std::string& out, const std::string& err) {
  ::dup2(::open(out.c_str(), O_CREAT | O_WRONLY | O_TRUNC, 0600), STDOUT_FILENO);
  ::dup2(::open(err.c_str(), O_CREAT | O_WRONLY | O_TRUNC, 0600), STDERR_FILENO);
  std::vector<char*> argv;
  std::string program = SCOTOMA_PROGRAM;
  argv.push_back(program.data());
  std::vector<std::string> copies = arguments;
  for (std::string& argument : copies) argv.push_back(argument.data());
  argv.push_back(nullptr);
  ::execv(program.c_str(), argv.data());
  ::_exit(127);
}

}  // namespace

std::string read_file(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

Outcome run(const std::vector<std::string>& arguments, int kill_after_ms) {
  const fake::Folder folder;
  const std::string out = (folder / "out").string();
  const std::string err = (folder / "err").string();
  const pid_t child = ::fork();
  if (child == 0) become(arguments, out, err);
  int status = 0;
  if (kill_after_ms >= 0) {
    const auto end = std::chrono::steady_clock::now() + std::chrono::milliseconds(kill_after_ms);
    while (std::chrono::steady_clock::now() < end && ::waitpid(child, &status, WNOHANG) == 0) {
      std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
    ::kill(child, SIGKILL);
  }
  ::waitpid(child, &status, 0);
  const int code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  return {code, read_file(out), read_file(err)};
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
first_look = 8
rounds = 1
finalists = 3
confirm = 24
audit = 16
[engine]
precision = "f32"
)";
  const std::string world = std::string(SCOTOMA_SOURCE_DIR) + "/world";
  for (std::size_t at = text.find("WORLD"); at != std::string::npos; at = text.find("WORLD"))
    text.replace(at, 5, world);
  for (const auto& [from, to] : edits) {
    const std::size_t at = text.find(from);
    EXPECT_NE(at, std::string::npos) << "the small study has no: " << from;
    if (at != std::string::npos) text.replace(at, from.size(), to);
  }
  return text;
}

}  // namespace scotoma::e2e
