// SPDX-License-Identifier: Apache-2.0
// A memo's answers on their way to where they are remembered: an image's row comes after the image, which may take its
// time to reach a store elsewhere.
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "scotoma/cache/memo.h"

namespace scotoma {

/// Remembers answers; those that name images once the images are where they are kept.
Result<void> Memo::keep(RoleKind role, const std::string& fingerprint, std::vector<Answer> rows) {
  if (!generates(role)) return store_.store(fingerprint, rows);
  std::vector<std::string> ids;
  for (const Answer& row : rows) ids.push_back(row.value);
  SCOTOMA_ASSIGN_OR_RETURN(const bool there, images_.settled(ids, false));
  if (there) {
    SCOTOMA_RETURN_IF_ERROR(store_.store(fingerprint, rows));
  } else {
    const std::lock_guard lock(mutex_);
    for (const Answer& row : rows) on_their_way_[{fingerprint, row.input}] = row.value;
    unsettled_.push_back({fingerprint, std::move(rows)});
  }
  return keep_settled(false);
}

/// The first of those that wait; false: none does.
bool Memo::take_unsettled(Unsettled& first) {
  const std::lock_guard lock(mutex_);
  if (unsettled_.empty()) return false;
  first = std::move(unsettled_.front());
  unsettled_.pop_front();
  return true;
}

/// Remembers what has been settled since; `wait`: waits for what has not. Ends at the first error, whose answers are
/// asked for anew.
Result<void> Memo::keep_settled(bool wait) {
  Unsettled next;
  while (take_unsettled(next)) {
    std::vector<std::string> ids;
    for (const Answer& row : next.rows) ids.push_back(row.value);
    const auto there = images_.settled(ids, wait);
    if (there.ok() && !*there) {
      const std::lock_guard lock(mutex_);
      unsettled_.push_front(std::move(next));
      return {};
    }
    const Result<void> kept = there.ok() ? store_.store(next.fingerprint, next.rows) : there.error();
    const std::lock_guard lock(mutex_);
    for (const Answer& row : next.rows) on_their_way_.erase({next.fingerprint, row.input});
    if (!kept.ok()) return kept;
  }
  return {};
}

Result<void> Memo::settle() {
  Result<void> first;
  while (true) {
    if (auto kept = keep_settled(true); !kept.ok() && first.ok()) first = kept;
    const std::lock_guard lock(mutex_);
    if (unsettled_.empty()) return first;
  }
}

Memo::~Memo() {
  try {
    static_cast<void>(settle());
  } catch (...) {  // no memory: what was on its way is generated anew by the next run
    static_cast<void>(0);
  }
}

}  // namespace scotoma
