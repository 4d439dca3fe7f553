// SPDX-License-Identifier: Apache-2.0
#include "worker.h"

#include <fmt/format.h>
#include <nanobind/stl/optional.h>
#include <nanobind/stl/pair.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/tuple.h>
#include <nanobind/stl/unique_ptr.h>
#include <nanobind/stl/vector.h>

#include <algorithm>
#include <iterator>
#include <map>
#include <memory>
#include <semaphore>
#include <tuple>

#include "scotoma/backend/registry.h"
#include "scotoma/core/names.h"
#include "scotoma/image/recent_images.h"
#include "scotoma/session/recorded.h"
#include "scotoma/session/session.h"

namespace scotoma::python {
namespace {

using namespace nb::literals;

constexpr std::uint64_t kAtHand = std::uint64_t{1} << 29;  // bytes of images that a worker keeps

using Bytes = std::vector<nb::bytes>;

Bytes as_bytes(const std::vector<std::string>& texts) {
  Bytes all;
  for (const std::string& text : texts) all.emplace_back(text.data(), text.size());
  return all;
}

std::vector<std::string> as_texts(const Bytes& all) {
  std::vector<std::string> texts;
  for (const nb::bytes& each : all) texts.emplace_back(each.c_str(), each.size());
  return texts;
}

using BatchState = std::tuple<std::string, std::vector<std::pair<std::string, std::uint64_t>>, std::vector<std::string>,
                              std::vector<std::string>, std::vector<std::string>>;

BatchState state_of(const Batch& batch) {
  std::vector<std::pair<std::string, std::uint64_t>> requests;
  for (const GenerationRequest& request : batch.requests) requests.emplace_back(request.prompt, request.seed);
  return {std::string(name_of(batch.role)), requests, batch.images, batch.texts, batch.labels};
}

Batch batch_of(const BatchState& state) {
  const auto& [role, requests, images, texts, labels] = state;
  Batch batch;
  const auto kind = named<RoleKind>(role);
  if (!kind) raise(bad_input(fmt::format("'{}' is no role", role)));
  batch.role = *kind;
  for (const auto& [prompt, seed] : requests) batch.requests.push_back({prompt, seed});
  batch.images = images;
  batch.texts = texts;
  batch.labels = labels;
  return batch;
}

using Buffers = std::vector<nb::object>;

/// From protocol 5 on images travel beside the pickle, and are not copied where they arrive.
nb::tuple reduced(const nb::handle& self, int protocol) {
  const auto& answers = nb::cast<const Answers&>(self);
  const nb::object wrap = nb::module_::import_("pickle").attr("PickleBuffer");
  Buffers images;
  for (const PngBytes& png : answers.images) {
    const nb::bytes bytes(png.view().data(), png.view().size());
    images.push_back(protocol >= 5 ? wrap(bytes) : nb::object(bytes));
  }
  return nb::make_tuple(self.type(), nb::make_tuple(as_bytes(answers.values), images, as_bytes(answers.predictions),
                                                    as_bytes(answers.judgements)));
}

Answers answers_of(const Bytes& values, const Buffers& images, const Bytes& predictions, const Bytes& judgements) {
  Answers answers{as_texts(values), {}, as_texts(predictions), as_texts(judgements)};
  for (const nb::object& image : images) answers.images.emplace_back(image);
  return answers;
}

/// The models of a study, loaded here.
class Worker {
 public:
  Worker(const PythonStudy& study, std::optional<int> threads) : roles_(study.roles), images_(kAtHand) {
    FindOptions options;
    options.threads = threads;
    const StudyPlaces places = places_of(study, options);
    Result<void> done;
    {
      const nb::gil_scoped_release unlocked;
      auto loaded = load_models(placed(study.study, places));
      if (loaded.ok()) models_ = std::move(loaded).value();
      if (!loaded.ok()) done = loaded.error();
    }
    if (!done.ok()) roles_->raised().raise(done.error());
    record_ = to_text(record_of(models_));
    for (const auto& [kind, name] : names_of(RoleKind())) {
      const Role* role = role_of(models_, kind);
      const auto liked = role == nullptr ? std::nullopt : role->concurrency();
      if (liked) calls_[kind] = std::make_unique<Calls>(static_cast<std::ptrdiff_t>(*liked));
    }
  }

  const std::string& record() const { return record_; }

  /// `pngs`: of the batch's images, those that are not at hand here, by id. May be called by several threads at once.
  Answers answer(const Batch& batch, const std::vector<std::pair<std::string, nb::bytes>>& pngs) {
    std::vector<std::pair<std::string, std::string>> given;
    for (const auto& [id, bytes] : pngs) given.emplace_back(id, std::string(bytes.c_str(), bytes.size()));
    Result<Answers> answers = Answers();
    {
      const nb::gil_scoped_release unlocked;
      answers = answered(batch, given);
    }
    if (!answers.ok()) roles_->raised().raise(answers.error());
    return std::move(answers).value();
  }

  /// Of the images, those that must be given.
  std::vector<std::string> lacks(const std::vector<std::string>& images) const {
    std::vector<std::string> missing;
    for (const std::string& id : images) {
      if (const auto there = images_.has_image(id); !there.ok() || !*there) missing.push_back(id);
    }
    return missing;
  }

 private:
  using Calls = std::counting_semaphore<>;

  /// No more calls of a role at once than it takes.
  Result<std::vector<std::string>> ask(const Batch& batch) {
    const auto limit = calls_.find(batch.role);
    if (limit == calls_.end()) return scotoma::answer(batch, models_, images_);
    limit->second->acquire();
    auto answers = scotoma::answer(batch, models_, images_);
    limit->second->release();
    return answers;
  }

