// SPDX-License-Identifier: Apache-2.0
// scotoma_threads: how busy 16 threads are while a study asks its queries, pooled over labels and roles (as
// cache/memo.h asks) and label by label (as it once did), side by side in one run. The roles sleep for what they would
// cost, so the number of cores does not matter.
//
// Usage: scotoma_threads [milliseconds an image, 100]
#include <fmt/format.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <string>
#include <thread>
#include <vector>

#include "scotoma/cache/memo.h"
#include "scotoma/core/hash.h"

namespace scotoma {
namespace {

constexpr int kThreads = 16;
constexpr int kLabels = 16;

using Seconds = std::chrono::duration<double>;

/// Sleeps for a whole batch, since a short one is filled up; only what was asked for counts as work.
class Cost {
 public:
  Cost(double seconds_each, std::size_t batch, std::atomic<double>& work)
      : each_(seconds_each), batch_(batch), work_(&work) {}
  std::size_t batch() const { return batch_; }
  void pay(std::size_t asked) const {
    std::this_thread::sleep_for(Seconds(each_ * static_cast<double>(batch_)));
    *work_ += each_ * static_cast<double>(asked);
  }

 private:
  double each_;
  std::size_t batch_;
  std::atomic<double>* work_;
};

template <class Base>
class Sleeper : public Base {
 public:
  Sleeper(const char* name, Cost cost) : name_(name), cost_(cost) {}
  std::string fingerprint() const override { return name_; }
  std::string describe() const override { return name_; }
  std::size_t batch() const override { return cost_.batch(); }

 protected:
  const char* name_;
  Cost cost_;
};

class SleepingGenerator : public Sleeper<Generator> {
 public:
  using Sleeper::Sleeper;
  Result<std::vector<Image>> generate(std::span<const GenerationRequest> requests) override {
    cost_.pay(requests.size());
    std::vector<Image> images;
    for (const GenerationRequest& request : requests) {
      Image image{8, 8, std::vector<std::uint8_t>(192)};
      const auto digest = Hasher().field(request.prompt).field(request.seed).digest();
      std::copy(digest.begin(), digest.end(), image.rgb.begin());
      images.push_back(std::move(image));
    }
    return images;
  }
};

class SleepingClassifier : public Sleeper<Classifier> {
 public:
  using Sleeper::Sleeper;
  const std::vector<std::string>& class_names() const override { return names_; }
  Result<std::vector<Prediction>> classify(std::span<const Image> images) override {
    cost_.pay(images.size());
    return std::vector<Prediction>(images.size(), Prediction{{{0, 0.9F}}});
  }
  Result<std::vector<std::vector<float>>> probabilities(std::span<const Image> images) override {
    return std::vector<std::vector<float>>(images.size(), {1.0F});
  }

