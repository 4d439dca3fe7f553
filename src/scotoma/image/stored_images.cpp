// SPDX-License-Identifier: Apache-2.0
#include "scotoma/image/stored_images.h"

#include <fmt/format.h>

#include <boost/asio/post.hpp>
#include <boost/asio/thread_pool.hpp>
#include <charconv>
#include <exception>
#include <latch>
#include <utility>

namespace scotoma {
namespace {

bool is_of(const std::string& bytes, const std::string& id) {
  const auto image = decode_png({reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()});
  return image.ok() && image_id(*image) == id;
}

std::string_view text_of(const std::vector<std::uint8_t>& bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

}  // namespace

/// One image on its way to the store. Its fields change under the lock.
struct StoredImages::Upload {
  std::string bytes;
  bool ended = false;
  std::optional<Error> error = {};
};

/// They wait for the network, not for a core: so they are no run_parallel's (core/parallel.h).
class StoredImages::Threads {
 public:
  explicit Threads(std::size_t count) : pool_(count) {}
  ~Threads() { pool_.join(); }
  Threads(const Threads&) = delete;
  Threads& operator=(const Threads&) = delete;

  template <class Work>
  void post(Work work) {
    boost::asio::post(pool_, std::move(work));
  }

 private:
  boost::asio::thread_pool pool_;
};

StoredImages::StoredImages(ObjectStore& store, std::filesystem::path scratch, Limits limits, const ImageFolder* before)
    : ImageFolder(std::move(scratch)),
      store_(store),
      before_(before),
      limits_(limits),
      room_(folder(), limits.scratch_bytes) {
  sweep();
}

StoredImages::~StoredImages() = default;

StoredImages::Threads& StoredImages::threads() const {
  const std::lock_guard lock(mutex_);
  if (threads_ == nullptr) threads_ = std::make_unique<Threads>(limits_.at_once);
  return *threads_;
}

StoredImages::Key StoredImages::key_of(const std::string& id) {
  Key key{};
  for (std::size_t i = 0; i < key.size() && (i + 1) * 16 <= id.size(); ++i)
    std::from_chars(id.data() + i * 16, id.data() + (i + 1) * 16, key[i], 16);
  return key;
}

Result<void> StoredImages::reach() const {
  const std::lock_guard one(listing_);
  {
    const std::lock_guard lock(mutex_);
    if (listed_) return {};
  }
  SCOTOMA_ASSIGN_OR_RETURN(const auto there, store_.list());
  const std::lock_guard lock(mutex_);
  for (const StoredImage& image : there) {
    if (image.size > 0) sizes_[key_of(image.id)] = image.size;
  }
  listed_ = true;
  return {};
}

Result<std::string> StoredImages::put_image(const Image& image) {
  std::string id = image_id(image);
  SCOTOMA_ASSIGN_OR_RETURN(const auto bytes, encode_png(image));
  SCOTOMA_RETURN_IF_ERROR(put_png(id, text_of(bytes)));
  return id;
}

Result<void> StoredImages::put_png(const std::string& id, std::string_view bytes) {
  SCOTOMA_RETURN_IF_ERROR(reach());
  SCOTOMA_RETURN_IF_ERROR(ImageFolder::put_png(id, bytes));
  SCOTOMA_RETURN_IF_ERROR(upload(id, bytes));
  room_.added(bytes.size());
  return {};
}

/// Unless the store has it, in this size: a store that is no more than a folder may hold half of what a killed run put.
Result<void> StoredImages::upload(const std::string& id, std::string_view bytes) const {
  Threads& threads = this->threads();
  const auto own = std::make_shared<Upload>(Upload{std::string(bytes)});
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return waiting_ < limits_.waiting; });
  if (const auto found = uploads_.find(id); found != uploads_.end() && !found->second->error) return {};
  if (const auto known = sizes_.find(key_of(id)); known != sizes_.end() && known->second == bytes.size()) return {};
  uploads_[id] = own;
  ++waiting_;
  lock.unlock();
  threads.post([this, id, own] { carry(id, *own); });
  return {};
}

/// On one of the threads.
void StoredImages::carry(const std::string& id, Upload& upload) const {
  Result<void> done;
  try {
    done = store_.put(id, upload.bytes);
  } catch (const std::exception& error) {
    done = failed(fmt::format("{}: image {} could not be kept: {}", store_.place(), id, error.what()));
  }
  const std::lock_guard lock(mutex_);
  --waiting_;
  upload.ended = true;
  if (done.ok()) {
    sizes_[key_of(id)] = upload.bytes.size();
    uploads_.erase(id);
  } else {
    upload.error = done.error();
    upload.bytes.clear();
  }
  changed_.notify_all();
}

