// SPDX-License-Identifier: Apache-2.0
// scotoma merge CACHE... --into CACHE: answers that several machines gave, in one cache.
#include "scotoma/cache/merge.h"

#include <fmt/format.h>
#include <unistd.h>

#include <map>

#include "scotoma/core/lock.h"
#include "scotoma/session/remembered_models.h"
#include "scotoma/wording/words.h"
#include "terminal.h"
#include "verbs.h"

namespace scotoma {
namespace {

namespace fs = std::filesystem;

struct MergeArguments {
  std::vector<fs::path> from;
  fs::path into;
  OnConflict on_conflict = OnConflict::refuse;
};

constexpr const char* kAdvice = "Wait until it ends, and merge then";

std::string some(std::size_t count, std::string_view noun) { return scotoma::counted(static_cast<int>(count), noun); }

/// "new: 260 images and 780 answers; known: 12".
std::string outcome(const Merged& merged) {
  std::string text = merged.nothing_new()
                         ? "nothing new"
                         : fmt::format("new: {} and {}", some(merged.images, "image"), some(merged.added, "answer"));
  text += fmt::format("; known: {}", grouped(static_cast<long long>(merged.known)));
  if (merged.persons > 0) text += fmt::format("; new: {} of a person", some(merged.persons, "answer"));
  if (merged.kept > 0) text += fmt::format("; {} in conflict, left as they are there", some(merged.kept, "answer"));
  if (merged.replaced > 0) text += fmt::format("; {} in conflict, replaced", some(merged.replaced, "answer"));
  return text;
}

void tell_damage(const fs::path& from, const Merged& merged) {
  if (merged.damaged > 0) {
    tell_note(fmt::format("{}: {} damaged, and left out; a run asks for what is missing anew", from.string(),
                          merged.damaged == 1 ? "1 row is" : fmt::format("{} rows are", merged.damaged)));
  }
  if (merged.without_image > 0) {
    tell_note(
        fmt::format("{}: {} missing or damaged, and left out; a run generates what is missing anew", from.string(),
                    merged.without_image == 1 ? "1 image is" : fmt::format("{} images are", merged.without_image)));
  }
  if (merged.persons_lost) {
    tell_note(
        fmt::format("{}: answers that a person gave in `scotoma review` are damaged or lost there; those that are "
                    "whole were merged",
                    from.string()));
  }
}

/// Keeps a worker out while its cache is read. Where no file can be made nobody writes.
Result<std::optional<FolderLock>> lock_source(const fs::path& folder) {
  if (::access(folder.c_str(), W_OK) != 0) return std::optional<FolderLock>();
  SCOTOMA_ASSIGN_OR_RETURN(FolderLock lock, FolderLock::take(folder, "scotoma merge", kAdvice));
  return std::optional<FolderLock>(std::move(lock));
}

/// All of them before the first is merged.
Result<void> check_sources(const MergeArguments& arguments) {
  for (const fs::path& from : arguments.from) {
    std::error_code error;
    if (!fs::is_directory(from, error)) return bad_input(fmt::format("{}: no folder, and so no cache", from.string()));
    if (fs::equivalent(from, arguments.into, error)) {
      return bad_input(fmt::format("{}: is the cache that is merged into; name others before --into", from.string()));
    }
  }
  return {};
}

Result<void> merge_one(const MergeArguments& arguments, const fs::path& from, AnswerCache& into,
                       const CancelToken& cancel) {
  if (!fs::exists(AnswerCache::file_in(from))) {
    tell_note(fmt::format("{}: no cache there yet", from.string()));
    return {};
  }
  SCOTOMA_ASSIGN_OR_RETURN(const auto lock, lock_source(from));
  SCOTOMA_ASSIGN_OR_RETURN(const auto cache, AnswerCache::open_to_read(from));
  SCOTOMA_ASSIGN_OR_RETURN(const Merged merged, merge_cache(*cache, into, arguments.on_conflict, cancel));
  say("{}: {}\n", from.string(), outcome(merged));
  tell_damage(from, merged);
  return {};
}

Result<void> run_merge(const MergeArguments& arguments) {
  const CancelToken& cancel = stop_at_interrupt();
  SCOTOMA_RETURN_IF_ERROR(check_sources(arguments));
  SCOTOMA_ASSIGN_OR_RETURN(const auto into, AnswerCache::open(arguments.into));
  SCOTOMA_ASSIGN_OR_RETURN(const FolderLock lock, FolderLock::take(arguments.into, "scotoma merge", kAdvice));
  for (const fs::path& from : arguments.from) SCOTOMA_RETURN_IF_ERROR(merge_one(arguments, from, *into, cancel));
  SCOTOMA_ASSIGN_OR_RETURN(const auto notes, notes_of_processors(*into));
  for (const std::string& note : notes) tell_note(note);
  return {};
}

}  // namespace

void add_merge(CLI::App& app, Run& run) {
  static const std::map<std::string, OnConflict> kChoices = {
      {"refuse", OnConflict::refuse}, {"keep", OnConflict::keep}, {"replace", OnConflict::replace}};
  auto arguments = std::make_shared<MergeArguments>();
  auto* verb = app.add_subcommand("merge", "put the answers and images of caches into one");
  verb->add_option("CACHE", arguments->from, "folders of caches (--cache, or --out of a run that was given none)");
  verb->add_option("--into", arguments->into, "the cache that gets them; made where it is not there")
      ->type_name("FOLDER")
      ->required();
  verb->add_option_function<std::string>(
          "--on-conflict", [arguments](const std::string& name) { arguments->on_conflict = kChoices.at(name); },
          "of a question with two answers: refuse (default: nothing of that cache is merged), keep what is there, or "
          "replace it by what comes")
      ->check(CLI::IsMember(kChoices))
      ->option_text("CHOICE");
  verb->footer(
      "The caches stay as they are. Images are linked where one file system holds both, else copied. Merged again, or "
      "in "
      "another order, the result is the same; stopped or killed, the same command does what is left.");
  verb->callback([&run, arguments] { run = [arguments] { return run_merge(*arguments); }; });
}

}  // namespace scotoma
