// scotoma: finds the blind spots of image classifiers. Each verb stands in a file of its own.
#include <fmt/format.h>

#include <csignal>
#include <exception>
#include <new>

#include "verbs.h"

namespace scotoma {

CancelToken& interrupt_token() {
  static CancelToken token;  // a signal handler can reach nothing that is passed in
  return token;
}

namespace {

extern "C" void on_interrupt(int signal) {
  if (interrupt_token().cancelled()) std::_Exit(130);  // the second Ctrl-C does not wait
  interrupt_token().cancel();
  static_cast<void>(signal);
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
  add_probe(app, run);
  add_doctor(app, run);
  add_options(app, run);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  return run();
}

}  // namespace
}  // namespace scotoma

int main(int argc, char** argv) {
  std::signal(SIGINT, scotoma::on_interrupt);
  std::signal(SIGTERM, scotoma::on_interrupt);
  try {
    return scotoma::run_program(argc, argv);
  } catch (const std::bad_alloc&) {
    fmt::print(stderr, "scotoma: out of memory; lower the batch sizes in the study\n");
  } catch (const std::exception& error) {
    fmt::print(stderr, "scotoma: a bug of ours: {}\n", error.what());
  }
  return 1;
}
