// SPDX-License-Identifier: Apache-2.0
#include "scotoma/study/read.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <toml++/toml.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <fstream>
#include <sstream>
#include <utility>

#include "scotoma/core/file.h"
#include "scotoma/study/assign.h"
#include "scotoma/study/check_values.h"
#include "scotoma/study/imagenet_1k.h"
#include "scotoma/study/keys.h"
#include "scotoma/study/old_keys.h"
#include "scotoma/study/options.h"
#include "scotoma/study/read_labels.h"
#include "scotoma/study/read_lists.h"
#include "scotoma/study/table_reader.h"
#include "scotoma/study/unread_keys.h"

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
    study_.certify.in_study = document_.contains("certify");
    SCOTOMA_RETURN_IF_ERROR(ask_folders());
    SCOTOMA_RETURN_IF_ERROR(read_networks());
    SCOTOMA_ASSIGN_OR_RETURN(study_.labels, read_labels(document_, *this));
    SCOTOMA_ASSIGN_OR_RETURN(study_.attributes, read_lists(document_, *this));
    SCOTOMA_RETURN_IF_ERROR(check_values(document_, study_, *this));
    SCOTOMA_RETURN_IF_ERROR(check_paths());
    for (std::string& sentence : unread_keys(document_, study_, *this)) study_.notes.push_back(std::move(sentence));
    if (study_.name.empty()) study_.name = file().stem().string();
    return std::move(study_);
  }

  Result<GeneratorOptions> read_generator() {
    SCOTOMA_RETURN_IF_ERROR(read_tables("generator"));
    return std::move(study_.generator);
  }

  Result<ClassifierOptions> read_classifier() {
    SCOTOMA_RETURN_IF_ERROR(read_tables("classifier"));
    SCOTOMA_RETURN_IF_ERROR(ask_folders());
    SCOTOMA_RETURN_IF_ERROR(check_paths());
    return std::move(study_.classifier);
  }

 private:
  /// One table, and those inside it.
  Result<void> read_tables(std::string_view name) {
    SCOTOMA_RETURN_IF_ERROR(check_names());
    for (const Option& option : options()) {
      if (option.table.substr(0, option.table.find('.')) == name) SCOTOMA_RETURN_IF_ERROR(read_option(option));
    }
    return {};
  }

  Result<void> check_names() const;
  Result<void> read_option(const Option& option);
  Result<void> assign(const Option& option, const toml::node& node, Study& study) const;
  Result<void> read_networks();
  Result<void> read_network(const toml::table& table);
  Result<void> ask_folders();
  Result<void> find_labels(std::string_view table, const toml::node* where, const fs::path& model,
                           fs::path& labels) const;
  Result<void> check_paths() const;
  Result<void> check_path(const Option& option, const toml::node* node, const Study& study) const;

  /// As the study has it: a judge's says who judges.
  std::string_view kind_of(std::string_view table) const {
    return table == "judge" ? name_of(study_.judge.kind) : name_of(*backend_of(table, study_));
  }

  const toml::node* find(const Option& option) const {
    return option.table.empty() ? document_.get(option.key) : node_at(document_, option.table, option.key);
  }

  NamedFiles files_ = NamedFiles::must_be_there;
  const toml::table& document_;
  Study study_;
};

/// Whether the table of a network says how images are fed to it.
bool says_preprocessing(const toml::table* table) {
  constexpr std::array kKeys = {"width", "height", "fit", "resize_to", "filter", "mean", "std", "channels", "layout"};
  return table != nullptr &&
         std::any_of(kKeys.begin(), kKeys.end(), [&](const char* key) { return table->contains(key); });
}

std::string full_name(const Option& option) {
  return option.table.empty() ? std::string(option.key) : fmt::format("{}.{}", option.table, option.key);
}

