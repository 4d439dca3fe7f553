// SPDX-License-Identifier: Apache-2.0
#include "scotoma/study/read.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <toml++/toml.h>

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <set>
#include <sstream>
#include <utility>

#include "scotoma/core/file.h"
#include "scotoma/study/assign.h"
#include "scotoma/study/covering.h"
#include "scotoma/study/imagenet_1k.h"
#include "scotoma/study/keys.h"
#include "scotoma/study/old_keys.h"
#include "scotoma/study/options.h"
#include "scotoma/study/prompt.h"
#include "scotoma/study/read_lists.h"
#include "scotoma/study/table_reader.h"

namespace scotoma {
namespace {

namespace fs = std::filesystem;

/// Reads one document.
class Reader : private TableReader {
 public:
  Reader(const toml::table& document, const fs::path& file, std::vector<std::string> notes)
      : TableReader(file), document_(document) {
    study_.notes = std::move(notes);
    std::error_code gone;  // the working folder may be
    study_.file = fs::absolute(file, gone).lexically_normal();
    if (gone) study_.file = file;
  }

  Result<Study> read(NamedFiles files) {
    files_ = files;
    SCOTOMA_RETURN_IF_ERROR(check_names());
    for (const Option& option : options()) SCOTOMA_RETURN_IF_ERROR(read_option(option));
    SCOTOMA_RETURN_IF_ERROR(read_networks());
    SCOTOMA_RETURN_IF_ERROR(read_labels());
    SCOTOMA_ASSIGN_OR_RETURN(study_.attributes, read_lists(document_, *this));
    SCOTOMA_RETURN_IF_ERROR(check_values());
    if (study_.name.empty()) study_.name = file().stem().string();
    return std::move(study_);
  }

  Result<ClassifierOptions> read_classifier() {
    SCOTOMA_RETURN_IF_ERROR(check_names());
    for (const Option& option : options()) {
      if (option.table == "classifier") SCOTOMA_RETURN_IF_ERROR(read_option(option));
    }
    SCOTOMA_RETURN_IF_ERROR(check_paths());
    return std::move(study_.classifier);
  }

 private:
  Result<void> check_names() const;
  Result<void> read_option(const Option& option);
  Result<void> assign(const Option& option, const toml::node& node, Study& study) const;
  Result<void> read_networks();
  Result<void> read_network(const toml::table& table);
  Result<void> add_label(const toml::node& item);
  Result<void> read_labels();
  Result<void> read_label_table(const toml::table& table);
  Result<void> check_lists() const;
  Result<void> check_prompts() const;
  Result<void> check_values() const;
  Result<void> check_roles() const;
  Result<void> check_failure() const;
  Result<void> check_paths() const;
  Result<void> check_path(const Option& option, const toml::node* node, const Study& study) const;

  const toml::node* node_of(std::string_view name, std::string_view key) const {
    const auto* table = document_.get_as<toml::table>(name);
    return table == nullptr ? nullptr : table->get(key);
  }
  const toml::node* find(const Option& option) const {
    return option.table.empty() ? document_.get(option.key) : node_of(option.table, option.key);
  }

