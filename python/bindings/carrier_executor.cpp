// SPDX-License-Identifier: Apache-2.0
#include <nanobind/stl/pair.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include <algorithm>
#include <iterator>
#include <utility>

#include "scotoma/core/parallel.h"
#include "worker.h"

namespace scotoma::python {
namespace {

constexpr double kPatience = 0.1;  // seconds until a cancelled run is noticed

/// A question to a classifier or a judge, as answers that come with images are kept.
std::string key_of(RoleKind role, const std::string& image, const std::string& label) {
  return std::string(name_of(role)) + " " + image + " " + label;
}

}  // namespace

CarrierExecutor::CarrierExecutor(nb::object carrier, ImageFolder& images, Raised& raised)
    : carrier_(std::move(carrier)),
      images_(images),
      raised_(raised),
      readable_(std::make_shared<const ImageFolder*>(&images)) {
  const auto read = [readable = readable_](const std::string& id) {
    if (*readable == nullptr) raise(failed("the run has ended: its images are not read any more"));
    const auto png = value_or_raise((*readable)->image_bytes(id));
    return nb::bytes(png.data(), png.size());
  };
  read_ = Held(nb::cpp_function(read, nb::arg("id")));
  ask_how_many();
}

CarrierExecutor::~CarrierExecutor() { *readable_ = nullptr; }

/// With the lock.
void CarrierExecutor::ask_how_many() {
  for (const auto& [kind, name] : names_of(RoleKind())) {
    const auto many = nb::cast<std::size_t>(carrier_->attr("at_once")(std::string(name)));
    at_once_[kind] = std::max<std::size_t>(1, many);
  }
}

std::size_t CarrierExecutor::at_once(RoleKind role) const { return at_once_.at(role); }

/// Hands a task its answers where all of them came with its images.
Result<bool> CarrierExecutor::answered_ahead(Task& task) {
  const Batch& batch = task.batch;
  if (batch.role != RoleKind::classifier && batch.role != RoleKind::judge) return false;
  std::vector<std::string> keys;
  for (std::size_t i = 0; i < batch.images.size(); ++i) {
    keys.push_back(key_of(batch.role, batch.images[i], batch.texts.empty() ? "" : batch.texts[i]));
    if (!ahead_.contains(keys.back())) return false;
  }
  std::vector<std::string> values;
  for (const std::string& key : keys) values.push_back(ahead_.at(key));
  for (const std::string& key : keys) ahead_.erase(key);
  SCOTOMA_RETURN_IF_ERROR(task.done(std::move(values)));
  return true;
}

Result<void> CarrierExecutor::submit(std::size_t ticket, const Batch& batch) {
  const nb::gil_scoped_acquire lock;
  try {
    carrier_->attr("submit")(ticket, batch, *read_);
    return {};
  } catch (const nb::python_error& error) {
    return raised_.keep(error);
  }
}

Result<std::vector<std::pair<std::size_t, Answers>>> CarrierExecutor::wait() {
  const nb::gil_scoped_acquire lock;
  try {
    auto answered = nb::cast<std::vector<std::pair<std::size_t, Answers>>>(carrier_->attr("wait")(kPatience));
    ask_how_many();
    return answered;
  } catch (const nb::python_error& error) {
    return raised_.keep(error);
  } catch (const nb::cast_error&) {
    return failed("the executor's wait() gave no list of tickets with answers, or its at_once() no whole number");
  }
}

void CarrierExecutor::keep_ahead(const Batch& batch, const Answers& answers) {
  for (std::size_t i = 0; i < answers.predictions.size(); ++i)
    ahead_[key_of(RoleKind::classifier, answers.values[i], "")] = answers.predictions[i];
  for (std::size_t i = 0; i < answers.judgements.size(); ++i)
    ahead_[key_of(RoleKind::judge, answers.values[i], batch.labels[i])] = answers.judgements[i];
}

Result<void> CarrierExecutor::take(const Task& task, Answers answers) {
  const Batch& batch = task.batch;
  const bool images = !batch.requests.empty();
  const auto fits = [&](const std::vector<std::string>& some) { return some.empty() || some.size() == batch.size(); };
  if (answers.values.size() != batch.size() || answers.images.size() != (images ? batch.size() : 0) ||
      !fits(answers.predictions) || !fits(answers.judgements) || batch.labels.size() < answers.judgements.size()) {
    return failed(fmt::format("a worker gave {} answers of the {} to {} questions", answers.values.size(),
                              name_of(batch.role), batch.size()));
  }
  for (std::size_t i = 0; i < answers.images.size(); ++i)
    SCOTOMA_RETURN_IF_ERROR(images_.put_png(answers.values[i], answers.images[i].view()));
  keep_ahead(batch, answers);
  return task.done(std::move(answers.values));
}

/// What is under way when an error comes or the run is cancelled is waited for, and its answers are kept.
Result<void> CarrierExecutor::run(const std::function<std::optional<Task>()>& next, std::span<const RoleKind> /*roles*/,
                                  std::size_t /*most*/, const CancelToken& cancel) {
  std::map<std::size_t, Task> under_way;
  Result<void> first;
  while (true) {
    while (first.ok() && !cancel.cancelled()) {
      auto task = next();
      if (!task) break;
      auto ahead = answered_ahead(*task);
      if (!ahead.ok()) first = ahead.error();
      if (!ahead.ok() || *ahead) continue;
      const std::size_t ticket = tickets_++;
      if (auto sent = submit(ticket, task->batch); !sent.ok()) first = sent;
      if (first.ok()) under_way.emplace(ticket, *std::move(task));
    }
    if (under_way.empty()) break;
    auto answered = wait();
    if (!answered.ok()) return answered.error();  // nobody answers any more
    for (auto& [ticket, answers] : *answered) {
      const auto found = under_way.find(ticket);
      if (found == under_way.end()) continue;  // answered twice
      const Result<void> taken = take(found->second, std::move(answers));
      if (!taken.ok() && first.ok()) first = taken;
      under_way.erase(found);
    }
  }
  ahead_.clear();
  if (first.ok() && cancel.cancelled()) return stopped();
  return first;
}

}  // namespace scotoma::python