 private:
  std::vector<std::string> names_ = {"any"};
};

class SleepingJudge : public Sleeper<Judge> {
 public:
  using Sleeper::Sleeper;
  Result<std::vector<Judgement>> judge(std::span<const Image> images,
                                       std::span<const std::string> /*labels*/) override {
    cost_.pay(images.size());
    return std::vector<Judgement>(images.size(), Judgement{true, 0.9F});
  }
};

class SleepingCaptioner : public Sleeper<Captioner> {
 public:
  using Sleeper::Sleeper;
  Result<std::vector<std::string>> caption(std::span<const Image> images) override {
    cost_.pay(images.size());
    return std::vector<std::string>(images.size(), "a photo");
  }
};

std::string label_name(int label) { return fmt::format("label {}", label); }

/// `each` images of every label.
std::vector<Query> queries(const std::string& stage, int each) {
  std::vector<Query> all;
  for (int label = 0; label < kLabels; ++label) {
    for (int i = 0; i < each; ++i)
      all.push_back({label_name(label), 0, {stage + " " + label_name(label), static_cast<std::uint64_t>(i)}});
  }
  return all;
}

Result<std::vector<std::string>> observe_pooled(Memo& memo, const std::vector<Query>& asked) {
  SCOTOMA_ASSIGN_OR_RETURN(const auto samples, memo.sample(asked));
  std::vector<std::string> images;
  for (const Sample& sample : samples) images.push_back(sample.image);
  return images;
}

/// One role after the other, the judge label by label.
Result<std::vector<std::string>> observe_in_turn(Memo& memo, const std::vector<Query>& asked) {
  std::vector<GenerationRequest> requests;
  for (const Query& query : asked) requests.push_back(query.request);
  SCOTOMA_ASSIGN_OR_RETURN(const auto images, memo.generate(requests));
  SCOTOMA_ASSIGN_OR_RETURN(const auto predictions, memo.classify(images));
  std::map<std::string, std::vector<std::string>> by_label;
  for (std::size_t i = 0; i < asked.size(); ++i) by_label[asked[i].label].push_back(images[i]);
  for (const auto& [label, own] : by_label) {
    SCOTOMA_ASSIGN_OR_RETURN(const auto judged, memo.judge(own, label));
  }
  return images;
}

/// 24 images that fail and 24 that pass of each label; in turn: cluster by cluster, three a label.
Result<void> describe(Memo& memo, const std::vector<std::string>& images, bool pooled) {
  constexpr std::size_t kCluster = 16;
  constexpr std::size_t kEach = 48;
  const std::size_t each = images.size() / kLabels;
  std::vector<std::string> all;
  for (std::size_t label = 0; label < kLabels; ++label) {
    const auto own = std::span(images).subspan(label * each, std::min(each, kEach));
    all.insert(all.end(), own.begin(), own.end());
    for (std::size_t at = 0; !pooled && at < own.size(); at += kCluster) {
      const auto part = own.subspan(at, std::min(kCluster, own.size() - at));
      SCOTOMA_ASSIGN_OR_RETURN(const auto captions, memo.caption(part));
    }
  }
  if (!pooled) return {};
  SCOTOMA_ASSIGN_OR_RETURN(const auto captions, memo.caption(all));
  return {};
}

/// About the calls of a study of 16 labels: baseline images, exploration, rounds of confirmation, audit, cross-check.
Result<void> ask_all(Memo& memo, bool pooled) {
  const auto sample = pooled ? observe_pooled : observe_in_turn;
  SCOTOMA_ASSIGN_OR_RETURN(const auto base, sample(memo, queries("base", 64)));
  SCOTOMA_RETURN_IF_ERROR(describe(memo, base, pooled));
  SCOTOMA_ASSIGN_OR_RETURN(const auto explored, sample(memo, queries("explore", 32)));
  for (const char* round : {"confirm 1", "confirm 2", "confirm 3", "confirm 4"}) {
    SCOTOMA_ASSIGN_OR_RETURN(const auto confirmed, sample(memo, queries(round, 8)));
  }
  SCOTOMA_ASSIGN_OR_RETURN(const auto audited, sample(memo, queries("audit", 64)));
  SCOTOMA_ASSIGN_OR_RETURN(const auto crossed, sample(memo, queries("cross", 32)));
  return {};
}

/// Work done, as a share of the time of all threads.
Result<double> busy_share(double image_seconds, bool pooled) {
  std::string name = (std::filesystem::temp_directory_path() / "scotoma-threads-XXXXXX").string();
  if (::mkdtemp(name.data()) == nullptr) return failed(name + ": cannot be made");
  std::atomic<double> work = 0;
  Models models;
  models.generator = std::make_unique<SleepingGenerator>("generator", Cost(image_seconds, 8, work));
  models.classifier = std::make_unique<SleepingClassifier>("classifier", Cost(0.001 * image_seconds, 32, work));
  models.captioner = std::make_unique<SleepingCaptioner>("captioner", Cost(0.013 * image_seconds, 16, work));
  models.judge = std::make_unique<SleepingJudge>("judge", Cost(0.031 * image_seconds, 32, work));
  const auto begin = std::chrono::steady_clock::now();
  Result<void> done;
  {
    SCOTOMA_ASSIGN_OR_RETURN(const auto cache, AnswerCache::open(name));
    const CancelToken never;
    Silent silent;
    Memo memo(models, *cache, never, silent, {kThreads, false});
    done = ask_all(memo, pooled);
  }
  const double seconds = Seconds(std::chrono::steady_clock::now() - begin).count();
  std::error_code ignored;
  std::filesystem::remove_all(name, ignored);
  if (!done.ok()) return done.error();
  fmt::print("{:<30} {:6.1f} s, {:.3f} of {} threads busy\n",
             pooled ? "pooled over labels and roles" : "label by label", seconds, work / (seconds * kThreads),
             kThreads);
  return work / (seconds * kThreads);
}

}  // namespace
}  // namespace scotoma

int main(int argc, char** argv) {
  const double milliseconds = argc > 1 ? std::atof(argv[1]) : 100;
  for (const bool pooled : {false, true}) {
    if (const auto share = scotoma::busy_share(milliseconds / 1000, pooled); !share.ok()) {
      fmt::print(stderr, "{}\n", share.error().message);
      return 1;
    }
  }
  return 0;
}
