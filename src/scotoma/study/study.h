// SPDX-License-Identifier: Apache-2.0
// What the user asks: labels, prompts, models, budget, evidence. Read once from study.toml (study/read.h), then
// constant. Every option, its default, its limits and its help stand in one table: study/options.cpp.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <filesystem>
#include <iterator>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "scotoma/core/names.h"
#include "scotoma/model/failure.h"
#include "scotoma/study/preprocessing.h"
#include "scotoma/study/scheduler_kind.h"
#include "scotoma/study/sdcpp_options.h"

namespace scotoma {

class LoadTrial;
class PythonRoles;

/// A label to look into, and the classifier's class that is the right answer for it.
struct StudyLabel {
  std::string name;                   ///< what prompts call it: "fly"
  std::string class_name;             ///< the classifier's class; the name unless given
  std::string hypernym;               ///< optional, to make the prompt unambiguous: "insect"
  std::vector<std::string> synonyms;  ///< further words for it that a caption may use: these are no explanation
  std::optional<std::string> article = std::nullopt;  ///< "a", "the", empty for none; not given: study/article.h
};

struct ListedPhrase {
  std::string text;     ///< "on a flower", "dark"
  bool before = false;  ///< stands in front of the label's word

  bool operator==(const ListedPhrase&) const = default;
};

/// A list of the user's: phrases that go through the same evidence as those from captions.
struct AttributeList {
  std::string name;  ///< "places"
  std::vector<ListedPhrase> phrases;
  bool combinable = true;  ///< its phrases may be joined with those of other lists

