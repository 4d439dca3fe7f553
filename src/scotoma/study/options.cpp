// SPDX-License-Identifier: Apache-2.0
#include "scotoma/study/options.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "scotoma/study/option_field.h"

namespace scotoma {
namespace {

constexpr double kMany = 1e9;

#define FIELD(path) SCOTOMA_FIELD(path)
#define CHOICE(path) SCOTOMA_CHOICE(path)

void add_failure(std::vector<Option>& t) {
  t.push_back({"failure",
               "rule",
               "what fails: `top-1`, the best class is not the label's; `top-k`, the label's is not among the k best; "
               "`low-score`, it scores below the threshold, or is not among the 5 best; `confident`, another class is "
               "the best and scores at least the threshold",
               CHOICE(failure.rule),
               0,
               0,
               {"top-1", "top-k", "low-score", "confident"}});
  t.push_back({"failure", "k", "for top-k", FIELD(failure.k), 1, 5});
  t.push_back(
      {"failure", "threshold", "for low-score and confident: a probability", FIELD(failure.threshold), 1e-6, 1});
}

void add_prompts(std::vector<Option>& t) {
  t.push_back({"prompts", "base", "one image each in turn; {label}, {a label} (\"an apple\"), {hypernym}",
               FIELD(prompts.base)});
  t.push_back({"prompts", "after",
               "joins a phrase that stood behind the label in a caption; {base}, {bare base} (without its article), "
               "{phrase}, {a phrase} (\"an old\"), {label}, {a label}",
               FIELD(prompts.after)});
  t.push_back(
      {"prompts", "before", "joins one that stood in front of the label; the same names", FIELD(prompts.before)});
}

void add_budget(std::vector<Option>& t) {
  t.push_back({"budget", "images", "images of the whole study, at most", FIELD(budget.images), 1, kMany});
  t.push_back({"budget", "minutes",
               "of generating on this machine, at most; measured and turned into images once, then kept; 0: no limit",
               FIELD(budget.minutes), 0, 1e6});
  t.push_back({"budget", "base", "images of each label from the base prompts; with base_first, at most",
               FIELD(budget.base), 1, kMany});
  t.push_back(
      {"budget", "base_first",
       "of them generated before the search; more, by doubling, of labels with a failure among these, too few valid "
       "images; 0: all at once",
       FIELD(budget.base_first), 0, kMany});
  t.push_back({"budget", "base_confirm",
               "fresh images from the base prompts of each label with finalists, at most: the baseline half of their "
               "evidence; four at first, more where they add more to it than the phrase's own images",
               FIELD(budget.base_confirm), 1, kMany});
  t.push_back({"budget", "screen", "images of each combination of all lists that screening generates",
               FIELD(budget.screen), 1, kMany});
  t.push_back({"budget", "initial_images", "images of each phrase in the first round of exploration",
               FIELD(budget.initial_images), 1, kMany});
  t.push_back({"budget", "rounds", "rounds of exploration; each keeps the better half and doubles its images",
               FIELD(budget.rounds), 1, 16});
  t.push_back({"budget",
               "explorer",
               "how exploration shares its images among the phrases",
               CHOICE(budget.explorer),
               0,
               0,
               {"halving", "thompson"}});
  t.push_back({"budget", "shrink",
               "images of each shortened phrase, at most; fewer than 9 show nothing: phrases stay as they are",
               FIELD(budget.shrink), 0, kMany});
  t.push_back({"budget", "finalists", "phrases that go to confirmation, at most", FIELD(budget.finalists), 1, 100000});
  t.push_back({"budget", "confirm", "fresh images of a finalist, at most", FIELD(budget.confirm), 1, kMany});
  t.push_back(
      {"budget", "audit",
       "fresh images of a cause, over all its labels, at most, and as many of the base prompt on the same seeds",
       FIELD(budget.audit), 1, kMany});
  t.push_back({"budget", "audit_width",
               "an audit ends when the 95 % interval of its rate is no wider; 0: it takes all its images",
               FIELD(budget.audit_width), 0, 1});
  t.push_back({"budget", "cross",
               "images of each other label with a confirmed phrase, and as many without it; 0: no cross-check",
               FIELD(budget.cross), 0, kMany});
}

void add_evidence(std::vector<Option>& t) {
  t.push_back({"evidence",
               "rule",
               "how claims are decided; `fixed` is the plain scheme (a fixed number of images, and a bug is what fails "
               "more often than the base prompt): only for comparison, it makes many false claims",
               CHOICE(evidence.rule),
               0,
               0,
               {"sequential", "fixed"}});
  t.push_back({"evidence", "alpha", "false discovery rate held over the study", FIELD(evidence.alpha), 1e-9, 0.5});
  t.push_back({"evidence", "alpha0", "the part of alpha spent on which labels fail systematically",
               FIELD(evidence.alpha0), 1e-9, 0.5});
  t.push_back({"evidence", "delta", "a rise above the baseline rate that is too small to be a bug",
               FIELD(evidence.delta), 0, 1});
  t.push_back({"evidence", "max_hypotheses", "phrases of each label that are explored, at most",
               FIELD(evidence.max_hypotheses), 1, 10000});
  t.push_back({"evidence", "failing_label_threshold",
               "a label that surely fails more often than this fails systematically",
               FIELD(evidence.failing_label_threshold), 0, 1});
  t.push_back({"evidence", "max_invalid", "a larger share of invalid images: the generator cannot show it",
               FIELD(evidence.max_invalid), 0, 1});
}

void add_certify(std::vector<Option>& t) {
  t.push_back({"certify", "size", "the rise of the failure rate, or with `absolute` the rate, that is to be ruled out",
               FIELD(certify.size), 0.001, 0.999});
  t.push_back({"certify",
               "variant",
               "what is ruled out: that a phrase fails in `size` more than its label's baseline, or in `size` at all",
               CHOICE(certify.variant),
               0,
               0,
               {"above-baseline", "absolute"}});
  t.push_back({"certify", "alpha", "how likely a certificate is wrong, at most", FIELD(certify.alpha), 1e-9, 0.5});
  t.push_back({"certify", "images", "images of a certificate, at most; 0: as many as budget.images",
               FIELD(certify.images), 0, kMany});
  t.push_back({"certify", "each", "images of a label with a phrase, at most", FIELD(certify.each), 1, kMany});
  t.push_back({"certify", "lists", "names of [[attributes]] whose phrases are certified; with no phrases here: all",
               FIELD(certify.lists)});
  t.push_back({"certify", "phrases", "phrases that are certified, behind the label", FIELD(certify.phrases)});
  t.push_back({"certify", "in_front", "phrases that are certified, in front of the label", FIELD(certify.in_front)});
}

void add_search_and_engine(std::vector<Option>& t) {
  t.push_back({"search", "cluster_distance", "cosine distance at which groups of images stay apart",
               FIELD(search.cluster_distance), 0, 2});
  t.push_back({"search", "tiny_cluster", "groups with fewer members are marked", FIELD(search.tiny_cluster), 1, kMany});
  t.push_back({"search", "captions", "captioned members of a group, at most", FIELD(search.captions), 1, kMany});
  t.push_back({"search", "controls", "captioned images for contrast, at most", FIELD(search.controls), 1, kMany});
  t.push_back({"search", "phrases", "phrases taken from a group, at most", FIELD(search.phrases), 1, 1000});
  t.push_back({"search",
               "source",
               "where phrases come from, beside [[attributes]]; `random` takes from the lists only, for comparison",
               CHOICE(search.source),
               0,
               0,
               {"captions", "random", "none"}});
  t.push_back({"search", "interaction_strength",
               "phrases of different [[attributes]] joined: 1 each alone, 2 also pairs, 3 triples",
               FIELD(search.interaction_strength), 1, 4});
  t.push_back({"search",
               "attributes",
               "built-in attributes (weather, light, blur, distance, backgrounds and more), tried with the budget that "
               "the search leaves; `auto`: behind captions, where there are no [[attributes]]",
               CHOICE(search.attributes),
               0,
               0,
               {"auto", "common", "none"}});
  t.push_back({"search", "phrase_similarity", "phrases whose text embeddings are closer (cosine) are one",
               FIELD(search.phrase_similarity), 0, 1});
  t.push_back({"search", "shrink_lists",
               "shorten the phrases of [[attributes]] too; else they stay as they are written",
               FIELD(search.shrink_lists)});
  t.push_back({"search", "shrink_similarity",
               "what a shortened phrase must keep of its meaning, by the embedder: 1 all of it, 0 the embedder is not "
               "asked",
               FIELD(search.shrink_similarity), 0, 1});
  t.push_back({"engine",
               "precision",
               "arithmetic of the engine; part of every fingerprint",
               CHOICE(engine.precision),
               0,
               0,
               {"f32", "bf16"}});
  t.push_back({"engine", "device",
               "what computes, as OpenVINO names it: `CPU`, `GPU`, `GPU.1`, `NPU`, `AUTO`; tokenizers stay on the CPU",
               FIELD(engine.device)});
  t.push_back({"engine", "threads", "0: all cores; does not change any result", FIELD(engine.threads), 0, 1024});
}

std::string in_quotes(std::string_view text) { return fmt::format("{:?}", text); }

struct Print {
  std::string operator()(bool value) const { return value ? "true" : "false"; }
  std::string operator()(int value) const { return std::to_string(value); }
  std::string operator()(std::uint64_t value) const { return std::to_string(value); }
  std::string operator()(double value) const { return fmt::format("{}", value); }
  std::string operator()(const std::string& value) const { return in_quotes(value); }
  std::string operator()(std::string_view value) const { return in_quotes(std::string(value)); }
  std::string operator()(const std::filesystem::path& value) const { return in_quotes(value.string()); }
  std::string operator()(const std::vector<double>& value) const { return fmt::format("[{}]", fmt::join(value, ", ")); }
  std::string operator()(const std::vector<std::string>& value) const {
    std::vector<std::string> items;
    for (const auto& item : value) items.push_back(in_quotes(item));
    return fmt::format("[{}]", fmt::join(items, ", "));
  }
};

}  // namespace

std::span<const Option> options() {
  static const std::vector<Option> table = [] {
    std::vector<Option> t;
    t.push_back({"", "name", "what the report calls the study", FIELD(name)});
    t.push_back({"", "seed", "decides every image", FIELD(seed), 0, 9e15});
    for (const auto& add :
         {add_role_options, add_failure, add_prompts, add_budget, add_evidence, add_certify, add_search_and_engine})
      add(t);
    return t;
  }();
  return table;
}

std::optional<Backend> backend_of(std::string_view table, const Study& study) {
  const std::string_view role = table.substr(0, table.find('.'));
  if (role == "generator") return study.generator.kind;
  if (role == "classifier") return study.classifier.kind;
  if (role == "captioner") return study.captioner.kind;
  if (role == "embedder") return study.embedder.kind;
  if (role == "judge") return study.judge.kind == JudgeKind::python ? Backend::python : study.judge.backend;
  return std::nullopt;
}

bool is_read(const Option& option, const Study& study) {
  const auto& kinds = option.kinds;
  return kinds.empty() || std::find(kinds.begin(), kinds.end(), backend_of(option.table, study)) != kinds.end();
}

bool describes_network(const Option& option) {
  return option.table == "judge" && option.key != "kind" && option.key != "object" && option.key != "threshold" &&
         option.key != "batch";
}

Study judged_by(Study study, const ClassifierOptions& network) {
  JudgeOptions& judge = study.judge;
  judge.backend = network.kind;
  judge.model = network.model;
  judge.labels = network.labels;
  judge.preprocessing = network.preprocessing;
  judge.output = network.output;
  judge.batch = network.batch;
  judge.ensemble.clear();
  return study;
}

std::string value_text(const Option& option, const Study& study) {
  Study& open = const_cast<Study&>(study);  // fields are reached through Study&, and only read here
  return std::visit([&](auto field) { return Print{}(field(open)); }, option.target);
}

/// "required", or of which kind.
std::string needed(const Option& option) {
  const auto& kinds = option.kinds;
  const bool usual = kinds.empty() || std::find(kinds.begin(), kinds.end(), Backend::openvino) != kinds.end();
  return usual ? "required" : fmt::format("required for `{}`", name_of(kinds.front()));
}

std::string options_markdown() {
  const Study defaults;
  std::string text = "| key | default | meaning |\n|---|---|---|\n";
  for (const Option& option : options()) {
    const std::string key =
        option.table.empty() ? std::string(option.key) : fmt::format("{}.{}", option.table, option.key);
    std::string help(option.help);
    if (!option.choices.empty()) {
      std::vector<std::string> names;
      for (const auto& choice : option.choices) {
        if (!choice.empty()) names.push_back(fmt::format("`{}`", choice));
      }
      help += fmt::format(": {}", fmt::join(names, ", "));
    }
    text += fmt::format("| `{}` | {} | {} |\n", key,
                        option.required ? needed(option) : fmt::format("`{}`", value_text(option, defaults)), help);
  }
  return text;
}

#undef CHOICE
#undef FIELD

}  // namespace scotoma
