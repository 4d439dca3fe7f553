// SPDX-License-Identifier: Apache-2.0
#include "scotoma/backend/model_files.h"

#include <gtest/gtest.h>

#include <string>

#include "fake/folder.h"
#include "scotoma/study/study.h"

namespace scotoma {
namespace {

namespace fs = std::filesystem;

/// A study of files that hold anything at all: nothing is loaded.
class ModelFilesHash : public testing::Test {
 protected:
  ModelFilesHash() {
    for (const char* file : {"generator/unet/model.xml", "generator/unet/model.bin", "generator/model_index.json",
                             "classifier/net.xml", "classifier/net.bin", "classifier/config.json", "names.txt",
                             "captioner/model.xml", "embedder/model.xml", "judge/judge.xml", "judge/names.txt"})
      folder_.write(file, file);
    study_.generator.model = folder_ / "generator";
    study_.classifier.model = folder_ / "classifier/net.xml";
    study_.classifier.labels = folder_ / "names.txt";
    study_.captioner.model = folder_ / "captioner";
    study_.embedder.model = folder_ / "embedder";
    study_.judge.kind = JudgeKind::classifier;
    study_.judge.model = folder_ / "judge/judge.xml";
    study_.judge.labels = folder_ / "judge/names.txt";
  }
  std::string hash() const {
    const auto found = model_files(study_);
    EXPECT_TRUE(found.ok()) << found.error().message;
    return found.ok() ? found->hash : "";
  }
  fake::Folder folder_;
  Study study_;
};

TEST_F(ModelFilesHash, ChangesWithEveryByteOfEveryFileThatIsRead) {
  const std::string before = hash();
  EXPECT_EQ(hash(), before);
  for (const auto& entry : fs::recursive_directory_iterator(folder_.path())) {
    if (!entry.is_regular_file()) continue;
    const std::string name = entry.path().lexically_relative(folder_.path()).string();
    const auto time = entry.last_write_time();
    std::string text = name;
    text.back() ^= 1;
    folder_.write(name, text);
    fs::last_write_time(entry.path(), time);  // as large and as old as before
    EXPECT_NE(hash(), before) << name;
    folder_.write(name, name);
    EXPECT_EQ(hash(), before) << name;
  }
}

TEST_F(ModelFilesHash, ChangesWithFilesThatComeOrAreRenamed) {
  const std::string before = hash();
  folder_.write("generator/unet/config.json", "{}");
  const std::string more = hash();
  EXPECT_NE(more, before);
  fs::rename(folder_ / "generator/unet/config.json", folder_ / "generator/config.json");
  EXPECT_NE(hash(), more);
}

TEST_F(ModelFilesHash, IsBlindToOtherModelsBesideAFileAndToWhereTheyLie) {
  const std::string before = hash();
  folder_.write("classifier/other.bin", "another model");
  EXPECT_EQ(hash(), before);
  fs::rename(folder_ / "captioner", folder_ / "elsewhere");
  study_.captioner.model = folder_ / "elsewhere";
  EXPECT_EQ(hash(), before);
}

TEST_F(ModelFilesHash, FollowsLinksToFolders) {
  fs::rename(folder_ / "generator/unet", folder_ / "elsewhere");
  fs::create_directory_symlink(folder_ / "elsewhere", folder_ / "generator/unet");
  const std::string before = hash();
  folder_.write("elsewhere/model.bin", "other weights");
  EXPECT_NE(hash(), before);
  fs::create_directory_symlink(folder_ / "generator", folder_ / "generator/itself");
  const std::string circle = hash();  // the system ends it
  folder_.write("elsewhere/model.bin", "weights again");
  EXPECT_NE(hash(), circle);
}

TEST_F(ModelFilesHash, IsOfUsedModelsAlone) {
  study_.search.source = PhraseSource::none;
  study_.captioner.model = folder_ / "not there";
  study_.judge.kind = JudgeKind::none;
  study_.judge.model = folder_ / "not there";
  EXPECT_NE(hash(), "");
}

TEST_F(ModelFilesHash, NamesNoHashWhereAFileIsMissing) {
  fs::remove(folder_ / "judge/judge.xml");
  EXPECT_FALSE(model_files(study_).ok());
}

}  // namespace
}  // namespace scotoma