  bool holds(const std::string& text) const {
    return std::any_of(phrases.begin(), phrases.end(), [&](const ListedPhrase& each) { return each.text == text; });
  }
};

/// What runs a model: one row of backend/registry.cpp.
enum class Backend {
  openvino,
  sdcpp,   ///< stable-diffusion.cpp: a generator alone
  python,  ///< an object of Python's, in its package alone
};

constexpr std::array<Named<Backend>, 3> names_of(Backend) {
  return {{{Backend::openvino, "openvino"}, {Backend::sdcpp, "sdcpp"}, {Backend::python, "python"}}};
}

struct GeneratorOptions {
  Backend kind = Backend::openvino;
  std::filesystem::path model;  ///< of openvino: a folder of Stable Diffusion, SDXL or LCM
  int steps = 20;
  double guidance = 7.5;  ///< 1: no guidance, one U-Net call a step
  std::string negative_prompt;
  SchedulerKind scheduler = SchedulerKind::of_folder;
  double eta = 0;  ///< of DDIM and TCD: how much of the noise is fresh at every step, 0 to 1
  int batch = 8;
  int width = 0;  ///< of openvino: of the images, in pixels; 0: what the folder says
  int height = 0;
  int threads = 1;  ///< that generate one batch; with another number an image may have other bits
  int streams = 0;  ///< batches generated at once, at most; 0: what threads and memory allow
  /// Of openvino: of drafts (stage/drafts.h), where they differ from the other images.
  int draft_steps = 0;
  int draft_size = 0;                      ///< pixels, width and height alike
  std::filesystem::path draft_model = {};  ///< another folder, with its own sampler
  double draft_guidance = 0;               ///< 0: as the others
  SdcppOptions sdcpp = {};                 ///< of sdcpp alone
  std::string object = {};                 ///< of python alone: "module:name"
};

/// What a classifier gives for a class.
enum class Scores {
  logits,         ///< a softmax is applied to them
  probabilities,  ///< used as they are
};

constexpr std::array<Named<Scores>, 2> names_of(Scores) {
  return {{{Scores::logits, "logits"}, {Scores::probabilities, "probabilities"}}};
}

struct ClassifierOptions {
  Backend kind = Backend::openvino;
  std::filesystem::path model;   ///< .onnx or OpenVINO .xml
  std::filesystem::path labels;  ///< class names: a JSON list, or text with one name a line
  Preprocessing preprocessing;
  std::optional<Scores> output = std::nullopt;  ///< not given: detected from its last layer and its values
  int batch = 8;  ///< as many as come of the generator at once: a call is of a whole batch, filled up where images lack
  std::vector<std::string> class_names = {};  ///< where there are some, these instead of the file `labels`
  std::string object = {};                    ///< of python alone: "module:name"
};

struct CaptionerOptions {
  Backend kind = Backend::openvino;
  std::filesystem::path model;    ///< a folder of one (docs/study.md, Captioners)
  std::string prompt = {};        ///< what a vision-language model is asked; empty: for one short sentence
  std::string conversation = {};  ///< the text around it, with "{prompt}"; empty: as the folder's chat template says
  int max_tokens = 32;
  int beams = 0;  ///< of the search; 0: as the folder says
  int batch = 16;
  std::string object = {};  ///< of python alone: "module:name"
};

struct EmbedderOptions {
  Backend kind = Backend::openvino;
  std::filesystem::path model;  ///< a folder with image_encoder.xml, text_encoder.xml, tokenizer
  int batch = 32;
  std::string object = {};  ///< of python alone: "module:name"
};

/// Who says whether an image shows its label.
enum class JudgeKind {
  none,        ///< nobody: every image counts as valid
  classifier,  ///< one network or several
  embedder,    ///< zero-shot against the study's labels
  python,      ///< an object of Python's
};

constexpr std::array<Named<JudgeKind>, 4> names_of(JudgeKind) {
  return {{{JudgeKind::none, "none"},
           {JudgeKind::classifier, "classifier"},
           {JudgeKind::embedder, "embedder"},
           {JudgeKind::python, "python"}}};
}

struct JudgeOptions {
  JudgeKind kind = JudgeKind::none;
  Backend backend = Backend::openvino;  ///< what runs its own network; no key of a study, where `kind` says who judges
  std::filesystem::path model;          ///< for "classifier"
  std::filesystem::path labels;         ///< for "classifier"
  Preprocessing preprocessing;
  std::optional<Scores> output = std::nullopt;  ///< as the classifier's
  double threshold = 0.5;                       ///< valid when the label's probability is at least this
  int batch = 8;                                ///< as the classifier's
  std::vector<ClassifierOptions>
      ensemble;             ///< for "classifier", [[judge.ensemble]]: the mean over all networks is what counts
  std::string object = {};  ///< for "python": "module:name"
};

/// The networks of a judge of the kind "classifier": [judge]'s own, then those of [[judge.ensemble]] in their order.
inline std::vector<ClassifierOptions> networks(const JudgeOptions& judge) {
  std::vector<ClassifierOptions> all = {
      {judge.backend, judge.model, judge.labels, judge.preprocessing, judge.output, judge.batch}};
  all.insert(all.end(), judge.ensemble.begin(), judge.ensemble.end());
  return all;
}

/// What counts as a failure (model/failure.h).
struct FailureOptions {
  FailureKind rule = FailureKind::top_1;
  int k = 5;               ///< for top_k
  double threshold = 0.5;  ///< for low_score and confident
};

struct PromptOptions {
  std::vector<std::string> base = {"a photo of {a label}"};  ///< {label}, {a label} ("an apple"), {hypernym}
  std::string after = "{base} {phrase}";          ///< joins a phrase that stood behind the label in a caption
  std::string before = "{a phrase} {bare base}";  ///< joins one that stood in front of it
};

/// Who gets the images of exploration.
enum class Explorer { halving, thompson };

constexpr std::array<Named<Explorer>, 2> names_of(Explorer) {
  return {{{Explorer::halving, "halving"}, {Explorer::thompson, "thompson"}}};
}

/// Numbers of images. `images` limits the whole study; nothing is started that would exceed it.
struct BudgetOptions {
  int images = 4000;
  double minutes =
      0;          ///< of generating on this machine, turned into images once and then kept; 0: no limit but `images`
  int base = 48;  ///< a label, over all base prompts; with base_first, at most
  int base_first = 0;      ///< of them generated before the search, more only of labels that need them; 0: all
  int base_confirm = 192;  ///< fresh, of each label with finalists, at most: the baseline half of their evidence
  int screen = 4;          ///< a row of the covering array that screens combinations of listed phrases
  int initial_images = 8;  ///< a hypothesis, in the first round of exploration; doubled each round for the better half
  int rounds = 2;          ///< of successive halving
  Explorer explorer = Explorer::halving;
  int shrink = 32;           ///< a shortened phrase, at most; 0: phrases stay as they are
  int finalists = 24;        ///< hypotheses that go to confirmation, at most
  int confirm = 96;          ///< a finalist, at most
  int audit = 96;            ///< a cause, over its labels, at most (and as many again without the phrase)
  double audit_width = 0.2;  ///< an audit ends when the 95 % interval of its rate is no wider
  int cross = 16;  ///< a confirmed phrase on each other label (and as many again without it); 0: no cross-check

