// SPDX-License-Identifier: Apache-2.0
// scotoma check STUDY --against new.onnx: are the findings gone in another classifier?
#include "scotoma/transfer/check.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstdlib>
#include <nlohmann/json.hpp>

#include "exit_codes.h"
#include "scotoma/cache/memo.h"
#include "scotoma/core/append.h"
#include "scotoma/core/file.h"
#include "scotoma/core/parallel.h"
#include "scotoma/find/find.h"
#include "scotoma/finding/doubt.h"
#include "scotoma/report/check.h"
#include "scotoma/report/github.h"
#include "scotoma/session/candidates.h"
#include "scotoma/session/finished.h"
#include "terminal.h"
#include "verbs.h"

namespace scotoma {
namespace {

struct CheckArguments : StudyArguments {
  std::filesystem::path against;
  std::filesystem::path labels;
  std::filesystem::path junit;
  int images = 0;
  bool allow_undecided = false;
  bool json = false;
  std::optional<bool> github;  ///< else where the program runs in GitHub Actions
};

/// What the environment says; empty where it is not set.
std::string environment(const char* name) {
  const char* value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe): nothing changes the environment
  return value == nullptr ? "" : value;
}

bool for_github(const CheckArguments& arguments) {
  return arguments.github.value_or(environment("GITHUB_ACTIONS") == "true");
}

Painted painted(Verdict verdict, const Paint& paint) {
  const std::string words = fmt::format("{:<11}", verdict_words(verdict));
  if (verdict == Verdict::fixed) return paint.green(words);
  return verdict == Verdict::undecided ? paint.yellow(words) : paint.red(words);
}

void print_check(const Check& check) {
  const Paint paint(stdout);
  for (std::size_t i = 0; i < check.cases.size(); ++i) {
    const CheckCase& one = check.cases[i];
    if (i == 0 || check.cases[i - 1].finding != one.finding) say("{}\n", paint.bold(one.finding));
    say("  {} {}\n              {}\n", painted(one.verdict, paint), one.id, figures(one));
  }
}

/// What was checked, and what makes its study's figures doubtful.
struct Checked {
  Check check;
  std::vector<std::string> doubts;
};

/// Green where every finding is fixed.
Result<void> conclusion(const Checked& checked, bool allow_undecided, const std::string& again) {
  const Check& check = checked.check;
  if (check.cases.empty() && !checked.doubts.empty()) {
    return bad_input(fmt::format("the study found nothing, so nothing was checked: that says nothing of {}. {}",
                                 check.name, fmt::join(checked.doubts, " ")));
  }
  if (check.cases.empty()) {
    return bad_input(fmt::format(
        "the study found nothing, so nothing was checked: that says nothing of {}; run `{}` after giving it "
        "more labels or a larger budget, or check against one that found something",
        check.name, again));
  }
  const auto count = [&](Verdict verdict) {
    return std::count_if(check.cases.begin(), check.cases.end(),
                         [&](const CheckCase& one) { return one.verdict == verdict; });
  };
  const auto undecided = count(Verdict::undecided);
  const bool left = count(Verdict::there) + count(Verdict::worse) > 0;
  if (!left && (undecided == 0 || allow_undecided)) return {};
  return failed(fmt::format("{}: {}{}", check.name, verdicts_in_numbers(check),
                            undecided > 0 ? "; more images would decide more: --images" : ""));
}

/// Generates what --images asks for, to where the study keeps its images. The study's budget is not touched: these are
/// the user's own, asked for by number.
Result<void> generate_more(FinishedStudy& done, int images, const CancelToken& cancel, Listener& listener) {
  Session& session = done.session;
  Findings& findings = done.findings;
  SCOTOMA_ASSIGN_OR_RETURN(StoredImages* const stored, done.images.elsewhere());
  if (stored != nullptr) SCOTOMA_RETURN_IF_ERROR(stored->reach());
  ImageStore& store = stored != nullptr ? static_cast<ImageStore&>(*stored) : *session.cache;
  Memo memo(session.models, *session.cache, store, cancel, listener,
            {thread_count(session.study.engine.threads), false});
  SCOTOMA_ASSIGN_OR_RETURN(const auto targets, find_targets(session.study, findings.class_names));
  listener.on(StageBegan{Stage::generate});
  listener.on(StepBegan{"generating more pairs of images"});
  const StageContext context{session.study, targets, findings.class_names, memo, listener};
  SCOTOMA_RETURN_IF_ERROR(generate_more_pairs(context, findings.hypotheses, images));
  SCOTOMA_RETURN_IF_ERROR(generate_more_baselines(context, findings.bases, images));
  return stored != nullptr ? stored->finish() : Result<void>();
}

Result<Checked> checked(FinishedStudy& done, CandidateModel& candidate, const CheckArguments& arguments,
                        const CancelToken& cancel) {
  Session& session = done.session;
  StderrProgress progress(arguments.progress);
  if (arguments.images > 0) SCOTOMA_RETURN_IF_ERROR(generate_more(done, arguments.images, cancel, progress));
  SCOTOMA_ASSIGN_OR_RETURN(Check check, scotoma::check(session.study, done.findings, candidate, *session.cache,
                                                       done.images, cancel, progress));
  return Checked{std::move(check), doubts(done.findings)};
}

/// The file that GitHub reads the step's summary from; empty where there is none.
std::filesystem::path summary_file(const CheckArguments& arguments) {
  return for_github(arguments) ? environment("GITHUB_STEP_SUMMARY") : "";
}

/// Adds to the summary, or where the text is empty looks whether that could be done. Errors: those of append_to_file.
Result<void> add_to_summary(const CheckArguments& arguments, std::string_view text) {
  const std::filesystem::path file = summary_file(arguments);
  if (file.empty()) return {};
  const Result<void> added = append_to_file(file, text);
  if (added.ok()) return {};
  return Error{added.error().code, added.error().message + "; GITHUB_STEP_SUMMARY names it, --no-github leaves it out"};
}

/// What GitHub shows of the step beside its log.
Result<void> summarise(const CheckArguments& arguments, const Study& study, const Checked& checked) {
  const std::filesystem::path file = summary_file(arguments);
  if (file.empty()) return {};
  const std::size_t room = kGithubSummary - std::min<std::size_t>(kGithubSummary, size_of_file(file));
  const std::string text = github_summary(study, checked.check, arguments.allow_undecided, checked.doubts, room);
  if (text.empty()) tell(stderr, "note: {}: the summary has no room left (1 MiB a step)\n", file.string());
  return add_to_summary(arguments, text);
}

/// Annotations on standard output; where JSON is there, on standard error, which GitHub reads as well.
void annotate(const CheckArguments& arguments, const Checked& checked) {
  if (!for_github(arguments)) return;
  for (const std::string& line : github_annotations(checked.check, arguments.allow_undecided, checked.doubts)) {
    if (arguments.json) {
      tell(stderr, "{}\n", line);
    } else {
      say("{}\n", line);
    }
  }
}

/// All that is written of a result: files before anything is printed, since the reader of that may have gone.
Result<void> report_check(const CheckArguments& arguments, const Study& study, const Checked& result) {
  if (!arguments.junit.empty())
    SCOTOMA_RETURN_IF_ERROR(write_whole(arguments.junit, junit_xml(study, result.check, arguments.allow_undecided)));
  SCOTOMA_RETURN_IF_ERROR(summarise(arguments, study, result));
  if (arguments.json) {
    nlohmann::ordered_json json = check_json(study, result.check);
    if (!result.doubts.empty()) json["doubts"] = result.doubts;
    say_json(json);
  } else {
    print_check(result.check);
  }
  annotate(arguments, result);
  if (!result.check.cases.empty()) tell_doubts(result.doubts);
  return {};
}

/// What came of it, and the command that would try again.
struct Checking {
  Checked result;
  std::string again;
};

Result<Checking> check_and_report(const CheckArguments& arguments) {
  const CancelToken& cancel = stop_at_interrupt();
  const auto folder = arguments.junit.has_parent_path() ? arguments.junit.parent_path() : std::filesystem::path(".");
  if (std::error_code none; !arguments.junit.empty() && !std::filesystem::is_directory(folder, none)) {
    return bad_input(
        fmt::format("{}: its folder is not there; name another file with --junit", arguments.junit.string()));
  }
  SCOTOMA_RETURN_IF_ERROR(add_to_summary(arguments, ""));  // before any model is asked
  SCOTOMA_ASSIGN_OR_RETURN(Study study, arguments.images > 0 ? open_study(arguments) : open_finished_study(arguments));
  study = as_run(std::move(study), arguments);
  const FinishedNeeds needs = {.cache = true, .models = arguments.images > 0};  // further images are theirs to make
  SCOTOMA_RETURN_IF_ERROR(check_finished(arguments, needs));
  std::optional<FolderLock> lock;
  if (arguments.images > 0) {
    SCOTOMA_ASSIGN_OR_RETURN(lock, lock_answers(arguments, "check"));
  }
  SCOTOMA_ASSIGN_OR_RETURN(auto candidates, load_candidates(study, {arguments.against}, arguments.labels));
  SCOTOMA_ASSIGN_OR_RETURN(FinishedStudy done, open_finished(std::move(study), arguments, cancel, needs));
  tell_note(done.session.note);
  SCOTOMA_ASSIGN_OR_RETURN(Checked result, checked(done, candidates.front(), arguments, cancel));
  SCOTOMA_RETURN_IF_ERROR(report_check(arguments, done.session.study, result));
  return Checking{std::move(result), find_command(arguments)};
}

Result<void> run_check(const CheckArguments& arguments) {
  const Result<Checking> done = check_and_report(arguments);
  if (!done.ok()) return without_verdict(done.error());
  return conclusion(done->result, arguments.allow_undecided, done->again);
}

}  // namespace

