// SPDX-License-Identifier: Apache-2.0
// scotoma work STUDY --shard I/N: a share of a study's answers, for a run that many machines work on.
#include <fmt/format.h>

#include <charconv>
#include <chrono>

#include "exit_codes.h"
#include "scotoma/find/find.h"
#include "scotoma/session/session.h"
#include "scotoma/wording/text.h"
#include "scotoma/wording/words.h"
#include "terminal.h"
#include "verbs.h"

namespace scotoma {
namespace {

constexpr std::size_t kMostShards = 100'000;

struct WorkArguments : FindArguments {
  Shard shard;
  std::optional<int> wait;  ///< seconds
};

/// "2/8". Throws what the parser reports.
Shard parsed_shard(const std::string& text) {
  const auto number = [](const std::string& digits) {
    std::size_t value = 0;
    const char* end = digits.data() + digits.size();
    const auto [stop, error] = std::from_chars(digits.data(), end, value);
    return error == std::errc() && stop == end ? value : 0;
  };
  const std::size_t slash = std::min(text.find('/'), text.size());
  const Shard shard = {number(text.substr(0, slash)), slash == text.size() ? 0 : number(text.substr(slash + 1))};
  if (shard.index >= 1 && shard.index <= shard.count && shard.count <= kMostShards) return shard;
  throw CLI::ValidationError(
      "--shard", fmt::format("I/N, shard I of N, counted from 1 (2/8), with N up to {}, not {}", kMostShards, text));
}

/// Of a cache that is this shard's alone. One that workers share keeps none of them out.
Result<std::optional<FolderLock>> lock_own_cache(const WorkArguments& arguments) {
  if (arguments.known.empty()) return std::optional<FolderLock>();
  const auto folder = cache_folder(arguments);
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error) {
    return bad_input(fmt::format("{}: cannot be written ({}); choose another folder with --cache", folder.string(),
                                 error.message()));
  }
  if (std::filesystem::equivalent(folder, arguments.known, error)) {
    return bad_input(
        fmt::format("{}: given as --known and as --cache; --cache is for this shard's own answers", folder.string()));
  }
  SCOTOMA_ASSIGN_OR_RETURN(FolderLock lock,
                           FolderLock::take(folder, "scotoma work " + arguments.study.string(),
                                            "Wait until it ends, or give each shard a --cache of its own"));
  return std::optional<FolderLock>(std::move(lock));
}

std::string done_text(const RunWork& work) {
  return fmt::format("{} and {} given", counted(static_cast<int>(work.images_generated), "image"),
                     counted(static_cast<int>(work.answers_computed), "answer"));
}

void print_outcome(const WorkArguments& arguments, const ShardRun& run) {
  const Paint paint(stdout);
  const std::string shard = fmt::format("shard {} of {}", arguments.shard.index, arguments.shard.count);
  say("{}: {}\n", shard, done_text(run.work));
  if (run.left == 0) {
    say("all answers of the study are there; `{}` writes the report\n", find_command(arguments));
    return;
  }
  const auto left = static_cast<int>(run.left);
  say("{} of this round {} for other shards; {}\n", counted(left, "question"), left == 1 ? "is" : "are",
      arguments.known.empty() ? "run again when they are answered, or wait for them with --wait"
                              : "merge the shards' caches and run again");
}

Result<void> run_work(const WorkArguments& arguments) {
  const CancelToken& cancel = stop_at_interrupt();
  SCOTOMA_ASSIGN_OR_RETURN(Study study, open_overridden(arguments));
  SCOTOMA_ASSIGN_OR_RETURN(const auto lock, lock_own_cache(arguments));
  if (!arguments.known.empty() && !std::filesystem::exists(AnswerCache::file_in(arguments.known)))
    tell_note(
        fmt::format("--known {}: no cache there yet; nothing is known before this run", arguments.known.string()));
  SCOTOMA_ASSIGN_OR_RETURN(Session session, open_session(std::move(study), arguments));
  tell_note(session.note);
  Sharing sharing{.shard = arguments.shard};
  if (arguments.wait) sharing.wait = std::chrono::seconds(*arguments.wait);
  const Result<ShardRun> done = [&] {
    StderrProgress progress(arguments.progress);
    return answer_shard(session.study, session.models, *session.cache, cancel, progress, sharing);
  }();
  if (!done.ok()) return done.error();
  print_outcome(arguments, *done);
  return {};
}

}  // namespace

void add_work(CLI::App& app, Run& run) {
  auto arguments = std::make_shared<WorkArguments>();
  auto* verb = app.add_subcommand("work", "answer a share of a study's questions, beside others on as many machines");
  add_study(*verb, *arguments);
  verb->add_option_function<std::string>(
          "--shard", [arguments](const std::string& text) { arguments->shard = parsed_shard(text); },
          "which share: shard I of N, counted from 1")
      ->type_name("I/N")
      ->required();
  add_out(*verb, *arguments);
  add_cache(*verb, *arguments);
  auto* known =
      verb->add_option("--known", arguments->known,
                       "a cache that is only read, for what --cache does not have: what all shards' caches were "
                       "merged into; it need not be there yet")
          ->type_name("FOLDER");
  verb->add_option(
          "--wait", arguments->wait,
          "in a --cache that all shards share: wait for the others' answers, and give those that have not come "
          "for so many seconds here; longer than a batch of images takes")
      ->type_name("SECONDS")
      ->check(CLI::Range(1, 1'000'000))
      ->excludes(known);
  add_overrides(*verb, arguments);
  add_threads(*verb, *arguments);
  add_progress(*verb, *arguments);
  verb->footer(
      "Later questions depend on earlier answers, so a shard answers those of its questions that can be known now, and "
      "ends. Give every shard, and the `scotoma find` that ends the study, the same study, --budget and --seed. "
      "docs/many-machines.md shows a job array. " +
      exit_codes_line("work"));
  verb->callback([&run, arguments] { run = [arguments] { return run_work(*arguments); }; });
}

}  // namespace scotoma