  /// Baseline images of each label before the search.
  int base_at_first() const { return base_first == 0 ? base : std::min(base_first, base); }

  /// Whether baseline samples may grow after that.
  bool base_grows() const { return base_at_first() < base; }

  /// What a label's baseline sample may come to: base_at_first() images, twice as many and so on, up to `base`.
  std::vector<int> base_sizes() const {
    std::vector<int> sizes;
    for (int size = base_at_first(); size < base; size *= 2) sizes.push_back(size);
    sizes.push_back(base);
    return sizes;
  }

  /// The key that decides base_at_first(), for messages.
  const char* base_key() const { return base_grows() ? "budget.base_first" : "budget.base"; }
};

/// What makes a finalist a bug.
enum class EvidenceRule {
  sequential,  ///< e-values and e-BH
  fixed,       ///< the plain scheme, for comparison: fixed samples of budget.confirm images, and whatever fails more
               ///< often than the baseline images did
};

constexpr std::array<Named<EvidenceRule>, 2> names_of(EvidenceRule) {
  return {{{EvidenceRule::sequential, "sequential"}, {EvidenceRule::fixed, "fixed"}}};
}

struct EvidenceOptions {
  EvidenceRule rule = EvidenceRule::sequential;
  double alpha = 0.05;                   ///< false discovery rate held over the whole study
  double alpha0 = 0.01;                  ///< the part of it spent on which labels fail systematically
  double delta = 0.05;                   ///< smaller rises above the baseline rate are not bugs
  int max_hypotheses = 16;               ///< phrases of each label that are explored, at most
  double failing_label_threshold = 0.5;  ///< a label whose baseline rate surely exceeds this fails "nearly everywhere"
  double max_invalid = 0.5;              ///< a share of invalid images above this: the generator cannot show it
};

/// What a certificate says of a phrase.
enum class CertifyVariant {
  above_baseline,  ///< it does not raise its label's failure rate by certify.size
  absolute,        ///< under it the label's failure rate is below certify.size
};

constexpr std::array<Named<CertifyVariant>, 2> names_of(CertifyVariant) {
  return {{{CertifyVariant::above_baseline, "above-baseline"}, {CertifyVariant::absolute, "absolute"}}};
}

/// `scotoma certify`, and the end of `scotoma find`: evidence that phrases do not matter. Its images are its own.
struct CertifyOptions {
  bool in_study = false;  ///< the study has a [certify] table: `find` certifies, too
  double size = 0.2;      ///< the smallest rise, or rate, that is to be ruled out
  CertifyVariant variant = CertifyVariant::above_baseline;
  double alpha = 0.05;                     ///< of a certificate that is wrong
  int images = 0;                          ///< of all, at most; 0: as many as budget.images
  int each = 96;                           ///< of a label with a phrase, at most
  std::vector<std::string> lists = {};     ///< names of [[attributes]] whose phrases are certified
  std::vector<std::string> phrases = {};   ///< further phrases, behind the label
  std::vector<std::string> in_front = {};  ///< further phrases, in front of it; with none of the three: all lists
};

/// Whence phrases come beside [[attributes]].
enum class PhraseSource {
  captions,
  random,  ///< the lists' combinations in random order, for comparison
  none,
};

constexpr std::array<Named<PhraseSource>, 3> names_of(PhraseSource) {
  return {{{PhraseSource::captions, "captions"}, {PhraseSource::random, "random"}, {PhraseSource::none, "none"}}};
}

/// When the built-in attributes are tried (study/common_attributes.h), and phrases of other labels' captions with them.
enum class BuiltIn {
  automatic,  ///< behind captions, in a study without lists of its own
  common,     ///< always
  none,
};

constexpr std::array<Named<BuiltIn>, 3> names_of(BuiltIn) {
  return {{{BuiltIn::automatic, "auto"}, {BuiltIn::common, "common"}, {BuiltIn::none, "none"}}};
}

struct SearchOptions {
  double cluster_distance = 0.35;  ///< average-linkage cosine distance at which clusters stay apart
  int tiny_cluster = 3;            ///< groups of fewer members are kept but marked
  int captions = 24;               ///< members of a cluster that are captioned, at most
  int controls = 24;               ///< correctly classified images of the label that are captioned for contrast
  int phrases = 4;                 ///< a cluster, at most
  PhraseSource source = PhraseSource::captions;
  int interaction_strength = 1;     ///< phrases of different lists joined: 1 each alone, 2 also all pairs, 3 triples
  double phrase_similarity = 0.97;  ///< text embeddings closer than this (cosine) are one hypothesis
  bool shrink_lists = false;        ///< shorten the user's own phrases too
  /// Of a prepositional phrase's meaning, what a shorter one must keep (stage/meaning.h). By the world's embedder,
  /// words that only adorn keep 0.92 or more, and words that say something else 0.80 or less.
  double shrink_similarity = 0.85;
  BuiltIn attributes = BuiltIn::automatic;  ///< what the budget that is left after a first search goes into
};

/// Arithmetic of the engine.
enum class Precision { f32, bf16 };

constexpr std::array<Named<Precision>, 2> names_of(Precision) {
  return {{{Precision::f32, "f32"}, {Precision::bf16, "bf16"}}};
}

struct EngineOptions {
  Precision precision = Precision::f32;  ///< bf16 is faster where the CPU has it; part of every fingerprint
  int threads = 0;                       ///< 0: all cores
  std::string device = "CPU";            ///< what computes, as OpenVINO names it: "CPU", "GPU", "GPU.1", "NPU", "AUTO"

