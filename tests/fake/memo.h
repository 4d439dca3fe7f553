// SPDX-License-Identifier: Apache-2.0
// A fake world, its cache, and memos over both.
#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "fake/folder.h"
#include "fake/recorder.h"
#include "fake/world.h"
#include "scotoma/cache/memo.h"

namespace scotoma::fake {

/// A world, its cache, and memos over both.
class MemoFixture : public testing::Test {
 protected:
  MemoFixture() : models_(world_.models()), cache_(std::move(AnswerCache::open(folder_.path())).value()) {}

  Memo memo(int threads = 1, bool replay_only = false) {
    return {models_, *cache_, cancel_, recorder_, {threads, replay_only}};
  }

  static std::vector<GenerationRequest> requests(std::uint64_t count, const std::string& prompt = "a photo of a fly") {
    std::vector<GenerationRequest> requests;
    for (std::uint64_t i = 0; i < count; ++i) requests.push_back({prompt, i * 1000003});
    return requests;
  }

  static std::vector<Query> queries(std::uint64_t count, const std::string& label = "fly", int class_index = 0,
                                    const std::string& generated = "fly") {
    std::vector<Query> all;
    for (const GenerationRequest& request : requests(count, "a photo of a " + generated))
      all.push_back({label, class_index, request});
    return all;
  }

  World world_;
  Folder folder_;
  Models models_;
  std::unique_ptr<AnswerCache> cache_;
  CancelToken cancel_;
  Recorder recorder_;
};

}  // namespace scotoma::fake
