// SPDX-License-Identifier: Apache-2.0
#include "scotoma/stage/random_lists.h"

#include <algorithm>
#include <cstdint>
#include <map>
#include <utility>

#include "scotoma/core/philox.h"
#include "scotoma/study/covering.h"

namespace scotoma {
namespace {

/// Lists, and how many combinations of one phrase of each there are.
using ListSets = std::vector<std::pair<std::vector<std::size_t>, std::uint32_t>>;

/// Every set of 1 .. most lists whose phrases may be joined, and the others alone.
ListSets sets_of(const std::vector<AttributeList>& lists, int most) {
  ListSets sets;
  for (std::size_t list = 0; list < lists.size(); ++list)
    sets.push_back({{list}, static_cast<std::uint32_t>(lists[list].phrases.size())});
  const auto some = combinable_lists(lists);
  for (std::size_t size = 2; size <= std::min(some.size(), static_cast<std::size_t>(most)); ++size) {
    for (const auto& chosen : subsets(some.size(), size)) {
      auto& [set, count] = sets.emplace_back(std::vector<std::size_t>{}, 1);
      for (const std::size_t i : chosen) {
        set.push_back(some[i]);
        count *= static_cast<std::uint32_t>(lists[some[i]].phrases.size());
      }
    }
  }
  return sets;
}

/// Combination `index` of those sets, one after the other.
Combination combination_at(const std::vector<AttributeList>& lists, const ListSets& sets, std::uint32_t index) {
  for (const auto& [set, count] : sets) {
    if (index >= count) {
      index -= count;
      continue;
    }
    Combination combination;
    for (const std::size_t list : set) {
      const auto size = static_cast<std::uint32_t>(lists[list].phrases.size());
      combination.emplace_back(list, index % size);
      index /= size;
    }
    return combination;
  }
  return {};
}

/// `most` different numbers below `count` in random order: Fisher and Yates' shuffle, kept only where it moved
/// something.
std::vector<std::uint32_t> shuffled(std::uint32_t count, std::uint32_t most, Philox random) {
  std::map<std::uint32_t, std::uint32_t> moved;
  const auto at = [&](std::uint32_t i) { return moved.contains(i) ? moved[i] : i; };
  std::vector<std::uint32_t> numbers;
  for (std::uint32_t i = 0; i < std::min(count, most); ++i) {
    const std::uint32_t j = i + random.below(count - i);
    numbers.push_back(at(j));
    moved[j] = at(i);
  }
  return numbers;
}

}  // namespace

std::vector<Listed> at_random(const Study& study, const std::vector<BaseResult>& bases) {
  const ListSets sets = sets_of(study.attributes, study.search.interaction_strength);
  std::uint32_t count = 0;
  for (const auto& set : sets) count += set.second;
  const auto most = static_cast<std::uint32_t>(study.evidence.max_hypotheses);
  std::vector<std::vector<std::uint32_t>> orders;
  for (std::size_t label = 0; label < bases.size(); ++label)
    orders.push_back(shuffled(count, most, Philox(study.seed, label)));
  std::vector<Listed> all;
  for (std::size_t i = 0; i < std::min(count, most); ++i) {
    for (std::size_t label = 0; label < bases.size(); ++label) {
      if (bases[label].not_generatable) continue;
      const Combination combination = combination_at(study.attributes, sets, orders[label][i]);
      all.push_back({bases[label].label, joined_phrase(study.attributes, combination), ""});
    }
  }
  return all;
}

}  // namespace scotoma
