// SPDX-License-Identifier: Apache-2.0
// Which thread, executor or store a memo works with, and how many batches at once.
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <future>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "fake/map_store.h"
#include "fake/memo.h"

namespace scotoma {
namespace {

using MemoWork = fake::MemoFixture;

/// A generator whose third batch is not done before a classifier has been asked.
class HeldUp : public Generator {
 public:
  explicit HeldUp(std::unique_ptr<Generator> generator) : generator_(std::move(generator)) {}
  std::string fingerprint() const override { return generator_->fingerprint(); }
  std::string describe() const override { return generator_->describe(); }
  std::size_t batch() const override { return generator_->batch(); }
  Result<std::vector<Image>> generate(std::span<const GenerationRequest> requests) override {
    if (++batches_ == 3 && classified_.wait_for(std::chrono::seconds(30)) != std::future_status::ready)
      return failed("every thread waits for the last images");
    return generator_->generate(requests);
  }
  void classifier_was_asked() {
    if (!told_.exchange(true)) asked_.set_value();
  }

 private:
  std::unique_ptr<Generator> generator_;
  std::atomic<int> batches_ = 0;
  std::atomic<bool> told_ = false;
  std::promise<void> asked_;
  std::future<void> classified_ = asked_.get_future();
};

TEST_F(MemoWork, AThreadWithoutImagesToGenerateClassifiesThoseThatAreThere) {
  auto held_up = std::make_unique<HeldUp>(std::move(models_.generator));
  world_.before_call = [&held_up = *held_up](const std::string& role, std::size_t) -> Result<void> {
    if (role == "classifier") held_up.classifier_was_asked();
    return {};
  };
  models_.generator = std::move(held_up);
  const auto samples = memo(2).sample(queries(3 * world_.setting().batch));
  ASSERT_TRUE(samples.ok()) << samples.error().message;
  EXPECT_TRUE(world_.asked_again().empty());
}

/// Workers elsewhere: models of their own, one batch after the other, and of this process only the images.
class Elsewhere : public Executor {
 public:
  Elsewhere(Models& models, ImageStore& images) : models_(models), images_(images) {}
  std::size_t at_once(RoleKind /*role*/) const override { return 1; }
  Result<void> run(const std::function<std::optional<Task>()>& next, std::span<const RoleKind> /*roles*/,
                   std::size_t /*most*/, const CancelToken& cancel) override {
    for (auto task = next(); task; task = next()) {
      if (cancel.cancelled()) return interrupted("stopped");
      SCOTOMA_ASSIGN_OR_RETURN(auto answers, answer(task->batch, models_, images_));
      SCOTOMA_RETURN_IF_ERROR(task->done(std::move(answers)));
      ++batches_;
    }
    return {};
  }
  int batches() const { return batches_; }

 private:
  Models& models_;
  ImageStore& images_;
  int batches_ = 0;
};

TEST_F(MemoWork, SaysTheSameWhereverItsBatchesAreAnswered) {
  const auto asked = queries(30);
  const auto here = *memo(2).sample(asked);
  fake::World twin(world_.setting());
  Models models = twin.models();
  const fake::Folder folder;
  auto cache = std::move(AnswerCache::open(folder.path())).value();
  Elsewhere elsewhere(models, *cache);
  world_.forget();
  Memo away(models_, *cache, cancel_, recorder_, {.executor = &elsewhere});
  EXPECT_EQ(*away.sample(asked), here);
  EXPECT_GT(elsewhere.batches(), 3);
  EXPECT_EQ(world_.calls(), 0U) << "a model of this process was asked";
  const std::vector<std::string> texts = {"a fly", "a bee"};
  const std::vector<std::string> images = {here[0].image, here[1].image};
  EXPECT_EQ(*away.embed_texts(texts), *memo().embed_texts(texts));
  EXPECT_EQ(*away.embed_images(images), *memo().embed_images(images));
  EXPECT_EQ(*away.caption(images), *memo().caption(images));
}

TEST_F(MemoWork, RemembersTheSameInMemoryAsInTheCache) {
  const auto asked = queries(30);
  const auto in_cache = *memo().sample(asked);
  fake::MapStore store;
  const fake::Folder folder;
  ImageFolder images(folder.path());
  for (int run = 0; run < 2; ++run) {
    world_.forget();
    Memo in_memory(models_, store, images, cancel_, recorder_, {.threads = 3});
    EXPECT_EQ(*in_memory.sample(asked), in_cache);
    EXPECT_EQ(world_.calls() == 0, run == 1) << "asked again";
  }
}

/// A generator that likes `liked` batches at once. A call waits until as many as `together` are there, or a while.
class Server : public Generator {
 public:
  Server(std::unique_ptr<Generator> generator, std::size_t liked, int together)
      : generator_(std::move(generator)), liked_(liked), together_(together) {}
  std::string fingerprint() const override { return generator_->fingerprint(); }
  std::string describe() const override { return generator_->describe(); }
  std::size_t batch() const override { return generator_->batch(); }
  std::optional<std::size_t> concurrency() const override { return liked_; }
  Result<std::vector<Image>> generate(std::span<const GenerationRequest> requests) override {
    std::unique_lock lock(mutex_);
    most_ = std::max(most_, ++inside_);
    changed_.notify_all();
    changed_.wait_for(lock, std::chrono::seconds(30), [&] { return most_ >= together_; });
    --inside_;
    lock.unlock();
    return generator_->generate(requests);
  }
  int most() const { return most_; }

 private:
  std::unique_ptr<Generator> generator_;
  std::size_t liked_;
  int together_;
  std::mutex mutex_;
  std::condition_variable changed_;
  int inside_ = 0;
  int most_ = 0;
};

TEST_F(MemoWork, ARoleThatLikesMoreBatchesThanThereAreThreadsGetsThem) {
  auto owned = std::make_unique<Server>(std::move(models_.generator), 5, 5);
  const Server& server = *owned;
  models_.generator = std::move(owned);
  const auto asked = requests(10 * world_.setting().batch);
  ASSERT_TRUE(memo(2).generate(asked).ok());
  EXPECT_EQ(server.most(), 5);
  EXPECT_TRUE(world_.asked_again().empty());
}

TEST_F(MemoWork, ARoleThatLikesOneBatchAtATimeIsNotAskedForTwo) {
  auto owned = std::make_unique<Server>(std::move(models_.generator), 1, 1);
  const Server& server = *owned;
  models_.generator = std::move(owned);
  const auto samples = memo(4).sample(queries(10 * world_.setting().batch));
  ASSERT_TRUE(samples.ok()) << samples.error().message;
  EXPECT_EQ(server.most(), 1);
}

}  // namespace
}  // namespace scotoma
