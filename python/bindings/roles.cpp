// SPDX-License-Identifier: Apache-2.0
// What an object answers was checked by scotoma._answers: here it is only carried over.
#include "roles.h"

#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include <atomic>
#include <chrono>
#include <optional>
#include <utility>
#include <vector>

#include "images.h"
#include "scotoma/backend/openvino/captioner/tidy.h"
#include "scotoma/core/hash.h"
#include "scotoma/model/prediction.h"

namespace scotoma::python {
namespace {

/// One object may have several roles: what it says in one is no answer in another.
std::string fingerprint_of(const nb::object& asked) {
  const auto text = [&](const char* name) { return nb::cast<std::string>(asked.attr(name)); };
  return Hasher().field("python").field(text("role")).field(text("fingerprint")).hex();
}

/// An object in its role: a scotoma._answers.Asked.
class Object {
 public:
  /// With the lock.
  Object(nb::object asked, std::shared_ptr<Raised> raised)
      : description(nb::cast<std::string>(asked.attr("description"))),
        batch(nb::cast<std::size_t>(asked.attr("batch"))),
        concurrency(nb::cast<std::size_t>(asked.attr("concurrency"))),
        fingerprint(fingerprint_of(asked)),
        asked_(std::move(asked)),
        raised_(std::move(raised)) {}

  /// `ask` with the object and the lock; its answer, or the error that it raised. The time is the object's.
  template <class Ask>
  auto call(Ask ask) -> Result<decltype(ask(std::declval<const nb::object&>()))> {
    const auto begin = std::chrono::steady_clock::now();
    const nb::gil_scoped_acquire lock;
    try {
      auto answer = ask(*asked_);
      seconds += std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
      return answer;
    } catch (const nb::python_error& error) {
      return raised_->keep(error);
    } catch (const nb::cast_error&) {
      return failed(description + ": gave an answer of another type");
    }
  }

  std::string description;
  std::size_t batch;
  std::size_t concurrency;
  std::string fingerprint;
  std::atomic<double> seconds = 0;

 private:
  Held asked_;
  std::shared_ptr<Raised> raised_;
};

/// What all of them are.
template <class Base>
class ObjectRole : public Base {
 public:
  ObjectRole(nb::object asked, std::shared_ptr<Raised> raised) : object_(std::move(asked), std::move(raised)) {}

  std::string fingerprint() const override { return object_.fingerprint; }
  std::string describe() const override { return object_.description; }
  std::size_t batch() const override { return object_.batch; }
  std::optional<std::size_t> concurrency() const override { return object_.concurrency; }
  double engine_seconds() const override { return object_.seconds; }

 protected:
  /// Of images that may have several sizes: `ask(object, array, first, count)` of those of one size each.
  template <class T, class Ask>
  Result<std::vector<T>> by_size(std::span<const Image> images, Ask ask) {
    std::vector<T> all;
    for (const auto& [first, count] : runs_of_one_size(images)) {
      auto some = object_.call([&, first = first, count = count](const nb::object& object) {
        return ask(object, array_of(images.subspan(first, count)), first, count);
      });
      if (!some.ok()) return some.error();
      std::move(some->begin(), some->end(), std::back_inserter(all));
    }
    return all;
  }

  Object object_;
};

class ObjectGenerator final : public ObjectRole<Generator> {
 public:
  using ObjectRole::ObjectRole;

  Result<std::vector<Image>> generate(std::span<const GenerationRequest> requests) override {
    return object_.call([&](const nb::object& object) {
      nb::list prompts;
      nb::list seeds;
      for (const GenerationRequest& request : requests) {
        prompts.append(request.prompt);
        seeds.append(request.seed);
      }
      return images_of(object.attr("generate")(prompts, seeds));
    });
  }
};

class ObjectClassifier final : public ObjectRole<Classifier> {
 public:
  ObjectClassifier(nb::object asked, std::shared_ptr<Raised> raised)
      : ObjectRole(asked, std::move(raised)), names_(nb::cast<std::vector<std::string>>(asked.attr("class_names"))) {
    Hasher hasher;
    hasher.field(object_.fingerprint);
    for (const std::string& name : names_) hasher.field(name);
    object_.fingerprint = hasher.hex();
    object_.description += ", " + std::to_string(names_.size()) + " classes";
  }

  const std::vector<std::string>& class_names() const override { return names_; }

  Result<std::vector<std::vector<float>>> probabilities(std::span<const Image> images) override {
    return by_size<std::vector<float>>(images, [](const nb::object& object, const nb::object& array, auto...) {
      return rows_of(object.attr("classify")(array));
    });
  }

