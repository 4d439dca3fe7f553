// SPDX-License-Identifier: Apache-2.0
// Whatever happens to the bytes of cache.sqlite: the same answers, or an error, or asked anew. Never others.
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <optional>

#include "fake/folder.h"
#include "fake/world.h"
#include "scotoma/cache/memo.h"
#include "scotoma/cache/reviews.h"
#include "scotoma/core/philox.h"

namespace scotoma {
namespace {

namespace fs = std::filesystem;

std::string bytes_of(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

/// Everything that a study of a few images asks of a cache.
struct Told {
  std::vector<std::string> images;
  std::vector<Prediction> predictions;
  std::vector<Judgement> judgements;
  std::vector<std::string> captions;
  std::vector<std::vector<float>> vectors;
  std::vector<std::vector<float>> texts;
  Reviews reviews;
  bool operator==(const Told&) const = default;
};

class Damage : public testing::Test {
 protected:
  Damage() {
    auto cache = AnswerCache::open(folder_.path());
    EXPECT_TRUE(cache.ok());
    whole_ = *told(**cache);
    Reviews reviews;
    for (std::size_t i = 0; i < whole_.images.size(); ++i) reviews[whole_.images[i] + " fly"] = i % 3 != 0;
    EXPECT_TRUE(store_reviews(**cache, reviews).ok());
    whole_.reviews = reviews;
    cache->reset();
    bytes_ = bytes_of(file_);
  }

  /// Asks all queries, at most twice: what is damaged and cannot be asked anew may be told once.
  Result<Told> told(AnswerCache& cache) {
    Models models = world_.models();
    const CancelToken never;
    Silent silent;
    Memo memo(models, cache, never, silent, {});
    std::vector<GenerationRequest> requests;
    for (std::uint64_t i = 0; i < 8; ++i) requests.push_back({"a photo of a fly", 1000003 * i});
    const std::vector<std::string> words = {"on a flower", "in the snow"};
    Told told;
    SCOTOMA_ASSIGN_OR_RETURN(told.images, memo.generate(requests));
    SCOTOMA_ASSIGN_OR_RETURN(told.predictions, memo.classify(told.images));
    SCOTOMA_ASSIGN_OR_RETURN(told.judgements, memo.judge(told.images, "fly"));
    SCOTOMA_ASSIGN_OR_RETURN(told.captions, memo.caption(told.images));
    SCOTOMA_ASSIGN_OR_RETURN(told.vectors, memo.embed_images(told.images));
    SCOTOMA_ASSIGN_OR_RETURN(told.texts, memo.embed_texts(words));
    SCOTOMA_ASSIGN_OR_RETURN(told.reviews, read_reviews(cache));
    return told;
  }

  void write(const std::string& bytes) {
    for (const char* log : {"cache.sqlite-wal", "cache.sqlite-shm"}) fs::remove(folder_ / log);
    std::ofstream(file_, std::ios::binary) << bytes;
  }

  /// What a run says on these bytes; nothing where it stops with an error, which must have a message.
  std::optional<Told> told_of(const std::string& bytes) {
    write(bytes);
    const auto cache = AnswerCache::open(folder_.path());
    if (!cache.ok()) {
      EXPECT_NE(cache.error().message.find("cache.sqlite"), std::string::npos) << cache.error().message;
      return std::nullopt;
    }
    auto said = told(**cache);
    if (said.ok()) return *std::move(said);
    EXPECT_NE(said.error().message.find("cache.sqlite"), std::string::npos) << said.error().message;
    return std::nullopt;
  }

  fake::World world_;
  fake::Folder folder_;
  fs::path file_ = folder_ / "cache.sqlite";
  Told whole_;
  std::string bytes_;
};

TEST_F(Damage, OfOneByteNeverGivesOtherAnswers) {
  Philox random(13);
  int same = 0;
  for (int trial = 0; trial < 1000; ++trial) {
    std::string bytes = bytes_;
    const std::size_t at = random.below(static_cast<std::uint32_t>(bytes.size()));
    // Half of them a flipped bit, as disks have it.
    const auto change = trial % 2 == 0 ? std::uint32_t{1} << random.below(8) : 1 + random.below(255);
    bytes[at] = static_cast<char>(static_cast<unsigned char>(bytes[at]) ^ change);
    const auto said = told_of(bytes);
    if (!said) continue;
    ASSERT_EQ(*said == whole_, true) << "byte " << at << " changed by " << change;
    ++same;
  }
  EXPECT_GT(same, 700) << "most damage hits single rows, which are asked anew";
}

TEST_F(Damage, OfManyBytesNeverGivesOtherAnswers) {
  Philox random(14);
  for (int trial = 0; trial < 200; ++trial) {
    std::string bytes = bytes_;
    const std::size_t at = random.below(static_cast<std::uint32_t>(bytes.size()));
    const std::size_t end = std::min<std::size_t>(bytes.size(), at + 1 + random.below(600));
    for (std::size_t i = at; i < end; ++i) bytes[i] = static_cast<char>(trial % 2 == 0 ? 0 : random.next());
    const auto said = told_of(bytes);
    if (!said) continue;
    ASSERT_EQ(*said == whole_, true) << "bytes " << at << " to " << end;
  }
}

TEST_F(Damage, OfARowIsAskedAnewAndMendedForTheNextRun) {
  std::string bytes = bytes_;
  const std::size_t at = bytes.find(whole_.captions[3]);
  ASSERT_NE(at, std::string::npos);
  bytes[at] = static_cast<char>(bytes[at] ^ 1);
  world_.forget();
  EXPECT_TRUE(*told_of(bytes) == whole_);
  EXPECT_EQ(world_.calls(), 1U);
  world_.forget();
  const auto again = AnswerCache::open(folder_.path());
  EXPECT_TRUE(*told(**again) == whole_);
  EXPECT_EQ(world_.calls(), 0U) << "the row was not replaced";
}

TEST_F(Damage, OfAPersonsAnswerIsToldOnceAndTheOthersStay) {
  const std::string key = whole_.images[2] + " fly";
  for (const std::size_t offset : {std::size_t{0}, key.size()}) {  // in the key, in the answer
    std::string bytes = bytes_;
    const std::size_t at = bytes.find(key) + offset;
    bytes[at] = static_cast<char>(bytes[at] ^ 1);
    write(bytes);
    const auto cache = AnswerCache::open(folder_.path());
    const auto first = read_reviews(**cache);
    ASSERT_FALSE(first.ok());
    EXPECT_EQ(first.error().code, Code::failed);
    EXPECT_NE(first.error().message.find("scotoma review"), std::string::npos) << first.error().message;
    Reviews others = whole_.reviews;
    others.erase(key);
    EXPECT_EQ(*read_reviews(**cache), others);
    ASSERT_TRUE(store_reviews(**cache, {{key, whole_.reviews.at(key)}}).ok());
    EXPECT_EQ(*read_reviews(**cache), whole_.reviews);
  }
}

}  // namespace
}  // namespace scotoma
