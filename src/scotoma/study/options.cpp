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

// The word of a value of a closed set; where there may be none, the empty word stands for that.
template <class Enum>
std::string_view word_of(Enum value) {
  return name_of(value);
}

template <class Enum>
std::string_view word_of(const std::optional<Enum>& value) {
  return value ? name_of(*value) : std::string_view();
}

template <class Enum>
bool choose(Enum& field, std::string_view word) {
  const auto value = named<Enum>(word);
  if (value) field = *value;
  return value.has_value();
}

template <class Enum>
bool choose(std::optional<Enum>& field, std::string_view word) {
  const auto value = named<Enum>(word);
  if (value || word.empty()) field = value;
  return value || word.empty();
}

// A field that holds a value of a closed set, or perhaps one: CHOICE(classifier.output).
#define CHOICE(path)                                                                    \
  OptionField {                                                                         \
    ChoiceField {                                                                       \
      +[](const Study& study) { return word_of(study.path); },                          \
          +[](Study& study, std::string_view word) { return choose(study.path, word); } \
    }                                                                                   \
  }

/// All words of a closed set.
template <class Enum>
std::vector<std::string_view> words_of(Enum) {
  std::vector<std::string_view> out;
  for (const auto& each : names_of(Enum{})) out.push_back(each.name);
  return out;
}

void add_preprocessing(std::vector<Option>& table, std::string_view name, OptionField width, OptionField height,
                       OptionField fit, OptionField resize_to, OptionField filter, OptionField mean, OptionField std,
                       OptionField channels, OptionField layout) {
  table.push_back({name, "width", "input width in pixels; 0: what the model says", width, 0, 8192});
  table.push_back({name, "height", "input height in pixels; 0: what the model says", height, 0, 8192});
  table.push_back({name, "fit", "how an image gets that size", fit, 0, 0, {"stretch", "crop"}});
  table.push_back({name, "resize_to",
                   "for crop: length of the shorter side before cutting; 0: the larger of width and height", resize_to,
                   0, 8192});
  table.push_back({name,
                   "filter",
                   "resize filter, as Pillow's of that name",
                   filter,
                   0,
                   0,
                   {"bilinear", "bicubic", "nearest", "lanczos", "box", "hamming"}});
  table.push_back({name, "mean", "subtracted from each channel, in units of 0..255", mean, -1e6, 1e6});
  table.push_back({name, "std", "each channel is then divided by it, in units of 0..255", std, 1e-6, 1e6});
  table.push_back({name, "channels", "order of the channels", channels, 0, 0, {"rgb", "bgr"}});
  table.push_back({name, "layout", "input layout; empty: detected from the shape", layout, 0, 0, {"", "nchw", "nhwc"}});
}

#define PREPROCESSING(table, name)                                                                                    \
  add_preprocessing(table, #name, FIELD(name.preprocessing.width), FIELD(name.preprocessing.height),                  \
                    CHOICE(name.preprocessing.fit), FIELD(name.preprocessing.resize_to),                              \
                    CHOICE(name.preprocessing.filter), FIELD(name.preprocessing.mean), FIELD(name.preprocessing.std), \
                    CHOICE(name.preprocessing.channels), CHOICE(name.preprocessing.layout))

void add_generator_and_classifier(std::vector<Option>& t) {
  t.push_back({"generator", "kind", "what runs the model", CHOICE(generator.kind), 0, 0, {"openvino", "sdcpp"}});
  t.push_back({"generator",
               "model",
               "folder of a Stable Diffusion, SDXL or LCM model, as OpenVINO IR",
               FIELD(generator.model),
               0,
               0,
               {},
               true,
               Backend::openvino});
  t.push_back({"generator", "steps", "denoising steps", FIELD(generator.steps), 1, 1000});
  t.push_back({"generator", "guidance",
               "classifier-free guidance; 1: none, and half the work. An LCM is told it, at no cost",
               FIELD(generator.guidance), 1, 100});
  t.push_back({"generator", "negative_prompt", "what should not be generated", FIELD(generator.negative_prompt)});
  t.push_back({"generator", "scheduler", "empty: what the folder says", CHOICE(generator.scheduler), 0, 0,
               words_of(SchedulerKind{}), false, Backend::openvino});
  t.push_back({"generator",
               "eta",
               "of ddim and tcd: how much of the noise is fresh at every step; 0: none",
               FIELD(generator.eta),
               0,
               1,
               {},
               false,
               Backend::openvino});
  t.push_back({"generator",
               "batch",
               "images generated at once by one thread",
               FIELD(generator.batch),
               1,
               256,
               {},
               false,
               Backend::openvino});
  t.push_back({"generator",
               "width",
               "width of the images in pixels, a multiple of the decoder's scale (8 for most); 0: what the folder says",
               FIELD(generator.width),
               0,
               8192,
               {},
               false,
               Backend::openvino});
  t.push_back({"generator",
               "height",
               "height of the images, likewise; 0: what the folder says",
               FIELD(generator.height),
               0,
               8192,
               {},
               false,
               Backend::openvino});
  t.push_back(
      {"generator",
       "threads",
       "threads that generate one batch; more are for large images, of which few batches fit into memory. Images "
       "have other bits than with 1, and the machine must have that many",
       FIELD(generator.threads),
       1,
       1024,
       {},
       false,
       Backend::openvino});
  t.push_back({"generator",
               "streams",
               "batches generated at once, at most; 0: as many as threads and memory allow; does not change any result",
               FIELD(generator.streams),
               0,
               1024,
               {},
               false,
               Backend::openvino});
  add_sdcpp_options(t);
  t.push_back({"classifier", "kind", "what runs the model", CHOICE(classifier.kind), 0, 0, {"openvino"}});
  t.push_back(
      {"classifier", "model", "the model under test: .onnx or OpenVINO .xml", FIELD(classifier.model), 0, 0, {}, true});
  t.push_back(
      {"classifier", "labels",
       "class names: a JSON list, text with one name a line, or \"imagenet-1k\"; empty: config.json beside the model",
       FIELD(classifier.labels)});
  PREPROCESSING(t, classifier);
  t.push_back({"classifier",
               "output",
               "what the model gives; empty: detected from its last layer and its values",
               CHOICE(classifier.output),
               0,
               0,
               {"", "logits", "probabilities"}});
  t.push_back({"classifier", "batch", "images classified at once", FIELD(classifier.batch), 1, 1024});
}