  Result<std::vector<Prediction>> classify(std::span<const Image> images) override {
    SCOTOMA_ASSIGN_OR_RETURN(const auto rows, probabilities(images));
    std::vector<Prediction> predictions;
    for (const auto& row : rows) predictions.push_back(best_classes(row));
    return predictions;
  }

 private:
  std::vector<std::string> names_;
};

class ObjectCaptioner final : public ObjectRole<Captioner> {
 public:
  using ObjectRole::ObjectRole;

  Result<std::vector<std::string>> caption(std::span<const Image> images) override {
    SCOTOMA_ASSIGN_OR_RETURN(
        auto captions, by_size<std::string>(images, [](const nb::object& object, const nb::object& array, auto...) {
          return nb::cast<std::vector<std::string>>(object.attr("caption")(array));
        }));
    for (std::string& caption : captions) caption = tidy_caption(caption);
    return captions;
  }
};

class ObjectEmbedder final : public ObjectRole<Embedder> {
 public:
  using ObjectRole::ObjectRole;

  Result<std::vector<std::vector<float>>> embed_images(std::span<const Image> images) override {
    return by_size<std::vector<float>>(images, [](const nb::object& object, const nb::object& array, auto...) {
      return rows_of(object.attr("embed_images")(array));
    });
  }

  Result<std::vector<std::vector<float>>> embed_texts(std::span<const std::string> texts) override {
    return object_.call([&](const nb::object& object) {
      return rows_of(object.attr("embed_texts")(nb::cast(std::vector<std::string>(texts.begin(), texts.end()))));
    });
  }
};

class ObjectJudge final : public ObjectRole<Judge> {
 public:
  ObjectJudge(nb::object asked, std::shared_ptr<Raised> raised, double threshold)
      : ObjectRole(std::move(asked), std::move(raised)), threshold_(static_cast<float>(threshold)) {
    object_.fingerprint = Hasher().field(object_.fingerprint).field(std::to_string(threshold)).hex();
  }

  Result<std::vector<Judgement>> judge(std::span<const Image> images, std::span<const std::string> labels) override {
    return by_size<Judgement>(
        images, [&](const nb::object& object, const nb::object& array, std::size_t first, std::size_t count) {
          const auto part = labels.subspan(first, count);
          const nb::object names = nb::cast(std::vector<std::string>(part.begin(), part.end()));
          const auto scores = nb::cast<nb::ndarray<const float, nb::ndim<1>, nb::c_contig, nb::device::cpu>>(
              object.attr("judge")(array, names));
          std::vector<Judgement> judgements;
          for (std::size_t i = 0; i < count; ++i) {
            const float score = scores.data()[i];
            judgements.push_back({score >= threshold_, score});
          }
          return judgements;
        });
  }

 private:
  float threshold_;
};

}  // namespace

/// Called without the lock.
template <class Role, class Made, class... More>
Result<std::unique_ptr<Role>> ObjectRoles::made(RoleKind kind, const std::string& object, More... more) {
  const nb::gil_scoped_acquire lock;
  try {
    const std::string name(name_of(kind));
    nb::object asked =
        nb::module_::import_("scotoma._objects").attr("load")(name, object, *live_, folder_.string(), *locks_);
    return std::unique_ptr<Role>(std::make_unique<Made>(std::move(asked), raised_, more...));
  } catch (const nb::python_error& error) {
    Error kept = raised_->keep(error);
    kept.code = Code::bad_input;
    return kept;
  } catch (const std::exception& error) {
    return bad_input(std::string("the ") + std::string(name_of(kind)) +
                     " says of itself what cannot be read: " + error.what());
  }
}

Result<std::unique_ptr<Generator>> ObjectRoles::generator(const std::string& object) {
  return made<Generator, ObjectGenerator>(RoleKind::generator, object);
}

Result<std::unique_ptr<Classifier>> ObjectRoles::classifier(const std::string& object) {
  return made<Classifier, ObjectClassifier>(RoleKind::classifier, object);
}

Result<std::unique_ptr<Captioner>> ObjectRoles::captioner(const std::string& object) {
  return made<Captioner, ObjectCaptioner>(RoleKind::captioner, object);
}

Result<std::unique_ptr<Embedder>> ObjectRoles::embedder(const std::string& object) {
  return made<Embedder, ObjectEmbedder>(RoleKind::embedder, object);
}

Result<std::unique_ptr<Judge>> ObjectRoles::judge(const std::string& object, double threshold) {
  return made<Judge, ObjectJudge>(RoleKind::judge, object, threshold);
}

}  // namespace scotoma::python
