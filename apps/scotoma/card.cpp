// SPDX-License-Identifier: Apache-2.0
// scotoma card STUDY: the section "Known failure modes" of the classifier's model card.
#include <fmt/format.h>

#include "exit_codes.h"
#include "scotoma/core/file.h"
#include "scotoma/export/marked_section.h"
#include "scotoma/export/model_card.h"
#include "scotoma/finding/count.h"
#include "scotoma/finding/doubt.h"
#include "scotoma/session/finished.h"
#include "terminal.h"
#include "verbs.h"

namespace scotoma {
namespace {

struct CardArguments : StudyArguments {
  std::filesystem::path to;
  std::filesystem::path into;
};

/// Errors: bad_input where the file cannot be read or its markers are not as they were written.
Result<void> write_into(const std::filesystem::path& file, const Study& study, const std::string& card) {
  SCOTOMA_ASSIGN_OR_RETURN(const std::string document, read_plain_file(file));
  const Result<std::string> changed = with_section(document, slug(study.name), card);
  if (!changed.ok()) return Error{changed.error().code, file.string() + ": " + changed.error().message};
  if (*changed == document) return {};
  // Through a link: it is the file behind it that is somebody's card.
  std::error_code error;
  const std::filesystem::path real = std::filesystem::canonical(file, error);
  return write_whole(error ? file : real, *changed);
}

Result<void> card(const CardArguments& arguments) {
  if (!arguments.to.empty()) SCOTOMA_RETURN_IF_ERROR(check_new(arguments.to));
  SCOTOMA_ASSIGN_OR_RETURN(Study study, open_finished_study(arguments));
  SCOTOMA_RETURN_IF_ERROR(check_finished(arguments));
  const CancelToken never;
  SCOTOMA_ASSIGN_OR_RETURN(const FinishedStudy done, open_finished(std::move(study), arguments, never));
  tell_note(done.session.note);
  const std::string text = model_card(done.session.study, done.findings, SCOTOMA_VERSION);
  if (!arguments.to.empty()) {
    SCOTOMA_RETURN_IF_ERROR(write_new(arguments.to, text));
  } else if (!arguments.into.empty()) {
    SCOTOMA_RETURN_IF_ERROR(write_into(arguments.into, done.session.study, text));
  } else {
    say_lines(text);
  }
  tell_doubts(doubts(done.findings));
  return {};
}

}  // namespace

void add_card(CLI::App& app, Run& run) {
  auto arguments = std::make_shared<CardArguments>();
  auto* verb = app.add_subcommand(
      "card", "the findings as the section \"Known failure modes\" of a model card, in Markdown; generates nothing");
  add_finished_study(*verb, *arguments);
  add_out(*verb, *arguments);
  add_cache(*verb, *arguments);
  auto* to = verb->add_option("--to", arguments->to, "write it into this new file, instead of printing it");
  to->type_name("FILE");
  verb->add_option("--into", arguments->into,
                   "write it into this file (README.md), between two comments: in the place of what this verb wrote "
                   "there for a study of the same name before, or at the end")
      ->type_name("FILE")
      ->excludes(to);
  verb->footer("The same study gives the same bytes (docs/model-card.md). " + exit_codes_line("card"));
  verb->callback([&run, arguments] { run = [arguments] { return card(*arguments); }; });
}

}  // namespace scotoma
