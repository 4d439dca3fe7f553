// scotoma: finds the blind spots of image classifiers. Each verb stands in a file of its own.
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <exception>
#include <new>
#include <sstream>
#include <string_view>
#include <system_error>

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

/// What was printed may still be in a buffer: a full disk behind it shows only now.
int flushed(int code) {
  if (std::fflush(stdout) == 0 && std::ferror(stdout) == 0) return code;
  return std::max(code, complain(failed(fmt::format("standard output: cannot be written ({})", std::strerror(errno)))));
}

int run_program(int argc, char** argv) {
  CLI::App app{
      "Finds the blind spots of an image classifier, explains them in words and confirms them with statistics.\n"
      "Start with: scotoma demo. Then write a study.toml for your own model: scotoma find study.toml"};
  app.set_version_flag("--version", "scotoma " SCOTOMA_VERSION);
  app.require_subcommand(1);
  app.footer("Exit codes: 0 done, 1 ran and failed, 2 bad input, 130 interrupted (run again to go on).");
  Run run;
  add_demo(app, run);
  add_find(app, run);
  add_report(app, run);
  add_list(app, run);
  add_show(app, run);
  add_review(app, run);
  add_probe(app, run);
  add_transfer(app, run);
  add_check(app, run);
  add_doctor(app, run);
  add_export(app, run);
  add_options(app, run);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    std::ostringstream out;
    std::ostringstream wrong;
    const int code = app.exit(error, out, wrong);
    say_lines(out.str());
    tell(stderr, wrong.str());
    return flushed(code == 0 ? 0 : 2);
  }
  const Result<void> done = run();
  return flushed(done.ok() ? 0 : complain(done.error()));
}

}  // namespace

const CancelToken& stop_at_interrupt() {
  std::signal(SIGINT, on_interrupt);
  std::signal(SIGTERM, on_interrupt);
  return interrupt_token();
}

}  // namespace scotoma

int main(int argc, char** argv) {
  using scotoma::tell;
  try {
    return scotoma::run_program(argc, argv);
  } catch (const std::bad_alloc&) {
    tell(stderr, "scotoma: out of memory; lower the batch sizes in the study\n");
  } catch (const std::system_error& error) {  // of fmt::print, and of <filesystem>
    const char* what = std::ferror(stdout) != 0 ? "standard output: cannot be written: " : "";
    tell(stderr, "scotoma: {}{}\n", what, error.what());
  } catch (const std::exception& error) {
    tell(stderr, "scotoma: a bug of ours: {}\n", error.what());
  }
  return 1;
}
