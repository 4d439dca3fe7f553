// SPDX-License-Identifier: Apache-2.0
// Images in an object store, with a folder of this machine that holds the last used of them.
#pragma once

#include <array>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "scotoma/image/folder_room.h"
#include "scotoma/image/image_folder.h"
#include "scotoma/image/object_store.h"

namespace scotoma {

/// As a folder of images whose folder() is the scratch: what is put goes there at once and to the store on threads of
/// its own, so that models work meanwhile; settled() says when it is there. What is read comes from the scratch, else
/// from the store, and is looked at in both cases. Which images the store has is asked once, with one listing. Safe to
/// use from several threads, and by several processes on one scratch.
class StoredImages final : public ImageFolder {
 public:
  struct Limits {
    std::uint64_t scratch_bytes = std::uint64_t{4} << 30;  ///< of images in the scratch
    std::size_t at_once = 32;                              ///< transfers at a time
    std::size_t waiting = 128;                             ///< images put that are not in the store yet; a put waits
  };

  /// `store` and `before` must outlive it. `before`: where images of this study may stand from the time before it had a
  /// store; those that the store lacks are put there when they are asked for. May be null.
  StoredImages(ObjectStore& store, std::filesystem::path scratch, Limits limits, const ImageFolder* before = nullptr);

  /// Waits for what is on its way.
  ~StoredImages() override;

  StoredImages(const StoredImages&) = delete;
  StoredImages& operator=(const StoredImages&) = delete;

  /// Lists the store, unless that was done: before models work for it. Errors: where it cannot be listed.
  Result<void> reach() const;

  /// Errors: those of the store's listing, and of the scratch. Those of the upload are settled()'s.
  Result<std::string> put_image(const Image& image) override;
  Result<void> put_png(const std::string& id, std::string_view bytes) override;
  Result<bool> settled(std::span<const std::string> ids, bool wait) override;

  /// Waits for all that was put. Errors: the first image that could not be kept.
  Result<void> finish();

  /// Errors: failed where the store cannot be reached or has no such image. One that is damaged there is removed, once
  /// it came so twice.
  Result<Image> image(const std::string& id) const override;
  Result<std::vector<std::uint8_t>> image_bytes(const std::string& id) const override;
  void fetch(std::span<const std::string> ids) const override;

  /// Whether the store has it, or `before`. Errors: where the store cannot be listed.
  Result<bool> has_image(const std::string& id) const override;

  /// A file of this machine with the image, for as long as the scratch has room. Errors: as image().
  Result<std::filesystem::path> file_of(const std::string& id) const;

 private:
  struct Upload;
  class Threads;
  using Key = std::array<std::uint64_t, 2>;  ///< an id's first 32 digits: a million whole ones are 150 MB
  struct KeyHash {
    std::size_t operator()(const Key& key) const { return static_cast<std::size_t>(key[0]); }
  };
  static Key key_of(const std::string& id);

  Result<void> upload(const std::string& id, std::string_view bytes) const;
  void carry(const std::string& id, Upload& upload) const;
  Result<std::string> download(const std::string& id) const;
  std::optional<std::string> under_way(const std::string& id) const;
  Threads& threads() const;

  ObjectStore& store_;
  const ImageFolder* before_;
  Limits limits_;
  mutable FolderRoom room_;
  mutable std::mutex listing_;  ///< held while the store is listed
  mutable std::mutex mutex_;    ///< around what follows
  mutable std::condition_variable changed_;
  mutable bool listed_ = false;
  mutable std::unordered_map<Key, std::uint64_t, KeyHash> sizes_;             ///< of what the store has
  mutable std::unordered_map<std::string, std::shared_ptr<Upload>> uploads_;  ///< under way, and those that failed
  mutable std::size_t waiting_ = 0;                                           ///< uploads under way
  mutable std::unique_ptr<Threads> threads_;                                  ///< last: they end before what they use
};

}  // namespace scotoma
