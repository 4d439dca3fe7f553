// SPDX-License-Identifier: Apache-2.0
// The search against all texts there are, over a decoder whose logits are a function of the text.
#include "scotoma/backend/decoding/search.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cmath>
#include <limits>

#include "scotoma/core/philox.h"

namespace scotoma {
namespace {

constexpr std::size_t kWords = 4;
constexpr std::int64_t kEnd = 3;

/// Logits of the word behind `ids`, for the image `image`.
std::vector<float> logits_of(std::uint64_t image, const TokenIds& ids) {
  std::uint64_t key = image + 1;
  for (const std::int64_t id : ids) key = key * 31 + static_cast<std::uint64_t>(id) + 7;
  std::vector<float> out(kWords);
  fill_normal(key, 0, out);
  return out;
}

/// Keeps the texts of its rows.
class TableStep final : public DecodingStep {
 public:
  TableStep(std::vector<std::uint64_t> images, std::size_t beams) {
    for (const std::uint64_t image : images) images_.insert(images_.end(), beams, image);
  }
  Result<NextLogits> begin() override {
    texts_.assign(images_.size(), {0});
    return answer();
  }
  Result<NextLogits> next(std::span<const std::int64_t> ids, std::span<const std::size_t> from) override {
    std::vector<TokenIds> longer;
    for (std::size_t row = 0; row < ids.size(); ++row) {
      EXPECT_EQ(images_[from[row]], images_[row]) << "a text of another image";
      longer.push_back(texts_[from[row]]);
      longer.back().push_back(ids[row]);
    }
    texts_ = longer;
    return answer();
  }
  const std::string& subject() const override { return name_; }

  float spoil = 0;  ///< put into the first row's first logit when it is not 0

 private:
  Result<NextLogits> answer() {
    values_.clear();
    for (std::size_t row = 0; row < texts_.size(); ++row) {
      const auto logits = logits_of(images_[row], texts_[row]);
      values_.insert(values_.end(), logits.begin(), logits.end());
    }
    if (spoil != 0) values_.front() = spoil;
    return NextLogits{values_, kWords};
  }

  std::vector<std::uint64_t> images_;
  std::vector<TokenIds> texts_;
  std::vector<float> values_;
  std::string name_ = "table";
};

GenerationRules rules_of(std::size_t beams) {
  GenerationRules out;
  out.start = 0;
  out.ends = {kEnd};
  out.padding = kEnd;
  out.beams = beams;
  return out;
}

TokenIds searched(std::uint64_t image, const GenerationRules& rules, std::size_t most_new) {
  TableStep step({image}, rules.beams);
  const auto texts = search_texts(step, rules, {1, {0}, most_new});
  EXPECT_TRUE(texts.ok());
  return texts.ok() ? texts->front() : TokenIds{};
}

/// The best of all texts of up to `left` more words, by the mean logarithm of probability a word.
void best_of_all(std::uint64_t image, const TokenIds& ids, double sum, std::size_t left, double& best, TokenIds& out) {
  const auto logits = logits_of(image, ids);
  double total = 0;
  for (const float logit : logits) total += std::exp(logit);
  for (std::int64_t word = 0; word < static_cast<std::int64_t>(kWords); ++word) {
    TokenIds longer = ids;
    longer.push_back(word);
    const double score = sum + logits[static_cast<std::size_t>(word)] - std::log(total);
    if (word != kEnd && left > 1) {
      best_of_all(image, longer, score, left - 1, best, out);
    } else if (score / static_cast<double>(longer.size() - 1) > best) {
      best = score / static_cast<double>(longer.size() - 1);
      out.assign(longer.begin() + 1, longer.end() - (word == kEnd ? 1 : 0));
    }
  }
}

RC_GTEST_PROP(SearchTexts, WithBeamsForAllTextsFindTheBestOfAll, ()) {
  const auto image = *rc::gen::inRange<std::uint64_t>(0, 1U << 30U);
  GenerationRules rules = rules_of(64);  // of 3 words, 27 texts of 3 are under way at most
  rules.early_stopping = EarlyStopping::never;
  double best = -1e9;
  TokenIds wanted;
  best_of_all(image, {0}, 0, 4, best, wanted);
  RC_ASSERT(searched(image, rules, 4) == wanted);
}

RC_GTEST_PROP(SearchTexts, DoNotDependOnTheNeighbours, ()) {
  const auto images = *rc::gen::container<std::vector<std::uint64_t>>(3, rc::gen::inRange<std::uint64_t>(0, 1000));
  GenerationRules rules = rules_of(*rc::gen::inRange<std::size_t>(1, 4));
  rules.early_stopping = *rc::gen::element(EarlyStopping::at_once, EarlyStopping::heuristic, EarlyStopping::never);
  rules.length_penalty = *rc::gen::element(-1.0, 0.0, 0.5, 2.0);
  TableStep step(images, rules.beams);
  const auto together = search_texts(step, rules, {images.size(), {0}, 8});
  RC_ASSERT(together.ok());
  for (std::size_t i = 0; i < images.size(); ++i) RC_ASSERT((*together)[i] == searched(images[i], rules, 8));
}

RC_GTEST_PROP(SearchTexts, FollowTheRulesOnWords, ()) {
  const auto image = *rc::gen::inRange<std::uint64_t>(0, 1U << 30U);
  GenerationRules rules = rules_of(*rc::gen::inRange<std::size_t>(1, 4));
  rules.no_repeat_ngram_size = 2;
  rules.min_new_tokens = 3;
  rules.suppress_tokens = {1};
  const TokenIds text = searched(image, rules, 4);
  RC_ASSERT(text.size() >= 3U);
  RC_ASSERT(std::find(text.begin(), text.end(), 1) == text.end());
  std::set<std::pair<std::int64_t, std::int64_t>> pairs;
  for (std::size_t i = 0; i + 1 < text.size(); ++i) RC_ASSERT(pairs.insert({text[i], text[i + 1]}).second);
}

TEST(SearchTexts, AreAsLongAsAllowedAtMost) {
  for (std::uint64_t image = 0; image < 50; ++image) {
    for (const std::size_t beams : {1, 3}) EXPECT_LE(searched(image, rules_of(beams), 2).size(), 2U);
    GenerationRules forced = rules_of(2);
    forced.suppress_tokens = {kEnd};
    EXPECT_EQ(searched(image, forced, 5).size(), 5U);
  }
}

TEST(SearchTexts, OfNanAreAFailure) {
  for (const float bad : {std::nanf(""), std::numeric_limits<float>::infinity()}) {
    for (const std::size_t beams : {1, 2}) {
      TableStep step({1}, beams);
      step.spoil = bad;
      const auto texts = search_texts(step, rules_of(beams), {1, {0}, 5});
      ASSERT_FALSE(texts.ok());
      EXPECT_EQ(texts.error().code, Code::failed);
      EXPECT_NE(texts.error().message.find("table: the captioner returned NaN"), std::string::npos);
    }
  }
  TableStep step({1}, 1);
  step.spoil = -std::numeric_limits<float>::infinity();
  EXPECT_TRUE(search_texts(step, rules_of(1), {1, {0}, 5}).ok()) << "a word that must not follow";
}

}  // namespace
}  // namespace scotoma
