// SPDX-License-Identifier: Apache-2.0
#include "scotoma/backend/diffusion/scheduler_classes.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

#include "scotoma/backend/files/json_file.h"

namespace scotoma {
namespace {

using Path = std::filesystem::path;

/// Names are those of diffusers 0.39, without "Scheduler" at the end.
struct Replaced {
  std::string_view name;
  const char* what;
  const char* by;  ///< the nearest of ours
};

constexpr Replaced kReplaced[] = {
    {"PNDM", "Stable Diffusion 1.x comes with it", "dpmsolver++"},
    {"UniPCMultistep", "a multistep solver", "dpmsolver++"},
    {"DEISMultistep", "a multistep solver", "dpmsolver++"},
    {"DPMSolverSinglestep", "a solver of the same family", "dpmsolver++"},
    {"DPMSolverSDE", "adds fresh noise at every step", "dpmsolver++"},
    {"SASolver", "adds fresh noise at every step", "dpmsolver++"},
    {"EulerAncestralDiscrete", "adds fresh noise at every step", "euler"},
    {"KDPM2AncestralDiscrete", "adds fresh noise at every step", "euler"},
    {"KDPM2Discrete", "two network calls a step", "euler"},
    {"HeunDiscrete", "two network calls a step", "euler"},
    {"LMSDiscrete", "a multistep solver", "euler"},
    {"DDPM", "adds fresh noise at every step", "ddim"},
    {"DDPMParallel", "adds fresh noise at every step", "ddim"},
    {"DDIMParallel", "DDIM for many samples at once", "ddim"},
};

struct Foreign {
  std::string_view name;
  const char* model;  ///< what kind of model it samples from
};

constexpr const char* kFlow =
    "a flow-matching model (as Stable Diffusion 3 and FLUX are), which was trained along another path than diffusion";
constexpr const char* kConsistency =
    "a consistency-distilled model (LCM, TCD), which needs fresh noise after every step: ddim, euler and dpmsolver++ "
    "would generate blurred images";
constexpr const char* kEdm = "a model with EDM's preconditioning";

constexpr Foreign kForeign[] = {
    {"FlowMatchEulerDiscrete", kFlow},
    {"FlowMatchHeunDiscrete", kFlow},
    {"FlowMatchLCM", kFlow},
    {"LCM", kConsistency},
    {"TCD", kConsistency},
    {"CMStochasticIterative", kConsistency},
    {"SCM", kConsistency},
    {"ConsistencyDecoder", kConsistency},
    {"EDMEuler", kEdm},
    {"EDMDPMSolverMultistep", kEdm},
    {"CosineDPMSolverMultistep", kEdm},
};

template <class Row, std::size_t n>
const Row* row_of(const Row (&rows)[n], std::string_view name) {
  const auto found = std::find_if(std::begin(rows), std::end(rows), [&](const Row& row) { return row.name == name; });
  return found == std::end(rows) ? nullptr : found;
}

/// What the model is, where none of our samplers can sample from it; else null.
Result<const char*> foreign_model(const nlohmann::json& config, std::string_view name, const Path& path) {
  SCOTOMA_ASSIGN_OR_RETURN(const bool flow_levels, json_value(config, "use_flow_sigmas", false, path));
  SCOTOMA_ASSIGN_OR_RETURN(const auto prediction, json_value<std::string>(config, "prediction_type", "", path));
  if (flow_levels || prediction == "flow_prediction") return kFlow;
  const Foreign* foreign = row_of(kForeign, name);
  return foreign == nullptr ? nullptr : foreign->model;
}

}  // namespace

Result<std::string> choose_sampler(const nlohmann::json& config, const std::string& asked, const Path& path) {
  SCOTOMA_ASSIGN_OR_RETURN(const std::string whole, json_value<std::string>(config, "_class_name", "", path));
  std::string_view name = whole;
  if (name.ends_with("Scheduler")) name.remove_suffix(std::string_view("Scheduler").size());
  SCOTOMA_ASSIGN_OR_RETURN(const char* const foreign, foreign_model(config, name, path));
  if (foreign != nullptr) {
    return bad_input(
        fmt::format("{}: '{}' belongs to {}; nothing in the study's [generator] changes that. Take a Stable Diffusion "
                    "1.x or 2.x model; if it is one after all, put that model's own scheduler_config.json there",
                    path.string(), whole, foreign));
  }
  if (!asked.empty()) return asked;
  if (name == "DDIM") return std::string("ddim");
  if (name == "EulerDiscrete") return std::string("euler");
  if (name == "DPMSolverMultistep") return std::string("dpmsolver++");
  const Replaced* replaced = row_of(kReplaced, name);
  if (replaced == nullptr) {
    return bad_input(fmt::format(
        "{}: scheduler '{}' is not implemented, and not known here; DDIM, Euler and DPM-Solver++ 2M are. For "
        "a Stable Diffusion 1.x or 2.x model set scheduler = \"dpmsolver++\", \"euler\" or \"ddim\" in the "
        "study's [generator]",
        path.string(), whole));
  }
  return bad_input(fmt::format(
      "{}: scheduler '{}' ({}) is not implemented; set scheduler = \"{}\" in the study's [generator], which is nearest "
      "to it. \"dpmsolver++\", \"euler\" and \"ddim\" all sample from the same model with the same noise levels: each "
      "of "
      "them is sound here",
      path.string(), whole, replaced->what, replaced->by));
}

}  // namespace scotoma
