// SPDX-License-Identifier: Apache-2.0
// scotoma review STUDY: a person says of a random sample of images whether the label is in them.
#include "scotoma/finding/review.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <iostream>
#include <set>

#include "scotoma/cache/reviews.h"
#include "scotoma/evidence/interval.h"
#include "scotoma/finding/cause.h"
#include "scotoma/finding/count.h"
#include "scotoma/record/review_csv.h"
#include "scotoma/report/publish.h"
#include "scotoma/report/review_page.h"
#include "scotoma/session/finished.h"
#include "scotoma/study/prompt.h"
#include "scotoma/wording/text.h"
#include "scotoma/wording/words.h"
#include "terminal.h"
#include "verbs.h"

namespace scotoma {
namespace {

struct ReviewArguments : StudyArguments {
  int count = 40;
  std::string bug;
  std::filesystem::path page;
  std::filesystem::path csv;
  std::filesystem::path import;
  bool status = false;
};

/// A finished study with what it found and what was answered so far; locked where answers are going to be stored.
struct Reviewed : FinishedStudy {
  std::optional<FolderLock> lock;
};

Result<void> check_bug(const Findings& findings, const std::string& bug) {
  std::string audited;
  for (const Hypothesis& h : findings.hypotheses) {
    if (h.audit_samples.empty()) continue;
    if (h.id == bug) return {};
    audited += (audited.empty() ? "" : ", ") + h.id;
  }
  for (const SystematicFailure& failure : systematic_failures(findings)) {
    if (failure.id == bug) return {};
    audited += (audited.empty() ? "" : ", ") + failure.id;
  }
  if (bug.empty()) return {};
  return bad_input(fmt::format("no audited bug or systematic failure '{}' in this study; it has: {}", bug,
                               audited.empty() ? "none" : audited));
}

/// Whether answers are going to be stored.
bool answers(const ReviewArguments& arguments) {
  if (!arguments.import.empty()) return true;
  return !arguments.status && arguments.page.empty() && arguments.csv.empty() && ::isatty(STDIN_FILENO) != 0;
}

Result<Reviewed> open_reviewed(const ReviewArguments& arguments) {
  SCOTOMA_ASSIGN_OR_RETURN(Study study, open_finished_study(arguments));
  const FinishedNeeds needs = {.cache = answers(arguments)};
  SCOTOMA_RETURN_IF_ERROR(check_finished(arguments, needs));
  std::optional<FolderLock> lock;
  if (answers(arguments)) {
    SCOTOMA_ASSIGN_OR_RETURN(lock, lock_answers(arguments, "review"));
  }
  const CancelToken never;
  SCOTOMA_ASSIGN_OR_RETURN(FinishedStudy done, open_finished(std::move(study), arguments, never, needs));
  tell_note(done.session.note);
  SCOTOMA_RETURN_IF_ERROR(check_bug(done.findings, arguments.bug));
  return Reviewed{std::move(done), std::move(lock)};
}

/// Those that are kept elsewhere are brought here, many at once.
std::vector<Reviewable> next_ones(const Reviewed& reviewed, const ReviewArguments& arguments) {
  auto images = to_review(reviewed.session.study.seed, reviewable(reviewed.findings, arguments.bug), reviewed.reviews,
                          static_cast<std::size_t>(arguments.count));
  std::vector<std::string> ids;
  for (const Reviewable& image : images) ids.push_back(image.sample->image);
  reviewed.images.fetch(ids);
  return images;
}

Result<std::string> file_of(const Reviewed& reviewed, const std::string& image) {
  SCOTOMA_ASSIGN_OR_RETURN(const auto file, reviewed.images.file_of(image));
  return file.string();
}

std::string question(const Study& study, const std::string& label) {
  return fmt::format("Is {} in this image?", with_article(study, label));
}

/// 5 of 40: 12 % (4 to 27 %), an exact interval.
std::string share_text(int wrong, int all) {
  if (all == 0) return "none reviewed";
  const Interval interval = clopper_pearson(wrong, all, 0.95);
  return fmt::format("{} of {}: {:.0f} % ({:.0f} to {:.0f} %)", wrong, all, 100.0 * wrong / all, 100 * interval.low,
                     100 * interval.high);
}

Result<void> print_status(const Reviewed& reviewed, const ReviewArguments& arguments) {
  const Findings& findings = reviewed.findings;
  std::set<std::string> asked;
  int answered = 0;
  for (const Reviewable& image : reviewable(findings)) {
    if (asked.insert(image.key()).second) answered += reviewed.reviews.contains(image.key()) ? 1 : 0;
  }
  const JudgeReview judge = judge_review(reviewed.session.study.seed, findings, reviewed.reviews);
  const Paint paint(stdout);
  say("{}\n", paint.bold(fmt::format("{} of {} images reviewed", answered, asked.size())));
  say("  {:<45} {}\n", "the judge accepted, but the label is not there",
      share_text(judge.accepted_wrong, judge.accepted));
  say("  {:<45} {}\n", "the judge refused, but the label is there", share_text(judge.refused_wrong, judge.refused));
  if (answered > judge.reviewed) {
    say("  {} more do not count for these two: images before them in the random order are not answered "
        "(--bug asks ahead; for its own bug such answers do count)\n",
        answered - judge.reviewed);
  }
  for (const Hypothesis& h : findings.hypotheses) {
    if (h.reviewed) say("  {}: {}\n", h.id, reviewed_text(reviewed.session.study, h));
  }
  if (answered == 0) {
    say("answer some: {}, or with --page or --csv\n", command_of("review", arguments));
  }
  return {};
}

Result<void> write_page(const Reviewed& reviewed, const ReviewArguments& arguments) {
  std::vector<ReviewImage> images;
  for (const Reviewable& image : next_ones(reviewed, arguments)) {
    const std::string& id = image.sample->image;
    SCOTOMA_ASSIGN_OR_RETURN(auto png, reviewed.images.image_bytes(id));
    SCOTOMA_ASSIGN_OR_RETURN(std::string file, file_of(reviewed, id));
    images.push_back(
        {id, image.label, std::move(file), std::move(png), with_article(reviewed.session.study, image.label)});
  }
  if (images.empty()) return bad_input("every image is reviewed already; see --status");
  const Study& study = reviewed.session.study;
  const std::string title = study.name.empty() ? study.file.stem().string() : study.name;
  SCOTOMA_RETURN_IF_ERROR(write_whole(arguments.page, review_page(title, images)));
  say("{}: {}; open it in a browser, then: {}\n", arguments.page.string(),
      counted(static_cast<int>(images.size()), "image"), command_of("review", arguments, "--import review.csv"));
  return {};
}

Result<void> write_csv(const Reviewed& reviewed, const ReviewArguments& arguments) {
  std::vector<ReviewRow> rows;
  for (const Reviewable& image : next_ones(reviewed, arguments)) {
    SCOTOMA_ASSIGN_OR_RETURN(const std::string file, file_of(reviewed, image.sample->image));
    rows.push_back({image.sample->image, printable(image.label), printable(file)});
  }
  if (rows.empty()) return bad_input("every image is reviewed already; see --status");
  SCOTOMA_RETURN_IF_ERROR(write_whole(arguments.csv, review_csv(rows)));
  say("{}: {}; fill in yes or no, then: {}\n", arguments.csv.string(), counted(static_cast<int>(rows.size()), "image"),
      command_of("review", arguments, "--import " + quote_for_shell(arguments.csv.string())));
  return {};
}

Result<std::string> read_text(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::string text(std::istreambuf_iterator<char>(in), {});
  if (!in || in.bad() || std::filesystem::is_directory(path))
    return bad_input(fmt::format("{}: cannot be read", path.string()));
  return text;
}

/// The answers of a table, all of them about images of this study.
Result<Reviews> answers_of(const std::vector<ReviewRow>& rows, const Reviewed& reviewed, const std::string& name) {
  std::set<std::string> known;
  std::set<std::string> labels;
  for (const Reviewable& image : reviewable(reviewed.findings)) {
    known.insert(image.key());
    labels.insert(image.label);
  }
  Reviews answers;
  for (const ReviewRow& row : rows) {
    std::vector<std::string> keys;  // of the image under every label that a table calls so
    bool is_label = false;
    for (const std::string& label : labels) {
      if (row.label != label && row.label != printable(label)) continue;
      is_label = true;
      if (known.contains(review_key(row.image, label))) keys.push_back(review_key(row.image, label));
    }
    if (!is_label) return bad_input(fmt::format("{}:{}: no label '{}' in this study", name, row.line, row.label));
    if (keys.empty()) {
      return bad_input(
          fmt::format("{}:{}: no image '{}' of '{}' in this study's baseline samples and audits; was the "
                      "study changed since the table was written?",
                      name, row.line, row.image, row.label));
    }
    if (keys.size() > 1) {
      return bad_input(
          fmt::format("{}:{}: two labels of this study look like '{}', and '{}' is an image of both; "
                      "rename one of them",
                      name, row.line, row.label, row.image));
    }
    if (row.answer) answers[keys.front()] = *row.answer;
  }
  return answers;
}

Result<void> import_csv(const Reviewed& reviewed, const ReviewArguments& arguments) {
  const std::string name = arguments.import.string();
  SCOTOMA_ASSIGN_OR_RETURN(const std::string text, read_text(arguments.import));
  SCOTOMA_ASSIGN_OR_RETURN(const auto rows, read_review_csv(text, name));
  SCOTOMA_ASSIGN_OR_RETURN(const Reviews answers, answers_of(rows, reviewed, name));
  const auto is_news = [&](const auto& answer) {
    const auto old = reviewed.reviews.find(answer.first);
    return old == reviewed.reviews.end() || old->second != answer.second;
  };
  const auto changed = std::count_if(answers.begin(), answers.end(), is_news);
  SCOTOMA_RETURN_IF_ERROR(store_reviews(*reviewed.session.cache, answers));
  say("{}, {} of them new or changed; {} left open\n", counted(static_cast<int>(answers.size()), "answer"), changed,
      rows.size() - answers.size());
  if (changed > 0) say("`{}` writes them into the report\n", command_of("report", arguments));
  return {};
}

Result<void> print_list(const Reviewed& reviewed, const std::vector<Reviewable>& images) {
  for (const Reviewable& image : images) {
    SCOTOMA_ASSIGN_OR_RETURN(const std::string file, file_of(reviewed, image.sample->image));
    say("{}  {}\n", file, question(reviewed.session.study, image.label));
  }
  say("{} to review; answer at a terminal, or with --page or --csv\n",
      counted(static_cast<int>(images.size()), "image"));
  return {};
}

/// One question after the other; every answer is kept at once.
Result<void> ask(const Reviewed& reviewed, const ReviewArguments& arguments) {
  const std::vector<Reviewable> images = next_ones(reviewed, arguments);
  if (::isatty(STDIN_FILENO) == 0) return print_list(reviewed, images);
  const Paint paint(stdout);
  int answered = 0;
  for (std::size_t i = 0; i < images.size();) {
    SCOTOMA_ASSIGN_OR_RETURN(const std::string file, file_of(reviewed, images[i].sample->image));
    say("\n{}\n{} {} [y]es [n]o [s]kip [q]uit: ", file, paint.dim(fmt::format("{} of {}", i + 1, images.size())),
        paint.bold(question(reviewed.session.study, images[i].label)));
    std::fflush(stdout);
    std::string line;
    if (!std::getline(std::cin, line) || line == "q" || line == "quit") break;
    if (line == "s" || line == "skip") ++i;
    const bool yes = line == "y" || line == "yes";
    if (!yes && line != "n" && line != "no") continue;
    SCOTOMA_RETURN_IF_ERROR(store_reviews(*reviewed.session.cache, {{images[i].key(), yes}}));
    ++answered;
    ++i;
  }
  say("\n{} kept; `{}` shows what they say\n", counted(answered, "answer"),
      command_of("review", arguments, "--status"));
  return {};
}

Result<void> review(const ReviewArguments& arguments) {
  SCOTOMA_ASSIGN_OR_RETURN(const Reviewed reviewed, open_reviewed(arguments));
  if (arguments.status) return print_status(reviewed, arguments);
  if (!arguments.import.empty()) return import_csv(reviewed, arguments);
  if (!arguments.page.empty()) return write_page(reviewed, arguments);
  if (!arguments.csv.empty()) return write_csv(reviewed, arguments);
  return ask(reviewed, arguments);
}

}  // namespace

void add_review(CLI::App& app, Run& run) {
  auto arguments = std::make_shared<ReviewArguments>();
  auto* verb = app.add_subcommand("review", "say of a random sample of images whether their label is in them");
  add_finished_study(*verb, *arguments);
  add_out(*verb, *arguments);
  add_cache(*verb, *arguments);
  verb->add_option("--count", arguments->count, "how many images to ask about")
      ->type_name("N")
      ->capture_default_str()
      ->check(CLI::Range(1, 100000));
  auto* bug = verb->add_option("--bug", arguments->bug,
                               "only images of this bug's audit, or of this systematic failure's label; its id, as "
                               "scotoma list names it")
                  ->type_name("ID");
  auto* page = verb->add_option("--page", arguments->page, "write a page (HTML) on which to answer; it saves a table")
                   ->type_name("FILE");
  auto* csv = verb->add_option("--csv", arguments->csv, "write a table (CSV) to fill in")->type_name("FILE");
  auto* import =
      verb->add_option("--import", arguments->import, "read the answers of a table (CSV)")->type_name("FILE");
  auto* status = verb->add_flag("--status", arguments->status, "what the answers so far say of the judge");
  status->excludes(bug);
  for (auto* one : {page, csv, import, status}) {
    for (auto* other : {page, csv, import, status}) {
      if (one != other) one->excludes(other);
    }
  }
  verb->footer(
      "Without --page, --csv, --import and --status it asks at the terminal. The images come in a random order that "
      "the study's seed fixes; those answered already are not asked again. Rates are then also given among the images "
      "that truly show the label (docs/review.md).");
  verb->callback([&run, arguments] { run = [arguments] { return review(*arguments); }; });
}

}  // namespace scotoma
