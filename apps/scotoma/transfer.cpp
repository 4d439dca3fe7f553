// scotoma transfer STUDY --classifier a.onnx --classifier b.onnx: do the bugs hold for other classifiers?
#include "transfer/transfer.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <nlohmann/json.hpp>
#include <set>

#include "bugs_file.h"
#include "finding/count.h"
#include "report/publish.h"
#include "report/transfer_json.h"
#include "report/words.h"
#include "rivals.h"
#include "session.h"
#include "terminal.h"

namespace scotoma {
namespace {

struct TransferArguments : StudyArguments {
  std::vector<std::filesystem::path> classifiers;
  std::filesystem::path labels;
  bool json = false;
};

/// Leaves out those that are the study's own, or one that was named before.
std::vector<Rival> each_once(std::vector<Rival> rivals, const Findings& findings) {
  std::set<std::string> seen = {findings.fingerprints.at("classifier")};
  std::vector<Rival> kept;
  for (Rival& rival : rivals) {
    if (seen.insert(rival.models.classifier->fingerprint()).second) {
      kept.push_back(std::move(rival));
    } else {
      tell(stderr, "note: {} is there already (the study's own, or named twice)\n", rival.name);
    }
  }
  return kept;
}

std::string accuracy(const Rate& failures) {
  if (failures.valid == 0) return "-";
  const Rate right = complement(failures);
  return fmt::format("{:3.0f} % [{:.0f}, {:.0f}]", 100 * right.rate, 100 * right.low, 100 * right.high);
}

/// At most `width` columns wide, for a table.
std::string shortened(const std::string& text, std::size_t width) {
  std::string name = printable(text);
  if (name.size() <= width) return name;
  std::size_t cut = width - 2;
  while (cut > 0 && (static_cast<unsigned char>(name[cut]) & 0xC0U) == 0x80U) --cut;  // not inside a character
  return name.substr(0, cut) + "..";
}

void print_columns(const Transfer& transfer, const Paint& paint) {
  constexpr const char* kRow = "{:>2} {:<24} {:<17} {:<17} {:<17} {}";
  say("{}\n", paint.bold(fmt::format(kRow, "", "classifier", "right: failing set", "all of the bugs", "their twins",
                                     "bugs that transfer")));
  for (std::size_t c = 0; c < transfer.columns.size(); ++c) {
    const TransferColumn& column = transfer.columns[c];
    say(kRow, c + 1, shortened(column.name, 24), accuracy(column.failing), accuracy(column.suspects),
        accuracy(column.controls),
        column.aimed ? "aimed at" : fmt::format("{} of {}", column.transferring, transfer.rows.size()));
    say("\n");
  }
}

std::string cell_text(const TransferCell& cell) {
  if (cell.suspects.valid == 0) return "-";
  const std::string twins = cell.controls.valid == 0 ? "-" : fmt::format("{:.0f}", 100 * cell.controls.rate);
  return fmt::format("{:.0f}/{}{}", 100 * cell.suspects.rate, twins, cell.transfers ? "!" : "");
}

void print_matrix(const Transfer& transfer, const Paint& paint) {
  std::string head = fmt::format("{:<34}", "% that fail: bug/twins");
  for (std::size_t c = 0; c < transfer.columns.size(); ++c)
    head += fmt::format("{:>9}", fmt::format("{}{}", c + 1, transfer.columns[c].aimed ? "*" : ""));
  say("{}\n", paint.bold(head));
  for (const std::vector<TransferRow>* rows : {&transfer.rows, &transfer.systematic}) {
    for (const TransferRow& row : *rows) {
      Painted line(fmt::format("{:<34}", shortened(row.id, 33)));
      for (const TransferCell& cell : row.cells) {
        const std::string text = fmt::format("{:>9}", cell_text(cell));
        line += cell.transfers ? paint.red(text) : Painted(text);
      }
      say("{}\n", line);
    }
  }
}

void print_transfer(const Transfer& transfer, const std::filesystem::path& report) {
  const Paint paint(stdout);
  if (transfer.rows.empty() && transfer.systematic.empty()) {
    say("{}\n", transfer.not_audited.empty() ? "the study found nothing: there is nothing to transfer"
                                             : "no bug was audited: there is no picture to try others on");
  } else {
    print_columns(transfer, paint);
    say("\n");
    print_matrix(transfer, paint);
    say("\n*: the classifier that the bugs are of; !: transfers, beyond chance{}\n",
        transfer.systematic.empty() ? "" : "; -systematic: of the label's baseline images, without twins");
  }
  if (!(transfer.rows.empty() && transfer.systematic.empty()) && !transfer.not_audited.empty()) {
    say("{} no audit, and so no pictures: {}\n",
        counted(static_cast<int>(transfer.not_audited.size()), "bug has", "bugs have"),
        fmt::format("{}", fmt::join(transfer.not_audited, ", ")));
  }
  say("\nreport: {}\n", paint.bold(std::filesystem::absolute(report).lexically_normal().string()));
}

Result<void> run_transfer(const TransferArguments& arguments) {
  const CancelToken& cancel = stop_at_interrupt();
  SCOTOMA_TRY(Study study, open_study(arguments));
  SCOTOMA_CHECK(check_catalogue(arguments));
  SCOTOMA_TRY(const FolderLock lock, claim_folder(arguments, study, "transfer"));
  SCOTOMA_TRY(auto rivals, load_rivals(study, arguments.classifiers, arguments.labels));
  SCOTOMA_TRY(Session session, open_session(std::move(study), arguments));
  Progress silent;
  SCOTOMA_TRY(const Hunt done,
              hunt(session.study, session.models, *session.catalogue, cancel, silent, {.replay_only = true}));
  rivals = each_once(std::move(rivals), done.findings);
  const Result<Transfer> result = [&] {
    TerminalProgress progress(arguments.quiet);
    return transfer(session.study, done.findings, rivals, *session.catalogue, cancel, progress);
  }();
  if (!result.ok()) return result.error();
  SCOTOMA_TRY(const Published published,
              publish(session.study, done.findings, nullptr, *session.catalogue, out_folder(arguments), &*result));
  if (arguments.json) {
    say_json(transfer_json(session.study, *result));
  } else {
    print_transfer(*result, published.report);
  }
  return {};
}

}  // namespace

void add_transfer(CLI::App& app, Run& run) {
  auto arguments = std::make_shared<TransferArguments>();
  auto* verb = app.add_subcommand("transfer", "try other classifiers on the findings of a finished study");
  add_study(*verb, *arguments);
  verb->add_option("--classifier", arguments->classifiers,
                   "another classifier: .onnx or .xml, fed as the study's; or a .toml file (another study, say) whose "
                   "[classifier] table describes it; may be given several times")
      ->required();
  verb->add_option("--labels", arguments->labels, "class names of the given models; default: the study's");
  add_out(*verb, *arguments);
  add_catalogue(*verb, *arguments);
  add_threads_and_quiet(*verb, *arguments);
  verb->add_flag("--json", arguments->json, "print transfer.json (docs/transfer.md) instead of tables");
  verb->footer(
      "Draws nothing: the pictures are those of the study's audits, and the baseline images of labels that fail "
      "systematically. Writes transfer.json, and report.html anew with a "
      "section on the other classifiers. Stopped or killed, the same command goes on where it was.");
  verb->callback([&run, arguments] { run = [arguments] { return run_transfer(*arguments); }; });
}

}  // namespace scotoma
