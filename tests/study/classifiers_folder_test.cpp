// SPDX-License-Identifier: Apache-2.0
// What a study leaves to the files beside a classifier.
#include <gtest/gtest.h>

#include <string>

#include "fake/folder.h"
#include "scotoma/study/read.h"

namespace scotoma {
namespace {

class ClassifiersFolder : public testing::Test {
 protected:
  ClassifiersFolder() {
    for (const char* file : {"net/model.onnx", "generator/x", "captioner/x", "embedder/x"}) folder_.write(file, "");
  }
  Result<Study> read(const std::string& classifier, const std::string& more = "") {
    return read_study(folder_.write("study.toml",
                                    "labels = [\"fly\"]\n[generator]\nmodel = \"generator\"\n"
                                    "[captioner]\nmodel = \"captioner\"\n[embedder]\nmodel = "
                                    "\"embedder\"\n[classifier]\nmodel = \"net/model.onnx\"\n" +
                                        classifier + more));
  }
  fake::Folder folder_;
};

TEST_F(ClassifiersFolder, HoldsTheClassNames) {
  folder_.write("net/config.json", "{}");
  const auto study = read("");
  ASSERT_TRUE(study.ok()) << study.error().message;
  EXPECT_EQ(study->classifier.labels, folder_ / "net/config.json");
  folder_.write("names.txt", "fly");
  EXPECT_EQ(read("labels = \"names.txt\"\n")->classifier.labels, folder_ / "names.txt");
}

TEST_F(ClassifiersFolder, WithoutThemIsAskedFor) {
  const auto study = read("");
  ASSERT_FALSE(study.ok());
  EXPECT_NE(study.error().message.find("'classifier.labels' is missing"), std::string::npos) << study.error().message;
}

TEST_F(ClassifiersFolder, SaysHowImagesAreFedWhereTheStudySaysNothing) {
  folder_.write("net/config.json", "{}");
  EXPECT_TRUE(read("")->classifier.preprocessing.of_folder);
  EXPECT_TRUE(read("batch = 4\noutput = \"logits\"\n")->classifier.preprocessing.of_folder);
  EXPECT_FALSE(read("mean = [1, 2, 3]\n")->classifier.preprocessing.of_folder);
  EXPECT_FALSE(read("channels = \"rgb\"\n")->classifier.preprocessing.of_folder);
}

TEST_F(ClassifiersFolder, IsEachNetworksOwnOfAJudge) {
  folder_.write("net/config.json", "{}");
  folder_.write("other/model.onnx", "");
  folder_.write("other/config.json", "{}");
  const std::string judge = "[judge]\nkind = \"classifier\"\nmodel = \"net/model.onnx\"\n";
  const auto study = read("", judge + "[[judge.ensemble]]\nmodel = \"other/model.onnx\"\n");
  ASSERT_TRUE(study.ok()) << study.error().message;
  const auto both = networks(study->judge);
  ASSERT_EQ(both.size(), 2U);
  EXPECT_EQ(both[0].labels, folder_ / "net/config.json");
  EXPECT_EQ(both[1].labels, folder_ / "other/config.json");
  EXPECT_TRUE(both[1].preprocessing.of_folder);
  const auto fed = read("", judge + "[[judge.ensemble]]\nmodel = \"other/model.onnx\"\nwidth = 8\nheight = 8\n");
  ASSERT_TRUE(fed.ok()) << fed.error().message;
  EXPECT_TRUE(networks(fed->judge)[0].preprocessing.of_folder);
  EXPECT_FALSE(networks(fed->judge)[1].preprocessing.of_folder);
}

}  // namespace
}  // namespace scotoma
