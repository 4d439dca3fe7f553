// SPDX-License-Identifier: Apache-2.0
// A study file to begin with.
#include <gtest/gtest.h>

#include "e2e/program.h"
#include "fake/folder.h"
#include "scotoma/study/read.h"

namespace scotoma::e2e {
namespace {

namespace fs = std::filesystem;

TEST(Init, WritesAStudyOfTheEmbeddedWorldThatLacksNothing) {
  const fake::Folder folder;
  const std::string to = folder.write("deep/er/keep", "").parent_path() / "study.toml";
  const Outcome made = run({"init", kWorldText + "/classifiers/resnet_skewed.onnx", "--labels",
                            kWorldText + "/classifiers/labels.json", "--export", kWorldText, "--to", to});
  ASSERT_EQ(made.code, 0) << made.errors;
  EXPECT_NE(made.output.find("scotoma doctor " + to), std::string::npos) << made.output;
  EXPECT_EQ(made.output.find("name its folder"), std::string::npos) << made.output;
  const auto study = read_study(to);
  ASSERT_TRUE(study.ok()) << study.error().message;
  EXPECT_TRUE(fs::equivalent(study->generator.model, kWorld / "generator"));
  EXPECT_TRUE(fs::equivalent(study->captioner.model, kWorld / "captioner"));
  EXPECT_TRUE(fs::equivalent(study->embedder.model, kWorld / "embedder"));
  EXPECT_EQ(study->labels.size(), 5U);
  EXPECT_EQ(study->labels[0].class_name, "fly");
  EXPECT_EQ(read_file(to).find("= \"/"), std::string::npos) << "paths are not relative to the file";
}

TEST(Init, IsReadUpToMissingPathsWhateverTheClassesAreCalled) {
  const fake::Folder folder;
  const std::string model = folder.write("my \"model\".onnx", "");
  const std::string names = folder.write(
      "names.json", R"(["tabby, tabby cat", "say \"x\"", "back\\slash", "crane", "crane", "hair_slide", "a\u0001b"])");
  const std::string to = folder / "study.toml";
  const Outcome made = run({"init", model, "--labels", names, "--to", to});
  ASSERT_EQ(made.code, 0) << made.errors;
  for (const char* role : {"generator", "captioner", "embedder"})
    EXPECT_NE(made.output.find(std::string("[") + role + "] model: name its folder"), std::string::npos);
  EXPECT_FALSE(read_study(to).ok()) << "the other models are not there yet";
  const auto study = read_study(to, NamedFiles::may_be_gone);
  ASSERT_TRUE(study.ok()) << study.error().message;
  EXPECT_EQ(study->classifier.model, fs::path(model));
  ASSERT_EQ(study->labels.size(), 5U);
  EXPECT_EQ(study->labels[0].name, "tabby");
  EXPECT_EQ(study->labels[0].class_name, "tabby, tabby cat");
  EXPECT_EQ(study->labels[2].class_name, "back\\slash");
  EXPECT_EQ(study->labels[3].name, "hair slide") << "no class may be named that is there twice";
  EXPECT_EQ(study->labels[4].class_name,
            "a\x01"
            "b");

  folder.write("study.toml", "mine");
  const Outcome again = run({"init", model, "--labels", names, "--to", to});
  EXPECT_EQ(again.code, 2);
  EXPECT_NE(again.errors.find("is there already"), std::string::npos) << again.errors;
  EXPECT_EQ(read_file(to), "mine");
}

TEST(Init, SaysWhatToMakeOfFoldersThatCannotBeUsedYet) {
  const fake::Folder folder;
  const std::string model = folder.write("m.onnx", "");
  const std::string names = folder.write("names.txt", "fly\nbee\n");
  folder.write("all/sd/model_index.json", R"({"_class_name": "StableDiffusionPipeline"})");
  folder.write("all/sd/unet/diffusion_pytorch_model.safetensors", "");
  folder.write("all/sd/safety_checker/config.json", R"({"model_type": "clip"})");
  const std::string to = folder / "study.toml";
  for (const std::string exported : {folder / "all", folder / "all/sd"}) {
    const Outcome made = run({"init", model, "--labels", names, "--to", to, "--export", exported});
    EXPECT_EQ(made.code, 0) << made.errors;
    EXPECT_NE(made.output.find("optimum-cli export openvino"), std::string::npos) << made.output;
    EXPECT_EQ(made.output.find("safety_checker"), std::string::npos) << made.output;
    fs::remove(to);
  }
  for (const auto& [arguments, says] : std::vector<std::pair<std::vector<std::string>, std::string>>{
           {{folder / "gone.onnx", "--labels", names}, "gone.onnx"},
           {{folder / "all", "--labels", names}, "is a folder"},
           {{model, "--labels", folder / "gone.txt"}, "gone.txt"},
           {{model, "--labels", folder.write("twice.txt", "crane\ncrane\n")}, "stands twice"},
           {{model, "--labels", names, "--export", folder / "gone"}, "no such folder"}}) {
    std::vector<std::string> words = {"init", "--to", to};
    words.insert(words.end(), arguments.begin(), arguments.end());
    const Outcome refused = run(words);
    EXPECT_EQ(refused.code, 2) << says;
    EXPECT_NE(refused.errors.find(says), std::string::npos) << refused.errors;
    EXPECT_FALSE(fs::exists(to));
  }
}

}  // namespace
}  // namespace scotoma::e2e
