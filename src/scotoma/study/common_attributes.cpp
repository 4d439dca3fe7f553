// SPDX-License-Identifier: Apache-2.0
#include "scotoma/study/common_attributes.h"

#include <algorithm>
#include <cassert>
#include <string_view>

namespace scotoma {
namespace {

constexpr std::string_view kText =
#include "scotoma/study/common_attributes.inc"
    ;

/// Takes off `text` what stands before `end`, and `end`.
std::string_view take(std::string_view& text, std::string_view end) {
  const std::size_t at = std::min(text.find(end), text.size());
  const std::string_view front = text.substr(0, at);
  text.remove_prefix(std::min(at + end.size(), text.size()));
  return front;
}

std::vector<AttributeGroup> parse(std::string_view text) {
  std::vector<AttributeGroup> groups;
  bool before = false;
  while (!text.empty()) {
    std::string_view line = take(text, "\n");
    if (line.empty()) continue;
    if (!line.starts_with("= ")) {
      assert(!groups.empty());
      groups.back().phrases.push_back({std::string(line), before});
      continue;
    }
    line.remove_prefix(2);
    AttributeGroup& group = groups.emplace_back();
    group.name = take(line, " | ");
    const std::string_view slot = take(line, " | ");
    for (const auto& [value, name] : names_of(AttributeSlot())) {
      if (name == slot) group.slot = value;
    }
    before = take(line, " | ") == "before";
    group.reason = line;
  }
  return groups;
}

}  // namespace

const std::vector<AttributeGroup>& common_attributes() {
  static const std::vector<AttributeGroup> groups = parse(kText);
  return groups;
}

std::vector<ListedPhrase> common_phrases(AttributeSlot slot) {
  std::size_t longest = 0;
  for (const AttributeGroup& group : common_attributes()) longest = std::max(longest, group.phrases.size());
  std::vector<ListedPhrase> phrases;
  for (std::size_t i = 0; i < longest; ++i) {
    for (const AttributeGroup& group : common_attributes()) {
      if (group.slot == slot && i < group.phrases.size()) phrases.push_back(group.phrases[i]);
    }
  }
  return phrases;
}

}  // namespace scotoma
