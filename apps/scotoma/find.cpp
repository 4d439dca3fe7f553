// SPDX-License-Identifier: Apache-2.0
// scotoma find STUDY: the run.
#include <fmt/format.h>

#include <limits>

#include "between.h"
#include "browser.h"
#include "exit_codes.h"
#include "scotoma/find/certify_study.h"
#include "scotoma/finding/doubt.h"
#include "scotoma/report/publish.h"
#include "scotoma/session/session.h"
#include "scotoma/study/check_budget.h"
#include "scotoma/wording/beside_search.h"
#include "scotoma/wording/certificate_words.h"
#include "scotoma/wording/finding_words.h"
#include "scotoma/wording/limits.h"
#include "scotoma/wording/run_words.h"
#include "scotoma/wording/spread.h"
#include "scotoma/wording/tally.h"
#include "scotoma/wording/words.h"
#include "seed_option.h"
#include "terminal.h"
#include "verbs.h"

namespace scotoma {
namespace {

constexpr std::uint64_t kLargestSeed = 9'000'000'000'000'000;  // as a study file may have it
constexpr std::size_t kFew = 3;                                // bugs of a cause that have a line each
constexpr std::size_t kLabels = 16;                            // of a certificate that have one

/// "horse 100 %, fly 98 %": of a bug that no image measured, the label alone.
std::string labels_with_rates(const Cause& cause) {
  std::string text;
  for (const Hypothesis* bug : cause.bugs) {
    const Rate& rate = bug->measured();
    text += (text.empty() ? "" : ", ") + bug->label + (rate.valid > 0 ? fmt::format(" {:.0f} %", 100 * rate.rate) : "");
  }
  return text;
}

void print_cause(const Study& study, const Findings& findings, const Cause& cause, const Paint& paint) {
  say("  {} {}\n", paint.red("!"), sentence(study, cause));
  if (cause.bugs.size() <= kFew) {
    for (const Hypothesis* bug : cause.bugs) say("      {}\n", headline(study, *bug));
  } else {
    say("      images that fail: {}\n", labels_with_rates(cause));
  }
  if (const std::string reach = reach_sentence(findings, cause); !reach.empty()) say("      {}\n", reach);
}

void print_certificate(const Study& study, const Findings& findings, const Paint& paint) {
  const Certificate& certificate = *findings.certificate;
  say("\nCertificate: {}\n", paint.bold(headline(certificate)));
  if (certificate.labels.size() > 1) {
    for (std::size_t i = 0; i < certificate.labels.size() && i < kLabels; ++i)
      say("  {}\n", sentence(certificate, certificate.labels[i]));
    if (certificate.labels.size() > kLabels)
      say("  {} more are in the report\n", counted(static_cast<int>(certificate.labels.size() - kLabels), "label"));
  }
  const BesideSearch beside = beside_search(study, findings);
  for (const std::string& warning : beside.warnings) say("  {} {}\n", paint.red("!"), warning);
  for (const std::string& note : beside.notes) say("  {} {}\n", paint.yellow("~"), note);
  for (const std::string& limit : certificate.limits) say("  {} {}\n", paint.yellow("?"), limit);
  say("  {}\n", cost_sentence(certificate));
}

void print_summary(const StudyRun& run, const Study& study, const Published& published) {
  const Paint paint(stdout);
  const Findings& findings = run.findings;
  const Tally tally = tally_of(findings);
  say("\n{} On {}.\n", paint.bold(summary(findings)), counted(findings.spent.total(), "image"));
  say("  {}\n", work_sentence(work_of(run.run.roles)));
  if (const std::string rule = failure_sentence(study); !rule.empty()) say("  {}\n", rule);
  for (const std::string& doubt : doubts(findings)) say("  {} {}\n", paint.yellow("?"), doubt);
  if (const std::string drafts = misleading_drafts(findings); !drafts.empty())
    say("  {} {}\n", paint.yellow("?"), drafts);
  for (const Cause& cause : tally.causes) print_cause(study, findings, cause, paint);
  for (const SystematicFailure& failure : tally.systematic) {
    say("  {} {}\n", paint.red("!"), sentence(study, failure));
    for (const Hypothesis* exception : failure.exceptions)
      say("    {} {}\n", paint.green("+"), headline(study, *exception));
  }
  const auto rows = cross_without_cause(findings);
  if (!rows.empty()) say("\nOn other labels:\n");
  for (const CrossRow* row : rows) say("  {} {}\n", paint.yellow("~"), sentence(study, findings, *row));
  if (findings.certificate) print_certificate(study, findings, paint);
  const auto rates = error_rates(study, findings);
  if (!rates.empty()) say("\nHow much of it may be false:\n");
  for (const std::string& rate : rates) say("  {}\n", rate);
  say("\nreport: {}\n", paint.bold(std::filesystem::absolute(published.report).lexically_normal().string()));
}

/// Leaves it to the desktop, where there is one.
void show_report(const std::filesystem::path& report) {
  if (open_in_browser(report)) return;
  tell(stderr, "note: --open: no display here, or no xdg-open; the report is {}\n",
       std::filesystem::absolute(report).lexically_normal().string());
}

std::optional<Sharing> sharing_of(const FindArguments& arguments) {
  if (!arguments.largest_round) return std::nullopt;
  return Sharing{.largest_round = *arguments.largest_round};
}

Error left_to_workers(const Error& error, std::size_t largest_round) {
  return waits(
      fmt::format("{}, and --largest-round is {}: let `scotoma work` answer them, merge its caches, and run the "
                  "same command again",
                  error.message, largest_round));
}

/// With models that are loaded here, or with workers of a cluster.
Result<std::unique_ptr<RunSession>> open_run(Study study, const FindArguments& arguments) {
  if (!arguments.ray.address.empty()) {
    if (this_program().on_ray) return this_program().on_ray(std::move(study), arguments, arguments.ray);
    return bad_input(
        "--ray: this program was built without Python, which Ray needs; use that of the package: pip install "
        "'scotoma[ray]'");
  }
  auto run = std::make_unique<RunSession>();
  SCOTOMA_ASSIGN_OR_RETURN(run->session, open_session(std::move(study), arguments));
  return run;
}

void add_ray(CLI::App& verb, FindArguments& arguments) {
  RayArguments& ray = arguments.ray;
  auto* address = verb.add_option("--ray", ray.address,
                                  "models are loaded and asked by workers of this Ray cluster: HOST:PORT, auto, or "
                                  "local, which starts one here")
                      ->type_name("ADDRESS")
                      ->check([](const std::string& text) { return text.empty() ? "--ray: no address" : ""; });
  verb.add_option("--ray-workers", ray.workers,
                  "how many workers; default: as many as fit, also on nodes that join later")
      ->type_name("N")
      ->check(CLI::Range(1, 100000))
      ->needs(address);
  verb.add_option("--ray-cpus", ray.cpus, "processor cores of a worker, which has as many threads; default: 1")
      ->type_name("X")
      ->check(between(1e-6, 1e6))
      ->needs(address);
  verb.add_option("--ray-gpus", ray.gpus, "GPUs of a worker, or the part of one; default: 0")
      ->type_name("X")
      ->check(between(0, 1e6))
      ->needs(address);
}

}  // namespace

Result<Study> open_overridden(const FindArguments& arguments) {
  SCOTOMA_ASSIGN_OR_RETURN(Study study, open_study(arguments));
  for (const std::string& note : study.notes) tell_note(note);
  study.budget.images = arguments.images.value_or(study.budget.images);
  study.seed = arguments.seed.value_or(study.seed);
  SCOTOMA_RETURN_IF_ERROR(check_budget(study));  // as the run does, but before models are loaded
  SCOTOMA_RETURN_IF_ERROR(check_certificate(study));
  return study;
}

Result<void> run_find(const FindArguments& arguments) {
  const CancelToken& cancel = stop_at_interrupt();
  SCOTOMA_ASSIGN_OR_RETURN(Study study, open_overridden(arguments));
  SCOTOMA_ASSIGN_OR_RETURN(const FolderLock lock, claim_folder(arguments, study, "find"));
  SCOTOMA_ASSIGN_OR_RETURN(const auto opened, open_run(std::move(study), arguments));
  Session& session = opened->session;
  tell_note(session.note);
  Result<StudyRun> done = [&] {
    StderrProgress progress(arguments.progress);
    return run_study(session.study, session.models, *session.cache, cancel, progress,
                     {.executor = opened->executor.get(), .sharing = sharing_of(arguments)});
  }();
  if (!done.ok() && done.error().code == Code::waits) return left_to_workers(done.error(), *arguments.largest_round);
  if (!done.ok()) return done.error();
  SCOTOMA_ASSIGN_OR_RETURN(const Published published,
                           publish(session.study, done->findings, &done->run, *session.cache, out_folder(arguments)));
  print_summary(*done, session.study, published);
  if (arguments.open) show_report(published.report);
  return {};
}

void add_overrides(CLI::App& verb, const std::shared_ptr<FindArguments>& arguments) {
  verb.add_option("--budget", arguments->images, "images of the whole run, at most, instead of budget.images")
      ->type_name("N")
      ->check(CLI::Range(1, 1'000'000'000));  // as in the file
  add_seed(
      verb, kLargestSeed, [arguments](std::uint64_t seed) { arguments->seed = seed; },
      "decides every image, instead of the study's seed");
}

void add_find(CLI::App& app, Run& run) {
  auto arguments = std::make_shared<FindArguments>();
  auto* verb = app.add_subcommand("find", "run a study: find bugs, confirm them, write the report");
  add_study(*verb, *arguments);
  add_out(*verb, *arguments);
  add_cache(*verb, *arguments);
  add_threads(*verb, *arguments);
  add_progress(*verb, *arguments);
  add_overrides(*verb, arguments);
  verb->add_option(
          "--largest-round", arguments->largest_round,
          "stop, with exit code 75, before a round that asks for more answers than these: leave it to `scotoma "
          "work`")
      ->type_name("N")
      ->check(CLI::Range(0, std::numeric_limits<int>::max()));
  add_ray(*verb, *arguments);
  verb->add_flag("--open", arguments->open, "open the report when it is there");
  verb->footer(
      "Stopped or killed, the same command resumes where it left off; a finished study is replayed in a second. "
      "What --budget and --seed say is kept with the results, and holds for whatever reads them. " +
      exit_codes_line("find"));
  verb->callback([&run, arguments] { run = [arguments] { return run_find(*arguments); }; });
}

}  // namespace scotoma
