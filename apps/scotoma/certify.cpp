// SPDX-License-Identifier: Apache-2.0
// scotoma certify STUDY: is there evidence that none of these phrases raises the failure rate?
#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <nlohmann/json.hpp>

#include "between.h"
#include "exit_codes.h"
#include "scotoma/core/file.h"
#include "scotoma/find/certify_study.h"
#include "scotoma/record/certificate_json.h"
#include "scotoma/report/certificate_junit.h"
#include "scotoma/report/certificate_page.h"
#include "scotoma/session/session.h"
#include "scotoma/wording/certificate_words.h"
#include "scotoma/wording/text.h"
#include "terminal.h"
#include "verbs.h"

namespace scotoma {
namespace {

struct CertifyArguments : StudyArguments {
  std::optional<double> size;
  std::optional<double> alpha;
  std::optional<int> images;
  std::optional<int> each;
  bool absolute = false;
  std::vector<std::string> labels;
  std::vector<std::string> lists;
  std::vector<std::string> phrases;
  std::vector<std::string> in_front;
  std::filesystem::path junit;
  bool json = false;
};

/// The study with what overrides its [certify].
Study overridden(Study study, const CertifyArguments& arguments) {
  CertifyOptions& certify = study.certify;
  certify.size = arguments.size.value_or(certify.size);
  certify.alpha = arguments.alpha.value_or(certify.alpha);
  certify.images = arguments.images.value_or(certify.images);
  certify.each = arguments.each.value_or(certify.each);
  if (arguments.absolute) certify.variant = CertifyVariant::absolute;
  if (arguments.lists.empty() && arguments.phrases.empty() && arguments.in_front.empty()) return study;
  certify.lists = arguments.lists;
  certify.phrases = arguments.phrases;
  certify.in_front = arguments.in_front;
  return study;
}

Painted painted(CellVerdict verdict, const Paint& paint) {
  const std::string words = fmt::format("{:<19}", verdict_words(verdict));
  if (verdict == CellVerdict::certified) return paint.green(words);
  return verdict == CellVerdict::bug ? paint.red(words) : paint.yellow(words);
}

void print_certificate(const Certificate& certificate) {
  const Paint paint(stdout);
  std::size_t widest = 0;
  for (const CertificateCell& cell : certificate.cells) widest = std::max(widest, cell.phrase.size());
  for (const LabelCertificate& label : certificate.labels) {
    say("{}\n", paint.bold(label.label));
    for (const CertificateCell& cell : certificate.cells) {
      if (cell.label != label.label) continue;
      say("  {} {}  {}\n", painted(cell.verdict, paint), fmt::format("{:<{}}", cell.phrase, widest),
          figures(certificate, cell));
    }
  }
  say("\n");
  for (const LabelCertificate& label : certificate.labels) say("{}\n", paint.bold(sentence(certificate, label)));
  for (const std::string& each : level_sentences(certificate)) say("  {}\n", each);
  say("  {}\n", limit_sentence(certificate));
  for (const std::string& limit : certificate.limits) say("  {} {}\n", paint.yellow("?"), limit);
  say("{}\n", cost_sentence(certificate));
}

struct Written {
  std::filesystem::path page;
  std::filesystem::path json;
};

Result<Written> write_certificate(const Session& session, const Certificate& certificate,
                                  const CertifyArguments& arguments) {
  const auto images = [&](const std::string& id) { return session.cache->image(id); };
  SCOTOMA_ASSIGN_OR_RETURN(const std::string html, certificate_page(session.study, certificate, images));
  const Written written{out_folder(arguments) / "certificate.html", out_folder(arguments) / "certificate.json"};
  if (!arguments.junit.empty())
    SCOTOMA_RETURN_IF_ERROR(write_whole(arguments.junit, certificate_junit(session.study, certificate)));
  SCOTOMA_RETURN_IF_ERROR(write_whole(written.page, html));
  const std::string json = printable_json(certificate_json(session.study, certificate).dump(2)) + "\n";
  SCOTOMA_RETURN_IF_ERROR(write_whole(written.json, json));
  return written;
}

/// Green where all is certified.
Result<void> conclusion(const Certificate& certificate) {
  if (certificate.certified()) return {};
  return failed(fmt::format("not all is certified: of {}", verdicts_in_numbers(certificate)));
}

Result<Certificate> certify_and_report(const CertifyArguments& arguments) {
  const CancelToken& cancel = stop_at_interrupt();
  const auto folder = arguments.junit.has_parent_path() ? arguments.junit.parent_path() : std::filesystem::path(".");
  if (std::error_code none; !arguments.junit.empty() && !std::filesystem::is_directory(folder, none)) {
    return bad_input(
        fmt::format("{}: its folder is not there; name another file with --junit", arguments.junit.string()));
  }
  SCOTOMA_ASSIGN_OR_RETURN(Study study, open_study(arguments));
  for (const std::string& note : study.notes) tell_note(note);
  study = overridden(as_run(std::move(study), arguments), arguments);
  SCOTOMA_ASSIGN_OR_RETURN(const auto phrases, phrases_to_certify(study));  // before models are loaded
  static_cast<void>(phrases);
  SCOTOMA_ASSIGN_OR_RETURN(const FolderLock lock, claim_folder(arguments, study, "certify"));
  SCOTOMA_ASSIGN_OR_RETURN(Session session, open_session(std::move(study), arguments));
  tell_note(session.note);
  Result<Certificate> done = [&] {
    StderrProgress progress(arguments.progress);
    return certify_study(session.study, arguments.labels, session.models, *session.cache, cancel, progress);
  }();
  if (!done.ok()) return done.error();
  SCOTOMA_ASSIGN_OR_RETURN(const Written written, write_certificate(session, *done, arguments));
  if (arguments.json) {
    say_json(certificate_json(session.study, *done));
  } else {
    print_certificate(*done);
    say("\ncertificate: {}\n", std::filesystem::absolute(written.page).lexically_normal().string());
  }
  return done;
}

Result<void> run_certify(const CertifyArguments& arguments) {
  const Result<Certificate> done = certify_and_report(arguments);
  if (!done.ok()) return without_verdict(done.error());
  return conclusion(*done);
}

void add_texts(CLI::App& verb, const std::string& name, std::vector<std::string>& texts, const std::string& type,
               const std::string& help) {
  verb.add_option(name, texts, help)->type_name(type)->expected(1)->take_all();
}

}  // namespace

void add_certify(CLI::App& app, Run& run) {
  auto arguments = std::make_shared<CertifyArguments>();
  auto* verb = app.add_subcommand("certify", "look for evidence that none of some phrases raises the failure rate");
  add_study(*verb, *arguments);
  verb->add_option("--size", arguments->size,
                   "the rise of the failure rate that is to be ruled out, instead of certify.size: 0.2 is 20 points")
      ->type_name("X")
      ->check(between(0.001, 0.999));
  verb->add_flag("--absolute", arguments->absolute, "rule out the failure rate X itself, whatever the baseline rate");
  verb->add_option("--alpha", arguments->alpha, "how likely a certificate is wrong, at most, instead of certify.alpha")
      ->type_name("X")
      ->check(between(1e-9, 0.5));
  add_texts(*verb, "--label", arguments->labels, "LABEL", "a label of the study; may be given again; default: all");
  add_texts(*verb, "--list", arguments->lists, "NAME",
            "the phrases of a list of the study's; may be given again; default: as [certify] says, else all lists");
  add_texts(*verb, "--phrase", arguments->phrases, "PHRASE",
            "a phrase behind the label (\"in the snow\"); may be given again");
  add_texts(*verb, "--front", arguments->in_front, "PHRASE", "one in front of it (\"dark\"); may be given again");
  verb->add_option("--images", arguments->images, "images of all, at most, instead of certify.images")
      ->type_name("N")
      ->check(CLI::Range(1, std::numeric_limits<int>::max()));
  verb->add_option("--each", arguments->each, "images of a label with a phrase, at most, instead of certify.each")
      ->type_name("N")
      ->check(CLI::Range(1, 1'000'000));
  verb->add_option("--junit", arguments->junit, "write a JUnit file for a CI server")->type_name("FILE");
  verb->add_flag("--json", arguments->json, "print certificate.json (docs/certify.md) instead of tables");
  add_out(*verb, *arguments);
  add_cache(*verb, *arguments);
  add_threads(*verb, *arguments);
  add_progress(*verb, *arguments);
  verb->footer(
      "Its images are its own, and no part of budget.images. Writes certificate.html and certificate.json. Stopped or "
      "killed, the same command resumes where it left off. " +
      exit_codes_line("certify"));
  verb->callback([&run, arguments] { run = [arguments] { return run_certify(*arguments); }; });
}

}  // namespace scotoma
