// SPDX-License-Identifier: Apache-2.0
// scotoma doctor STUDY: does every model load, and does one batch get through each?
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <functional>
#include <memory>
#include <utility>

#include "scotoma/backend/registry.h"
#include "scotoma/core/seed.h"
#include "scotoma/find/find.h"
#include "scotoma/finding/doubt.h"
#include "scotoma/model/similarity.h"
#include "scotoma/session/session.h"
#include "scotoma/study/prompt.h"
#include "scotoma/wording/words.h"
#include "terminal.h"
#include "verbs.h"

namespace scotoma {
namespace {

constexpr std::size_t kFewest = 4;      ///< images, however few the generator generates at once
constexpr std::size_t kEnough = 3;      ///< images of a label, to speak of it alone
constexpr std::size_t kMostTexts = 32;  ///< labels that the embedder chooses from
constexpr double kLevel = 0.2;          ///< of like_guessing(): eight images say little, and a doubt is only a question

/// Examines one role after the other; what is wrong with one keeps none of the others from being examined.
class Doctor {
 public:
  Doctor(const Study& study, Loader loader) : study_(study), loader_(std::move(loader)) {}

  /// Errors: bad_input naming the roles that are not well; else failed naming those whose answers are doubtful.
  Result<void> examine();

 private:
  struct Finding {
    std::string works;                    ///< one line on what works
    std::string doubt = {};               ///< what about it is suspicious, and what to check; mostly empty
    std::vector<std::string> notes = {};  ///< what may be as it should, but a person should know
  };

  void look_at(const char* role, const std::function<Result<Finding>()>& examination);
  Result<Finding> generator();
  Result<Finding> classifier();
  Result<Finding> captioner();
  Result<Finding> embedder();
  Result<Finding> judge();
  Result<Finding> budget() const;
  Result<Finding> tried(Judge& judge) const;

  const StudyLabel& label_of(std::size_t image) const { return study_.labels[image % study_.labels.size()]; }