Result<void> Reader::check_names() const {
  SCOTOMA_RETURN_IF_ERROR(check_table("", document_));
  for (const auto& [key, node] : document_) {
    if (keys_of(key.str()).empty() || key.str() == "label" || key.str() == "attributes") continue;
    if (!node.is_table()) return wrong(&node, fmt::format("'{}' must be a table: [{}]", key.str(), key.str()));
    SCOTOMA_RETURN_IF_ERROR(check_table(key.str(), *node.as_table()));
    SCOTOMA_RETURN_IF_ERROR(check_inner_tables(std::string(key.str()), *node.as_table()));
  }
  return {};
}

Result<void> Reader::read_option(const Option& option) {
  const toml::node* node = find(option);
  if (!is_read(option, study_)) {  // a key that is not read would be taken for one that is
    if (node == nullptr) return {};
    std::vector<std::string> kinds;
    for (const Backend kind : option.kinds) kinds.push_back(fmt::format("\"{}\"", name_of(kind)));
    return wrong(node, fmt::format("'{}' is only for {}.kind = {}, but the kind is \"{}\"; take it out",
                                   full_name(option), option.table.substr(0, option.table.find('.')),
                                   fmt::join(kinds, " or "), kind_of(option.table)));
  }
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

/// What a classifier's table leaves unsaid, its folder may say.
Result<void> Reader::ask_folders() {
  study_.classifier.preprocessing.of_folder = !says_preprocessing(document_.get_as<toml::table>("classifier"));
  study_.judge.preprocessing.of_folder = !says_preprocessing(document_.get_as<toml::table>("judge"));
  SCOTOMA_RETURN_IF_ERROR(find_labels("classifier", nullptr, study_.classifier.model, study_.classifier.labels));
  return find_labels("judge", nullptr, study_.judge.model, study_.judge.labels);
}

/// Class names that the study does not give: where exports of transformers and timm have them. `where`: for messages.
Result<void> Reader::find_labels(std::string_view table, const toml::node* where, const fs::path& model,
                                 fs::path& labels) const {
  if (!labels.empty() || model.empty()) return {};
  std::error_code ignored;
  const fs::path folder = fs::is_directory(model, ignored) ? model : model.parent_path();
  labels = (folder / "config.json").lexically_normal();
  if (files_ == NamedFiles::may_be_gone || fs::exists(labels, ignored)) return {};
  return wrong(where, fmt::format("'{}.labels' is missing: class names, as a file or \"imagenet-1k\"; no config.json "
                                  "beside the model has them",
                                  table));
}

/// One more network of the judge, which takes from [judge] what it does not say itself.
Result<void> Reader::read_network(const toml::table& table) {
  SCOTOMA_RETURN_IF_ERROR(check_table("judge.ensemble", table));
  Study own = study_;
  own.judge.model.clear();
  own.judge.labels.clear();
  if (says_preprocessing(&table)) own.judge.preprocessing.of_folder = false;
  for (Option option : options()) {
    const toml::node* node = describes_network(option) ? table.get(option.key) : nullptr;
    if (node == nullptr) continue;
    option.table = "judge.ensemble";
    SCOTOMA_RETURN_IF_ERROR(assign(option, *node, own));
    SCOTOMA_RETURN_IF_ERROR(check_path(option, node, own));
  }
  if (own.judge.model.empty())
    return wrong(&table,
                 "'judge.ensemble.model' is missing: each [[judge.ensemble]] needs model and labels of its own");
  SCOTOMA_RETURN_IF_ERROR(find_labels("judge.ensemble", &table, own.judge.model, own.judge.labels));
  study_.judge.ensemble.push_back(networks(own.judge).front());
  return {};
}

Result<void> Reader::read_networks() {
  const toml::node* tables = node_at(document_, "judge", "ensemble");
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

Result<GeneratorOptions> parse_generator(const std::string& text) {
  return from_text(text, "generator.toml", [](Reader& reader) { return reader.read_generator(); });
}

Result<ClassifierOptions> read_classifier(const fs::path& file) {
  SCOTOMA_ASSIGN_OR_RETURN(const std::string text, text_of(file));
  return from_text(text, file, [](Reader& reader) { return reader.read_classifier(); });
}

}  // namespace scotoma
