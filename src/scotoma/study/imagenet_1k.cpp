// SPDX-License-Identifier: Apache-2.0
#include "scotoma/study/imagenet_1k.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <utility>

namespace scotoma {
namespace {

constexpr std::size_t kClasses = 1000;

/// A row a line (python/export/imagenet_1k.py says what is in it): the classes, then all that they are kinds of.
constexpr std::string_view kRows =
#include "scotoma/study/imagenet_1k.inc"
    ;

struct Synset {
  std::string_view name;  ///< of a class; else empty
  std::vector<std::string_view> words;
  std::vector<std::string_view> parents;
};

std::vector<std::string_view> split(std::string_view text, char at) {
  std::vector<std::string_view> parts;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(at), text.size());
    parts.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return parts;
}

std::string small_letters(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return out;
}

struct Table {
  std::vector<std::string_view> classes;  ///< ids
  std::map<std::string_view, Synset> synsets;

  Table() {
    for (const std::string_view row : split(kRows, '\n')) {
      std::string_view fields[4];  // the last may be empty
      std::string_view rest = row;
      for (std::string_view& field : fields) {
        const std::size_t end = std::min(rest.find('|'), rest.size());
        field = rest.substr(0, end);
        rest.remove_prefix(std::min(end + 1, rest.size()));
      }
      if (classes.size() < kClasses) classes.push_back(fields[0]);
      synsets[fields[0]] = {fields[1], split(fields[2], ';'), split(fields[3], ';')};
    }
  }

  /// The class and all that it is a kind of.
  std::set<std::string_view> with_ancestors(std::string_view id) const {
    std::set<std::string_view> found;
    std::vector<std::string_view> open = {id};
    while (!open.empty()) {
      const std::string_view next = open.back();
      open.pop_back();
      if (!found.insert(next).second) continue;
      const auto& parents = synsets.at(next).parents;
      open.insert(open.end(), parents.begin(), parents.end());
    }
    return found;
  }
};

const Table& table() {
  static const Table built;
  return built;
}

/// Places of the classes for which `term`, in small letters, is an id, a name or a word.
std::vector<std::size_t> classes_of(const std::string& term) {
  std::set<std::string_view> named;
  if (term.empty()) return {};
  for (const auto& [id, synset] : table().synsets) {
    const auto is = [&](std::string_view word) { return small_letters(word) == term; };
    if (is(id) || is(synset.name) || std::any_of(synset.words.begin(), synset.words.end(), is)) named.insert(id);
  }
  std::vector<std::size_t> places;
  for (std::size_t i = 0; !named.empty() && i < table().classes.size(); ++i) {
    const auto above = table().with_ancestors(table().classes[i]);
    if (std::any_of(above.begin(), above.end(), [&](std::string_view id) { return named.contains(id); }))
      places.push_back(i);
  }
  return places;
}

/// Up to five classes whose names hold a term that is none of theirs.
std::string suggestions(const std::string& term) {
  std::string found;
  int count = 0;
  for (const ImagenetClass& each : imagenet_1k()) {
    if (term.size() < 3 || small_letters(each.name).find(term) == std::string::npos) continue;
    found += fmt::format("{}\"{}\"", found.empty() ? "; it has " : ", ", each.name);
    if (++count == 5) break;
  }
  return found;
}

}  // namespace

const std::vector<ImagenetClass>& imagenet_1k() {
  static const std::vector<ImagenetClass> all = [] {
    std::vector<ImagenetClass> classes;
    for (const std::string_view id : table().classes) {
      const Synset& synset = table().synsets.at(id);
      ImagenetClass one{std::string(id), std::string(synset.name), {}, {}};
      for (const std::string_view word : synset.words) {
        if (word != synset.name) one.words.emplace_back(word);
      }
      one.hypernym = table().synsets.at(synset.parents.front()).words.front();
      classes.push_back(std::move(one));
    }
    return classes;
  }();
  return all;
}

std::vector<std::string> built_in_class_names(const std::filesystem::path& labels) {
  std::vector<std::string> names;
  if (!is_built_in(labels)) return names;
  for (const ImagenetClass& each : imagenet_1k()) names.push_back(each.name);
  return names;
}

Result<std::vector<std::size_t>> imagenet_classes(std::string_view term) {
  std::string asked = small_letters(term);
  if (asked.starts_with("all ")) asked.erase(0, 4);
  auto places = classes_of(asked);
  if (places.empty() && asked.ends_with("s")) places = classes_of(asked.substr(0, asked.size() - 1));
  if (!places.empty()) return places;
  return bad_input(fmt::format(
      "no class of {} is a \"{}\"{}; name a class, a word for what several are (\"dog\", \"vehicle\") or a WordNet id",
      kImagenet1k, asked, suggestions(asked)));
}

bool names_imagenet(std::string_view label) {
  return label == kImagenet1k || label.starts_with(fmt::format("{}/", kImagenet1k));
}

Result<std::vector<StudyLabel>> imagenet_labels(std::string_view label) {
  std::vector<std::size_t> places;
  if (label == kImagenet1k) {
    for (std::size_t i = 0; i < kClasses; ++i) places.push_back(i);
  } else {
    SCOTOMA_ASSIGN_OR_RETURN(places, imagenet_classes(label.substr(kImagenet1k.size() + 1)));
  }
  std::vector<StudyLabel> labels;
  for (const std::size_t place : places) {
    const ImagenetClass& each = imagenet_1k()[place];
    labels.push_back({each.name, each.name, each.hypernym, each.words});
  }
  return labels;
}

}  // namespace scotoma
