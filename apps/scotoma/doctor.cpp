// scotoma doctor STUDY: does every model load, and does one batch get through each?
#include <fmt/format.h>

#include <algorithm>
#include <functional>

#include "backend/registry.h"
#include "core/seed.h"
#include "find/find.h"
#include "session.h"
#include "study/prompt.h"
#include "terminal.h"

namespace scotoma {
namespace {

/// Examines one role after the other; what is wrong with one keeps none of the others from being examined.
class Doctor {
 public:
  explicit Doctor(const Study& study) : study_(study) {}

  /// Errors: bad_input naming the roles that are not well.
  Result<void> examine();

 private:
  using Finding = Result<std::string>;  ///< one line on what works, or what is wrong

  void look_at(const char* role, const std::function<Finding()>& examination);
  Finding generator();
  Finding classifier();
  Finding captioner();
  Finding embedder();
  Finding judge();
  Finding budget() const;

  const Study& study_;
  std::vector<std::string> prompts_;
  std::vector<Image> images_;  ///< that the generator drew for them; one grey picture where it could not
  bool drawn_ = false;
  std::string unwell_;
};

void Doctor::look_at(const char* role, const std::function<Finding()>& examination) {
  const Paint paint(stdout);
  const Finding found = examination();
  say("  {} {:<11} {}\n", found.ok() ? paint.green("ok   ") : paint.red("wrong"), role,
      found.ok() ? *found : found.error().message);
  static_cast<void>(std::fflush(stdout));  // the next model may take its time
  if (!found.ok()) unwell_ += (unwell_.empty() ? "" : ", ") + std::string(role);
}

Doctor::Finding Doctor::generator() {
  images_ = {Image{64, 64, std::vector<std::uint8_t>(std::size_t{64} * 64 * 3, 128)}};
  SCOTOMA_TRY(const auto model, load_generator(study_.generator, study_.engine));
  std::vector<Draw> draws;
  for (std::size_t i = 0; i < model->batch(); ++i) {
    const std::string prompt = base_prompt(study_.prompts, study_.labels[i % study_.labels.size()]);
    draws.push_back({prompt, sample_seed(study_.seed, "doctor", prompt, i)});
    prompts_.push_back(prompt);
  }
  SCOTOMA_TRY(images_, model->generate(draws));
  drawn_ = true;
  return fmt::format("{}; drew {} pictures of {} x {}", model->describe(), images_.size(), images_[0].width,
                     images_[0].height);
}

Doctor::Finding Doctor::classifier() {
  SCOTOMA_TRY(const auto model, load_classifier(study_.classifier, study_.engine));
  SCOTOMA_TRY(const auto targets, find_targets(study_, model->class_names()));
  SCOTOMA_TRY(const auto predictions, model->classify(images_));
  const std::string loaded = model->describe();
  if (!drawn_) return loaded;
  std::size_t right = 0;
  for (std::size_t i = 0; i < predictions.size(); ++i)
    right += predictions[i].label() == targets[i % targets.size()].class_index ? 1U : 0U;
  return fmt::format("{}; {} of {} right", loaded, right, predictions.size());
}

Doctor::Finding Doctor::captioner() {
  SCOTOMA_TRY(const auto model, load_captioner(study_.captioner, study_.engine));
  SCOTOMA_TRY(const auto captions, model->caption(images_));
  return fmt::format("{}; said \"{}\" of {}", model->describe(), captions[0],
                     drawn_ ? fmt::format("\"{}\"", prompts_[0]) : "a grey picture");
}

Doctor::Finding Doctor::embedder() {
  SCOTOMA_TRY(const auto model, load_embedder(study_.embedder, study_.engine));
  SCOTOMA_TRY(const auto of_images, model->embed_images(images_));
  const std::vector<std::string> texts = {base_prompt(study_.prompts, study_.labels[0])};
  SCOTOMA_TRY(const auto of_texts, model->embed_texts(texts));
  if (of_images[0].size() != of_texts[0].size()) {
    return bad_input(
        fmt::format("its image and text vectors have different lengths ({} and {}); they must share one space",
                    of_images[0].size(), of_texts[0].size()));
  }
  return fmt::format("{}; {} numbers an image, and a text", model->describe(), of_images[0].size());
}

/// The judge may stand on the embedder, so it comes with the whole study; where another model keeps that from loading,
/// at least the judge's own models are examined.
Doctor::Finding Doctor::judge() {
  const JudgeOptions& options = study_.judge;
  if (options.kind == "none") return std::string("none: every picture counts as valid");
  if (!unwell_.empty() && options.kind == "classifier") {
    std::string loaded;
    for (const ClassifierOptions& network : networks(options)) {
      SCOTOMA_TRY(const auto model, load_classifier(network, study_.engine));
      loaded += model->describe() + "; ";
    }
    return fmt::format("{}{} when the others are well", loaded,
                       options.also.empty() ? "loads, and is tried" : "all load, and are tried");
  }
  if (!unwell_.empty()) return std::string("is tried when the others are well");
  SCOTOMA_TRY(const Models models, load_models(study_));
  SCOTOMA_TRY(const auto judgements, models.judge->judge(std::span(images_).first(1), study_.labels[0].name));
  return fmt::format("{}; \"{}\" is {} (score {:.2f})", models.judge->describe(), prompts_[0],
                     judgements[0].valid ? "valid" : "not valid", judgements[0].score);
}

/// As the first stage of a hunt checks it.
Doctor::Finding Doctor::budget() const {
  const auto labels = static_cast<std::int64_t>(study_.labels.size());
  const int each = study_.budget.base_at_first();
  const std::int64_t base = each * labels;
  if (base > study_.budget.images) {
    return bad_input(
        fmt::format("budget.images is {}, but the base pictures alone take {} ({} labels x {}); raise "
                    "budget.images or lower {}",
                    study_.budget.images, base, labels, each, study_.budget.base_key()));
  }
  return fmt::format("at most {} pictures; {} of them base pictures", study_.budget.images, base);
}

Result<void> Doctor::examine() {
  look_at("generator", [this] { return generator(); });
  look_at("classifier", [this] { return classifier(); });
  look_at("captioner", [this] { return captioner(); });
  look_at("embedder", [this] { return embedder(); });
  look_at("judge", [this] { return judge(); });
  look_at("budget", [this] { return budget(); });
  if (!unwell_.empty()) return bad_input(fmt::format("{}: not well: {}", study_.file.filename().string(), unwell_));
  return {};
}

Result<void> run_doctor(const StudyArguments& arguments) {
  SCOTOMA_TRY(const Study study, open_study(arguments));
  say("{}: {} labels\n", study.name, study.labels.size());
  SCOTOMA_CHECK(Doctor(study).examine());
  say("all is well\n");
  return {};
}

}  // namespace

void add_doctor(CLI::App& app, Run& run) {
  auto arguments = std::make_shared<StudyArguments>();
  auto* verb = app.add_subcommand("doctor", "load every model, run one batch through each, say what is wrong");
  add_study(*verb, *arguments);
  verb->footer("Remembers nothing and writes no file.");
  verb->callback([&run, arguments] { run = [arguments] { return run_doctor(*arguments); }; });
}

}  // namespace scotoma
