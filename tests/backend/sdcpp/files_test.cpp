// SPDX-License-Identifier: Apache-2.0
#include "scotoma/backend/sdcpp/files.h"

#include <gtest/gtest.h>

#include "fake/folder.h"

namespace scotoma {
namespace {

const char* const kUnetFile = "unet/diffusion_pytorch_model.safetensors";
const char* const kVaeFile = "vae/diffusion_pytorch_model.safetensors";
const char* const kTextFile = "text_encoder/model.safetensors";

GeneratorOptions of_model(const std::filesystem::path& model) {
  GeneratorOptions options;
  options.kind = Backend::sdcpp;
  options.sdcpp.model = model;
  return options;
}

void expect_wrong(const GeneratorOptions& options, const std::string& says) {
  const auto files = checkpoint_files(options);
  ASSERT_FALSE(files.ok());
  EXPECT_EQ(files.error().code, Code::bad_input);
  EXPECT_NE(files.error().message.find(says), std::string::npos) << files.error().message;
}

TEST(CheckpointFiles, AreThoseThatTheOptionsName) {
  const fake::Folder folder;
  GeneratorOptions options;
  options.kind = Backend::sdcpp;
  options.sdcpp.t5xxl = folder.write("t5.gguf", "");
  options.sdcpp.diffusion_model = folder.write("flux.gguf", "");
  const auto files = checkpoint_files(options);
  ASSERT_TRUE(files.ok()) << files.error().message;
  ASSERT_EQ(files->size(), 2U);
  EXPECT_EQ(files->at(0).key, "diffusion_model");
  EXPECT_EQ(files->at(1).key, "t5xxl");
  EXPECT_EQ(checkpoint_name(options), folder / "flux.gguf");
  options.sdcpp.vae = folder / "nowhere.safetensors";
  expect_wrong(options, "no such file (generator.sdcpp.vae)");
  options.sdcpp.vae = folder.path();
  expect_wrong(options, "is a folder; generator.sdcpp.vae must name the file inside it");
}

TEST(CheckpointFiles, OfADiffusersFolderAreThoseThatTheLibraryLooksFor) {
  const fake::Folder folder;
  folder.write("unet/diffusion_pytorch_model.fp16.safetensors", "");
  GeneratorOptions options = of_model(folder.path());
  expect_wrong(options, std::string(kUnetFile) + ": is not there");
  folder.write(kUnetFile, "");
  expect_wrong(options, "give generator.sdcpp.vae");
  folder.write(kVaeFile, "");
  expect_wrong(options, "give generator.sdcpp.clip_l");
  folder.write(kTextFile, "");
  const auto files = checkpoint_files(options);
  ASSERT_TRUE(files.ok()) << files.error().message;
  ASSERT_EQ(files->size(), 3U);
  EXPECT_EQ(files->at(0).path, folder / kUnetFile);
  folder.write("text_encoder_2/model.fp16.safetensors", "");
  expect_wrong(options, "give generator.sdcpp.clip_g");
  options.sdcpp.clip_g = folder / "text_encoder_2/model.fp16.safetensors";
  EXPECT_TRUE(checkpoint_files(options).ok());
}

TEST(CheckpointFiles, OfATransformersFolderAreNone) {
  const fake::Folder folder;
  folder.write("transformer/diffusion_pytorch_model.safetensors", "");
  expect_wrong(of_model(folder.path()), "of which stable-diffusion.cpp reads none");
}

}  // namespace
}  // namespace scotoma
