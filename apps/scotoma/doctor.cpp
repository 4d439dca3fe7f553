// scotoma doctor STUDY: does every model load, and does one batch get through each?
#include <fmt/format.h>

#include "core/seed.h"
#include "find/find.h"
#include "session.h"
#include "study/prompt.h"
#include "terminal.h"

namespace scotoma {
namespace {

void say(const char* role, const std::string& what) {
  const Paint paint(stdout);
  fmt::print("  {} {:<11} {}\n", paint.green("ok"), role, what);
}

/// One batch through all five roles, in the order in which a hunt uses them.
Result<void> examine(Session& session) {
  const Study& study = session.study;
  Models& models = session.models;
  SCOTOMA_TRY(const auto targets, find_targets(study, models.classifier->class_names()));
  std::vector<Draw> draws;
  for (std::size_t i = 0; i < models.generator->batch(); ++i) {
    const std::string prompt = base_prompt(study.prompts, study.labels[i % study.labels.size()]);
    draws.push_back({prompt, sample_seed(study.seed, "doctor", prompt, i)});
  }
  SCOTOMA_TRY(const auto images, models.generator->generate(draws));
  say("generator", fmt::format("{}; drew {} pictures of {} x {}", models.generator->describe(), images.size(),
                               images[0].width, images[0].height));
  SCOTOMA_TRY(const auto predictions, models.classifier->classify(images));
  std::size_t right = 0;
  for (std::size_t i = 0; i < predictions.size(); ++i)
    right += predictions[i].label() == targets[i % targets.size()].class_index ? 1U : 0U;
  say("classifier", fmt::format("{}; {} classes; {} of {} right", models.classifier->describe(),
                                models.classifier->class_names().size(), right, predictions.size()));
  SCOTOMA_TRY(const auto captions, models.captioner->caption(images));
  say("captioner",
      fmt::format("{}; said \"{}\" of \"{}\"", models.captioner->describe(), captions[0], draws[0].prompt));
  SCOTOMA_TRY(const auto vectors, models.embedder->embed_images(images));
  const std::vector<std::string> texts = {draws[0].prompt};
  SCOTOMA_TRY(const auto text_vectors, models.embedder->embed_texts(texts));
  say("embedder", fmt::format("{}; {} numbers an image, {} a text", models.embedder->describe(), vectors[0].size(),
                              text_vectors[0].size()));
  if (vectors[0].size() != text_vectors[0].size()) {
    return bad_input(fmt::format(
        "the embedder's image and text vectors have different lengths ({} and {}); they must share one space",
        vectors[0].size(), text_vectors[0].size()));
  }
  if (models.judge) {
    SCOTOMA_TRY(const auto judgements, models.judge->judge(std::span(images).first(1), study.labels[0].name));
    say("judge", fmt::format("{}; \"{}\" is {} (score {:.2f})", models.judge->describe(), draws[0].prompt,
                             judgements[0].valid ? "valid" : "not valid", judgements[0].score));
  } else {
    say("judge", "none: every picture counts as valid");
  }
  return {};
}

Result<void> run_doctor(const StudyArguments& arguments) {
  SCOTOMA_TRY(Session session, open_session(arguments));
  fmt::print("{}: {} labels, at most {} images\n", session.study.name, session.study.labels.size(),
             session.study.budget.images);
  SCOTOMA_CHECK(examine(session));
  const int base = session.study.budget.base * static_cast<int>(session.study.labels.size());
  if (base > session.study.budget.images) {
    return bad_input(
        fmt::format("budget.images is {}, but the base pictures alone take {}", session.study.budget.images, base));
  }
  fmt::print("all is well\n");
  return {};
}

}  // namespace

void add_doctor(CLI::App& app, Run& run) {
  auto arguments = std::make_shared<StudyArguments>();
  auto* verb = app.add_subcommand("doctor", "load every model, run one batch through each, say what is wrong");
  add_study_arguments(*verb, *arguments);
  verb->callback([&run, arguments] {
    run = [arguments] {
      const auto done = run_doctor(*arguments);
      return done.ok() ? 0 : complain(done.error());
    };
  });
}

}  // namespace scotoma
