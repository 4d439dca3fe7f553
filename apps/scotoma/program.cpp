// SPDX-License-Identifier: Apache-2.0
#include "program.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <exception>
#include <new>
#include <set>
#include <sstream>
#include <string_view>
#include <system_error>
#include <utility>

#include "exit_codes.h"
#include "scotoma/core/file.h"
#include "scotoma/study/keys.h"
#include "terminal.h"
#include "verbs.h"

namespace scotoma {
namespace {

CancelToken& interrupt_token() {
  static CancelToken token;  // a signal handler can reach nothing that is passed in
  return token;
}

extern "C" void on_interrupt(int /*signal*/) {
  if (interrupt_token().cancelled()) std::_Exit(130);  // the second Ctrl-C does not wait
  interrupt_token().cancel();
  constexpr std::string_view kSay =
      "\nstopping after this batch; press Ctrl-C again to stop at once (nothing finished is lost)\n";
  const int before = errno;
  static_cast<void>(!::write(STDERR_FILENO, kSay.data(), kSay.size()));
  errno = before;
}

/// Whoever read standard output has gone, as `head` does: no fault, and nothing to say. 128 + SIGPIPE, which is what
/// shells make of programs that die of it.
constexpr int kReaderGone = 128 + SIGPIPE;

/// What standard output's failing with this errno ends the program with, which would have ended with `code`.
int unwritten(int code, int error) {
  if (error == EPIPE) return code == 0 ? kReaderGone : code;
  return std::max(code, complain(failed(fmt::format("standard output: cannot be written ({})", reason_of(error)))));
}

/// What was printed may still be in a buffer: a full disk behind it shows only now.
int flushed(int code) {
  errno = 0;
  if (std::fflush(stdout) == 0 && std::ferror(stdout) == 0) return code;
  return unwritten(code, errno);
}

/// A crash has no other witness. What the handler may do is little: it writes, and lets the signal have its way.
extern "C" void on_crash(int signal) {
  constexpr std::string_view kSay =
      "\nscotoma: crashed, by a fault of its own or of a library. What was finished is kept: run the same command "
      "again; if it ends so once more, `scotoma doctor STUDY` shows whether a model does it\n";
  static_cast<void>(!::write(STDERR_FILENO, kSay.data(), kSay.size()));
  ::raise(signal);
}

/// Where nobody else, such as a sanitizer, takes care of it.
void tell_crashes() {
  struct sigaction ours {};
  ours.sa_handler = on_crash;
  ours.sa_flags = static_cast<int>(SA_RESETHAND | SA_NODEFER);
  for (const int signal : {SIGSEGV, SIGBUS, SIGABRT, SIGFPE, SIGILL}) {
    struct sigaction before {};
    if (::sigaction(signal, nullptr, &before) == 0 && before.sa_handler == SIG_DFL) ::sigaction(signal, &ours, nullptr);
  }
}

/// A stream that was closed when the program began would be the next file that it opens, and take what is printed.
void keep_streams_apart() {
  for (const int stream : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    // Read only, so that printing fails as it should; numbers are given from below.
    if (::fcntl(stream, F_GETFD) < 0) static_cast<void>(!::open("/dev/null", O_RDONLY));
  }
}

/// What the first word is, where it should have been a verb and is none; empty where that is not what is wrong.
std::string unknown_verb(const CLI::App& app) {
  const std::vector<std::string> words = app.remaining();
  if (!app.get_subcommands().empty() || words.empty() || words.front().starts_with('-')) return {};
  std::set<std::string> verbs;
  for (const CLI::App* verb : shown_verbs(app)) verbs.insert(verb->get_name());
  return fmt::format("unknown verb '{}'; did you mean '{}'? scotoma --help lists all", words.front(),
                     nearest(words.front(), verbs));
}

/// Tells what CLI11 found wrong, or what it was asked for; returns the exit code.
int tell_parse_error(const CLI::App& app, const CLI::ParseError& error) {
  std::ostringstream out;
  std::ostringstream wrong;
  const int code = app.exit(error, out, wrong);
  say_lines(out.str());
  if (code == 0) return 0;
  if (const std::string verb = unknown_verb(app); !verb.empty()) return complain(bad_input(verb));
  tell(stderr, wrong.str());
  return 2;
}

Program& told_program() {
  static Program program;  // a verb's arguments are made where nothing can be passed in
  return program;
}

/// Each verb stands in a file of its own.
int run_verb(int argc, const char* const* argv) {
  CLI::App app{
      "Finds the blind spots of an image classifier, explains them in words and confirms them with statistics.\n"
      "Start with: scotoma demo. Then, for your own model: scotoma init MODEL --labels NAMES; scotoma find study.toml"};
  app.set_version_flag("--version", "scotoma " SCOTOMA_VERSION);
  app.require_subcommand(1);
  app.footer(exit_codes_line(""));
  Run run;
  add_demo(app, run);
  add_init(app, run);
  add_find(app, run);
  add_work(app, run);
  add_merge(app, run);
  add_report(app, run);
  add_list(app, run);
  add_show(app, run);
  add_review(app, run);
  add_probe(app, run);
  add_transfer(app, run);
  add_check(app, run);
  add_certify(app, run);
  add_doctor(app, run);
  add_export(app, run);
  add_card(app, run);
  add_generate(app, run);
  add_options(app, run);
  add_completion(app, run);
  add_man(app, run);
  add_try_loading(app, run);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return flushed(tell_parse_error(app, error));
  }
  const Result<void> done = run();
  return flushed(done.ok() ? 0 : complain(done.error()));
}

}  // namespace

const CancelToken& stop_at_interrupt() {
  std::signal(SIGINT, on_interrupt);
  std::signal(SIGTERM, on_interrupt);
  if (std::signal(SIGHUP, on_interrupt) == SIG_IGN) std::signal(SIGHUP, SIG_IGN);  // nohup
  return interrupt_token();
}

const Program& this_program() { return told_program(); }

int run_program(int argc, const char* const* argv, Program program) {
  told_program() = std::move(program);
  keep_streams_apart();
  tell_crashes();
  // Errors of the call that wrote, with a message, instead of an end without a word.
  for (const int signal : {SIGPIPE, SIGXFSZ}) std::signal(signal, SIG_IGN);
  try {
    return run_verb(argc, argv);
  } catch (const std::bad_alloc&) {
    tell(stderr, "scotoma: {}\n", reason_of(ENOMEM));
  } catch (const std::system_error& error) {  // of fmt::print, and of <filesystem>
    if (std::ferror(stdout) != 0) return unwritten(0, error.code().value());
    tell(stderr, "scotoma: {}\n", error.what());
  } catch (const std::exception& error) {
    tell(stderr, "scotoma: a bug of ours: {}\n", error.what());
  }
  return 1;
}

}  // namespace scotoma
