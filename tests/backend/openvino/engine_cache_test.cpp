// SPDX-License-Identifier: Apache-2.0
// The cache of compiled models changes how long loading takes, and nothing else.
#include "scotoma/backend/openvino/engine_cache.h"

#include <gtest/gtest.h>
#include <stdlib.h>

#include <algorithm>
#include <chrono>
#include <fstream>
#include <optional>

#include "fake/folder.h"
#include "fake/places.h"
#include "scotoma/backend/health.h"
#include "scotoma/backend/registry.h"

namespace scotoma {
namespace {

namespace fs = std::filesystem;

/// The test's own value of the variable; what was there before comes back.
class CacheVariable {
 public:
  explicit CacheVariable(const std::optional<fs::path>& folder = std::nullopt) {
    if (const char* set = ::getenv(kName)) before_ = set;
    put(folder ? std::optional(folder->string()) : std::nullopt);
  }
  ~CacheVariable() { put(before_); }
  CacheVariable(const CacheVariable&) = delete;
  CacheVariable& operator=(const CacheVariable&) = delete;

 private:
  static constexpr const char* kName = "SCOTOMA_ENGINE_CACHE";
  static void put(const std::optional<std::string>& value) {
    value ? ::setenv(kName, value->c_str(), 1) : ::unsetenv(kName);
  }
  std::optional<std::string> before_;
};

const fs::path kSkewed = kWorld / "classifiers/resnet_skewed.onnx";

/// What a classifier of the embedded world says of some image, all classes and all bits.
std::vector<std::pair<int, double>> answer(const fs::path& model = kSkewed) {
  ClassifierOptions wanted;
  wanted.model = model;
  wanted.labels = kWorld / "classifiers/labels.json";
  auto classifier = load_classifier(wanted, {Precision::f32, 1});
  EXPECT_TRUE(classifier.ok()) << classifier.error().message;
  if (!classifier.ok()) return {};
  Image image{64, 64, {}};
  for (int i = 0; i < 64 * 64 * 3; ++i) image.rgb.push_back(static_cast<std::uint8_t>(i * 37 % 251));
  const auto predictions = (*classifier)->classify(std::vector{image});
  EXPECT_TRUE(predictions.ok()) << predictions.error().message;
  if (!predictions.ok()) return {};
  std::vector<std::pair<int, double>> out;
  for (const auto& each : predictions->front().top) out.emplace_back(each.label, each.probability);
  return out;
}

std::string bytes_of(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

std::vector<fs::path> blobs(const fs::path& folder) {
  std::vector<fs::path> out;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    if (entry.path().extension() == ".blob") out.push_back(entry.path());
  }
  return out;
}

TEST(EngineCache, GivesTheSameBitsEmptyFilledAndCutShort) {
  const fake::Folder folder;
  const auto without = [] {
    const CacheVariable none("");
    return answer();
  }();
  ASSERT_FALSE(without.empty());
  const CacheVariable set(folder / "cache");
  EXPECT_EQ(answer(), without) << "compiled, and written";
  const auto written = blobs(folder / "cache");
  ASSERT_EQ(written.size(), 1U);
  EXPECT_EQ(answer(), without) << "read from the cache";
  const auto whole = fs::file_size(written[0]);
  for (const auto left : {whole / 10 * 9, whole / 2, whole / 100, std::uintmax_t{0}}) {
    fs::permissions(written[0], fs::perms::owner_all);
    fs::resize_file(written[0], left);  // as a process leaves it that is killed while it writes
    EXPECT_EQ(answer(), without) << left << " of " << whole << " bytes";
    EXPECT_GT(fs::file_size(written[0]), left) << "was not written anew";
  }
}

TEST(EngineCache, TellsModelsByTheirWeightsNotByTheirPath) {
  const fake::Folder folder;
  const auto replace_by = [&](const char* model) {
    fs::copy_file(kWorld / "classifiers" / model, folder / "model.onnx", fs::copy_options::overwrite_existing);
  };
  const CacheVariable set(folder / "cache");
  replace_by("resnet_skewed.onnx");
  const auto before = answer(folder / "model.onnx");
  replace_by("resnet_balanced.onnx");  // the same layers, trained on other images
  const auto after = answer(folder / "model.onnx");
  EXPECT_NE(after, before);
  const CacheVariable none("");
  EXPECT_EQ(after, answer(folder / "model.onnx"));
}

TEST(EngineCache, KeepsPrecisionsApart) {
  const fake::Folder folder;
  const auto embedded = [](Precision precision) {
    EmbedderOptions wanted;
    wanted.model = kWorld / "embedder";
    auto embedder = load_embedder(wanted, {precision, 1});
    EXPECT_TRUE(embedder.ok()) << embedder.error().message;
    if (!embedder.ok()) return Rows{};
    const auto out = (*embedder)->embed_texts(std::vector<std::string>{"a photo of a cat on the grass", "a red car"});
    EXPECT_TRUE(out.ok()) << out.error().message;
    return out.ok() ? *out : Rows{};
  };
  const auto without = [&] {
    const CacheVariable none("");
    return embedded(Precision::bf16);
  }();
  ASSERT_FALSE(without.empty());
  const CacheVariable set(folder / "cache");
  embedded(Precision::f32);
  EXPECT_EQ(embedded(Precision::bf16), without) << "with what was compiled in f32";
}

TEST(EngineCache, IsNoneWhereTheVariableIsEmptyOrTheModelLarge) {
  const fake::Folder folder;
  {
    const CacheVariable none("");
    const auto turn = CacheTurn::take(folder / "cache", "f32", kSkewed);
    ASSERT_TRUE(turn.ok()) << turn.error().message;
    EXPECT_TRUE(turn->folder().empty());
  }
  const CacheVariable set(folder / "cache");
  EXPECT_FALSE(CacheTurn::take({}, "f32", kSkewed)->folder().empty());
  const fs::path large = folder.write("large.onnx", "");
  fs::resize_file(large, CacheTurn::kLargestModel + 1);
  EXPECT_TRUE(CacheTurn::take({}, "f32", large)->folder().empty());
}

TEST(EngineCache, IsTheUsualOneWithoutTheVariableAndNoneWhereThatCannotBeWritten) {
  const fake::Folder folder;
  const CacheVariable unset;
  EXPECT_TRUE(CacheTurn::take(folder / "cache", "f32", kSkewed)
                  ->folder()
                  .string()
                  .starts_with((folder / "cache/f32/").string()));
  const auto turn = CacheTurn::take(folder.write("file", "") / "cache", "f32", kSkewed);
  ASSERT_TRUE(turn.ok()) << turn.error().message;
  EXPECT_TRUE(turn->folder().empty());
  EXPECT_TRUE(CacheTurn::take({}, "f32", kSkewed)->folder().empty());
}

TEST(EngineCache, CompilesAnewWhatWasDamagedWithoutBecomingShorter) {
  const fake::Folder folder;
  const CacheVariable set(folder / "cache");
  const auto whole = answer();
  const auto written = blobs(folder / "cache");
  ASSERT_EQ(written.size(), 1U);
  fs::permissions(written[0], fs::perms::owner_all);
  std::string bytes = bytes_of(written[0]);
  for (std::size_t i = bytes.size() * 2 / 3; i < bytes.size() * 2 / 3 + 4000; ++i) bytes[i] ^= 0x55;
  std::ofstream(written[0], std::ios::binary) << bytes;
  EXPECT_EQ(answer(), whole) << "the engine itself would take other weights for these";
  EXPECT_NE(bytes_of(written[0]), bytes);
}

TEST(EngineCache, DropsWhatWasNotAskedForLongestWhereItGrowsTooLarge) {
  const fake::Folder folder;
  const CacheVariable set(folder / "cache");
  const auto keep = [&](const char* model, std::uintmax_t largest) {
    const auto turn = CacheTurn::take({}, "f32", folder.write(model, "model"));
    ASSERT_TRUE(turn.ok()) << turn.error().message;
    if (!fs::exists(turn->folder() / "1.blob")) std::ofstream(turn->folder() / "1.blob") << std::string(1000, 'x');
    turn->keep(largest);
  };
  const auto held = [&](const char* model) {
    return fs::exists(CacheTurn::take({}, "f32", folder / model)->folder() / "1.blob");
  };
  for (const char* model : {"a", "b", "c"}) keep(model, 3000);
  EXPECT_TRUE(held("a") && held("b") && held("c"));
  const auto at = [&](const char* model, int hour) {
    fs::last_write_time(CacheTurn::take({}, "f32", folder / model)->folder() / "sums",
                        fs::file_time_type::clock::now() + std::chrono::hours(hour - 10));
  };
  at("a", 3), at("b", 1), at("c", 2);
  keep("a", 3000);  // asked for again: now the newest
  keep("d", 2000);
  EXPECT_TRUE(held("a") && held("d"));
  EXPECT_FALSE(held("b") || held("c"));
}

TEST(EngineCache, InAPlaceThatCannotBeWrittenIsBadInputThatNamesTheVariable) {
  const fake::Folder folder;
  const CacheVariable set(folder.write("file", "") / "cache");
  const auto turn = CacheTurn::take({}, "f32", kSkewed);
  ASSERT_FALSE(turn.ok());
  EXPECT_EQ(turn.error().code, Code::bad_input);
  EXPECT_NE(turn.error().message.find("SCOTOMA_ENGINE_CACHE"), std::string::npos) << turn.error().message;
}

}  // namespace
}  // namespace scotoma
