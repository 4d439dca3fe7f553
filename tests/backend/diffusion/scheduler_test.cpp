// SPDX-License-Identifier: Apache-2.0
#include "scotoma/backend/diffusion/scheduler.h"

#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>

#include "fake/folder.h"
#include "fake/places.h"
#include "scotoma/backend/files/json_file.h"

namespace scotoma {
namespace {

const std::filesystem::path kSchedulers = kCases / "scheduler";

/// The network of make_cases.py.
float network(float x, double t) { return std::sin(x * 0.7F + static_cast<float>(t / 1000)); }

void expect_close(double ours, double theirs, const std::string& where) {
  EXPECT_NEAR(ours, theirs, 2e-5 * std::max(1.0, std::fabs(theirs))) << where;
}

void replay(const nlohmann::json& golden, const Result<Scheduler>& scheduler) {
  const std::string where = golden.value("file", "") + golden.value("config", nlohmann::json()).dump() + " " +
                            golden.at("steps").dump() + " steps";
  ASSERT_TRUE(scheduler.ok()) << scheduler.error().message;
  ASSERT_EQ(scheduler->steps().size(), golden.at("timesteps").size()) << where;
  expect_close(scheduler->initial_scale(), golden.at("initial_scale"), where);
  std::vector<float> x = golden.at("start");
  for (float& v : x) v *= scheduler->initial_scale();
  std::vector<float> previous(x.size(), NAN);  // step 0 must not read it
  for (std::size_t i = 0; i < scheduler->steps().size(); ++i) {
    const SamplerStep& step = scheduler->steps()[i];
    expect_close(step.timestep, golden.at("timesteps")[i], where);
    std::vector<float> output;
    for (const float v : x) output.push_back(network(v * step.input_scale, step.timestep));
    scheduler->step(i, output, x, previous);
    for (std::size_t k = 0; k < x.size(); ++k) {
      const auto& there = golden.at("trajectory")[i];
      if (!there.is_null()) expect_close(x[k], there[k], where + ", step " + std::to_string(i));
    }
  }
}

TEST(Scheduler, TakesTheStepsOfDiffusers) {
  auto cases = read_json_file(kSchedulers / "cases.json", true);
  ASSERT_TRUE(cases.ok()) << cases.error().message;
  ASSERT_GT(cases->size(), 70U);
  for (const auto& golden : *cases) {
    replay(golden, Scheduler::create(golden.at("config"), "", golden.at("steps"), "cases.json"));
    if (HasFailure()) return;
  }
}

/// Files as folders have them: a pipeline mends what old ones say or leave out (latents clipped to +-1 are ruined).
TEST(Scheduler, TakesTheStepsOfDiffusersPipeline) {
  auto cases = read_json_file(kSchedulers / "folder_cases.json", true);
  ASSERT_TRUE(cases.ok()) << cases.error().message;
  ASSERT_GT(cases->size(), 30U);
  for (const auto& golden : *cases) {
    const auto file = kSchedulers / "folders" / golden.at("file").get<std::string>();
    const auto config = read_json_file(file);
    ASSERT_TRUE(config.ok()) << config.error().message;
    const auto scheduler = Scheduler::of_pipeline(*config, golden.at("sampler"), golden.at("steps"), file);
    if (golden.contains("refused")) {
      ASSERT_FALSE(scheduler.ok()) << file;
      EXPECT_NE(scheduler.error().message.find(golden.at("refused")), std::string::npos) << scheduler.error().message;
    } else {
      replay(golden, scheduler);
    }
    if (HasFailure()) return;
  }
}

TEST(Scheduler, SaysWhatWasMendedAndWhy) {
  const auto mended = [](const char* config, const char* sampler) {
    const auto scheduler = Scheduler::of_pipeline(nlohmann::json::parse(config), sampler, 5, "a/scheduler_config.json");
    return scheduler.ok() ? scheduler->mended() : scheduler.error().message;
  };
  EXPECT_EQ(mended(R"({"_class_name": "DDIMScheduler", "steps_offset": 0})", ""),
            "clip_sample false and steps_offset 1, as diffusers' Stable Diffusion pipeline sets it "
            "(scheduler_config.json: clip_sample is missing and steps_offset is 0)");
  EXPECT_EQ(mended(R"({"_class_name": "PNDMScheduler", "clip_sample": true, "steps_offset": 1})", "ddim"),
            "clip_sample false, as diffusers' Stable Diffusion pipeline sets it (scheduler_config.json: clip_sample is "
            "true)");
  // Nothing that would change an image.
  EXPECT_EQ(mended(R"({"_class_name": "DDIMScheduler", "clip_sample": false, "steps_offset": 1})", ""), "");
  EXPECT_EQ(mended(R"({"_class_name": "DPMSolverMultistepScheduler", "timestep_spacing": "trailing"})", ""), "");
  EXPECT_EQ(mended(R"({"_class_name": "EulerDiscreteScheduler"})", ""), "");
}

/// The message must name the class, and a sampler of ours where one is sound.
TEST(Scheduler, ASchedulerThatIsNotOursIsRefusedWithASoundReplacement) {
  const std::pair<const char*, const char*> replaced[] = {
      {"PNDMScheduler", "dpmsolver++"},
      {"UniPCMultistepScheduler", "dpmsolver++"},
      {"DEISMultistepScheduler", "dpmsolver++"},
      {"EulerAncestralDiscreteScheduler", "euler"},
      {"LMSDiscreteScheduler", "euler"},
      {"HeunDiscreteScheduler", "euler"},
      {"DDPMScheduler", "ddim"},
      {"WhoKnowsScheduler", "dpmsolver++"},
  };
  for (const auto& [name, by] : replaced) {
    const nlohmann::json config = {{"_class_name", name}};
    const auto scheduler = Scheduler::create(config, "", 5, "folder/s.json");
    ASSERT_FALSE(scheduler.ok()) << name;
    for (const std::string& part : {std::string(name), std::string("set scheduler = \"") + by}) {
      EXPECT_NE(scheduler.error().message.find(part), std::string::npos) << scheduler.error().message;
    }
    EXPECT_TRUE(Scheduler::create(config, by, 5, "folder/s.json").ok()) << name;
  }
}

TEST(Scheduler, AModelThatNoneOfOursCanSampleIsRefusedWhateverTheStudyAsks) {
  const std::pair<const char*, const char*> foreign[] = {
      {R"({"_class_name": "LCMScheduler"})", "consistency-distilled"},
      {R"({"_class_name": "TCDScheduler"})", "consistency-distilled"},
      {R"({"_class_name": "FlowMatchEulerDiscreteScheduler"})", "flow-matching"},
      {R"({"_class_name": "UniPCMultistepScheduler", "use_flow_sigmas": true})", "flow-matching"},
      {R"({"_class_name": "DDIMScheduler", "prediction_type": "flow_prediction"})", "flow-matching"},
      {R"({"_class_name": "EDMEulerScheduler"})", "EDM"},
  };
  for (const auto& [config, part] : foreign) {
    for (const char* asked : {"", "ddim", "euler", "dpmsolver++"}) {
      const auto scheduler = Scheduler::create(nlohmann::json::parse(config), asked, 5, "folder/s.json");
      ASSERT_FALSE(scheduler.ok()) << config << asked;
      EXPECT_NE(scheduler.error().message.find(part), std::string::npos) << scheduler.error().message;
    }
  }
}

TEST(Scheduler, TheStudysChoiceOverridesTheFolders) {
  const auto config = nlohmann::json::parse(R"({"_class_name": "PNDMScheduler", "clip_sample": false})");
  EXPECT_FALSE(Scheduler::create(config, "", 5, "s.json").ok());
  auto scheduler = Scheduler::create(config, "euler", 5, "s.json");
  ASSERT_TRUE(scheduler.ok());
  EXPECT_EQ(scheduler->name(), "Euler, 5 steps");
}

TEST(Scheduler, RefusesWhatItWouldGetWrong) {
  const char* const bad[] = {
      R"({"_class_name": "DDIMScheduler", "thresholding": true})",
      R"({"_class_name": "DDIMScheduler", "prediction_type": "flow_prediction"})",
      R"({"_class_name": "DDIMScheduler", "beta_schedule": "sigmoid"})",
      R"({"_class_name": "DDIMScheduler", "num_train_timesteps": 0})",
      R"({"_class_name": "DDIMScheduler", "num_train_timesteps": "many"})",
      R"({"_class_name": "DDIMScheduler", "rescale_betas_zero_snr": true, "timestep_spacing": "trailing"})",
      R"({"_class_name": "EulerDiscreteScheduler", "use_beta_sigmas": true})",
      R"({"_class_name": "EulerDiscreteScheduler", "timestep_type": "continuous"})",
      R"({"_class_name": "EulerDiscreteScheduler", "final_sigmas_type": "one"})",
      R"({"_class_name": "DPMSolverMultistepScheduler", "algorithm_type": "sde-dpmsolver++"})",
      R"({"_class_name": "DPMSolverMultistepScheduler", "solver_order": 3})",
      R"({"_class_name": "DPMSolverMultistepScheduler", "solver_type": "bh9"})",
      R"({"_class_name": "DPMSolverMultistepScheduler", "use_flow_sigmas": true})",
  };
  for (const char* text : bad) {
    const auto scheduler = Scheduler::create(nlohmann::json::parse(text), "", 5, "folder/scheduler_config.json");
    ASSERT_FALSE(scheduler.ok()) << text;
    EXPECT_EQ(scheduler.error().code, Code::bad_input);
    EXPECT_NE(scheduler.error().message.find("folder/scheduler_config.json"), std::string::npos) << text;
  }
  for (const char* value : {"1000.5", "1e300", "true", "[1000]"}) {
    const auto config = nlohmann::json::parse(std::string(R"({"num_train_timesteps": )") + value + "}");
    EXPECT_FALSE(Scheduler::create(config, "ddim", 5, "s").ok()) << value;
  }
  EXPECT_FALSE(Scheduler::create(nlohmann::json::object(), "ddim", 0, "s").ok());
  EXPECT_FALSE(Scheduler::create(nlohmann::json::object(), "ddim", 1001, "s").ok());
}

TEST(Scheduler, ASingleTrainingTimestepIsEnough) {
  const auto config = nlohmann::json::parse(R"({"num_train_timesteps": 1, "use_karras_sigmas": true})");
  const auto scheduler = Scheduler::create(config, "euler", 1, "s.json");
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

}  // namespace
}  // namespace scotoma