Result<bool> StoredImages::settled(std::span<const std::string> ids, bool wait) {
  std::unique_lock lock(mutex_);
  for (const std::string& id : ids) {
    const auto found = uploads_.find(id);
    if (found == uploads_.end()) continue;
    const std::shared_ptr<Upload> upload = found->second;
    if (!upload->ended && !wait) return false;
    changed_.wait(lock, [&] { return upload->ended; });
    if (upload->error) return *upload->error;
  }
  return true;
}

Result<void> StoredImages::finish() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return waiting_ == 0; });
  for (const auto& [id, upload] : uploads_) {
    if (upload->error) return *upload->error;
  }
  return {};
}

/// The bytes of an image that is not in the store yet: the scratch may have had no room for it.
std::optional<std::string> StoredImages::under_way(const std::string& id) const {
  const std::lock_guard lock(mutex_);
  const auto found = uploads_.find(id);
  if (found == uploads_.end() || found->second->ended) return std::nullopt;
  return found->second->bytes;
}

/// The bytes of the PNG file, once they were found to be of this image; they are put into the scratch, too.
Result<std::string> StoredImages::download(const std::string& id) const {
  const std::string name = fmt::format("{}/{}", store_.place(), image_file(id).string());
  auto bytes = under_way(id);
  for (int attempt = 0; !bytes || !is_of(*bytes, id); ++attempt) {
    if (attempt == 2) {  // it holds nothing of worth; were it left, it would stop every later run here
      const auto removed = store_.remove(id);
      return failed(
          fmt::format("{}: holds another image than its name says; {}: run the study again, and it is "
                      "generated anew",
                      name, removed.ok() ? "it has been removed" : "remove it"));
    }
    SCOTOMA_ASSIGN_OR_RETURN(bytes, store_.get(id));
    if (bytes) continue;
    const std::lock_guard lock(mutex_);
    sizes_.erase(key_of(id));
    return failed(fmt::format("{}: missing; run the study again and it is generated anew", name));
  }
  SCOTOMA_RETURN_IF_ERROR(write(id, *bytes));
  room_.added(bytes->size());
  return *std::move(bytes);
}

Result<Image> StoredImages::image(const std::string& id) const {
  if (const auto here = is_here(id); here.ok() && *here) {
    FolderRoom::used(folder() / image_file(id));
    if (auto image = ImageFolder::image(id); image.ok()) return image;
  }
  SCOTOMA_ASSIGN_OR_RETURN(const std::string bytes, download(id));
  return decode_png({reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()});
}

Result<std::vector<std::uint8_t>> StoredImages::image_bytes(const std::string& id) const {
  if (const auto here = is_here(id); here.ok() && *here) {
    FolderRoom::used(folder() / image_file(id));
    if (auto bytes = ImageFolder::image_bytes(id); bytes.ok()) return bytes;
  }
  SCOTOMA_ASSIGN_OR_RETURN(const std::string bytes, download(id));
  return std::vector<std::uint8_t>(bytes.begin(), bytes.end());
}

Result<std::filesystem::path> StoredImages::file_of(const std::string& id) const {
  SCOTOMA_RETURN_IF_ERROR(image(id));
  return folder() / image_file(id);
}

void StoredImages::fetch(std::span<const std::string> ids) const {
  std::vector<std::string> missing;
  for (const std::string& id : ids) {
    if (const auto here = is_here(id); here.ok() && !*here) missing.push_back(id);
  }
  if (missing.size() < 2) return;
  std::latch left(static_cast<std::ptrdiff_t>(missing.size()));
  Threads& threads = this->threads();
  for (const std::string& id : missing) {
    threads.post([this, &id, &left] {
      try {
        static_cast<void>(download(id));
      } catch (const std::exception&) {  // reading it says what is wrong
      }
      left.count_down();
    });
  }
  left.wait();
}

Result<bool> StoredImages::has_image(const std::string& id) const {
  SCOTOMA_RETURN_IF_ERROR(reach());
  {
    const std::lock_guard lock(mutex_);
    if (const auto found = uploads_.find(id); found != uploads_.end() && !found->second->error) return true;
    if (sizes_.contains(key_of(id))) return true;
  }
  if (before_ == nullptr) return false;
  SCOTOMA_ASSIGN_OR_RETURN(const bool was, before_->has_image(id));
  if (!was) return false;
  const auto bytes = before_->image_bytes(id);
  if (!bytes.ok()) return false;  // damaged
  SCOTOMA_RETURN_IF_ERROR(upload(id, text_of(*bytes)));
  return true;
}

}  // namespace scotoma
