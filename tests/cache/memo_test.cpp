// SPDX-License-Identifier: Apache-2.0
#include "scotoma/cache/memo.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

#include "fake/memo.h"

namespace scotoma {
namespace {

using MemoTest = fake::MemoFixture;

TEST_F(MemoTest, AsksEveryQuestionOnceEvenAcrossRuns) {
  for (int run = 0; run < 3; ++run) {
    Memo memo = this->memo();
    auto asked = requests(20);
    asked.push_back(asked[3]);  // twice in one call
    const auto ids = memo.generate(asked);
    ASSERT_TRUE(ids.ok()) << ids.error().message;
    EXPECT_EQ(ids->back(), (*ids)[3]);
    ASSERT_TRUE(memo.classify(*ids).ok());
    ASSERT_TRUE(memo.judge(*ids, "fly").ok());
    ASSERT_TRUE(memo.caption(*ids).ok());
    ASSERT_TRUE(memo.embed_images(*ids).ok());
    const std::vector<std::string> texts = {"a", "b", "a"};
    ASSERT_TRUE(memo.embed_texts(texts).ok());
  }
  EXPECT_TRUE(world_.asked_again().empty());
  EXPECT_EQ(world_.answered("generator"), 20U);
  EXPECT_EQ(world_.answered("embedder"), 22U);
}

TEST_F(MemoTest, GivesTheAnswersOfTheModelsInTheOrderOfTheQuestions) {
  Memo memo = this->memo(4);
  const auto asked = requests(30, "a photo of a cat in the snow");
  const auto ids = *memo.generate(asked);
  const auto predictions = *memo.classify(ids);
  const auto judgements = *memo.judge(ids, "cat");
  const auto captions = *memo.caption(ids);
  const auto vectors = *memo.embed_images(ids);
  for (std::size_t i = 0; i < asked.size(); ++i) {  // one by one
    const auto image = *models_.generator->generate({&asked[i], 1});
    EXPECT_EQ(ids[i], image_id(image[0]));
    EXPECT_EQ(predictions[i], models_.classifier->classify(image)->front());
    EXPECT_EQ(judgements[i], models_.judge->judge(image, "cat")->front());
    EXPECT_EQ(captions[i], models_.captioner->caption(image)->front());
    EXPECT_EQ(vectors[i], models_.embedder->embed_images(image)->front());
  }
}

TEST_F(MemoTest, GivesTheSameOnAnyNumberOfThreads) {
  const fake::Folder other_folder;
  const auto other_cache = std::move(AnswerCache::open(other_folder.path())).value();
  Memo one = memo(1);
  Memo four(models_, *other_cache, cancel_, recorder_, {4, false});
  const auto samples = *one.sample(queries(50));
  const auto others = *four.sample(queries(50));
  ASSERT_EQ(samples.size(), others.size());
  for (std::size_t i = 0; i < samples.size(); ++i) {
    EXPECT_EQ(samples[i].image, others[i].image);
    EXPECT_EQ(samples[i].prediction, others[i].prediction);
    EXPECT_EQ(samples[i].judgement, others[i].judgement);
    EXPECT_EQ(samples[i].correct, others[i].correct);
  }
}

TEST_F(MemoTest, StudiesAtWorkOnOneCacheAtOnceGetTheAnswersThatEachWouldGetAlone) {
  constexpr std::size_t kStudies = 3;
  std::vector<std::vector<Sample>> together(kStudies);
  std::vector<std::thread> studies;
  for (std::vector<Sample>& samples : together) {
    studies.emplace_back([&] {  // a cache of its own, as a process has it
      Models models = world_.models();
      const auto cache = std::move(AnswerCache::open(folder_.path())).value();
      Silent silent;
      Memo memo(models, *cache, cancel_, silent, {2, false});
      if (auto observed = memo.sample(queries(200)); observed.ok()) samples = *std::move(observed);
    });
  }
  for (std::thread& study : studies) study.join();
  const fake::Folder alone_folder;
  const auto cache = std::move(AnswerCache::open(alone_folder.path())).value();
  Memo memo(models_, *cache, cancel_, recorder_, {});
  const auto alone = *memo.sample(queries(200));
  for (const std::vector<Sample>& samples : together) {
    ASSERT_EQ(samples.size(), alone.size());
    for (std::size_t i = 0; i < alone.size(); ++i) {
      EXPECT_EQ(samples[i].image, alone[i].image);
      EXPECT_EQ(samples[i].prediction, alone[i].prediction);
      EXPECT_EQ(samples[i].judgement, alone[i].judgement);
    }
  }
}

TEST_F(MemoTest, SamplesManyQueriesOfSeveralLabelsInTheirOrder) {
  Memo memo = this->memo(2);
  auto asked = queries(5000);
  const auto cows = queries(30, "cow", 3, "cow");
  for (std::size_t i = 0; i < cows.size(); ++i) asked[150 * i] = cows[i];
  const auto samples = *memo.sample(asked);
  ASSERT_EQ(samples.size(), asked.size());
  for (std::size_t i = 0; i < asked.size(); i += 25) {
    const auto alone = *memo.sample(std::span(asked).subspan(i, 1));
    EXPECT_EQ(samples[i].request, asked[i].request);
    EXPECT_EQ(samples[i].image, alone[0].image);
    EXPECT_EQ(samples[i].judgement, alone[0].judgement);
    EXPECT_EQ(samples[i].correct, alone[0].correct);
  }
}

TEST_F(MemoTest, TheJudgeIsAskedAboutManyLabelsInOneBatch) {
  std::size_t judged = 0;
  world_.before_call = [&](const std::string& role, std::size_t) -> Result<void> {
    judged += role == "judge" ? 1 : 0;
    return {};
  };
  std::vector<Query> asked;
  for (const std::string& label : world_.setting().things) {
    for (const Query& query : queries(2, label, 0, label)) asked.push_back(query);
  }
  ASSERT_EQ(asked.size(), world_.setting().batch);
  Memo memo = this->memo();
  const auto samples = *memo.sample(asked);
  EXPECT_EQ(judged, 1U);
  for (std::size_t i = 0; i < asked.size(); ++i) {
    const auto image = *models_.generator->generate({&asked[i].request, 1});
    EXPECT_EQ(samples[i].judgement, models_.judge->judge(image, asked[i].label)->front());
  }
}

TEST_F(MemoTest, WhenCancelledAnswersNothingEvenFromMemory) {
  ASSERT_TRUE(memo().generate(requests(3)).ok());
  cancel_.cancel();
  const auto ids = memo().generate(requests(3));
  ASSERT_FALSE(ids.ok());
  EXPECT_EQ(ids.error().code, Code::interrupted);
}

TEST_F(MemoTest, KeepsWhatWasAnsweredBeforeAnErrorAndAsksOnlyTheRest) {
  world_.before_call = [](const std::string&, std::size_t call) -> Result<void> {
    return call == 3 ? Result<void>(failed("NaN in the output")) : Result<void>();
  };
  const auto first = memo().generate(requests(50));
  ASSERT_FALSE(first.ok());
  EXPECT_EQ(first.error().message, "NaN in the output");
  EXPECT_EQ(world_.answered("generator"), 3 * world_.setting().batch);
  world_.before_call = nullptr;
  EXPECT_TRUE(memo().generate(requests(50)).ok());
  EXPECT_EQ(world_.answered("generator"), 50U);
  EXPECT_TRUE(world_.asked_again().empty());
}

TEST_F(MemoTest, KeepsWhatWasAnsweredBeforeAnInterruption) {
  for (int threads : {1, 3}) {
    CancelToken stop;
    world_.before_call = [&](const std::string&, std::size_t call) -> Result<void> {
      if (call == 2) stop.cancel();
      return {};
    };
    world_.forget();
    const auto asked = requests(100, "a photo of a bee " + std::to_string(threads));
    Memo first(models_, *cache_, stop, recorder_, {threads, false});
    EXPECT_EQ(first.generate(asked).error().code, Code::interrupted);
    const auto before = world_.answered("generator");
    EXPECT_GE(before, world_.setting().batch);
    EXPECT_LT(before, asked.size());
    world_.before_call = nullptr;
    Memo next = memo(threads);
    EXPECT_TRUE(next.generate(asked).ok());
    EXPECT_EQ(next.uses().at("generator").recalled, before);
    EXPECT_EQ(next.uses().at("generator").computed, asked.size() - before);
    EXPECT_TRUE(world_.asked_again().empty());
  }
}

TEST_F(MemoTest, CountsAQuestionOnceHoweverOftenItIsAsked) {
  Memo first = memo();
  ASSERT_TRUE(first.generate(requests(10)).ok());
  ASSERT_TRUE(first.sample(queries(10)).ok());
  EXPECT_EQ(first.uses().at("generator").computed, 10U);
  EXPECT_EQ(first.uses().at("generator").recalled, 0U);
  Memo second = memo();
  ASSERT_TRUE(second.generate(requests(10)).ok());
  ASSERT_TRUE(second.sample(queries(12)).ok());
  EXPECT_EQ(second.uses().at("generator").computed, 2U);
  EXPECT_EQ(second.uses().at("generator").recalled, 10U);
}

TEST_F(MemoTest, ReplayOnlyNeverCallsAModel) {
  ASSERT_TRUE(memo().sample(queries(10)).ok());
  world_.forget();
  Memo replay = memo(1, true);
  EXPECT_TRUE(replay.sample(queries(10)).ok());
  const auto more = replay.sample(queries(11));
  ASSERT_FALSE(more.ok());
  EXPECT_EQ(more.error().code, Code::bad_input);
  EXPECT_NE(more.error().message.find("scotoma find"), std::string::npos);
  EXPECT_EQ(world_.calls(), 0U);
}

TEST_F(MemoTest, ALostImageIsGeneratedAnew) {
  const auto ids = *memo().generate(requests(10));
  std::filesystem::remove(folder_ / AnswerCache::image_file(ids[4]));
  world_.forget();
  EXPECT_EQ(*memo().generate(requests(10)), ids);
  EXPECT_EQ(world_.answered("generator"), 1U);
  EXPECT_TRUE(cache_->image(ids[4]).ok());
}

TEST_F(MemoTest, ADamagedImageStopsWithItsName) {
  const auto ids = *memo().generate(requests(10));
  folder_.write(AnswerCache::image_file(ids[4]).string(), "no image");
  const auto predictions = memo().classify(ids);
  ASSERT_FALSE(predictions.ok());
  EXPECT_NE(predictions.error().message.find(ids[4]), std::string::npos);
}

TEST_F(MemoTest, ADamagedAnswerIsNotTakenForOne) {
  using namespace std::string_literals;
  const auto ids = *memo().generate(requests(3));
  const std::string bad_answers[] = {"abc"s, ""s, "\x63\0\0\0\0\0\x80\x3f"s,
                                     "\xff\xff\xff\xff\0\0\x80\x3f"s};  // class 99, class -1
  for (const std::string& bytes : bad_answers) {
    const fake::Folder folder;
    const auto cache = std::move(AnswerCache::open(folder.path())).value();
    const Answer answer{ids[1], bytes};
    ASSERT_TRUE(cache->store("fake-classifier", {&answer, 1}).ok());
    Memo memo(models_, *cache, cancel_, recorder_, {});
    ASSERT_TRUE(memo.generate(requests(3)).ok());
    const auto predictions = memo.classify(ids);
    ASSERT_FALSE(predictions.ok());
    EXPECT_EQ(predictions.error().code, Code::bad_input);
    EXPECT_NE(predictions.error().message.find("classifier"), std::string::npos);
  }
}

TEST_F(MemoTest, WithoutAJudgeEveryImageIsValid) {
  models_.judge.reset();
  Memo memo = this->memo();
  const auto samples = memo.sample(queries(20, "cow", 3, "fly"));  // of flies
  ASSERT_TRUE(samples.ok());
  for (const Sample& sample : *samples) EXPECT_TRUE(sample.valid());
}

TEST_F(MemoTest, JudgesTheImageForEachLabelApart) {
  Memo memo = this->memo();
  const auto ids = *memo.generate(requests(20));
  const auto as_fly = *memo.judge(ids, "fly");
  const auto as_cow = *memo.judge(ids, "cow");
  EXPECT_NE(as_fly, as_cow);
  EXPECT_EQ(*memo.judge(ids, "fly"), as_fly);
}

TEST_F(MemoTest, ATextIsNotTakenForAnImage) {
  Memo memo = this->memo();
  const auto ids = *memo.generate(requests(1));
  const auto of_image = *memo.embed_images(ids);
  EXPECT_NE(*memo.embed_texts(ids), of_image);
}

/// A captioner that loses its last answer.
class Forgetful : public Captioner {
 public:
  std::string fingerprint() const override { return "forgetful"; }
  std::string describe() const override { return "forgetful"; }
  std::size_t batch() const override { return 4; }
  Result<std::vector<std::string>> caption(std::span<const Image> images) override {
    return std::vector<std::string>(images.size() - 1, "a photo");
  }
};

TEST_F(MemoTest, TooFewAnswersAreAnError) {
  models_.captioner = std::make_unique<Forgetful>();
  Memo memo = this->memo();
  const auto ids = *memo.generate(requests(4));
  const auto captions = memo.caption(ids);
  ASSERT_FALSE(captions.ok());
  EXPECT_EQ(captions.error().code, Code::failed);
  EXPECT_EQ(captions.error().message, "the captioner gave 3 answers to 4 questions");
}

TEST_F(MemoTest, WhatFailsIsTheQuestionsToSayAndNoNewQuestion) {
  auto asked = queries(40, "fly", 0, "fly");
  Memo usual = memo();
  const auto before = usual.sample(asked);
  ASSERT_TRUE(before.ok()) << before.error().message;
  for (Query& query : asked) query.failure = {FailureKind::low_score, 1, 1.1};  // nothing scores as much
  Memo stricter = memo(1, true);
  const auto after = stricter.sample(asked);
  ASSERT_TRUE(after.ok()) << after.error().message;
  int recognised = 0;
  for (std::size_t i = 0; i < asked.size(); ++i) {
    EXPECT_FALSE((*after)[i].correct);
    EXPECT_EQ((*after)[i].recognised(), (*before)[i].correct);
    recognised += (*after)[i].recognised() ? 1 : 0;
  }
  EXPECT_GT(recognised, 0);
}

}  // namespace
}  // namespace scotoma
