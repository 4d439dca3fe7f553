// SPDX-License-Identifier: Apache-2.0
// scotoma probe STUDY --label fly "on a flower": a hypothesis of the user's own, through the same evidence.
#include <fmt/format.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "scotoma/evidence/closed_e_bh.h"
#include "scotoma/finding/claims.h"
#include "scotoma/finding/doubt.h"
#include "scotoma/finding/phrase.h"
#include "scotoma/record/bugs_json.h"
#include "scotoma/session/session.h"
#include "scotoma/stage/caption_text.h"
#include "scotoma/stage/nouns.h"
#include "scotoma/study/check_budget.h"
#include "scotoma/study/prompt.h"
#include "scotoma/wording/finding_words.h"
#include "scotoma/wording/text.h"
#include "scotoma/wording/words.h"
#include "terminal.h"
#include "verbs.h"

namespace scotoma {
namespace {

struct ProbeArguments : StudyArguments {
  std::string label;
  std::vector<std::string> phrases;
  std::vector<std::string> front;
  bool before = false;
  bool json = false;
};

/// Without valid images nothing can be said of any phrase, whatever the label's failures.
bool has_valid_images(const Findings& findings, const std::string& label) {
  return std::any_of(findings.bases.begin(), findings.bases.end(),
                     [&](const BaseResult& base) { return base.label == label && base.rate.valid > 0; });
}

Painted verdict(const Hypothesis& hypothesis, bool valid_images, const Paint& paint) {
  const bool decided = valid_images || hypothesis.status != Status::underpowered;
  const std::string words(decided ? status_words(hypothesis.status)
                                  : "cannot be decided: no image of the label is valid");
  if (hypothesis.status == Status::confirmed) return paint.red(words);
  return hypothesis.status == Status::not_confirmed ? paint.green(words) : paint.yellow(words);
}

/// Why a phrase of this label is tested the other way round, where it is.
void print_systematic(const Study& study, const Findings& findings, const std::string& label) {
  for (const SystematicFailure& failure : systematic_failures(findings)) {
    if (failure.base->label == label)
      say("  {} So the question is whether it is {} under the phrase.\n", sentence(study, failure), recognised(study));
  }
}

/// Numbers only where something was measured: the budget may have been used up, the phrase impossible to generate.
void print_verdict(const Study& study, const Findings& findings, double threshold) {
  const Paint paint(stdout);
  const Hypothesis& hypothesis = findings.hypotheses.front();
  const Rate& rate = hypothesis.confirmed;
  say("{}  {}\n", verdict(hypothesis, has_valid_images(findings, hypothesis.label), paint),
      hypothesis.measured().valid > 0 ? headline(study, hypothesis) : hypothesis.prompt);
  if (rate.invalid > 0) say("  {} of {} images do not show the label\n", rate.invalid, rate.invalid + rate.valid);
  if (rate.valid == 0) return;
  say("  {} of {} fresh images {}; baseline images and delta allow about {:.1f} %\n", rate.failures, rate.valid,
      hypothesis.direction == Direction::fails ? "fail" : "pass", 100 * hypothesis.null_rate);
  say("  log e-value {:.1f}; {:.1f} confirms\n", hypothesis.log_e_value, threshold);
}

/// Whether the words name the label and say no more: "fly", "a fly", "flies".
bool only_names(const std::string& phrase, const std::string& label) {
  Words words = words_of(phrase);
  if (words.size() > 1 && (words[0] == "a" || words[0] == "an" || words[0] == "the")) words.erase(words.begin());
  const Noun name(words_of(label));
  return !words.empty() && name.at(words, 0).end == words.size();
}

Result<void> check_phrase(const std::string& text, const std::string& label) {
  if (text.find_first_not_of(" \t\r\n") == std::string::npos)
    return bad_input("probe: an empty phrase says nothing; give one, for example \"on a flower\"");
  if (printable(text) != text) {
    return bad_input(fmt::format(
        "probe: the phrase '{}' holds characters that no prompt can show (line ends, tabs, control or invisible "
        "characters); give its words alone, on one line, for example \"on a flower\"",
        text));
  }
  if (const std::string why = unfit_phrase(text); !why.empty())
    return bad_input(fmt::format("probe: the phrase '{}': {}", text, why));
  if (only_names(text, label)) {
    return bad_input(
        fmt::format("probe: the phrase '{}' is the label itself, which every prompt names already; say how or where it "
                    "is, for example \"on a flower\"",
                    text));
  }
  return {};
}

Result<void> probe(const ProbeArguments& arguments) {
  std::vector<PhrasePart> pieces;
  for (const std::string& text : arguments.front) pieces.push_back({text, true});
  for (const std::string& text : arguments.phrases) pieces.push_back({text, arguments.before});
  if (pieces.empty()) return bad_input("probe: no phrase; give one, for example \"on a flower\"");
  for (const PhrasePart& piece : pieces) SCOTOMA_RETURN_IF_ERROR(check_phrase(piece.text, arguments.label));
  const CancelToken& cancel = stop_at_interrupt();
  SCOTOMA_ASSIGN_OR_RETURN(Study study, open_study(arguments));
  for (const std::string& note : study.notes) tell_note(note);
  study = as_run(std::move(study), arguments);
  SCOTOMA_RETURN_IF_ERROR(check_budget(study));
  SCOTOMA_ASSIGN_OR_RETURN(const auto lock, lock_answers(arguments, "probe"));
  SCOTOMA_ASSIGN_OR_RETURN(Session session, open_session(std::move(study), arguments));
  Candidate asked;
  asked.label = arguments.label;
  asked.phrase = conjunction(pieces);
  asked.source = Source::user;
  const Result<StudyRun> done = [&] {
    StderrProgress progress(arguments.progress);
    return run_study(session.study, session.models, *session.cache, cancel, progress, {.only = {asked}});
  }();
  if (!done.ok()) return done.error();
  if (arguments.json) {
    say_json(bugs_json(session.study, done->findings)["bugs"][0]);
  } else {
    const EvidenceOptions& evidence = session.study.evidence;
    const double level = alpha_of(Wave::search, evidence.alpha - evidence.alpha0);
    print_verdict(session.study, done->findings, least_rejected(1, 1, level));
    const Paint paint(stdout);
    for (const std::string& doubt : doubts(done->findings)) say("{} {}\n", paint.yellow("?"), doubt);
    print_systematic(session.study, done->findings, arguments.label);
  }
  return {};
}

}  // namespace

void add_probe(CLI::App& app, Run& run) {
  auto arguments = std::make_shared<ProbeArguments>();
  auto* verb = app.add_subcommand("probe", "test a phrase of your own");
  add_study(*verb, *arguments);
  add_out(*verb, *arguments);
  add_cache(*verb, *arguments);
  add_threads(*verb, *arguments);
  add_progress(*verb, *arguments);
  verb->add_option("--label", arguments->label, "a label of the study")->type_name("LABEL")->required();
  verb->add_option("PHRASE", arguments->phrases, "for example \"on a flower\"; several must hold together");
  verb->add_option("--front", arguments->front, "a further phrase, in front of the label; may be given again")
      ->type_name("PHRASE")
      ->expected(1)
      ->take_all();
  verb->add_flag("--before", arguments->before, "the phrase belongs in front of the label (\"dark\")");
  verb->add_flag("--json", arguments->json, "as JSON (docs/bugs-json.md)");
  verb->footer(
      "The baseline images of the study are generated first, unless they are there already. The phrase is tested "
      "alone, at "
      "nine tenths of evidence.alpha - evidence.alpha0: who tries many and keeps those that are confirmed has many "
      "chances "
      "to be wrong, which `scotoma find` counts. Its images are those that would confirm it in a study: asking again "
      "generates no new ones, and "
      "a phrase that the study confirmed is not confirmed a second time.");
  verb->callback([&run, arguments] { run = [arguments] { return probe(*arguments); }; });
}

}  // namespace scotoma
