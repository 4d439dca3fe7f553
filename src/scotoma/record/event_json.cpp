// SPDX-License-Identifier: Apache-2.0
#include "scotoma/record/event_json.h"

#include <nlohmann/json.hpp>

#include "scotoma/wording/text.h"

namespace scotoma {
namespace {

using nlohmann::ordered_json;

ordered_json fields_of(const StageBegan& event) {
  return {{"event", "stage"}, {"stage", stage_name(event.stage)}, {"sentence", stage_sentence(event.stage)}};
}

ordered_json fields_of(const StepBegan& event) { return {{"event", "step"}, {"sentence", valid_utf8(event.sentence)}}; }

ordered_json fields_of(const WorkAdvanced& event) {
  return {{"event", "progress"},
          {"done", event.done},
          {"total", event.total},
          {"unit", event.unit == WorkUnit::images ? "images" : "answers"}};
}

ordered_json fields_of(const ImagesSpent& event) {
  return {{"event", "images"}, {"images", event.images}, {"budget", event.budget}};
}

ordered_json fields_of(const HypothesisChanged& event) {
  return {{"event", "hypothesis"},
          {"number", event.number},
          {"id", valid_utf8(event.id)},
          {"label", valid_utf8(event.label)},
          {"phrase", valid_utf8(event.phrase)},
          {"status", event.status ? name_of(*event.status) : "open"}};
}

ordered_json fields_of(const BugConfirmed& event) {
  ordered_json json = {{"event", "bug"},
                       {"number", event.number},
                       {"id", valid_utf8(event.id)},
                       {"label", valid_utf8(event.label)},
                       {"phrase", valid_utf8(event.phrase)},
                       {"direction", name_of(event.direction)},
                       {"events", event.rate.failures},
                       {"valid", event.rate.valid},
                       {"invalid", event.rate.invalid},
                       {"rate", event.rate.rate},
                       {"low", event.rate.low},
                       {"high", event.rate.high},
                       {"log_e_value", event.log_e_value}};
  json["predicted"] = event.predicted.empty() ? ordered_json() : ordered_json(valid_utf8(event.predicted));
  return json;
}

ordered_json fields_of(const AnswersRecalled& event) {
  return {{"event", "recalled"}, {"images", event.images}, {"answers", event.answers}};
}

ordered_json fields_of(const RunFinished& event) {
  return {{"event", "finished"},
          {"images", event.images},
          {"budget", event.budget},
          {"bugs", event.bugs},
          {"images_generated", event.work.images_generated},
          {"images_recalled", event.work.images_recalled},
          {"answers_computed", event.work.answers_computed},
          {"answers_recalled", event.work.answers_recalled},
          {"replayed", event.work.replayed()}};
}

}  // namespace

ordered_json event_json(const Event& event) {
  return std::visit([](const auto& each) { return fields_of(each); }, event);
}

}  // namespace scotoma
