// SPDX-License-Identifier: Apache-2.0
// scotoma transfer STUDY --classifier a.onnx --classifier b.onnx: do the bugs hold for other classifiers?
#include "scotoma/transfer/transfer.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <nlohmann/json.hpp>
#include <set>

#include "columns.h"
#include "scotoma/finding/count.h"
#include "scotoma/finding/doubt.h"
#include "scotoma/record/transfer_json.h"
#include "scotoma/report/publish.h"
#include "scotoma/session/candidates.h"
#include "scotoma/session/finished.h"
#include "scotoma/wording/tally.h"
#include "terminal.h"
#include "verbs.h"

namespace scotoma {
namespace {

struct TransferArguments : StudyArguments {
  std::vector<std::filesystem::path> classifiers;
  std::filesystem::path labels;
  bool json = false;
};

/// Leaves out those that are the study's own, or one that was named before.
std::vector<CandidateModel> each_once(std::vector<CandidateModel> candidates, const Findings& findings) {
  std::set<std::string> seen = {findings.fingerprints.at("classifier")};
  std::vector<CandidateModel> kept;
  for (CandidateModel& candidate : candidates) {
    if (seen.insert(candidate.models.classifier->fingerprint()).second) {
      kept.push_back(std::move(candidate));
    } else {
      tell(stderr, "note: {} is there already (the study's own, or named twice)\n", candidate.name);
    }
  }
  return kept;
}

std::string accuracy(const Rate& failures) {
  if (failures.valid == 0) return "-";
  const Rate right = complement(failures);
  return fmt::format("{:3.0f} % [{:.0f}, {:.0f}]", 100 * right.rate, 100 * right.low, 100 * right.high);
}

void print_columns(const Transfer& transfer, const Paint& paint) {
  constexpr const char* kRow = "{:>2} {} {:<17} {:<17} {:<17} {}";
  say("{}\n", paint.bold(fmt::format(kRow, "", padded("classifier", 24), "right: failing set", "all images",
                                     "their matched controls", "transfer")));
  const KindCounts all = counts_of(transfer);
  for (std::size_t c = 0; c < transfer.columns.size(); ++c) {
    const TransferColumn& column = transfer.columns[c];
    say(kRow, c + 1, padded(shortened(column.name, 24), 24), accuracy(column.failing), accuracy(column.claimed),
        accuracy(column.controls), column.aimed ? "aimed at" : counted_kinds(transferring(transfer, c), all));
    say("\n");
  }
}

std::string cell_text(const TransferCell& cell) {
  if (cell.claimed.valid == 0) return "-";
  const std::string control = cell.controls.valid == 0 ? "-" : fmt::format("{:.0f}", 100 * cell.controls.rate);
  return fmt::format("{:.0f}/{}{}", 100 * cell.claimed.rate, control, cell.transfers ? "!" : "");
}

/// One kind of finding, under the number of its rows.
void print_rows(const std::string& head, const std::vector<const TransferRow*>& rows, const Paint& paint) {
  if (!rows.empty()) say("{}\n", paint.bold(head));
  for (const TransferRow* row : rows) {
    Painted line(padded("  " + shortened(row->id, 31), 34));
    for (const TransferCell& cell : row->cells) {
      const std::string text = fmt::format("{:>9}", cell_text(cell));
      line += cell.transfers ? paint.red(text) : Painted(text);
    }
    say("{}\n", line);
  }
}

void print_matrix(const Transfer& transfer, const Paint& paint) {
  std::string head = fmt::format("{:<34}", "% that fail: bug/control");
  for (std::size_t c = 0; c < transfer.columns.size(); ++c)
    head += fmt::format("{:>9}", fmt::format("{}{}", c + 1, transfer.columns[c].aimed ? "*" : ""));
  say("{}\n", paint.bold(head));
  const KindCounts all = counts_of(transfer);
  std::vector<const TransferRow*> bugs;
  std::vector<const TransferRow*> exceptions;
  std::vector<const TransferRow*> systematic;
  for (const TransferRow& row : transfer.rows) (row.direction == Direction::fails ? bugs : exceptions).push_back(&row);
  for (const TransferRow& row : transfer.systematic) systematic.push_back(&row);
  print_rows(counted_kinds({.bugs = all.bugs}), bugs, paint);
  print_rows(counted_kinds({.systematic = all.systematic}), systematic, paint);
  print_rows(counted_kinds({.exceptions = all.exceptions}), exceptions, paint);
}

/// What the marks in the tables mean.
std::string legend(const Transfer& transfer) {
  std::string text = "*: the classifier that the findings are of; !: transfers, beyond chance";
  if (!transfer.systematic.empty()) text += "; systematic failure: of the label's baseline images, without controls";
  if (counts_of(transfer).exceptions > 0)
    text += "; exception: of the images without the phrase, their matched controls have it";
  return text;
}

/// What has no row, of which kind, and by which ids; empty where all have one.
std::string without_audit(const Transfer& transfer, const Findings& findings) {
  if (transfer.not_audited.empty()) return {};
  const KindCounts counts = counts_of(transfer.not_audited, findings);
  return fmt::format("{} {} no audit, and so no images: {}", counted_kinds(counts),
                     counts.total() == 1 ? "has" : "have", fmt::join(transfer.not_audited, ", "));
}

void print_transfer(const Transfer& transfer, const Findings& findings, const std::filesystem::path& report) {
  const Paint paint(stdout);
  const std::string left_out = without_audit(transfer, findings);
  if (transfer.rows.empty() && transfer.systematic.empty()) {
    say("{}\n", left_out.empty() ? "the study found nothing: there is nothing to transfer"
                                 : "there is nothing to try others on");
  } else {
    print_columns(transfer, paint);
    say("\n");
    print_matrix(transfer, paint);
    say("\n{}\n", legend(transfer));
  }
  if (!left_out.empty()) say("{}\n", left_out);
  say("\nreport: {}\n", paint.bold(std::filesystem::absolute(report).lexically_normal().string()));
}

Result<void> run_transfer(const TransferArguments& arguments) {
  const CancelToken& cancel = stop_at_interrupt();
  SCOTOMA_ASSIGN_OR_RETURN(Study study, open_finished_study(arguments));
  SCOTOMA_RETURN_IF_ERROR(check_finished(arguments, {.cache = true}));
  SCOTOMA_ASSIGN_OR_RETURN(const FolderLock lock, claim_folder(arguments, study, "transfer"));
  SCOTOMA_ASSIGN_OR_RETURN(auto candidates, load_candidates(study, arguments.classifiers, arguments.labels));
  SCOTOMA_ASSIGN_OR_RETURN(FinishedStudy done, open_finished(std::move(study), arguments, cancel, {.cache = true}));
  const Session& session = done.session;
  tell_note(session.note);
  candidates = each_once(std::move(candidates), done.findings);
  const Result<Transfer> result = [&] {
    StderrProgress progress(arguments.progress);
    return transfer(session.study, done.findings, candidates, *session.cache, done.images, cancel, progress);
  }();
  if (!result.ok()) return result.error();
  SCOTOMA_ASSIGN_OR_RETURN(const Published published, publish(session.study, done.findings, nullptr, done.images,
                                                              out_folder(arguments), &*result));
  tell_doubts(doubts(done.findings));
  if (arguments.json) {
    say_json(transfer_json(session.study, *result));
  } else {
    print_transfer(*result, done.findings, published.report);
  }
  return {};
}

}  // namespace

void add_transfer(CLI::App& app, Run& run) {
  auto arguments = std::make_shared<TransferArguments>();
  auto* verb = app.add_subcommand("transfer", "try other classifiers on the findings of a finished study");
  add_finished_study(*verb, *arguments);
  verb->add_option("--classifier", arguments->classifiers,
                   "another classifier: .onnx, .xml, .tflite or a SavedModel, fed as the study's; or a .toml file "
                   "(another study, say) whose "
                   "[classifier] table describes it; may be given several times")
      ->type_name("FILE")
      ->required();
  verb->add_option("--labels", arguments->labels, "class names of the given models; default: the study's")
      ->type_name("FILE");
  add_out(*verb, *arguments);
  add_cache(*verb, *arguments);
  add_threads(*verb, *arguments);
  add_progress(*verb, *arguments);
  verb->add_flag("--json", arguments->json, "print transfer.json (docs/transfer.md) instead of tables");
  verb->footer(
      "Generates nothing: the images are those of the study's audits, and the baseline images of labels that fail "
      "systematically. Writes transfer.json, and report.html anew with a "
      "section on the other classifiers. Stopped or killed, the same command resumes where it left off.");
  verb->callback([&run, arguments] { run = [arguments] { return run_transfer(*arguments); }; });
}

}  // namespace scotoma