  const Study& study_;
  Loader loader_;
  std::vector<std::string> prompts_;
  std::vector<Image> images_;  ///< that the generator generated for them; one grey image where it could not
  bool generated_ = false;
  std::unique_ptr<Embedder> embedder_;  ///< where it is well: the judge may stand on it
  int notes_ = 0;
  std::string unwell_;
  std::string doubtful_;
};

void Doctor::look_at(const char* role, const std::function<Result<Finding>()>& examination) {
  const Paint paint(stdout);
  const Result<Finding> found = examination();
  const bool sure = found.ok() && found->doubt.empty();
  const Painted state = sure ? paint.green("ok   ") : found.ok() ? paint.yellow("doubt") : paint.red("wrong");
  say("  {} {:<11} {}\n", state, role, found.ok() ? found->works : found.error().message);
  if (found.ok() && !sure) say("                    {}\n", paint.yellow(found->doubt));
  if (found.ok()) {
    notes_ += static_cast<int>(found->notes.size());
    for (const std::string& note : found->notes) say("                    {}\n", paint.dim(note));
  }
  static_cast<void>(std::fflush(stdout));  // the next model may take its time
  std::string& roles = found.ok() ? doubtful_ : unwell_;
  if (!sure) roles += (roles.empty() ? "" : ", ") + std::string(role);
}

Result<Doctor::Finding> Doctor::generator() {
  images_ = {Image{64, 64, std::vector<std::uint8_t>(std::size_t{64} * 64 * 3, 128)}};
  SCOTOMA_ASSIGN_OR_RETURN(const auto model, loader_.generator());
  std::vector<GenerationRequest> requests;
  for (std::size_t i = 0; i < std::max(kFewest, model->batch()); ++i) {
    const std::string prompt = base_prompt(study_.prompts, label_of(i));
    requests.push_back({prompt, sample_seed(study_.seed, Purpose::doctor, prompt, i)});
    prompts_.push_back(prompt);
  }
  SCOTOMA_ASSIGN_OR_RETURN(images_, model->generate(requests));
  generated_ = true;
  return Finding{fmt::format("{}; generated {} images of {} x {}", model->describe(), images_.size(), images_[0].width,
                             images_[0].height)};
}

Result<Doctor::Finding> Doctor::classifier() {
  SCOTOMA_ASSIGN_OR_RETURN(const auto model, loader_.classifier());
  SCOTOMA_ASSIGN_OR_RETURN(const auto targets, find_targets(study_, model->class_names()));
  SCOTOMA_ASSIGN_OR_RETURN(const auto predictions, model->classify(images_));
  const std::string loaded = model->describe();
  if (!generated_) return Finding{loaded};
  int right = 0;
  std::vector<int> right_of(targets.size(), 0);
  for (std::size_t i = 0; i < predictions.size(); ++i) {
    const bool is_right = predictions[i].label() == targets[i % targets.size()].class_index;
    right += is_right ? 1 : 0;
    right_of[i % targets.size()] += is_right ? 1 : 0;
  }
  Finding found{fmt::format("{}; {} of {} right", loaded, right, predictions.size())};
  for (std::size_t t = 0; t < std::min(targets.size(), predictions.size()); ++t) {
    const std::size_t asked = (predictions.size() - t + targets.size() - 1) / targets.size();
    if (right_of[t] > 0 || right == 0 || asked < kEnough) continue;
    found.notes.push_back(fmt::format(
        "\"{}\": 0 of {} right, the first answer was \"{}\"; if you do not expect that, check its class name",
        targets[t].label.name, asked, model->class_names()[static_cast<std::size_t>(predictions[t].label())]));
  }
  if (like_guessing(right, static_cast<int>(predictions.size()), model->class_names().size(), kLevel)) {
    found.doubt = fmt::format(
        "no more than by guessing, the first \"{}\" for \"{}\": check that the class names are in the order of the "
        "outputs, then mean and std, and channels",
        model->class_names()[static_cast<std::size_t>(predictions[0].label())], prompts_[0]);
  }
  return found;
}

Result<Doctor::Finding> Doctor::captioner() {
  SCOTOMA_ASSIGN_OR_RETURN(const auto model, loader_.captioner());
  SCOTOMA_ASSIGN_OR_RETURN(const auto captions, model->caption(images_));
  Finding found{fmt::format("{}; said \"{}\" of {}", model->describe(), captions[0],
                            generated_ ? fmt::format("\"{}\"", prompts_[0]) : "a grey image")};
  const auto same = [&](const std::string& caption) { return caption == captions[0]; };
  if (generated_ && std::all_of(captions.begin(), captions.end(), same)) {
    found.doubt = fmt::format(
        "and of all other {}: no phrase can come from it; check that its parts belong together, and its "
        "preprocessor_config.json",
        captions.size() - 1);
  }
  return found;
}

Result<Doctor::Finding> Doctor::embedder() {
  SCOTOMA_ASSIGN_OR_RETURN(embedder_, loader_.embedder());
  SCOTOMA_ASSIGN_OR_RETURN(const auto of_images, embedder_->embed_images(images_));
  std::vector<std::string> texts;
  for (std::size_t i = 0; i < std::min(kMostTexts, study_.labels.size()); ++i) {
    texts.push_back(base_prompt(study_.prompts, study_.labels[i]));
  }
  SCOTOMA_ASSIGN_OR_RETURN(const auto of_texts, embedder_->embed_texts(texts));
  if (of_images[0].size() != of_texts[0].size()) {
    return bad_input(
        fmt::format("its image and text vectors have different lengths ({} and {}); they must share one space",
                    of_images[0].size(), of_texts[0].size()));
  }
  Finding found{fmt::format("{}; {} numbers an image, and a text", embedder_->describe(), of_images[0].size())};
  if (!generated_ || texts.size() < 2) return found;
  int asked = 0;
  int right = 0;
  for (std::size_t i = 0; i < of_images.size(); ++i) {
    const std::size_t own = i % study_.labels.size();
    if (own >= texts.size()) continue;
    const auto nearer = [&](const auto& a, const auto& b) { return dot(of_images[i], a) < dot(of_images[i], b); };
    const auto best = std::max_element(of_texts.begin(), of_texts.end(), nearer) - of_texts.begin();
    ++asked;
    right += best == static_cast<std::ptrdiff_t>(own) ? 1 : 0;
  }
  found.works += fmt::format("; finds the prompt of {} of {} among {}", right, asked, texts.size());
  if (like_guessing(right, asked, texts.size(), kLevel)) {
    found.doubt =
        "no more than by guessing: check that both towers and the tokenizer come from one model, and "
        "preprocessor_config.json";
  }
  return found;
}

Result<Doctor::Finding> Doctor::judge() {
  const JudgeOptions& options = study_.judge;
  if (options.kind == JudgeKind::none) return Finding{"none: every image counts as valid"};
  if (options.kind == JudgeKind::embedder && !embedder_) return Finding{"is tried when the embedder is well"};
  SCOTOMA_ASSIGN_OR_RETURN(const auto model, loader_.judge(embedder_.get()));
  if (!generated_) return Finding{model->describe() + "; is tried when the generator is well"};
  return tried(*model);
}

/// Shows the judge each image under its own label and under the next one.
Result<Doctor::Finding> Doctor::tried(Judge& judge) const {
  const std::size_t labels = study_.labels.size();
  const std::size_t images = images_.size();
  std::vector<Image> asked;
  std::vector<std::string> names;
  const auto ask = [&](std::size_t image, std::size_t label) {
    asked.push_back(images_[image]);
    names.push_back(study_.labels[label % labels].name);
  };
  for (std::size_t i = 0; i < images; ++i) ask(i, i);
  if (labels > 1) {  // in the same batches, since a short one is filled up
    for (std::size_t i = 0; i < images; ++i) ask(i, i + 1);
  }
  SCOTOMA_ASSIGN_OR_RETURN(const auto judgements, judge.judge(asked, names));
  int valid = 0;
  int accepted = 0;
  float least = 1;
  float most = 0;
  for (std::size_t i = 0; i < judgements.size(); ++i) {
    const Judgement& judgement = judgements[i];
    if (i >= images) {
      accepted += judgement.valid ? 1 : 0;
      continue;
    }
    valid += judgement.valid ? 1 : 0;
    least = std::min(least, judgement.score);
    most = std::max(most, judgement.score);
  }
  const auto others = static_cast<int>(asked.size() - images);
  const auto all = static_cast<int>(images_.size());
  Finding found{fmt::format("{}; {} of {} valid (scores {:.2f} to {:.2f})", judge.describe(), valid, all, least, most)};
  if (all - valid > study_.evidence.max_invalid * all) {
    found.doubt = fmt::format(
        "it refuses {} of {} images, so that hardly anything could be examined: check its mean and std, class names, "
        "output and threshold; or the generator cannot generate these labels",
        all - valid, all);
  } else if (others > 1 && accepted == others) {
    found.doubt = fmt::format(
        "it accepts all {} images for another label too: it tells nothing apart; check its "
        "threshold, output and class names",
        others);
  }
  return found;
}

/// As the first stage of a run checks it.
Result<Doctor::Finding> Doctor::budget() const {
  const auto labels = static_cast<std::int64_t>(study_.labels.size());
  const int each = study_.budget.base_at_first();
  const std::int64_t base = each * labels;
  if (base > study_.budget.images) {
    return bad_input(
        fmt::format("budget.images is {}, but the baseline images alone take {} ({} labels x {}); raise "
                    "budget.images or lower {}",
                    study_.budget.images, base, labels, each, study_.budget.base_key()));
  }
  return Finding{fmt::format("at most {} images; {} of them baseline images", study_.budget.images, base)};
}

Result<void> Doctor::examine() {
  look_at("generator", [this] { return generator(); });
  look_at("classifier", [this] { return classifier(); });
  look_at("captioner", [this] { return captioner(); });
  look_at("embedder", [this] { return embedder(); });
  look_at("judge", [this] { return judge(); });
  look_at("budget", [this] { return budget(); });
  const std::string file = study_.file.filename().string();
  if (!unwell_.empty()) return bad_input(fmt::format("{}: not well: {}", file, unwell_));
  if (doubtful_.empty()) {
    say("all checks passed{}\n", notes_ == 0 ? "" : ", with " + counted(notes_, "note"));
    return {};
  }
  return failed(
      fmt::format("{}: suspicious: {}; a study would run, but its findings would mean little", file, doubtful_));
}

Result<void> run_doctor(const StudyArguments& arguments) {
  StudyPlaces places = arguments;
  std::error_code ignored;
  places.remembers = std::filesystem::is_directory(cache_folder(places), ignored);  // made by a run, not by this
  SCOTOMA_ASSIGN_OR_RETURN(const Study study, open_study(places));
  for (const std::string& note : study.notes) tell_note(note);
  say("{}: {} labels\n", study.name, study.labels.size());
  SCOTOMA_ASSIGN_OR_RETURN(auto loader, Loader::create(study));
  return Doctor(study, std::move(loader)).examine();
}

}  // namespace

void add_doctor(CLI::App& app, Run& run) {
  auto arguments = std::make_shared<StudyArguments>();
  auto* verb = app.add_subcommand("doctor", "load every model, run one batch through each, say what is wrong");
  add_study(*verb, *arguments);
  verb->footer(
      "Writes no file; only where the folder of the study's results is there already, which model files could be "
      "loaded. "
      "Exit codes: 0 all checks passed, 1 something is suspicious, 2 something is wrong.");
  verb->callback([&run, arguments] { run = [arguments] { return run_doctor(*arguments); }; });
}

}  // namespace scotoma
