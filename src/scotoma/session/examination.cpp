// SPDX-License-Identifier: Apache-2.0
#include "scotoma/session/examination.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "scotoma/core/parallel.h"
#include "scotoma/core/seed.h"
#include "scotoma/find/certify_study.h"
#include "scotoma/find/find.h"
#include "scotoma/finding/doubt.h"
#include "scotoma/image/read_image.h"
#include "scotoma/model/similarity.h"
#include "scotoma/study/check_budget.h"
#include "scotoma/study/prompt.h"
#include "scotoma/wording/words.h"

namespace scotoma {
namespace {

constexpr std::size_t kFewest = 4;      ///< images, however few the generator makes at once
constexpr std::size_t kEnough = 3;      ///< images of a label, to speak of it alone
constexpr std::size_t kMostTexts = 32;  ///< labels that the embedder chooses from
constexpr double kLevel = 0.2;          ///< of like_guessing(): eight images say little, and a doubt is only a question

std::size_t images_shown(const Study& study) {
  if (study.generator.kind != Backend::openvino) return kFewest;  // the others have no batches
  return std::max(kFewest, static_cast<std::size_t>(std::max(1, study.generator.batch)));
}

/// Networks answer in full batches: of those that see only the images generated here, larger ones would be filled up.
/// They are asked one batch after the other, and for every thread the engine would build each of them once more.
Study in_small_batches(Study study) {
  study.engine.threads = 1;
  const auto shown = static_cast<int>(images_shown(study));
  for (int* batch : {&study.classifier.batch, &study.captioner.batch, &study.embedder.batch})
    *batch = std::min(*batch, shown);
  study.judge.batch = std::min(study.judge.batch, 2 * shown);  // under two labels each
  for (ClassifierOptions& network : study.judge.ensemble) network.batch = study.judge.batch;
  return study;
}

}  // namespace

Examination::Examination(const Study& study, Clock& clock, std::vector<std::filesystem::path> images)
    : study_(in_small_batches(study)),
      at_once_(std::min(thread_count(study.engine.threads), thread_count(0))),
      clock_(clock),
      files_(std::move(images)) {}

/// Notes what the work has cost for each of so many images.
template <class Work>
auto Examination::timed(double ImageCost::*cost, std::size_t images, Work work) {
  const double begin = clock_.seconds();
  auto done = work();
  cost_.*cost += (clock_.seconds() - begin) / static_cast<double>(images);
  return done;
}

Result<Health> Examination::generator() {
  images_ = {Image{64, 64, std::vector<std::uint8_t>(std::size_t{64} * 64 * 3, 128)}};
  SCOTOMA_ASSIGN_OR_RETURN(const auto model, loader_->generator());
  std::vector<GenerationRequest> requests;
  for (std::size_t i = 0; i < images_shown(study_); ++i) {
    const std::string prompt = base_prompt(study_.prompts, label_of(i));
    requests.push_back({prompt, sample_seed(study_.seed, Purpose::doctor, prompt, i)});
    prompts_.push_back(prompt);
  }
  std::size_t bytes = 0;
  const auto generate = [&]() -> Result<std::vector<Image>> {
    SCOTOMA_ASSIGN_OR_RETURN(std::vector<Image> images, model->generate(requests));
    for (const Image& image : images) {
      SCOTOMA_ASSIGN_OR_RETURN(const auto png, encode_png(image));
      bytes += png.size();
    }
    return images;
  };
  SCOTOMA_ASSIGN_OR_RETURN(images_, timed(&ImageCost::generate, requests.size(), generate));
  cost_.bytes = bytes / requests.size();
  generated_ = true;
  const std::string needs = model->needs();
  Health found{fmt::format("{}; generated {} images of {} x {}{}{}", model->describe(), images_.size(),
                           images_[0].width, images_[0].height, needs.empty() ? "" : "; ", needs)};
  SCOTOMA_ASSIGN_OR_RETURN(const auto draft, loader_->draft(*model));
  if (draft == nullptr) return found;
  SCOTOMA_ASSIGN_OR_RETURN(const auto drafts, draft->generate(requests));
  found.works += fmt::format("; drafts: {}", draft->describe());
  return found;
}

Result<Health> Examination::classifier() {
  SCOTOMA_ASSIGN_OR_RETURN(classifier_, loader_->classifier());
  Classifier* const model = classifier_.get();
  SCOTOMA_ASSIGN_OR_RETURN(const auto targets, find_targets(study_, model->class_names()));
  SCOTOMA_ASSIGN_OR_RETURN(const auto predictions,
                           timed(&ImageCost::classify, images_.size(), [&] { return model->classify(images_); }));
  const std::string loaded = model->describe();
  if (!generated_) return Health{loaded};
  int right = 0;
  std::vector<int> right_of(targets.size(), 0);
  for (std::size_t i = 0; i < predictions.size(); ++i) {
    const bool is_right = predictions[i].label() == targets[i % targets.size()].class_index;
    right += is_right ? 1 : 0;
    right_of[i % targets.size()] += is_right ? 1 : 0;
  }
  Health found{fmt::format("{}; {} of {} right", loaded, right, predictions.size())};
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

Result<Health> Examination::captioner() {
  if (!uses_captioner(study_)) return Health{"none: phrases come from the study's lists"};
  SCOTOMA_ASSIGN_OR_RETURN(const auto model, loader_->captioner());
  SCOTOMA_ASSIGN_OR_RETURN(const auto captions, model->caption(images_));
  // Again to be timed: at first the engine makes kernels for every length of a sentence. Other networks have one
  // length, and were asked before, when they were loaded.
  SCOTOMA_ASSIGN_OR_RETURN(const auto again,
                           timed(&ImageCost::caption, images_.size(), [&] { return model->caption(images_); }));
  if (again != captions) {
    return bad_input(
        model->describe() +
        ": gives other captions when it is asked the same twice; export it for inference (in PyTorch, call "
        "model.eval() first)");
  }
  Health found{fmt::format("{}; said \"{}\" of {}", model->describe(), captions[0],
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

Result<Health> Examination::embedder() {
  if (!uses_embedder(study_)) return Health{"none: only phrases that read the same are one"};
  SCOTOMA_ASSIGN_OR_RETURN(embedder_, loader_->embedder());
  SCOTOMA_ASSIGN_OR_RETURN(const auto of_images,
                           timed(&ImageCost::embed, images_.size(), [&] { return embedder_->embed_images(images_); }));
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
  Health found{fmt::format("{}; {} numbers an image, and a text", embedder_->describe(), of_images[0].size())};
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

Result<Health> Examination::judge() {
  const JudgeOptions& options = study_.judge;
  if (options.kind == JudgeKind::none) return Health{"none: every image counts as valid"};
  if (options.kind == JudgeKind::embedder && !embedder_) return Health{"is tried when the embedder works"};
  SCOTOMA_ASSIGN_OR_RETURN(const auto model, loader_->judge(embedder_.get()));
  if (!generated_) return Health{model->describe() + "; is tried when the generator works"};
  return tried(*model);
}

/// Shows the judge each image under its own label and under the next one.
Result<Health> Examination::tried(Judge& judge) {
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
  SCOTOMA_ASSIGN_OR_RETURN(const auto judgements,
                           timed(&ImageCost::judge, asked.size(), [&] { return judge.judge(asked, names); }));
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
  Health found{fmt::format("{}; {} of {} valid (scores {:.2f} to {:.2f})", judge.describe(), valid, all, least, most)};
  if (all - valid > study_.evidence.max_invalid * all) {
    found.doubt = fmt::format(
        "it refuses {} of {} images, so that hardly anything could be examined: check its mean and std, class names, "
        "output and threshold; or the generator cannot show these labels",
        all - valid, all);
  } else if (others > 1 && accepted == others) {
    found.doubt = fmt::format(
        "it accepts all {} images for another label too: it cannot distinguish them; check its "
        "threshold, output and class names",
        others);
  }
  return found;
}

/// What the classifier says of images of which a person knows what they show.
Result<Health> Examination::images() {
  std::vector<std::filesystem::path> files;
  for (const auto& path : files_) {
    SCOTOMA_ASSIGN_OR_RETURN(const auto more, image_files(path));
    files.insert(files.end(), more.begin(), more.end());
  }
  if (!classifier_) {
    SCOTOMA_ASSIGN_OR_RETURN(classifier_, loader_->classifier());  // says again what is wrong with it
  }
  Health found{counted(static_cast<int>(files.size()), "image") + " classified: does that fit what they show?"};
  for (std::size_t at = 0; at < files.size(); at += classifier_->batch()) {
    const auto batch = std::span(files).subspan(at, std::min(classifier_->batch(), files.size() - at));
    std::vector<Image> shown;
    for (const auto& file : batch) {
      SCOTOMA_ASSIGN_OR_RETURN(shown.emplace_back(), read_image(file));
    }
    SCOTOMA_ASSIGN_OR_RETURN(const auto answers, classifier_->classify(shown));
    for (std::size_t i = 0; i < batch.size(); ++i) {
      std::string line = batch[i].filename().string() + ":";
      for (const Score& score : answers[i].top) {
        line += fmt::format("{} {} {:.2f}", line.ends_with(':') ? "" : ",",
                            classifier_->class_names()[static_cast<std::size_t>(score.label)], score.probability);
      }
      found.shown.push_back(std::move(line));
    }
  }
  return found;
}

/// As the first stage of a run checks it.
Result<Health> Examination::budget() const {
  SCOTOMA_RETURN_IF_ERROR(check_budget(study_));
  SCOTOMA_RETURN_IF_ERROR(check_certificate(study_));
  const std::int64_t base = std::int64_t{study_.budget.base_at_first()} * std::ssize(study_.labels);
  const int certificate = certificate_images(study_);
  return Health{fmt::format("at most {} images; {} of them baseline images{}", study_.budget.images, base,
                            certificate > 0 ? fmt::format("; and at most {} for the certificate", certificate) : "")};
}

Result<Health> Examination::time() const {
  if (!all_well_) return Health{"is estimated when all models are well"};
  return Health{sentence(estimate_run(study_, cost_, at_once_))};
}

Result<void> Examination::run(const Report& report) {
  SCOTOMA_ASSIGN_OR_RETURN(Loader loader, Loader::create(study_));
  loader_.emplace(std::move(loader));
  const auto look_at = [&](const char* part, const Result<Health>& health) {
    all_well_ = all_well_ && health.ok();
    report(part, health);
  };
  look_at("generator", generator());
  look_at("classifier", classifier());
  if (files_.empty()) classifier_.reset();
  look_at("captioner", captioner());
  look_at("embedder", embedder());
  look_at("judge", judge());
  if (!files_.empty()) look_at("images", images());
  classifier_.reset();
  look_at("budget", budget());
  look_at("time", time());
  return {};
}

}  // namespace scotoma