void add_check(CLI::App& app, Run& run) {
  auto arguments = std::make_shared<CheckArguments>();
  auto* verb = app.add_subcommand("check", "the findings as a regression suite for another classifier");
  add_finished_study(*verb, *arguments);
  verb->add_option("--against", arguments->against,
                   "the classifier: .onnx, .xml, .tflite or a SavedModel, fed as the study's; or a .toml file whose "
                   "[classifier] table "
                   "describes it")
      ->type_name("FILE")
      ->required();
  verb->add_option("--labels", arguments->labels, "class names of the given model; default: the study's")
      ->type_name("FILE");
  verb->add_option("--junit", arguments->junit, "write a JUnit file for a CI server")->type_name("FILE");
  auto* github = verb->add_flag_callback(
      "--github", [arguments] { arguments->github = true; },
      "annotations for GitHub Actions, and a summary in the file that GITHUB_STEP_SUMMARY names; default: where "
      "GITHUB_ACTIONS is true");
  verb->add_flag_callback(
          "--no-github", [arguments] { arguments->github = false; }, "neither, wherever it runs")
      ->excludes(github);
  verb->add_option(
          "--images", arguments->images,
          "generate until each bug has this many pairs of images, and each systematic failure as many baseline images; "
          "default: those of the study alone")
      ->type_name("N")
      ->check(CLI::Range(1, 1000000));
  verb->add_flag("--allow-undecided", arguments->allow_undecided, "do not fail for what the images leave open");
  verb->add_flag("--json", arguments->json, "as JSON (docs/check.md)");
  add_out(*verb, *arguments);
  add_cache(*verb, *arguments);
  add_threads(*verb, *arguments);
  add_progress(*verb, *arguments);
  verb->footer("Without --images nothing is generated. " + exit_codes_line("check"));
  verb->callback([&run, arguments] { run = [arguments] { return run_check(*arguments); }; });
}

}  // namespace scotoma
