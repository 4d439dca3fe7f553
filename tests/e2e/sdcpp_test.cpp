// SPDX-License-Identifier: Apache-2.0
// Checkpoints of stable-diffusion.cpp through the program: see tests/backend/sdcpp/generator_test.cpp.
#include <gtest/gtest.h>

#include <cstdlib>
#include <nlohmann/json.hpp>

#include "e2e/program.h"
#include "fake/folder.h"

namespace scotoma::e2e {
namespace {

namespace fs = std::filesystem;

/// On FLUX.1's layout; the labels' phrases come from a list.
std::string study_of(const fs::path& models) {
  return R"(labels = ["fly", "bee"]
[generator]
kind = "sdcpp"
steps = 2
guidance = 1
[generator.sdcpp]
diffusion_model = ")" +
         (models / "parts/transformer.safetensors").string() + R"("
clip_l = ")" +
         (models / "parts/clip_l.safetensors").string() + R"("
taesd = ")" +
         (models / "parts/tiny_decoder.safetensors").string() + R"("
width = 64
height = 64
[classifier]
model = ")" +
         kWorldText + R"(/classifiers/resnet_balanced.onnx"
labels = ")" +
         kWorldText + R"(/classifiers/labels.json"
mean = [127.5, 127.5, 127.5]
std = [127.5, 127.5, 127.5]
[[attributes]]
name = "places"
phrases = ["on a flower", "in the snow"]
[search]
source = "none"
[budget]
images = 24
base = 4
)";
}

class SdcppProgram : public testing::Test {
 protected:
  void SetUp() override {
    const char* models = std::getenv("SCOTOMA_SDCPP_MODELS");
    if (models == nullptr) GTEST_SKIP() << "for ./dev test --with sdcpp";
    models_ = models;
  }

  fs::path models_;
};

TEST_F(SdcppProgram, FindGivesTheSameBytesOnAnyNumberOfThreadsAndPrintsNothingOfTheLibrary) {
  const fake::Folder folder;
  const std::string study = folder.write("study.toml", study_of(models_));
  const Outcome two = run({"find", study, "--out", folder / "two", "--threads", "2", "--quiet"});
  ASSERT_EQ(two.code, 0) << two.errors;
  EXPECT_EQ(two.errors, "");
  EXPECT_EQ(two.output.find("loading"), std::string::npos) << two.output;
  ASSERT_EQ(run({"find", study, "--out", folder / "one", "--threads", "1", "--quiet"}).code, 0);
  const std::string bugs = read_file(folder / "two/bugs.json");
  EXPECT_TRUE(bugs == read_file(folder / "one/bugs.json"));
  const auto settings = nlohmann::json::parse(bugs)["settings"]["generator"];
  EXPECT_EQ(settings["kind"], "sdcpp");
  EXPECT_EQ(settings["sdcpp"]["width"], 64);
  EXPECT_FALSE(settings.contains("model"));
  EXPECT_FALSE(settings.contains("batch"));
}

TEST_F(SdcppProgram, GenerateAndDoctorWork) {
  const fake::Folder folder;
  const std::string study = folder.write("study.toml", study_of(models_));
  const auto generate = [&](const std::string& seed, const std::string& count, const fs::path& to) {
    return run({"generate", study, "a photo of a bee", "--seed", seed, "--count", count, "--to", to, "--quiet"});
  };
  const Outcome many = generate("7", "2", folder / "many");
  ASSERT_EQ(many.code, 0) << many.errors;
  ASSERT_EQ(generate("8", "1", folder / "one.png").code, 0);
  EXPECT_TRUE(read_file(folder / "many/8.png") == read_file(folder / "one.png"));
  const Outcome doctor = run({"doctor", study});
  EXPECT_NE(doctor.output.find("Flux, euler (discrete), 2 steps, guidance 1, 64 x 64"), std::string::npos)
      << doctor.output << doctor.errors;
  EXPECT_NE(doctor.output.find("generated 4 images of 64 x 64"), std::string::npos) << doctor.output;
}

TEST_F(SdcppProgram, ACrashOfTheLibraryEndsNoRun) {
  const fake::Folder folder;
  const std::string study = folder.write("study.toml", study_of(models_));
  Circumstances crash;
  crash.environment = {{"SCOTOMA_TRY_LOADING_CRASHES_AT", "transformer.safetensors"}, {"XDG_CACHE_HOME", folder / "c"}};
  const Outcome refused = run({"generate", study, "a bee", "--seed", "7", "--to", folder / "one.png"}, crash);
  EXPECT_EQ(refused.code, 2);
  EXPECT_NE(refused.errors.find("transformer.safetensors: crashes stable-diffusion.cpp (signal 11); a file is damaged"),
            std::string::npos)
      << refused.errors;
}

}  // namespace
}  // namespace scotoma::e2e
