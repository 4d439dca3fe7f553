// SPDX-License-Identifier: Apache-2.0
#include "scotoma/backend/openvino/fingerprint.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "fake/folder.h"
#include "fake/places.h"
#include "scotoma/backend/files/onnx_weights.h"

namespace scotoma {
namespace {

namespace fs = std::filesystem;

TEST(Fingerprint, KnowsTheWeightsThatLieBesideAnOnnxFileUnderAnyName) {
  const auto named = onnx_weights(kModels / "external.onnx");
  ASSERT_TRUE(named.ok()) << named.error().message;
  EXPECT_EQ(*named, std::vector<fs::path>{kModels / "weights.bin"});
  const fake::Folder folder;
  for (const char* file : {"external.onnx", "weights.bin"}) fs::copy_file(kModels / file, folder / file);
  const auto engine = Engine::create({Precision::f32, 1}).value();
  const auto hash = [&] { return model_fingerprint(*engine, "classifier", {folder / "external.onnx"}, {"x"}); };
  const std::string before = *hash();
  EXPECT_EQ(*hash(), before);
  folder.write("weights.bin", "abcd");
  EXPECT_NE(*hash(), before);
  fs::remove(folder / "weights.bin");
  EXPECT_FALSE(hash().ok());
}

TEST(Fingerprint, WeightsInsideAFileNeedNoOthersAndOtherBytesAreRefused) {
  for (const char* file : {"logits.onnx", "always_nan.onnx"}) EXPECT_TRUE(onnx_weights(kModels / file)->empty());
  for (const char* file : {"truncated.onnx", "not_a_model.onnx", "absent.onnx"}) {
    const auto named = onnx_weights(kModels / file);
    ASSERT_FALSE(named.ok()) << file;
    EXPECT_NE(named.error().message.find(file), std::string::npos) << named.error().message;
  }
}

TEST(Fingerprint, KnowsTheProcessorAndTheTokenizersLibrary) {
  const auto engine = Engine::create({Precision::f32, 1}).value();
  EXPECT_FALSE(engine->processor().empty());
  EXPECT_TRUE(engine->tokenizers().empty());
  const auto file = kRoot / "world/embedder/openvino_tokenizer.xml";
  ASSERT_TRUE(engine->read_tokenizer(file, TrialKind::tokenizer).ok());
  EXPECT_TRUE(fs::exists(engine->tokenizers()));
  EXPECT_NE(*model_fingerprint(*engine, "embedder", {file}, {}), *model_fingerprint(*engine, "captioner", {file}, {}));
}

}  // namespace
}  // namespace scotoma
