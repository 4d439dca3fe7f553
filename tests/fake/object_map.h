// SPDX-License-Identifier: Apache-2.0
// An object store in memory, which fails and waits as it is told.
#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "scotoma/image/object_store.h"

namespace scotoma::fake {

class ObjectMap : public ObjectStore {
 public:
  std::string place() const override { return "fake://images"; }

  Result<void> put(const std::string& id, std::string_view bytes) override {
    ++puts;
    if (before_put) SCOTOMA_RETURN_IF_ERROR(before_put(id));
    const std::lock_guard lock(mutex_);
    objects_[id] = bytes;
    return {};
  }

  Result<std::optional<std::string>> get(const std::string& id) override {
    ++gets;
    if (!reachable) return failed("fake://images: cannot be reached");
    const std::lock_guard lock(mutex_);
    const auto found = objects_.find(id);
    return found == objects_.end() ? std::nullopt : std::optional(found->second);
  }

  Result<std::vector<StoredImage>> list() override {
    ++lists;
    if (!reachable) return failed("fake://images: cannot be reached");
    const std::lock_guard lock(mutex_);
    std::vector<StoredImage> all;
    for (const auto& [id, bytes] : objects_) all.push_back({id, bytes.size()});
    return all;
  }

  Result<void> remove(const std::string& id) override {
    const std::lock_guard lock(mutex_);
    objects_.erase(id);
    return {};
  }

  /// As somebody else would change it.
  void set(const std::string& id, const std::string& bytes) {
    const std::lock_guard lock(mutex_);
    objects_[id] = bytes;
  }

  bool has(const std::string& id) const {
    const std::lock_guard lock(mutex_);
    return objects_.contains(id);
  }

  std::size_t size() const {
    const std::lock_guard lock(mutex_);
    return objects_.size();
  }

  std::function<Result<void>(const std::string& id)> before_put;  ///< on the threads that put
  std::atomic<bool> reachable = true;
  std::atomic<int> puts = 0;
  std::atomic<int> gets = 0;
  std::atomic<int> lists = 0;

 private:
  mutable std::mutex mutex_;
  std::map<std::string, std::string> objects_;
};

}  // namespace scotoma::fake