  NamedFiles files_ = NamedFiles::must_be_there;
  const toml::table& document_;
  Study study_;
  std::vector<const toml::node*> label_nodes_;  ///< where each label stands
};

std::string full_name(const Option& option) {
  return option.table.empty() ? std::string(option.key) : fmt::format("{}.{}", option.table, option.key);
}

Result<void> Reader::check_names() const {
  SCOTOMA_RETURN_IF_ERROR(check_table("", document_));
  for (const auto& [key, node] : document_) {
    if (keys_of(key.str()).empty() || key.str() == "label" || key.str() == "attributes") continue;
    if (!node.is_table()) return wrong(&node, fmt::format("'{}' must be a table: [{}]", key.str(), key.str()));
    SCOTOMA_RETURN_IF_ERROR(check_table(key.str(), *node.as_table()));
  }
  return {};
}

Result<void> Reader::read_option(const Option& option) {
  const toml::node* node = find(option);
  if (node == nullptr) {
    if (option.required) return wrong(nullptr, fmt::format("'{}' is missing: {}", full_name(option), option.help));
    return {};
  }
  return assign(option, *node, study_);
}

Result<void> Reader::assign(const Option& option, const toml::node& node, Study& study) const {
  std::string expected = assign_option(option, node, study);
  if (expected.empty()) return {};
  if (expected == "a whole number" && node.is_integer()) {
    expected += fmt::format(" from {} to {}", option.low, option.high);
  }
  return wrong(&node, fmt::format("'{}' must be {} ({})", full_name(option), expected, option.help));
}

/// One more network of the judge, which takes from [judge] what it does not say itself.
Result<void> Reader::read_network(const toml::table& table) {
  SCOTOMA_RETURN_IF_ERROR(check_table("judge.ensemble", table));
  Study own = study_;
  own.judge.model.clear();
  own.judge.labels.clear();
  for (Option option : options()) {
    const toml::node* node = describes_network(option) ? table.get(option.key) : nullptr;
    if (node == nullptr) continue;
    option.table = "judge.ensemble";
    SCOTOMA_RETURN_IF_ERROR(assign(option, *node, own));
    SCOTOMA_RETURN_IF_ERROR(check_path(option, node, own));
  }
  if (own.judge.model.empty() || own.judge.labels.empty()) {
    return wrong(
        &table, fmt::format("'judge.ensemble.{}' is missing: each [[judge.ensemble]] needs model and labels of its own",
                            own.judge.model.empty() ? "model" : "labels"));
  }
  study_.judge.ensemble.push_back(networks(own.judge).front());
  return {};
}

Result<void> Reader::read_networks() {
  const toml::node* tables = node_of("judge", "ensemble");
  if (tables == nullptr) return {};
  const auto* array = tables->as_array();
  if (array == nullptr || (!array->empty() && !array->is_homogeneous<toml::table>()))
    return wrong(tables, "write each further network of the judge as [[judge.ensemble]]");
  if (study_.judge.kind != JudgeKind::classifier && !array->empty()) {
    return wrong(array->get(0),
                 fmt::format("[[judge.ensemble]] adds to a judge of the kind \"classifier\", but judge.kind is "
                             "\"{}\"; set it to \"classifier\" or take [[judge.ensemble]] out",
                             name_of(study_.judge.kind)));
  }
  for (const auto& item : *array) SCOTOMA_RETURN_IF_ERROR(read_network(*item.as_table()));
  return {};
}

Result<void> Reader::read_label_table(const toml::table& table) {
  SCOTOMA_RETURN_IF_ERROR(check_table("label", table));
  StudyLabel label;
  for (auto [key, field] :
       {std::pair{"name", &label.name}, {"class", &label.class_name}, {"hypernym", &label.hypernym}}) {
    const auto* node = table.get(key);
    if (node == nullptr) continue;
    if (!node->is_string()) return wrong(node, fmt::format("'label.{}' must be a text in quotes", key));
    *field = *node->value<std::string>();
  }
  if (const auto* node = table.get("article")) {
    label.article = node->value<std::string>();
    if (!label.article || label.article->find_first_of("{} ") != std::string::npos)
      return wrong(node, "'label.article' must be one word in quotes: \"a\", \"an\", \"the\", or \"\" for none");
  }
  if (const auto* node = table.get("synonyms")) {
    const auto* list = node->as_array();
    if (list == nullptr || (!list->empty() && !list->is_homogeneous<std::string>()))
      return wrong(node, "'label.synonyms' must be a list of texts");
    for (const auto& item : *list) label.synonyms.push_back(*item.value<std::string>());
  }
  if (label.name.empty()) return wrong(&table, "a [[label]] needs a name, as prompts would call it");
  study_.labels.push_back(label);
  label_nodes_.push_back(&table);
  return {};
}

/// A label's name, or that of a list that is built in.
Result<void> Reader::add_label(const toml::node& item) {
  if (!item.is_string()) return wrong(&item, "'labels' must be a list of texts");
  const std::string name = *item.value<std::string>();
  if (!names_imagenet(name)) {
    if (document_.get("labels")->is_string()) return wrong(&item, "'labels' must be a list of texts");
    study_.labels.push_back({name, "", "", {}});
    label_nodes_.push_back(&item);
    return {};
  }
  auto labels = imagenet_labels(name);
  if (!labels.ok()) return wrong(&item, labels.error().message);
  for (StudyLabel& label : *labels) {
    study_.labels.push_back(std::move(label));
    label_nodes_.push_back(&item);
  }
  return {};
}

Result<void> Reader::read_labels() {
  const toml::node* list = document_.get("labels");
  const toml::node* tables = document_.get("label");
  if (list != nullptr) {
    const auto* array = list->as_array();
    if (array == nullptr && list->is_string()) SCOTOMA_RETURN_IF_ERROR(add_label(*list));
    if (array == nullptr && !list->is_string()) return wrong(list, "'labels' must be a list of texts");
    for (std::size_t i = 0; array != nullptr && i < array->size(); ++i) {
      SCOTOMA_RETURN_IF_ERROR(add_label(*array->get(i)));
    }
  }
  if (tables != nullptr) {
    const auto* array = tables->as_array();
    if (array == nullptr || !array->is_homogeneous<toml::table>())
      return wrong(tables, "write each label as [[label]]");
    for (const auto& item : *array) SCOTOMA_RETURN_IF_ERROR(read_label_table(*item.as_table()));
  }
  if (study_.labels.empty())
    return wrong(list != nullptr ? list : tables, "no labels; add for example: labels = [\"fly\", \"bee\"]");
  std::set<std::string> seen;
  for (std::size_t i = 0; i < study_.labels.size(); ++i) {
    StudyLabel& label = study_.labels[i];
    if (label.name.empty()) return wrong(label_nodes_[i], "a label is empty; take it out or name it");
    if (!seen.insert(label.name).second)
      return wrong(label_nodes_[i], fmt::format("label '{}' stands twice", label.name));
    if (label.class_name.empty()) label.class_name = label.name;
  }
  return {};
}

Result<void> Reader::check_lists() const {
  const SearchOptions& search = study_.search;
  const std::size_t lists = study_.attributes.size();
  std::vector<int> sizes;
  for (const AttributeList& list : study_.attributes) {
    if (list.combinable) sizes.push_back(static_cast<int>(list.phrases.size()));
  }
  if (search.source != PhraseSource::captions && lists == 0) {
    return wrong(node_of("search", "source"),
                 fmt::format("search.source is \"{}\", but there is no list of phrases; add [[attributes]] with name "
                             "and phrases",
                             name_of(search.source)));
  }
  const auto* combine = node_of("search", "interaction_strength");
  if (static_cast<std::size_t>(search.interaction_strength) > std::max(std::size_t{1}, sizes.size())) {
    return wrong(
        combine,
        fmt::format("search.interaction_strength is {}, but there {} {} [[attributes]] whose phrases may be joined",
                    search.interaction_strength, sizes.size() == 1 ? "is" : "are", sizes.size()));
  }
  const double total = count_combinations(sizes, search.interaction_strength);
  if (total > kMostCombinations) {
    return wrong(
        combine,
        fmt::format("search.interaction_strength = {} makes {:.0f} combinations of a label; {:.0f} is the most",
                    search.interaction_strength, total, kMostCombinations));
  }
  return {};
}

Result<void> Reader::check_prompts() const {
  using namespace std::string_view_literals;
  const PromptOptions& prompts = study_.prompts;
  const auto check = [&](const char* key, const std::string& text, std::initializer_list<std::string_view> known,
                         std::initializer_list<std::string_view> needed) -> Result<void> {
    const auto ok = check_template(text, known, needed);
    if (!ok.ok()) return wrong(node_of("prompts", key), fmt::format("prompts.{}: {}", key, ok.error().message));
    return {};
  };
  const auto lacking =
      std::find_if(study_.labels.begin(), study_.labels.end(), [](const auto& l) { return l.hypernym.empty(); });
  for (const auto& base : prompts.base) {
    SCOTOMA_RETURN_IF_ERROR(check("base", base, {"label", "a label", "hypernym"}, {"label", "a label"}));
    if (base.find("{hypernym}") != std::string::npos && lacking != study_.labels.end()) {
      return wrong(node_of("prompts", "base"),
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

Result<void> Reader::check_values() const {
  SCOTOMA_RETURN_IF_ERROR(check_prompts());
  SCOTOMA_RETURN_IF_ERROR(check_lists());
  if (study_.evidence.alpha0 >= study_.evidence.alpha) {
    const toml::node* node = node_of("evidence", "alpha0");
    return wrong(node != nullptr ? node : node_of("evidence", "alpha"),
                 fmt::format("evidence.alpha0 ({}) must be below evidence.alpha ({}): it is a part of it",
                             study_.evidence.alpha0, study_.evidence.alpha));
  }
  const BudgetOptions& budget = study_.budget;
  if (budget.base_first > budget.base) {
    return wrong(node_of("budget", "base_first"),
                 fmt::format("budget.base_first ({}) must be at most budget.base ({}): these are the first of them",
                             budget.base_first, budget.base));
  }
  const auto prompts = static_cast<int>(study_.prompts.base.size());
  if (budget.base_first < budget.base && budget.base_first % prompts != 0) {
    return wrong(node_of("budget", "base_first"),
                 fmt::format("budget.base_first ({}) must be a multiple of the number of prompts.base ({}): they take "
                             "turns, and what some of them generate says nothing of the others",
                             budget.base_first, prompts));
  }
  if (study_.judge.kind == JudgeKind::classifier && (study_.judge.model.empty() || study_.judge.labels.empty())) {
    return wrong(node_of("judge", "kind"), "judge.kind is \"classifier\": judge.model and judge.labels are missing");
  }
  SCOTOMA_RETURN_IF_ERROR(check_roles());
  SCOTOMA_RETURN_IF_ERROR(check_failure());
  return check_paths();
}

/// Which models a study needs beside generator and classifier.
Result<void> Reader::check_roles() const {
  constexpr std::string_view kInstead =
      "or give phrases of your own in [[attributes]] and set search.source = \"none\"";
  if (uses_captioner(study_) && study_.captioner.model.empty())
    return wrong(nullptr, fmt::format("'captioner.model' is missing: captions say what failing images have in common; "
                                      "name one, {}",
                                      kInstead));
  if (uses_captioner(study_) && !uses_embedder(study_))
    return wrong(nullptr,
                 fmt::format("'embedder.model' is missing: it says which images are alike; name one, {}", kInstead));
  if (study_.judge.kind == JudgeKind::embedder && !uses_embedder(study_))
    return wrong(node_of("judge", "kind"), "judge.kind is \"embedder\", but 'embedder.model' is missing");
  return {};
}

/// A key that the rule does not read would be taken for one that it does.
Result<void> Reader::check_failure() const {
  const FailureKind rule = study_.failure.rule;
  const toml::node* k = node_of("failure", "k");
  if (k != nullptr && rule != FailureKind::top_k) {
    return wrong(k,
                 fmt::format("failure.k is only for failure.rule = \"top-k\", but the rule is \"{}\"", name_of(rule)));
  }
  const toml::node* threshold = node_of("failure", "threshold");
  if (threshold != nullptr && rule != FailureKind::low_score && rule != FailureKind::confident) {
    return wrong(threshold, fmt::format("failure.threshold is only for failure.rule = \"low-score\" or \"confident\", "
                                        "but the rule is \"{}\"",
                                        name_of(rule)));
  }
  return {};
}

/// Of the paths that were given.
Result<void> Reader::check_paths() const {
  for (const Option& option : options()) SCOTOMA_RETURN_IF_ERROR(check_path(option, find(option), study_));
  return {};
}

Result<void> Reader::check_path(const Option& option, const toml::node* node, const Study& study) const {
  const auto* field = std::get_if<Field<fs::path>>(&option.target);
  if (field == nullptr) return {};
  const fs::path& path = (*field)(const_cast<Study&>(study));
  std::error_code ignored;
  if (files_ == NamedFiles::may_be_gone || path.empty() || is_built_in(path) || fs::exists(path, ignored)) return {};
  return wrong(node, fmt::format("'{}': {} does not exist", full_name(option), path.string()));
}

/// Parses a document and hands its reader to `read`; `file` is used in messages and for relative paths.
template <class Read>
auto from_text(const std::string& text, const fs::path& file, Read read) -> decltype(read(std::declval<Reader&>())) {
  try {
    toml::table document = toml::parse(text, file.string());
    SCOTOMA_ASSIGN_OR_RETURN(auto renamed, rename_old_keys(document, file));
    Reader reader(document, file, std::move(renamed));
    return read(reader);
  } catch (const toml::parse_error& error) {
    const auto at = error.source().begin;
    return bad_input(
        fmt::format("{}:{}:{}: not valid TOML: {}", file.string(), at.line, at.column, error.description()));
  }
}

Result<std::string> text_of(const fs::path& file) {
  std::error_code ignored;
  errno = 0;
  std::ifstream in(file, std::ios::binary);
  if (!in && ran_out(errno)) return failed(fmt::format("{}: cannot be read ({})", file.string(), reason_of(errno)));
  if (!in || fs::is_directory(file, ignored)) {
    return bad_input(fmt::format("{}: cannot be read; give the path of a study file (study.toml)", file.string()));
  }
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

}  // namespace

Result<Study> parse_study(const std::string& text, const fs::path& file, NamedFiles files) {
  SCOTOMA_ASSIGN_OR_RETURN(Study study, from_text(text, file, [&](Reader& reader) { return reader.read(files); }));
  study.text = text;
  return study;
}

Result<Study> read_study(const fs::path& file, NamedFiles files) {
  SCOTOMA_ASSIGN_OR_RETURN(const std::string text, text_of(file));
  return parse_study(text, file, files);
}

Result<ClassifierOptions> read_classifier(const fs::path& file) {
  SCOTOMA_ASSIGN_OR_RETURN(const std::string text, text_of(file));
  return from_text(text, file, [](Reader& reader) { return reader.read_classifier(); });
}

}  // namespace scotoma
