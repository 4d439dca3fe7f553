// SPDX-License-Identifier: Apache-2.0
#include "object_store.h"

#include <fmt/format.h>
#include <nanobind/stl/pair.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include <utility>

namespace scotoma::python {
namespace {

nb::bytes as_bytes(std::string_view text) { return nb::bytes(text.data(), text.size()); }

StoredImages::Limits limits_of(const nb::object& given) {
  StoredImages::Limits limits;
  limits.scratch_bytes = nb::cast<std::uint64_t>(given.attr("scratch_bytes"));
  return limits;
}

}  // namespace

PythonObjectStore::PythonObjectStore(nb::object store, Raised& raised)
    : place_(nb::cast<std::string>(store.attr("url"))), raised_(raised) {
  store_ = Held(std::move(store));
}

/// With the lock, and with what Python raises as an error.
template <class Work>
auto PythonObjectStore::asked(Work work) -> decltype(work()) {
  const nb::gil_scoped_acquire lock;
  try {
    return work();
  } catch (const nb::python_error& error) {
    return raised_.keep(error);
  } catch (const nb::cast_error&) {
    return failed(fmt::format("{}: the store of images answered with something else than it should", place_));
  }
}

Result<void> PythonObjectStore::put(const std::string& id, std::string_view bytes) {
  return asked([&]() -> Result<void> {
    store_->attr("put")(id, as_bytes(bytes));
    return {};
  });
}

Result<std::optional<std::string>> PythonObjectStore::get(const std::string& id) {
  using Found = std::optional<std::string>;
  return asked([&]() -> Result<Found> {
    const nb::object found = store_->attr("get")(id);
    if (found.is_none()) return Found();
    const auto bytes = nb::cast<nb::bytes>(found);
    return Found(std::string(bytes.c_str(), bytes.size()));
  });
}

/// Part by part, so that a million names are never all Python's.
Result<std::vector<StoredImage>> PythonObjectStore::list() {
  return asked([&]() -> Result<std::vector<StoredImage>> {
    std::vector<StoredImage> all;
    for (const nb::handle part : nb::iter(store_->attr("listing")())) {
      for (auto& [id, size] : nb::cast<std::vector<std::pair<std::string, std::uint64_t>>>(part))
        all.push_back({std::move(id), size});
    }
    return all;
  });
}

Result<void> PythonObjectStore::remove(const std::string& id) {
  return asked([&]() -> Result<void> {
    store_->attr("remove")(id);
    return {};
  });
}

ImagesElsewhere::ImagesElsewhere(const nb::object& given, Raised& raised, const ImageFolder* before)
    : store(given, raised), images(store, nb::cast<std::string>(given.attr("scratch")), limits_of(given), before) {}

std::unique_ptr<ImagesElsewhere> images_elsewhere(const nb::object& given, Raised& raised, const ImageFolder* before) {
  if (!given.is_valid() || given.is_none()) return nullptr;
  return std::make_unique<ImagesElsewhere>(given, raised, before);
}

OpenImages images_reader(std::shared_ptr<Raised> raised, Held store) {
  return [raised = std::move(raised),
          store = std::move(store)](const std::string& url) -> Result<std::shared_ptr<StoredImages>> {
    struct Reached {
      std::shared_ptr<Raised> raised;
      std::unique_ptr<ImagesElsewhere> elsewhere;
    };
    const nb::gil_scoped_acquire lock;
    try {
      const nb::object given =
          store ? *store : nb::object(nb::module_::import_("scotoma.image_store").attr("ImageStore")(url));
      const auto reached = std::make_shared<Reached>(Reached{raised, images_elsewhere(given, *raised, nullptr)});
      return std::shared_ptr<StoredImages>(reached, &reached->elsewhere->images);
    } catch (const nb::python_error& error) {
      Error kept = raised->keep(error);
      kept.code = Code::bad_input;
      return kept;
    }
  };
}

}  // namespace scotoma::python
