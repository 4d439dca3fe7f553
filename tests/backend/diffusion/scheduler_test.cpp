// SPDX-License-Identifier: Apache-2.0
#include "scotoma/backend/diffusion/scheduler.h"

#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <map>
#include <set>
#include <string_view>

#include "fake/folder.h"
#include "fake/places.h"
#include "fake/supported.h"
#include "scotoma/backend/files/json_file.h"

namespace scotoma {
namespace {

const std::filesystem::path kSchedulers = kCases / "scheduler";

/// The first sample, network and noise of make_cases.py: two images of four values.
const std::vector<float> kStart = {-2, -0.7F, 0.1F, 1.4F, 2, 0.9F, -0.3F, -1.2F};

float network(float x, double t) { return std::sin(x * 0.7F + static_cast<float>(t / 1000)); }

std::vector<float> noise(std::size_t call) {
  std::vector<float> out;
  for (std::size_t k = 0; k < kStart.size(); ++k) {
    out.push_back(
        static_cast<float>(1.5 * std::sin(2.3 * static_cast<double>(call) + 1.1 * static_cast<double>(k) + 0.5)));
  }
  return out;
}

SchedulerKind kind_of(const nlohmann::json& golden) {
  return named<SchedulerKind>(golden.at("scheduler").get<std::string>()).value();
}

SchedulerRequest request_of(const nlohmann::json& golden) {
  return {kind_of(golden), golden.at("steps"), golden.value("eta", 0.0)};
}

/// Within 1e-4 of the size that the latents have, or had before the step: torch keeps noise levels in float. `most`:
/// the largest of those differences so far.
void expect_close(const std::vector<float>& ours, const std::vector<float>& theirs, const std::vector<float>& before,
                  const std::string& where, double& most) {
  ASSERT_EQ(ours.size(), theirs.size()) << where;
  float size = 1;
  for (const auto& latents : {theirs, before}) {
    for (const float v : latents) size = std::max(size, std::fabs(v));
  }
  for (std::size_t k = 0; k < ours.size(); ++k) {
    EXPECT_NEAR(ours[k], theirs[k], 1e-4 * size) << where;
    most = std::max(most, static_cast<double>(std::fabs(ours[k] - theirs[k]) / size));
  }
}

void replay(const nlohmann::json& golden, const Result<Scheduler>& scheduler, double& most) {
  const std::string where = golden.at("scheduler").get<std::string>() + " " + golden.value("file", "") +
                            golden.value("config", nlohmann::json()).dump() + " " + golden.at("steps").dump() +
                            " steps";
  ASSERT_TRUE(scheduler.ok()) << where << ": " << scheduler.error().message;
  ASSERT_EQ(scheduler->steps().size(), golden.at("timesteps").size()) << where;
  EXPECT_NEAR(scheduler->initial_scale() / golden.at("initial_scale").get<float>(), 1, 1e-5) << where;
  SamplerState state = scheduler->begin(kStart, kStart.size() / 2);
  for (auto& kept : state.memory) std::fill(kept.begin(), kept.end(), NAN);  // nothing may be read before it is written
  for (std::size_t i = 0; i < scheduler->steps().size(); ++i) {
    const SamplerStep& step = scheduler->steps()[i];
    EXPECT_NEAR(step.timestep, golden.at("timesteps")[i].get<double>(), 0.01) << where;
    const std::vector<float> before = state.sample;
    std::vector<float> output;
    for (const float v : state.sample) output.push_back(network(v * step.input_scale, step.timestep));
    scheduler->step(i, output, scheduler->needs_noise(i) ? noise(i) : std::vector<float>(), state);
    const auto& there = golden.at("trajectory")[i];
    if (!there.is_null()) expect_close(state.sample, there, before, where + ", step " + std::to_string(i), most);
    if (testing::Test::HasFailure()) return;
  }
}

/// What was compared of one scheduler, for docs/supported.md.
struct Compared {
  int cases = 0;
  double difference = 0;  ///< at any step, of the size of the latents
  std::set<std::string> spacings, predictions, levels, further;

