// SPDX-License-Identifier: Apache-2.0
#include "scotoma/study/unread_keys.h"

#include <fmt/format.h>

#include <algorithm>

#include "scotoma/study/draft_options.h"
#include "scotoma/study/options.h"

namespace scotoma {
namespace {

bool judged_by_networks(const Study& study) { return study.judge.kind == JudgeKind::classifier; }

/// Also where another line says that nobody judges by networks: once is enough.
bool judge_crops(const Study& study) {
  const std::vector<ClassifierOptions> all = networks(study.judge);
  return !judged_by_networks(study) || std::any_of(all.begin(), all.end(), [](const ClassifierOptions& network) {
    return network.preprocessing.fit == Fit::crop;
  });
}

bool screens(const Study& study) {
  return study.search.interaction_strength > 1 && study.search.source != PhraseSource::random;
}

/// The folder's scheduler, which is not known yet, may be one of them.
bool takes_eta(const Study& study) {
  const SchedulerKind kind = study.generator.scheduler;
  return kind == SchedulerKind::of_folder || kind == SchedulerKind::ddim || kind == SchedulerKind::tcd;
}

/// Keys of a table that are read only under some choices of the study.
struct Conditional {
  std::string_view table;
  std::string_view choices;  ///< behind "for"
  bool (*are_read)(const Study&);
  bool (*is_one)(const Option&);  ///< of that table
};

template <class... Keys>
bool is_any(const Option& option, Keys... keys) {
  return ((option.key == keys) || ...);
}

constexpr Conditional kConditionals[] = {
    {"judge", "judge.kind = \"classifier\"", judged_by_networks,
     [](const Option& option) { return describes_network(option) || option.key == "batch"; }},
    {"judge", "a judge.kind that is not \"none\"",
     [](const Study& study) { return study.judge.kind != JudgeKind::none; },
     [](const Option& option) { return option.key == "threshold"; }},
    {"judge", "judge.fit = \"crop\"", judge_crops, [](const Option& option) { return option.key == "resize_to"; }},
    {"classifier", "classifier.fit = \"crop\"",
     [](const Study& study) { return study.classifier.preprocessing.fit == Fit::crop; },
     [](const Option& option) { return option.key == "resize_to"; }},
    {"generator", "a generator.guidance above 1", [](const Study& study) { return study.generator.guidance > 1; },
     [](const Option& option) { return option.key == "negative_prompt"; }},
    {"generator", "generator.scheduler = \"ddim\" or \"tcd\"", takes_eta,
     [](const Option& option) { return option.key == "eta"; }},
    {"generator", "drafts: give generator.draft_steps, draft_size or draft_model", uses_drafts,
     [](const Option& option) { return option.key == "draft_guidance"; }},
    {"captioner", "search.source = \"captions\"", uses_captioner,
     [](const Option& option) { return option.key != "kind"; }},
    {"search", "search.source = \"captions\"", uses_captioner,
     [](const Option& option) {
       return is_any(option, "cluster_distance", "tiny_cluster", "captions", "controls", "phrases");
     }},
    {"search", "phrases that are not random",
     [](const Study& study) { return study.search.source != PhraseSource::random; },
     [](const Option& option) { return option.key == "attributes"; }},
    {"search", "studies with an embedder", uses_embedder,
     [](const Option& option) { return option.key == "phrase_similarity"; }},
    {"budget", "search.interaction_strength above 1 and phrases that are not random", screens,
     [](const Option& option) { return option.key == "screen"; }},
};

}  // namespace

std::vector<std::string> unread_keys(const toml::table& document, const Study& study, const TableReader& reader) {
  std::vector<std::string> sentences;
  for (const Conditional& one : kConditionals) {
    if (one.are_read(study)) continue;
    const toml::node* first = nullptr;
    std::size_t count = 0;
    std::string names;
    for (const Option& option : options()) {
      if (option.table != one.table || !one.is_one(option)) continue;
      const toml::node* node = node_at(document, option.table, option.key);
      if (node == nullptr) continue;
      if (first == nullptr || node->source().begin.line < first->source().begin.line) first = node;
      names += fmt::format("{}{}.{}", count == 0 ? "" : ", ", option.table, option.key);
      ++count;
    }
    if (count == 0) continue;
    sentences.push_back(
        reader
            .wrong(first, fmt::format("{} {} no effect: only for {}", names, count == 1 ? "has" : "have", one.choices))
            .message);
  }
  return sentences;
}

}  // namespace scotoma
