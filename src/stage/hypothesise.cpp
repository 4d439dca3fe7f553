#include "stage/hypothesise.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "finding/count.h"
#include "model/similarity.h"
#include "study/prompt.h"

namespace scotoma {
namespace {

/// The rate that the null allows: of failures, or of passes where the label fails nearly everywhere.
double null_rate(const BaseResult& base, Direction direction, double delta) {
  const double bound = direction == Direction::fails ? base.upper : 1 - base.lower;
  return std::min(1.0, bound + delta);
}

}  // namespace

Result<std::vector<Hypothesis>> hypothesise(StageContext& context, const std::vector<Candidate>& candidates,
                                            const std::vector<BaseResult>& bases) {
  std::vector<Candidate> sorted = candidates;
  std::stable_sort(sorted.begin(), sorted.end(), [](const Candidate& a, const Candidate& b) {
    if ((a.source == "user") != (b.source == "user")) return a.source == "user";
    return a.phrase.score > b.phrase.score;
  });
  std::vector<std::string> prompts;
  for (const Candidate& c : sorted) {
    prompts.push_back(
        phrase_prompt(context.study.prompts, context.target(c.label).label, c.phrase.text, c.phrase.before));
  }
  SCOTOMA_TRY(const auto vectors, context.memo.embed_texts(prompts));

  std::vector<Hypothesis> hypotheses;
  std::vector<std::size_t> kept;
  std::set<std::string> ids;
  for (std::size_t i = 0; i < sorted.size(); ++i) {
    const Candidate& candidate = sorted[i];
    const bool known = std::any_of(kept.begin(), kept.end(), [&](std::size_t k) {
      return sorted[k].label == candidate.label &&
             (prompts[k] == prompts[i] || dot(vectors[k], vectors[i]) > context.study.search.same_phrase);
    });
    if (known || static_cast<int>(hypotheses.size()) >= context.study.evidence.max_hypotheses) continue;
    kept.push_back(i);
    Hypothesis hypothesis;
    std::string id = slug(candidate.label + " " + candidate.phrase.text);
    if (id.empty()) id = "phrase";  // no letter that a file name may have
    hypothesis.id = id;
    for (int n = 2; !ids.insert(hypothesis.id).second; ++n) hypothesis.id = fmt::format("{}-{}", id, n);
    hypothesis.label = candidate.label;
    hypothesis.phrase = candidate.phrase;
    hypothesis.direction = candidate.direction;
    hypothesis.source = candidate.source;
    hypothesis.prompt = prompts[i];
    hypothesis.expected = candidate.expected;
    hypothesis.null_rate =
        null_rate(*base_of(bases, candidate.label), candidate.direction, context.study.evidence.delta);
    hypotheses.push_back(std::move(hypothesis));
  }
  return hypotheses;
}

}  // namespace scotoma