void add_describers(std::vector<Option>& t) {
  t.push_back({"captioner", "kind", "what runs the model", CHOICE(captioner.kind), 0, 0, {"openvino"}});
  t.push_back({"captioner", "model",
               "folder as optimum-intel's image-to-text export writes it; needed where search.source is captions",
               FIELD(captioner.model)});
  t.push_back({"captioner", "max_tokens", "longest caption", FIELD(captioner.max_tokens), 1, 1024});
  t.push_back({"captioner", "batch", "images captioned at once", FIELD(captioner.batch), 1, 256});
  t.push_back({"embedder", "kind", "what runs the model", CHOICE(embedder.kind), 0, 0, {"openvino"}});
  t.push_back(
      {"embedder", "model",
       "folder with image_encoder.xml, text_encoder.xml and the tokenizer; needed where search.source is captions, "
       "and by a judge of that kind",
       FIELD(embedder.model)});
  t.push_back({"embedder", "batch", "images embedded at once", FIELD(embedder.batch), 1, 1024});
}

void add_judge(std::vector<Option>& t) {
  t.push_back({"judge",
               "kind",
               "who says whether the label is in the image",
               CHOICE(judge.kind),
               0,
               0,
               {"none", "classifier", "embedder"}});
  t.push_back({"judge", "model", "for classifier: .onnx or .xml", FIELD(judge.model)});
  t.push_back({"judge", "labels", "for classifier: its class names", FIELD(judge.labels)});
  PREPROCESSING(t, judge);
  t.push_back({"judge",
               "output",
               "what the model gives; empty: detected from its last layer and its values",
               CHOICE(judge.output),
               0,
               0,
               {"", "logits", "probabilities"}});
  t.push_back(
      {"judge", "threshold", "an image is valid from this probability of the label on", FIELD(judge.threshold), 0, 1});
  t.push_back({"judge", "batch", "images judged at once", FIELD(judge.batch), 1, 1024});
}

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
       "images, or a finalist; 0: all at once",
       FIELD(budget.base_first), 0, kMany});
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
  t.push_back({"budget", "shrink", "images of each shortened phrase, at most; 0: phrases stay as they are",
               FIELD(budget.shrink), 0, kMany});
  t.push_back({"budget", "finalists", "phrases that go to confirmation, at most", FIELD(budget.finalists), 1, 100000});
  t.push_back({"budget", "confirm", "fresh images of a finalist, at most", FIELD(budget.confirm), 1, kMany});
  t.push_back({"budget", "audit",
               "fresh images of a confirmed bug, and as many of the base prompt on the same seeds; fewer where the "
               "budget runs low",
               FIELD(budget.audit), 1, kMany});
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
  t.push_back(
      {"evidence", "max_hypotheses",
       "phrases of each label, at most; fixed in advance, and the larger it is, the more evidence a claim needs",
       FIELD(evidence.max_hypotheses), 1, 10000});
  t.push_back({"evidence", "failing_label_threshold",
               "a label that surely fails more often than this fails systematically",
               FIELD(evidence.failing_label_threshold), 0, 1});
  t.push_back({"evidence", "max_invalid", "a larger share of invalid images: the generator cannot show it",
               FIELD(evidence.max_invalid), 0, 1});
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
  t.push_back({"search", "phrase_similarity", "phrases whose text embeddings are closer (cosine) are one",
               FIELD(search.phrase_similarity), 0, 1});
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
    for (const auto& add : {add_generator_and_classifier, add_describers, add_judge, add_failure, add_prompts,
                            add_budget, add_evidence, add_search_and_engine})
      add(t);
    return t;
  }();
  return table;
}

bool is_read(const Option& option, const Study& study) { return !option.only || *option.only == study.generator.kind; }

bool describes_network(const Option& option) {
  return option.table == "judge" && option.key != "kind" && option.key != "threshold" && option.key != "batch";
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

Result<void> check_choices(const Study& study) {
  Study& open = const_cast<Study&>(study);  // only read, as above
  for (const Option& option : options()) {
    const auto* field = std::get_if<Field<std::string>>(&option.target);
    if (field == nullptr || option.choices.empty()) continue;
    const std::string& value = (*field)(open);
    if (std::find(option.choices.begin(), option.choices.end(), value) != option.choices.end()) continue;
    return bad_input(fmt::format("{}.{} '{}' is unknown; it is one of \"{}\"", option.table, option.key, value,
                                 fmt::join(option.choices, "\", \"")));
  }
  return {};
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
                        option.required ? "required" : fmt::format("`{}`", value_text(option, defaults)), help);
  }
  return text;
}

#undef PREPROCESSING
#undef CHOICE
#undef FIELD

}  // namespace scotoma
