// SPDX-License-Identifier: Apache-2.0
// How much of a run the models did, and how much the cache had.
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "scotoma/finding/finding.h"

namespace scotoma {

/// Images are the generator's answers, drafts among them; answers are those of all other roles. Each question counts
/// once a run.
struct RunWork {
  std::uint64_t images_generated = 0;
  std::uint64_t images_recalled = 0;
  std::uint64_t answers_computed = 0;
  std::uint64_t answers_recalled = 0;

  /// Whether the cache answered everything.
  bool replayed() const {
    return images_generated == 0 && answers_computed == 0 && images_recalled + answers_recalled > 0;
  }

  bool operator==(const RunWork&) const = default;
};

/// Summed over `roles`, which are named as in RunFacts.
inline RunWork work_of(const std::map<std::string, RunFacts::RoleUse>& roles) {
  RunWork work;
  for (const auto& [role, use] : roles) {
    const bool images = role == name_of(RoleKind::generator) || role == name_of(RoleKind::draft);
    (images ? work.images_generated : work.answers_computed) += use.computed;
    (images ? work.images_recalled : work.answers_recalled) += use.recalled;
  }
  return work;
}

}  // namespace scotoma
