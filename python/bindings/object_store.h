// SPDX-License-Identifier: Apache-2.0
// Images in an object store that Python reaches.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "errors.h"
#include "gil.h"
#include "scotoma/image/object_store.h"
#include "scotoma/image/stored_images.h"
#include "scotoma/session/finished_images.h"

namespace scotoma::python {

/// A scotoma.image_store.ImageStore. What it raises is kept in `raised`, which must outlive it.
class PythonObjectStore final : public ObjectStore {
 public:
  /// With the lock.
  PythonObjectStore(nb::object store, Raised& raised);

  std::string place() const override { return place_; }
  Result<void> put(const std::string& id, std::string_view bytes) override;
  Result<std::optional<std::string>> get(const std::string& id) override;
  Result<std::vector<StoredImage>> list() override;
  Result<void> remove(const std::string& id) override;

 private:
  template <class Work>
  auto asked(Work work) -> decltype(work());

  Held store_;
  std::string place_;
  Raised& raised_;
};

/// The store, and the images in it.
struct ImagesElsewhere {
  PythonObjectStore store;
  StoredImages images;

  /// `store`: a scotoma.image_store.ImageStore. With the lock; goes away without it.
  ImagesElsewhere(const nb::object& given, Raised& raised, const ImageFolder* before);
};

/// Null where `given` is None.
std::unique_ptr<ImagesElsewhere> images_elsewhere(const nb::object& given, Raised& raised, const ImageFolder* before);

/// For those who read images of finished studies, with the lock or without: in `store`, a
/// scotoma.image_store.ImageStore, or where that is none in one made of the URL. What they raise is kept in `raised`.
OpenImages images_reader(std::shared_ptr<Raised> raised, Held store = {});

}  // namespace scotoma::python