  Result<Answers> answered(const Batch& batch, const std::vector<std::pair<std::string, std::string>>& given) {
    if (role_of(models_, batch.role) == nullptr)
      return bad_input(fmt::format("this study has no {}", name_of(batch.role)));
    for (const auto& [id, bytes] : given) {
      SCOTOMA_ASSIGN_OR_RETURN(const Image image,
                               decode_png({reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()}));
      SCOTOMA_ASSIGN_OR_RETURN(const std::string own, images_.put_image(image));
      if (own != id) return failed(fmt::format("image {}: what came of it is another image", id));
    }
    Answers answers;
    SCOTOMA_ASSIGN_OR_RETURN(answers.values, ask(batch));
    if (!batch.requests.empty()) SCOTOMA_RETURN_IF_ERROR(look_at(batch, answers));
    return answers;
  }

  /// The images themselves, and what classifier and judge say of them while they are at hand.
  Result<void> look_at(const Batch& batch, Answers& answers) {
    for (const std::string& id : answers.values) {
      SCOTOMA_ASSIGN_OR_RETURN(const Image image, images_.image(id));
      SCOTOMA_ASSIGN_OR_RETURN(const auto png, encode_png(image));
      answers.images.emplace_back(std::string(png.begin(), png.end()));
    }
    if (batch.labels.empty()) return {};
    Batch classify{RoleKind::classifier};
    classify.images = answers.values;
    SCOTOMA_ASSIGN_OR_RETURN(answers.predictions, in_batches(classify));
    if (models_.judge == nullptr) return {};
    Batch judge{RoleKind::judge};
    judge.images = answers.values;
    judge.texts = batch.labels;
    SCOTOMA_ASSIGN_OR_RETURN(answers.judgements, in_batches(judge));
    return {};
  }

  /// In batches no larger than the role likes.
  Result<std::vector<std::string>> in_batches(const Batch& whole) {
    const std::size_t most = std::max<std::size_t>(1, role_of(models_, whole.role)->batch());
    std::vector<std::string> values;
    for (std::size_t first = 0; first < whole.images.size(); first += most) {
      const std::size_t end = std::min(whole.images.size(), first + most);
      const auto part = [&](const std::vector<std::string>& all) {
        using Difference = std::vector<std::string>::difference_type;
        return all.empty() ? all
                           : std::vector<std::string>(all.begin() + static_cast<Difference>(first),
                                                      all.begin() + static_cast<Difference>(end));
      };
      Batch batch{whole.role};
      batch.images = part(whole.images);
      batch.texts = part(whole.texts);
      SCOTOMA_ASSIGN_OR_RETURN(auto some, ask(batch));
      std::move(some.begin(), some.end(), std::back_inserter(values));
    }
    return values;
  }

  std::shared_ptr<ObjectRoles> roles_;
  Models models_;
  RecentImages images_;
  std::string record_;
  std::map<RoleKind, std::unique_ptr<Calls>> calls_;  ///< of roles that say how many they take
};

/// Decided by the data: a role that does not answer the same everywhere would mix bits.
std::vector<std::string> differing_roles(const std::string& one, const std::string& other) {
  const auto a = parse_models_record(one);
  const auto b = parse_models_record(other);
  std::vector<std::string> roles;
  if (!a || !b) return {"all"};
  for (const auto& [name, role] : a->roles) {
    const auto found = b->roles.find(name);
    if (found == b->roles.end() || found->second.fingerprint != role.fingerprint) roles.push_back(name);
  }
  if (a->class_names != b->class_names) roles.emplace_back("classifier");
  return roles;
}

}  // namespace

void bind_worker(nb::module_& module) {
  nb::class_<Batch>(module, "Batch", "What one role is asked at once.")
      .def("__getstate__", state_of)
      .def("__setstate__", [](Batch& self, const BatchState& state) { new (&self) Batch(batch_of(state)); })
      .def("__len__", &Batch::size)
      .def_prop_ro("role", [](const Batch& self) { return std::string(name_of(self.role)); })
      .def_ro("images", &Batch::images, "Ids of the images that it is about; of the generator none.")
      .def_ro("labels", &Batch::labels, "Of the generator: under which its images will be judged.");
  nb::class_<Answers>(module, "Answers", "What a worker says to a batch.")
      .def(
          "__init__",
          [](Answers* self, const Bytes& values, const Buffers& images, const Bytes& predictions,
             const Bytes& judgements) { new (self) Answers(answers_of(values, images, predictions, judgements)); },
          "values"_a, "images"_a, "predictions"_a, "judgements"_a)
      .def("__reduce_ex__", reduced, "protocol"_a,
           nb::sig("def __reduce_ex__(self, protocol: typing.SupportsIndex, /) -> tuple[type, tuple[object, ...]]"))
      .def_prop_ro(
          "ids", [](const Answers& self) { return self.images.empty() ? std::vector<std::string>() : self.values; },
          "Of the generator: the images' ids.");
  nb::class_<Worker>(module, "Worker", "The models of a study, loaded here, which answer batches of its run elsewhere.")
      .def(nb::init<const PythonStudy&, std::optional<int>>(), "study"_a, "threads"_a.none() = nb::none())
      .def_prop_ro("record", &Worker::record, "Who the models are: two workers of one record give the same answers.")
      .def("lacks", &Worker::lacks, "images"_a, "Of these images, those that are not at hand here.")
      .def("answer", &Worker::answer, "batch"_a, "pngs"_a,
           "Answers a batch. `pngs`: id and PNG file of each of its images that is not at hand.");
  module.def("differing_roles", differing_roles, "one"_a, "other"_a,
             "Roles that two records tell apart; empty where their answers may be mixed.");
}

}  // namespace scotoma::python