  void add(const nlohmann::json& config) {
    ++cases;
    spacings.insert(config.value("timestep_spacing", "its own"));
    predictions.insert(config.value("prediction_type", "epsilon"));
    const auto flag = [&](const char* key) { return config.contains(key) && config.at(key) == true; };
    std::string level = "plain";
    for (const std::string_view each : {"karras_sigmas", "exponential_sigmas", "beta_sigmas", "lu_lambdas"}) {
      if (flag(("use_" + std::string(each)).c_str())) level = each.substr(0, each.find('_'));
    }
    levels.insert(level);
    if (flag("thresholding")) further.insert("thresholding");
    if (flag("rescale_betas_zero_snr")) further.insert("zero terminal SNR");
  }

  std::vector<std::string> row(const std::string& name) const {
    const auto list = [](const std::set<std::string>& all) { return fmt::format("{}", fmt::join(all, ", ")); };
    return {name,
            std::to_string(cases),
            list(spacings),
            list(predictions),
            list(levels),
            list(further),
            fmt::format("{:.0e}", difference)};
  }
};

TEST(Scheduler, TakesTheStepsOfDiffusers) {
  auto cases = read_json_file(kSchedulers / "cases.json", true);
  ASSERT_TRUE(cases.ok()) << cases.error().message;
  ASSERT_GT(cases->size(), 800U);
  std::map<std::string, Compared> by_name;
  for (const auto& golden : *cases) {
    Compared& compared = by_name[golden.at("scheduler")];
    replay(golden, Scheduler::create(golden.at("config"), request_of(golden), "cases.json"), compared.difference);
    if (HasFailure()) return;
    compared.add(golden.at("config"));
  }
  for (const auto& [name, compared] : by_name) fake::supported("schedulers", compared.row(name));
}

/// Files as folders have them: a pipeline mends what old ones say or leave out (latents clipped to +-1 are ruined).
TEST(Scheduler, TakesTheStepsOfDiffusersPipeline) {
  auto cases = read_json_file(kSchedulers / "folder_cases.json", true);
  ASSERT_TRUE(cases.ok()) << cases.error().message;
  ASSERT_GT(cases->size(), 30U);
  double most = 0;
  for (const auto& golden : *cases) {
    const auto file = kSchedulers / "folders" / golden.at("file").get<std::string>();
    const auto config = read_json_file(file);
    ASSERT_TRUE(config.ok()) << config.error().message;
    replay(golden, Scheduler::of_pipeline(*config, request_of(golden), file), most);
    if (HasFailure()) return;
  }
  fake::supported("scheduler_files", {std::to_string(cases->size()), fmt::format("{:.0e}", most)});
}

TEST(Scheduler, SaysWhatWasMendedAndWhy) {
  const auto mended = [](const char* config, SchedulerKind kind) {
    const auto scheduler = Scheduler::of_pipeline(nlohmann::json::parse(config), {kind, 5}, "a/scheduler_config.json");
    return scheduler.ok() ? scheduler->mended() : scheduler.error().message;
  };
  EXPECT_EQ(mended(R"({"_class_name": "DDIMScheduler", "steps_offset": 0})", SchedulerKind::of_folder),
            "clip_sample false and steps_offset 1, as diffusers' Stable Diffusion pipeline sets it "
            "(scheduler_config.json: clip_sample is missing and steps_offset is 0)");
  EXPECT_EQ(mended(R"({"_class_name": "PNDMScheduler", "clip_sample": true, "steps_offset": 1})", SchedulerKind::ddim),
            "clip_sample false, as diffusers' Stable Diffusion pipeline sets it (scheduler_config.json: clip_sample is "
            "true)");
  // Nothing that would change an image.
  const char* const sound[] = {
      R"({"_class_name": "DDIMScheduler", "clip_sample": false, "steps_offset": 1})",
      R"({"_class_name": "DPMSolverMultistepScheduler", "timestep_spacing": "trailing"})",
      R"({"_class_name": "EulerDiscreteScheduler"})",
      R"({"_class_name": "HeunDiscreteScheduler"})",
      R"({"_class_name": "LCMScheduler"})",
      R"({"_class_name": "DPMSolverSinglestepScheduler", "timestep_spacing": "leading"})",
      R"({"_class_name": "PNDMScheduler", "clip_sample": true, "steps_offset": 1, "skip_prk_steps": true})",
  };
  for (const char* config : sound) EXPECT_EQ(mended(config, SchedulerKind::of_folder), "") << config;
}

/// As Stable Diffusion 1.5 is downloaded.
TEST(Scheduler, PndmAsksTheNetworkOnceMoreThanItHasSteps) {
  const auto config = read_json_file(kSchedulers / "folders/pndm_sd15.json").value();
  const auto scheduler = Scheduler::of_pipeline(config, {SchedulerKind::of_folder, 20}, "s.json");
  ASSERT_TRUE(scheduler.ok()) << scheduler.error().message;
  EXPECT_EQ(scheduler->name(), "PNDM, 20 steps, 21 network calls");
  EXPECT_EQ(scheduler->mended(), "");
  std::vector<double> first;
  for (const SamplerStep& step : scheduler->steps().first(4)) first.push_back(step.timestep);
  EXPECT_EQ(first, (std::vector<double>{951, 901, 901, 851}));
}

/// The message must name the class, and a scheduler of ours where one is sound.
TEST(Scheduler, ASchedulerThatIsNotOursIsRefusedWithASoundReplacement) {
  const std::pair<const char*, SchedulerKind> replaced[] = {
      {"DPMSolverSDEScheduler", SchedulerKind::dpmsolver_sde}, {"SASolverScheduler", SchedulerKind::dpmsolver_sde},
      {"DDIMParallelScheduler", SchedulerKind::ddim},          {"DDPMParallelScheduler", SchedulerKind::ddpm},
      {"WhoKnowsScheduler", SchedulerKind::dpmsolver},
  };
  for (const auto& [name, by] : replaced) {
    const nlohmann::json config = {{"_class_name", name}};
    const auto scheduler = Scheduler::create(config, {SchedulerKind::of_folder, 5}, "folder/s.json");
    ASSERT_FALSE(scheduler.ok()) << name;
    for (const std::string& part :
         {std::string(name), "set scheduler = \"" + std::string(name_of(by)) + "\" in the study's"}) {
      EXPECT_NE(scheduler.error().message.find(part), std::string::npos) << scheduler.error().message;
    }
    EXPECT_TRUE(Scheduler::create(config, {by, 5}, "folder/s.json").ok()) << name;
  }
}

TEST(Scheduler, AModelThatNoneOfOursCanSampleIsRefusedWhateverTheStudyAsks) {
  const std::pair<const char*, const char*> foreign[] = {
      {R"({"_class_name": "CMStochasticIterativeScheduler"})", "consistency model"},
      {R"({"_class_name": "FlowMatchEulerDiscreteScheduler"})", "flow-matching"},
      {R"({"_class_name": "UniPCMultistepScheduler", "use_flow_sigmas": true})", "flow-matching"},
      {R"({"_class_name": "DDIMScheduler", "prediction_type": "flow_prediction"})", "flow-matching"},
      {R"({"_class_name": "EDMEulerScheduler"})", "EDM"},
  };
  for (const auto& [config, part] : foreign) {
    for (const auto& asked : names_of(SchedulerKind{})) {
      const auto scheduler = Scheduler::create(nlohmann::json::parse(config), {asked.value, 5}, "folder/s.json");
      ASSERT_FALSE(scheduler.ok()) << config << asked.name;
      EXPECT_NE(scheduler.error().message.find(part), std::string::npos) << scheduler.error().message;
    }
  }
}

TEST(Scheduler, ADistilledModelIsSampledByLcmAndTcdAlone) {
  for (const char* name : {"LCMScheduler", "TCDScheduler"}) {
    const nlohmann::json config = {{"_class_name", name}};
    for (const auto& asked : names_of(SchedulerKind{})) {
      const auto scheduler = Scheduler::create(config, {asked.value, 4}, "folder/s.json");
      const bool may = asked.value == SchedulerKind::of_folder || asked.value == SchedulerKind::lcm ||
                       asked.value == SchedulerKind::tcd;
      EXPECT_EQ(scheduler.ok(), may) << name << " " << asked.name;
      if (scheduler.ok()) continue;
      EXPECT_NE(scheduler.error().message.find("consistency-distilled"), std::string::npos);
    }
  }
}

TEST(Scheduler, TheStudysChoiceOverridesTheFolders) {
  const auto config = nlohmann::json::parse(R"({"_class_name": "PNDMScheduler", "clip_sample": false})");
  const std::pair<SchedulerKind, const char*> names[] = {
      {SchedulerKind::euler, "Euler, 5 steps"},
      {SchedulerKind::heun, "Heun, 5 steps, 9 network calls"},
      {SchedulerKind::dpmsolver, "DPM-Solver++ 2M, 5 steps"},
      {SchedulerKind::dpmsolver_3m, "DPM-Solver++ 3M, 5 steps"},
      {SchedulerKind::dpmsolver_sde, "DPM-Solver++ 2M SDE, 5 steps"},
      {SchedulerKind::dpmsolver_singlestep, "DPM-Solver++ 2S, 5 steps"},
      {SchedulerKind::unipc, "UniPC 2, 5 steps"},
  };
  for (const auto& [kind, name] : names) {
    const auto scheduler = Scheduler::create(config, {kind, 5}, "s.json");
    ASSERT_TRUE(scheduler.ok()) << scheduler.error().message;
    EXPECT_EQ(scheduler->name(), name);
  }
}

/// What a file itself lists as defaults, diffusers does not read.
TEST(Scheduler, WhatTheFileCallsADefaultIsNotRead) {
  const auto config = nlohmann::json::parse(
      R"({"_class_name": "EulerDiscreteScheduler", "timestep_spacing": "leading",
          "_use_default_values": ["timestep_spacing"]})");
  const auto scheduler = Scheduler::create(config, {SchedulerKind::of_folder, 5}, "s.json");
  ASSERT_TRUE(scheduler.ok()) << scheduler.error().message;
  EXPECT_EQ(scheduler->steps()[0].timestep, 999);
}

/// diffusers 0.39 gives NaN here: it multiplies a sum of nothing by the length of the last step, which is infinite.
TEST(Scheduler, UnipcOfTypeBh1EndsWithoutNoise) {
  const auto config = nlohmann::json::parse(R"({"_class_name": "UniPCMultistepScheduler", "solver_type": "bh1"})");
  const auto scheduler = Scheduler::create(config, {SchedulerKind::of_folder, 5}, "s.json");
  ASSERT_TRUE(scheduler.ok()) << scheduler.error().message;
  SamplerState state = scheduler->begin(kStart, 4);
  for (std::size_t i = 0; i < 5; ++i) scheduler->step(i, std::vector<float>(kStart.size(), 0.5F), {}, state);
  for (const float v : state.sample) EXPECT_TRUE(std::isfinite(v));
}

TEST(Scheduler, RefusesWhatItWouldGetWrong) {
  const char* const bad[] = {
      R"({"_class_name": "DDIMScheduler", "prediction_type": "flow_prediction"})",
      R"({"_class_name": "DDIMScheduler", "beta_schedule": "sigmoid"})",
      R"({"_class_name": "DDIMScheduler", "num_train_timesteps": 0})",
      R"({"_class_name": "DDIMScheduler", "num_train_timesteps": "many"})",
      R"({"_class_name": "DDIMScheduler", "thresholding": true, "dynamic_thresholding_ratio": 2})",
      R"({"_class_name": "DDIMScheduler", "rescale_betas_zero_snr": true, "timestep_spacing": "trailing"})",
      R"({"_class_name": "DDPMScheduler", "variance_type": "learned"})",
      R"({"_class_name": "PNDMScheduler", "prediction_type": "sample"})",
      R"({"_class_name": "EulerAncestralDiscreteScheduler", "prediction_type": "sample"})",
      R"({"_class_name": "EulerDiscreteScheduler", "use_beta_sigmas": true, "use_karras_sigmas": true})",
      R"({"_class_name": "EulerDiscreteScheduler", "timestep_type": "other"})",
      R"({"_class_name": "EulerDiscreteScheduler", "interpolation_type": "cubic"})",
      R"({"_class_name": "EulerDiscreteScheduler", "final_sigmas_type": "one"})",
      R"({"_class_name": "HeunDiscreteScheduler", "use_karras_sigmas": true, "sigma_min": 0})",
      R"({"_class_name": "DPMSolverMultistepScheduler", "algorithm_type": "dpmsolver"})",
      R"({"_class_name": "DPMSolverMultistepScheduler", "variance_type": "learned_range"})",
      R"({"_class_name": "DPMSolverMultistepScheduler", "solver_order": 4})",
      R"({"_class_name": "DPMSolverMultistepScheduler", "solver_type": "bh9"})",
      R"({"_class_name": "DPMSolverMultistepScheduler", "use_flow_sigmas": true})",
      R"({"_class_name": "DEISMultistepScheduler", "algorithm_type": "sde-dpmsolver++"})",
      R"({"_class_name": "UniPCMultistepScheduler", "solver_p": {"_class_name": "DDIMScheduler"}})",
      R"({"_class_name": "UniPCMultistepScheduler", "lower_order_final": false})",
      R"({"_class_name": "LCMScheduler", "original_inference_steps": 4})",
      R"({"_class_name": "TCDScheduler", "original_inference_steps": 2000})",
  };
  for (const char* text : bad) {
    const auto scheduler =
        Scheduler::create(nlohmann::json::parse(text), {SchedulerKind::of_folder, 5}, "folder/scheduler_config.json");
    ASSERT_FALSE(scheduler.ok()) << text;
    EXPECT_EQ(scheduler.error().code, Code::bad_input);
    EXPECT_NE(scheduler.error().message.find("folder/scheduler_config.json"), std::string::npos) << text;
  }
  for (const char* value : {"1000.5", "1e300", "true", "[1000]"}) {
    const auto config = nlohmann::json::parse(std::string(R"({"num_train_timesteps": )") + value + "}");
    EXPECT_FALSE(Scheduler::create(config, {SchedulerKind::ddim, 5}, "s").ok()) << value;
  }
  for (const auto& kind : names_of(SchedulerKind{})) {
    EXPECT_FALSE(Scheduler::create(nlohmann::json::object(), {kind.value, 0}, "s").ok()) << kind.name;
    EXPECT_FALSE(Scheduler::create(nlohmann::json::object(), {kind.value, 1001}, "s").ok()) << kind.name;
  }
}

TEST(Scheduler, ASingleTrainingTimestepIsEnough) {
  const auto config = nlohmann::json::parse(R"({"num_train_timesteps": 1, "use_karras_sigmas": true})");
  const auto scheduler = Scheduler::create(config, {SchedulerKind::euler, 1}, "s.json");
  ASSERT_TRUE(scheduler.ok()) << scheduler.error().message;
  EXPECT_EQ(scheduler->steps()[0].timestep, 0);
}

TEST(JsonFile, NumbersThatNothingHoldsAreAnErrorAndNoCrash) {
  const fake::Folder folder;
  const auto read = read_json_file(folder.write("n.json", R"({"a": 1e999})"));
  ASSERT_FALSE(read.ok());
  EXPECT_EQ(read.error().code, Code::bad_input);
  EXPECT_NE(read.error().message.find("n.json"), std::string::npos);
}

TEST(JsonFile, PythonsNumbersBecomeNull) {
  EXPECT_EQ(without_python_numbers(R"({"a": -Infinity, "b": [NaN, Infinity], "c": "NaN \" NaN"})"),
            R"({"a": null, "b": [null, null], "c": "NaN \" NaN"})");
  EXPECT_EQ(without_python_numbers("\"\\"), "\"\\");
  EXPECT_EQ(without_python_numbers("-1"), "-1");
}

TEST(Scheduler, OfAScheduleThatLeavesNoTimestepIsRefused) {
  for (
      const char* config :
      {R"({"_class_name": "DPMSolverMultistepScheduler", "timestep_spacing": "trailing", "lambda_min_clipped": 100})",
       R"({"_class_name": "DPMSolverMultistepScheduler", "timestep_spacing": "trailing", "beta_end": -0.001})",
       R"({"_class_name": "UniPCMultistepScheduler", "timestep_spacing": "trailing", "beta_end": -0.001})",
       R"({"_class_name": "DPMSolverMultistepScheduler", "timestep_spacing": "trailing", "trained_betas": [-0.1, 0.1]})"}) {
    const auto scheduler =
        Scheduler::create(nlohmann::json::parse(config), {SchedulerKind::of_folder, 1}, "folder/s.json");
    ASSERT_FALSE(scheduler.ok()) << config;
    EXPECT_EQ(scheduler.error().code, Code::bad_input);
    EXPECT_EQ(scheduler.error().message.find("folder/s.json: "), 0U) << scheduler.error().message;
  }
}

}  // namespace
}  // namespace scotoma
