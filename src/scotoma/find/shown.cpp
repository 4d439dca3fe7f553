// SPDX-License-Identifier: Apache-2.0
#include "scotoma/find/shown.h"

#include <fmt/format.h>

#include <algorithm>
#include <span>
#include <string>
#include <utility>

#include "scotoma/finding/count.h"
#include "scotoma/finding/phrase.h"
#include "scotoma/model/similarity.h"
#include "scotoma/study/prompt.h"

namespace scotoma {
namespace {

constexpr std::size_t kBest = 5;
constexpr std::size_t kBaseImages = 16;

using Vectors = std::vector<std::vector<float>>;

/// A phrase of the pool, its slot, and how well it fits.
struct Fit {
  std::size_t slot = 0;
  PhrasePart phrase;
  double fit = 0;
};

double mean_cosine(const Vectors& images, const std::vector<float>& text) {
  double sum = 0;
  for (const auto& image : images) sum += dot(image, text);
  return images.empty() ? 0 : sum / static_cast<double>(images.size());
}

std::vector<std::string> some_base_images(const BaseResult& base) {
  std::vector<std::string> images;
  for (const Sample& sample : base.samples) {
    if (sample.valid() && images.size() < kBaseImages) images.push_back(sample.image);
  }
  return images;
}

/// All phrases of the pool, those that fit best first.
Result<std::vector<Fit>> best_fits(const StageContext& context, Memo& memo, const BaseResult& base,
                                   const AttributePool& pool, const std::vector<std::string>& images) {
  std::vector<Fit> fits;
  std::vector<std::string> prompts;
  for (std::size_t slot = 0; slot < pool.lists.size(); ++slot) {
    for (const ListedPhrase& phrase : pool.lists[slot].phrases) {
      fits.push_back({slot, {phrase.text, phrase.before}});
      prompts.push_back(
          phrase_prompt(context.study.prompts, context.target(base.label).label, phrase.text, phrase.before));
    }
  }
  SCOTOMA_ASSIGN_OR_RETURN(const Vectors texts, memo.embed_texts(prompts));
  SCOTOMA_ASSIGN_OR_RETURN(const Vectors own, memo.embed_images(images));
  SCOTOMA_ASSIGN_OR_RETURN(const Vectors others, memo.embed_images(some_base_images(base)));
  for (std::size_t i = 0; i < fits.size(); ++i)
    fits[i].fit = mean_cosine(own, texts[i]) - mean_cosine(others, texts[i]);
  std::stable_sort(fits.begin(), fits.end(), [](const Fit& a, const Fit& b) { return a.fit > b.fit; });
  return fits;
}

bool shown(const std::vector<Fit>& fits, const Phrase& phrase) {
  const auto best = std::span(fits).first(std::min(kBest, fits.size()));
  const auto pieces = phrase.pieces();
  return std::all_of(pieces.begin(), pieces.end(), [&](const PhrasePart& piece) {
    return std::any_of(best.begin(), best.end(), [&](const Fit& fit) { return fit.phrase == piece; });
  });
}

/// The same find in the words that fit its images best.
Listed in_other_words(const Listed& find, const std::vector<Fit>& fits) {
  std::vector<PhrasePart> pieces = {fits.front().phrase};
  const auto other =
      std::find_if(fits.begin(), fits.end(), [&](const Fit& fit) { return fit.slot != fits.front().slot; });
  if (find.phrase.parts.size() > 1 && other != fits.end()) pieces.push_back(other->phrase);
  Listed renamed = find;
  renamed.phrase = conjunction(pieces);
  renamed.phrase.score = find.phrase.score + 1;
  return renamed;
}

}  // namespace

Result<std::vector<Listed>> keep_shown(StageContext& context, Memo& memo, const std::vector<BaseResult>& bases,
                                       const AttributePool& pool, std::vector<Listed> found) {
  if (!memo.has_embedder()) return found;
  std::vector<Listed> kept;
  std::size_t left_out = 0;
  for (Listed& find : found) {
    if (find.images.empty()) continue;
    SCOTOMA_ASSIGN_OR_RETURN(const auto fits, best_fits(context, memo, *base_of(bases, find.label), pool, find.images));
    if (shown(fits, find.phrase)) {
      kept.push_back(std::move(find));
      continue;
    }
    ++left_out;
    Listed renamed = in_other_words(find, fits);
    const bool again = std::any_of(kept.begin(), kept.end(), [&](const Listed& other) {
      return other.label == renamed.label && other.phrase.text == renamed.phrase.text;
    });
    if (!again) kept.push_back(std::move(renamed));
  }
  if (left_out > 0) {
    context.limits.push_back(fmt::format(
        "{} of the built-in attributes that failed did not show in their images, by the embedder; what these "
        "show by it was tried instead.",
        counted_phrases(left_out)));
  }
  return kept;
}

}  // namespace scotoma
