// SPDX-License-Identifier: Apache-2.0
#include "scotoma/study/label_class.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cctype>
#include <string_view>

namespace scotoma {
namespace {

constexpr std::size_t kShown = 8;  ///< class names in a message

bool is_digits(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](unsigned char c) { return std::isdigit(c) != 0; });
}

/// "LABEL_7": what transformers writes where a model was saved without names.
bool is_placeholder(std::string_view name) { return name.starts_with("LABEL_") && is_digits(name.substr(6)); }

/// "n01440764", alone or before a name: a synset of WordNet.
bool is_wordnet_id(std::string_view name) {
  return name.size() >= 9 && name[0] == 'n' && is_digits(name.substr(1, 8)) && (name.size() == 9 || name[9] == ' ');
}

bool all_are(const std::vector<std::string>& names, bool (*kind)(std::string_view)) {
  return !names.empty() && std::all_of(names.begin(), names.end(), [&](const std::string& name) { return kind(name); });
}

std::string plain(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (std::isspace(byte) != 0 || c == '_' || c == '-') continue;
    out += byte < 0x80 ? static_cast<char>(std::tolower(byte)) : c;
  }
  return out;
}

/// The class that was probably meant; empty where none is near. ImageNet's names are lists: "tench, Tinca tinca".
std::string meant(const std::string& wanted, const std::vector<std::string>& names) {
  for (const std::string& name : names) {
    for (std::size_t from = 0; from <= name.size();) {
      const std::size_t comma = std::min(name.find(',', from), name.size());
      if (plain(std::string_view(name).substr(from, comma - from)) == plain(wanted)) return name;
      from = comma + 1;
    }
  }
  return {};
}

/// Why no class may be called as the label is, and what to do.
std::string advice(const std::string& wanted, const ClassNames& classes) {
  const std::string file = classes.file.string();
  if (all_are(classes.names, is_placeholder)) {
    return fmt::format(
        "the model was saved without names, so {} holds placeholders: write the names into a text file, one "
        "a line in the order of the outputs, and give that as labels",
        file);
  }
  if (all_are(classes.names, is_wordnet_id)) {
    const bool named = classes.names.front().size() > 9;
    return fmt::format("they begin with WordNet's ids; {}",
                       named ? fmt::format("take them off: cut -c11- {} > plain_names.txt, "
                                           "and give that file as labels",
                                           file)
                             : "give a file with their names as labels, or the id as "
                               "the label's class");
  }
  const std::string near = meant(wanted, classes.names);
  return near.empty() ? "" : fmt::format("did you mean '{}'?", near);
}

std::string list(const std::vector<std::string>& names) {
  const auto end = names.begin() + static_cast<std::ptrdiff_t>(std::min(kShown, names.size()));
  return fmt::format("{}{}", fmt::join(names.begin(), end, ", "), names.size() > kShown ? ", ..." : "");
}

/// The place of the class that carries the first of `wanted` that any carries. `where` begins the message, `otherwise`
/// ends it.
Result<std::size_t> class_of(const StudyLabel& label, const std::vector<std::string>& wanted, const ClassNames& classes,
                             const std::string& where, const std::string& otherwise) {
  const std::vector<std::string>& names = classes.names;
  for (const std::string& name : wanted) {
    const auto first = std::find(names.begin(), names.end(), name);
    if (name.empty() || first == names.end()) continue;
    const auto second = std::find(first + 1, names.end(), name);
    if (second == names.end()) return static_cast<std::size_t>(first - names.begin());
    return bad_input(
        fmt::format("{}: label '{}': two classes of {} are called '{}', number {} and number {} (from 0): rename one "
                    "of them in {}, "
                    "for example to '{} 2', and give the name that is meant as the label's class",
                    where, label.name, classes.model.string(), name, first - names.begin(), second - names.begin(),
                    classes.file.string(), name));
  }
  const std::string more = advice(wanted.front(), classes);
  return bad_input(fmt::format("{}: label '{}': no class of {} is called '{}'; {} names {}: {}; {}{}", where,
                               label.name, classes.model.string(), wanted.front(), classes.file.string(), names.size(),
                               list(names), more.empty() ? "" : more + "; ", otherwise));
}

}  // namespace

Result<std::vector<std::size_t>> classes_of_labels(const Study& study, const std::vector<std::string>& names) {
  const bool files = study.classifier.kind != Backend::python;
  const ClassNames classes = files ? ClassNames{names, study.classifier.model, study.classifier.labels}
                                   : ClassNames{names, "the classifier", "its class_names"};
  std::vector<std::size_t> out;
  for (const StudyLabel& label : study.labels) {
    const std::string& wanted = label.class_name.empty() ? label.name : label.class_name;
    const auto otherwise =
        fmt::format("say which is the label's: [[label]] name = \"{}\", class = \"...\"", label.name);
    SCOTOMA_ASSIGN_OR_RETURN(const std::size_t place,
                             class_of(label, {wanted}, classes, study.file.string(), otherwise));
    out.push_back(place);
  }
  return out;
}

Result<std::size_t> judges_class(const StudyLabel& label, const ClassNames& judge) {
  return class_of(label, {label.name, label.class_name}, judge, judge.file.string() + ": the judge",
                  "rename that class there, or take a network that knows the label");
}

}  // namespace scotoma
