// SPDX-License-Identifier: Apache-2.0
#include "scotoma/backend/decoding/search.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "scotoma/backend/decoding/beams.h"
#include "scotoma/backend/decoding/word_rules.h"

namespace scotoma {
namespace {

/// Whether a row of logits can be searched. Errors: failed.
Result<void> check_logits(std::span<const float> row, const DecodingStep& step) {
  bool finite = false;
  for (const float value : row) {
    if (std::isnan(value) || value == std::numeric_limits<float>::infinity()) {
      finite = false;
      break;
    }
    finite = finite || std::isfinite(value);
  }
  if (finite) return {};
  return failed(step.subject() + ": the captioner returned NaN or infinity");
}

std::span<const float> row_of(const NextLogits& logits, std::size_t row) {
  return logits.values.subspan(row * logits.words, logits.words);
}

Result<std::vector<TokenIds>> search_greedily(DecodingStep& step, const GenerationRules& rules, const Search& search) {
  const std::size_t longest = search.prompt.size() + search.most_new;
  std::vector<TokenIds> texts(search.images, search.prompt);
  std::vector<bool> ended(search.images, false);
  std::vector<std::size_t> from(search.images);
  std::iota(from.begin(), from.end(), std::size_t{0});
  std::vector<float> scores;
  SCOTOMA_ASSIGN_OR_RETURN(NextLogits logits, step.begin());
  for (std::size_t length = search.prompt.size(); length < longest; ++length) {
    TokenIds next(search.images, rules.padding);
    for (std::size_t i = 0; i < search.images; ++i) {
      if (ended[i]) continue;
      const auto row = row_of(logits, i);
      SCOTOMA_RETURN_IF_ERROR(check_logits(row, step));
      scores.assign(row.begin(), row.end());
      apply_word_rules(rules, {texts[i], search.prompt.size(), longest}, scores);
      next[i] = std::max_element(scores.begin(), scores.end()) - scores.begin();
      ended[i] = rules.ends.contains(next[i]);
      if (!ended[i]) texts[i].push_back(next[i]);
    }
    if (length + 1 == longest || std::find(ended.begin(), ended.end(), false) == ended.end()) break;
    SCOTOMA_ASSIGN_OR_RETURN(logits, step.next(next, from));
  }
  return texts;
}

/// In place: the logarithms of the probabilities that the logits stand for.
void to_log_probabilities(std::span<float> row) {
  const float best = *std::max_element(row.begin(), row.end());
  double sum = 0;
  for (const float value : row) sum += std::exp(value - best);
  const auto log_sum = static_cast<float>(std::log(sum));
  for (float& value : row) value = value - best - log_sum;
}

Result<std::vector<TokenIds>> search_with_beams(DecodingStep& step, const GenerationRules& rules,
                                                const Search& search) {
  const std::size_t longest = search.prompt.size() + search.most_new;
  std::vector<Beams> images(search.images, Beams(rules, search.prompt, longest));
  TokenIds next(search.images * rules.beams);
  std::vector<std::size_t> from(next.size());
  std::vector<float> scores;
  SCOTOMA_ASSIGN_OR_RETURN(NextLogits logits, step.begin());
  while (true) {
    for (std::size_t i = 0; i < search.images; ++i) {
      if (images[i].ended()) continue;  // its rows go on with what they last had, and nobody reads them
      const auto mine = logits.values.subspan(i * rules.beams * logits.words, rules.beams * logits.words);
      scores.assign(mine.begin(), mine.end());
      for (std::size_t beam = 0; beam < rules.beams; ++beam) {
        const auto row = std::span(scores).subspan(beam * logits.words, logits.words);
        SCOTOMA_RETURN_IF_ERROR(check_logits(row, step));
        to_log_probabilities(row);
        apply_word_rules(rules, {images[i].text(beam), search.prompt.size(), longest}, row);
      }
      images[i].extend(scores, logits.words);
      for (std::size_t beam = 0; beam < rules.beams; ++beam) {
        next[i * rules.beams + beam] = images[i].text(beam).back();
        from[i * rules.beams + beam] = i * rules.beams + images[i].origin(beam);
      }
    }
    if (std::all_of(images.begin(), images.end(), [](const Beams& beams) { return beams.ended(); })) break;
    SCOTOMA_ASSIGN_OR_RETURN(logits, step.next(next, from));
  }
  std::vector<TokenIds> out;
  for (const Beams& beams : images) out.push_back(beams.best());
  return out;
}

}  // namespace

Result<std::vector<TokenIds>> search_texts(DecodingStep& step, const GenerationRules& rules, const Search& search) {
  SCOTOMA_ASSIGN_OR_RETURN(
      auto texts, rules.beams > 1 ? search_with_beams(step, rules, search) : search_greedily(step, rules, search));
  for (TokenIds& text : texts) {
    text.erase(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(search.prompt.size()));
  }
  return texts;
}

}  // namespace scotoma
