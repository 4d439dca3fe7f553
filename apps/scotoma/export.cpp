// SPDX-License-Identifier: Apache-2.0
// scotoma export STUDY: the images of the findings as a dataset for other programs.
#include "scotoma/export/export.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <map>

#include "exit_codes.h"
#include "scotoma/export/new_folder.h"
#include "scotoma/finding/doubt.h"
#include "scotoma/session/finished.h"
#include "scotoma/wording/tally.h"
#include "scotoma/wording/words.h"
#include "terminal.h"
#include "verbs.h"

namespace scotoma {
namespace {

const std::map<std::string, ExportFormat> kFormats = {{"imagefolder", ExportFormat::imagefolder},
                                                      {"huggingface", ExportFormat::huggingface},
                                                      {"webdataset", ExportFormat::webdataset},
                                                      {"jsonl", ExportFormat::jsonl},
                                                      {"fiftyone", ExportFormat::fiftyone}};

struct ExportArguments : StudyArguments {
  ExportOptions options;
  std::string format;
  std::string images = "failing";
  std::filesystem::path to;
  int per_bug = 0;
  int shard_megabytes = 0;
};

void print_summary(const ExportArguments& arguments, const Exported& exported) {
  const KindCounts of = {static_cast<int>(exported.bugs), static_cast<int>(exported.systematic),
                         static_cast<int>(exported.exceptions)};
  say("{} of {}: {} for training, {} for testing: {}\n",
      counted(static_cast<int>(exported.train + exported.test), "image"), counted_kinds(of), exported.train,
      exported.test, arguments.to.string());
  if (exported.one_sided.empty() || arguments.format == "webdataset") return;
  if (arguments.format == "jsonl" || arguments.format == "fiftyone") {
    tell(stderr, "note: on one side (train or test) only: {}\n",
         fmt::format("{}", fmt::join(exported.one_sided, ", ")));
    return;
  }
  tell(stderr,
       "note: on one side only: {}; its folder on the other side is empty, which keeps class numbers equal on both: "
       "torchvision's ImageFolder needs allow_empty=True\n",
       fmt::format("{}", fmt::join(exported.one_sided, ", ")));
}

Result<void> write_export(const ExportArguments& arguments) {
  const CancelToken& cancel = stop_at_interrupt();
  ExportOptions options = arguments.options;
  options.version = SCOTOMA_VERSION;
  options.format = kFormats.at(arguments.format);
  options.images = arguments.images == "failing" ? ExportImages::failing : ExportImages::valid;
  options.per_bug = static_cast<std::size_t>(arguments.per_bug);
  if (arguments.shard_megabytes > 0) {
    if (options.format != ExportFormat::webdataset)
      return bad_input("--shard-size: only --format webdataset has shards");
    options.shard_bytes = std::uint64_t{1'000'000} * static_cast<std::uint64_t>(arguments.shard_megabytes);
  }
  SCOTOMA_ASSIGN_OR_RETURN(Study study, open_finished_study(arguments));
  SCOTOMA_RETURN_IF_ERROR(check_finished(arguments));
  SCOTOMA_RETURN_IF_ERROR(check_vacant(arguments.to));
  SCOTOMA_ASSIGN_OR_RETURN(const FinishedStudy done, open_finished(std::move(study), arguments, cancel));
  tell_note(done.session.note);
  const Result<Exported> exported = [&] {
    StderrProgress progress(arguments.progress);
    return export_dataset(done.session.study, done.findings, done.images, options, arguments.to, cancel, progress);
  }();
  if (!exported.ok()) {
    tell_doubts(doubts(done.findings));
    return exported.error();
  }
  print_summary(arguments, *exported);
  tell_doubts(doubts(done.findings));
  return {};
}

}  // namespace

void add_export(CLI::App& app, Run& run) {
  auto arguments = std::make_shared<ExportArguments>();
  ExportOptions& options = arguments->options;
  auto* verb = app.add_subcommand("export", "write the failing images of the findings as a dataset; generates nothing");
  add_finished_study(*verb, *arguments);
  add_out(*verb, *arguments);
  add_cache(*verb, *arguments);
  verb->add_option("--format", arguments->format, "how it lies in the folder (docs/export.md)")
      ->type_name("FORMAT")
      ->check(CLI::IsMember(kFormats))
      ->required();
  verb->add_option("--to", arguments->to, "the dataset's folder: a new one, or one that is empty")
      ->type_name("FOLDER")
      ->required();
  verb->add_option(
          "--bug", options.bugs,
          "id of a bug, a cause (all its bugs) or a systematic failure, as `scotoma list` names it; may be given "
          "again. Default: all bugs and systematic failures")
      ->type_name("ID")
      ->allow_extra_args(false);
  verb->add_option("--per-bug", arguments->per_bug, "images of a bug, at most: the first generated; default: all")
      ->type_name("N")
      ->check(CLI::Range(1, 1'000'000'000));
  verb->add_option("--images", arguments->images,
                   "failing: those that the classifier gets wrong (default); valid: also those that it gets right")
      ->type_name("WHICH")
      ->check(CLI::IsMember({"failing", "valid"}));
  verb->add_option("--test", options.test, "share of the images that are for testing; default: 0.2")
      ->check(CLI::Range(0.0, 1.0))
      ->option_text("SHARE");
  verb->add_option("--shard-size", arguments->shard_megabytes, "of webdataset's tar files; default: 256 (megabytes)")
      ->check(CLI::Range(1, 1'000'000))
      ->option_text("MEGABYTES");
  add_progress(*verb, *arguments);
  verb->footer(
      "The images are those of the audit: fresh, and selected by nothing; of a label that fails systematically its "
      "baseline images. The side of an image, train or test, is "
      "a hash of its seed. The folder appears whole or not at all; the same command gives the same bytes. " +
      exit_codes_line("export"));
  verb->callback([&run, arguments] { run = [arguments] { return write_export(*arguments); }; });
}

}  // namespace scotoma
