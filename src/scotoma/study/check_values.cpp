// SPDX-License-Identifier: Apache-2.0
#include "scotoma/study/check_values.h"

#include <fmt/format.h>

#include <algorithm>

#include "scotoma/study/covering.h"
#include "scotoma/study/prompt.h"

namespace scotoma {
namespace {

class ValueCheck {
 public:
  ValueCheck(const toml::table& document, const Study& study, const TableReader& reader)
      : document_(document), study_(study), reader_(reader) {}

  Result<void> run() const;

 private:
  Result<void> check_lists() const;
  Result<void> check_prompts() const;
  Result<void> check_roles() const;
  Result<void> check_failure() const;
  Result<void> check_checkpoint() const;
  Result<void> check_drafts() const;

  const toml::node* node(std::string_view table, std::string_view key) const { return node_at(document_, table, key); }

  const toml::table& document_;
  const Study& study_;
  const TableReader& reader_;
};

Result<void> ValueCheck::check_lists() const {
  const SearchOptions& search = study_.search;
  const std::size_t lists = study_.attributes.size();
  std::vector<int> sizes;
  for (const AttributeList& list : study_.attributes) {
    if (list.combinable) sizes.push_back(static_cast<int>(list.phrases.size()));
  }
  if (search.source != PhraseSource::captions && lists == 0 && !searches_further(study_)) {
    return reader_.wrong(
        node("search", "source"),
        fmt::format("search.source is \"{}\", but there is no list of phrases; add [[attributes]] with name "
                    "and phrases{}",
                    name_of(search.source),
                    search.source == PhraseSource::none ? ", or search.attributes = \"common\"" : ""));
  }
  const auto* combine = node("search", "interaction_strength");
  if (static_cast<std::size_t>(search.interaction_strength) > std::max(std::size_t{1}, sizes.size())) {
    return reader_.wrong(
        combine,
        fmt::format("search.interaction_strength is {}, but there {} {} [[attributes]] whose phrases may be joined",
                    search.interaction_strength, sizes.size() == 1 ? "is" : "are", sizes.size()));
  }
  const double total = count_combinations(sizes, search.interaction_strength);
  if (total > kMostCombinations) {
    return reader_.wrong(
        combine,
        fmt::format("search.interaction_strength = {} makes {:.0f} combinations of a label; {:.0f} is the most",
                    search.interaction_strength, total, kMostCombinations));
  }
  return {};
}

Result<void> ValueCheck::check_prompts() const {
  using namespace std::string_view_literals;
  const PromptOptions& prompts = study_.prompts;
  const auto check = [&](const char* key, const std::string& text, std::initializer_list<std::string_view> known,
                         std::initializer_list<std::string_view> needed) -> Result<void> {
    const auto ok = check_template(text, known, needed);
    if (!ok.ok()) return reader_.wrong(node("prompts", key), fmt::format("prompts.{}: {}", key, ok.error().message));
    return {};
  };
  const auto lacking =
      std::find_if(study_.labels.begin(), study_.labels.end(), [](const auto& l) { return l.hypernym.empty(); });
  for (const auto& base : prompts.base) {
    SCOTOMA_RETURN_IF_ERROR(check("base", base, {"label", "a label", "hypernym"}, {"label", "a label"}));
    if (base.find("{hypernym}") != std::string::npos && lacking != study_.labels.end()) {
      return reader_.wrong(
          node("prompts", "base"),
          fmt::format("prompts.base uses {{hypernym}}, but label '{}' has none; give it one in a [[label]]",
                      lacking->name));
    }
  }
  const auto names = {"base"sv, "bare base"sv, "phrase"sv, "a phrase"sv, "label"sv, "a label"sv};
  const auto subject = {"base"sv, "bare base"sv, "label"sv, "a label"sv};
  SCOTOMA_RETURN_IF_ERROR(check("after", prompts.after, names, {"phrase", "a phrase"}));
  SCOTOMA_RETURN_IF_ERROR(check("after", prompts.after, names, subject));
  SCOTOMA_RETURN_IF_ERROR(check("before", prompts.before, names, {"phrase", "a phrase"}));
  return check("before", prompts.before, names, subject);
}

Result<void> ValueCheck::run() const {
  SCOTOMA_RETURN_IF_ERROR(check_prompts());
  SCOTOMA_RETURN_IF_ERROR(check_lists());
  if (study_.evidence.alpha0 >= study_.evidence.alpha) {
    const toml::node* alpha0 = node("evidence", "alpha0");
    return reader_.wrong(alpha0 != nullptr ? alpha0 : node("evidence", "alpha"),
                         fmt::format("evidence.alpha0 ({}) must be below evidence.alpha ({}): it is a part of it",
                                     study_.evidence.alpha0, study_.evidence.alpha));
  }
  const BudgetOptions& budget = study_.budget;
  if (budget.base_first > budget.base) {
    return reader_.wrong(
        node("budget", "base_first"),
        fmt::format("budget.base_first ({}) must be at most budget.base ({}): these are the first of them",
                    budget.base_first, budget.base));
  }
  const auto prompts = static_cast<int>(study_.prompts.base.size());
  if (budget.base_first < budget.base && budget.base_first % prompts != 0) {
    return reader_.wrong(
        node("budget", "base_first"),
        fmt::format("budget.base_first ({}) must be a multiple of the number of prompts.base ({}): they take "
                    "turns, and what some of them generate says nothing of the others",
                    budget.base_first, prompts));
  }
  if (study_.judge.kind == JudgeKind::classifier && (study_.judge.model.empty() || study_.judge.labels.empty())) {
    return reader_.wrong(node("judge", "kind"),
                         "judge.kind is \"classifier\": judge.model and judge.labels are missing");
  }
  SCOTOMA_RETURN_IF_ERROR(check_roles());
  SCOTOMA_RETURN_IF_ERROR(check_failure());
  SCOTOMA_RETURN_IF_ERROR(check_drafts());
  return check_checkpoint();
}

Result<void> ValueCheck::check_checkpoint() const {
  const SdcppOptions& sdcpp = study_.generator.sdcpp;
  if (study_.generator.kind != Backend::sdcpp || !sdcpp.model.empty() || !sdcpp.diffusion_model.empty()) return {};
  return reader_.wrong(
      node("generator", "kind"),
      "'generator.sdcpp.model' is missing: a checkpoint with all parts; or give diffusion_model and its "
      "other parts");
}

/// A draft that costs as much as another image is of no use.
Result<void> ValueCheck::check_drafts() const {
  const GeneratorOptions& full = study_.generator;
  if (full.draft_guidance > 0 && full.draft_guidance < 1) {
    return reader_.wrong(node("generator", "draft_guidance"),
                         fmt::format("generator.draft_guidance is {}; it must be 1 (none) or more, or 0: as "
                                     "generator.guidance",
                                     full.draft_guidance));
  }
  const bool cheaper = full.draft_size > 0 || !full.draft_model.empty();
  if (full.draft_steps > 0 && full.draft_steps >= full.steps && !cheaper) {
    return reader_.wrong(node("generator", "draft_steps"),
                         fmt::format("generator.draft_steps ({}) must be below generator.steps ({}): drafts are the "
                                     "cheaper images",
                                     full.draft_steps, full.steps));
  }
  return {};
}

/// Which models a study needs beside generator and classifier.
Result<void> ValueCheck::check_roles() const {
  constexpr std::string_view kInstead =
      "or give phrases of your own in [[attributes]] and set search.source = \"none\"";
  if (uses_captioner(study_) && study_.captioner.kind == Backend::openvino && study_.captioner.model.empty())
    return reader_.wrong(nullptr,
                         fmt::format("'captioner.model' is missing: captions say what failing images have in common; "
                                     "name one, {}",
                                     kInstead));
  if (uses_captioner(study_) && !uses_embedder(study_))
    return reader_.wrong(
        nullptr, fmt::format("'embedder.model' is missing: it says which images are alike; name one, {}", kInstead));
  if (study_.judge.kind == JudgeKind::embedder && !uses_embedder(study_))
    return reader_.wrong(node("judge", "kind"), "judge.kind is \"embedder\", but 'embedder.model' is missing");
  return {};
}

/// A key that the rule does not read would be taken for one that it does.
Result<void> ValueCheck::check_failure() const {
  const FailureKind rule = study_.failure.rule;
  const toml::node* k = node("failure", "k");
  if (k != nullptr && rule != FailureKind::top_k) {
    return reader_.wrong(
        k, fmt::format("failure.k is only for failure.rule = \"top-k\", but the rule is \"{}\"", name_of(rule)));
  }
  const toml::node* threshold = node("failure", "threshold");
  if (threshold != nullptr && rule != FailureKind::low_score && rule != FailureKind::confident) {
    return reader_.wrong(threshold,
                         fmt::format("failure.threshold is only for failure.rule = \"low-score\" or \"confident\", "
                                     "but the rule is \"{}\"",
                                     name_of(rule)));
  }
  return {};
}

}  // namespace

Result<void> check_values(const toml::table& document, const Study& study, const TableReader& reader) {
  return ValueCheck(document, study, reader).run();
}

}  // namespace scotoma