  /// Where model files are loaded first, so that one that crashes a library ends no run
  /// (backend/openvino/load_trial.h); null: nowhere. Set by the program around the library: no key of a study.
  std::shared_ptr<LoadTrial> trial = nullptr;

  /// Where compiled models are kept (backend/openvino/engine_cache.h), unless the environment says otherwise; empty:
  /// nowhere. Likewise set by the program.
  std::filesystem::path cache = {};

  /// Who makes roles of the kind "python" (backend/python_roles.h); null: nobody. Likewise set by the program.
  std::shared_ptr<PythonRoles> python = nullptr;
};

struct Study {
  std::filesystem::path file;  ///< where it was read from; model paths are relative to its folder
  std::string text;            ///< what the file held; empty where the study is of none
  std::vector<std::string> notes =
      {};  ///< for whoever wrote the file, a sentence each: keys with other names now, and without effect
  std::string name;
  std::uint64_t seed = 1;
  std::vector<StudyLabel> labels;
  std::vector<AttributeList> attributes;
  PromptOptions prompts;
  GeneratorOptions generator;
  ClassifierOptions classifier;
  CaptionerOptions captioner;
  EmbedderOptions embedder;
  JudgeOptions judge;
  FailureOptions failure = {};
  BudgetOptions budget;
  EvidenceOptions evidence;
  SearchOptions search;
  CertifyOptions certify = {};
  EngineOptions engine;
};

/// Whether images are described: the captioner is loaded only then.
inline bool uses_captioner(const Study& study) { return study.search.source == PhraseSource::captions; }

/// Whether what a first search leaves of the budget goes into a further one (stage/further.h).
inline bool searches_further(const Study& study) {
  switch (study.search.attributes) {
    case BuiltIn::automatic:
      return study.search.source == PhraseSource::captions && study.attributes.empty();
    case BuiltIn::common:
      return study.search.source != PhraseSource::random;
    case BuiltIn::none:
      break;
  }
  return false;
}

/// Whether there is an embedder. A study without one needs none: its phrases come from lists, and only those that read
/// the same are one.
inline bool uses_embedder(const Study& study) {
  return study.embedder.kind == Backend::python || !study.embedder.model.empty();
}

/// K of results of before there were waves of trials (finding/claims.h): how many hypotheses there could have been.
/// Every label could have been the one that had lucky baseline images, and could have been searched for failures or for
/// passes.
inline int slots(const Study& study) {
  const std::int64_t all = 2 * std::int64_t{study.evidence.max_hypotheses} * std::ssize(study.labels);
  return static_cast<int>(std::clamp(all, std::int64_t{1}, std::int64_t{std::numeric_limits<int>::max()}));
}

}  // namespace scotoma
