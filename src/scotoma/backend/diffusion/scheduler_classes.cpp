// SPDX-License-Identifier: Apache-2.0
#include "scotoma/backend/diffusion/scheduler_classes.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>

#include "scotoma/backend/files/json_file.h"

namespace scotoma {
namespace {

using Path = std::filesystem::path;
using Kind = SchedulerKind;

constexpr auto kLeading = TimestepSpacing::leading;
constexpr double kStart = 0.00085;  // what some classes call the default
constexpr double kEnd = 0.012;

/// Of several rows with one name, the first is the class as its own file has it.
constexpr SchedulerClass kClasses[] = {
    {.kind = Kind::ddim, .name = "DDIM", .plan = plan_ddim, .spacing = kLeading, .zero_snr = true, .clip_sample = true},
    {.kind = Kind::ddpm, .name = "DDPM", .plan = plan_ddpm, .spacing = kLeading, .zero_snr = true, .clip_sample = true},
    {.kind = Kind::pndm, .name = "PNDM", .plan = plan_pndm, .spacing = kLeading, .sample = false},
    {.kind = Kind::lms, .name = "LMSDiscrete", .plan = plan_lms},
    {.kind = Kind::euler, .name = "EulerDiscrete", .plan = plan_euler, .zero_snr = true},
    {.kind = Kind::euler_ancestral,
     .name = "EulerAncestralDiscrete",
     .plan = plan_euler_ancestral,
     .zero_snr = true,
     .sample = false},
    {.kind = Kind::heun,
     .name = "HeunDiscrete",
     .plan = plan_heun,
     .beta_start = kStart,
     .beta_end = kEnd,
     .clip_sample = false},
    {.kind = Kind::dpm2,
     .name = "KDPM2Discrete",
     .plan = plan_dpm2,
     .sample = false,
     .beta_start = kStart,
     .beta_end = kEnd},
    {.kind = Kind::dpm2_ancestral,
     .name = "KDPM2AncestralDiscrete",
     .plan = plan_dpm2_ancestral,
     .sample = false,
     .beta_start = kStart,
     .beta_end = kEnd},
    {.kind = Kind::dpmsolver, .name = "DPMSolverMultistep", .plan = plan_dpmsolver, .zero_snr = true},
    {.kind = Kind::dpmsolver_3m,
     .name = "DPMSolverMultistep",
     .plan = plan_dpmsolver,
     .zero_snr = true,
     .changes = R"({"algorithm_type": "dpmsolver++", "solver_order": 3})"},
    {.kind = Kind::dpmsolver_sde,
     .name = "DPMSolverMultistep",
     .plan = plan_dpmsolver,
     .zero_snr = true,
     .changes = R"({"algorithm_type": "sde-dpmsolver++"})"},
    {.kind = Kind::dpmsolver_singlestep,
     .name = "DPMSolverSinglestep",
     .plan = plan_dpmsolver_singlestep,
     .spaced = false},
    {.kind = Kind::unipc, .name = "UniPCMultistep", .plan = plan_unipc, .zero_snr = true},
    {.kind = Kind::deis, .name = "DEISMultistep", .plan = plan_deis},
    {.kind = Kind::lcm,
     .name = "LCM",
     .plan = plan_lcm,
     .spacing = kLeading,
     .spaced = false,
     .zero_snr = true,
     .beta_start = kStart,
     .beta_end = kEnd,
     .beta_schedule = BetaSchedule::scaled_linear,
     .clip_sample = false},
    {.kind = Kind::tcd,
     .name = "TCD",
     .plan = plan_tcd,
     .spacing = kLeading,
     .spaced = false,
     .zero_snr = true,
     .beta_start = kStart,
     .beta_end = kEnd,
     .beta_schedule = BetaSchedule::scaled_linear},
};

/// Classes that are not here, without "Scheduler" at the end.
struct Replaced {
  std::string_view name;
  const char* what;
  const char* by;  ///< the nearest of ours
};

constexpr Replaced kReplaced[] = {
    {"DPMSolverSDE", "takes its noise from a Brownian path over all steps", "sde-dpmsolver++"},
    {"SASolver", "adds fresh noise at every step", "sde-dpmsolver++"},
    {"IPNDM", "a multistep solver for another noise schedule", "pndm"},
    {"DDPMParallel", "DDPM for many samples at once", "ddpm"},
    {"DDIMParallel", "DDIM for many samples at once", "ddim"},
};

struct Foreign {
  std::string_view name;
  const char* model;  ///< what kind of model it samples from
};

constexpr const char* kFlow =
    "a flow-matching model (as Stable Diffusion 3 and FLUX are), which was trained along another path than diffusion";
constexpr const char* kConsistency = "a consistency model, which was not distilled the way LCM and TCD are";
constexpr const char* kEdm = "a model with EDM's preconditioning";

constexpr Foreign kForeign[] = {
    {"FlowMatchEulerDiscrete", kFlow},
    {"FlowMatchHeunDiscrete", kFlow},
    {"FlowMatchLCM", kFlow},
    {"FlowMapEulerDiscrete", kFlow},
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

bool distilled(Kind kind) { return kind == Kind::lcm || kind == Kind::tcd; }

/// All words that a study can say, for people.
std::string choices() {
  std::string out;
  for (const auto& each : names_of(Kind{})) {
    if (each.value != Kind::of_folder) out += fmt::format("{}\"{}\"", out.empty() ? "" : ", ", each.name);
  }
  return out;
}

}  // namespace

Result<const SchedulerClass*> choose_scheduler(const nlohmann::json& config, SchedulerKind asked, const Path& path) {
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
  const SchedulerClass* const own = row_of(kClasses, name);
  if (own != nullptr && distilled(own->kind) && asked != Kind::of_folder && !distilled(asked)) {
    return bad_input(
        fmt::format("{}: '{}' belongs to a consistency-distilled model, from which \"{}\" would generate "
                    "blurred images; take the scheduler out of the study's [generator], or set \"lcm\" or "
                    "\"tcd\"",
                    path.string(), whole, name_of(asked)));
  }
  if (asked != Kind::of_folder) {
    return std::find_if(std::begin(kClasses), std::end(kClasses), [&](const auto& row) { return row.kind == asked; });
  }
  if (own != nullptr) return own;
  const Replaced* replaced = row_of(kReplaced, name);
  if (replaced == nullptr) {
    return bad_input(
        fmt::format("{}: scheduler '{}' is not implemented, and not known here. For a Stable Diffusion 1.x "
                    "or 2.x model set scheduler = \"dpmsolver++\" in the study's [generator], or another of "
                    "{}",
                    path.string(), whole, choices()));
  }
  return bad_input(
      fmt::format("{}: scheduler '{}' ({}) is not implemented; set scheduler = \"{}\" in the study's "
                  "[generator], which is nearest to it. Both sample from the same model with the same "
                  "noise levels, so it is sound here",
                  path.string(), whole, replaced->what, replaced->by));
}

}  // namespace scotoma
