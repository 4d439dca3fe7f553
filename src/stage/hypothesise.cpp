#include "stage/hypothesise.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "evidence/joint_e_value.h"
#include "finding/count.h"
#include "model/similarity.h"
#include "study/prompt.h"

namespace scotoma {
namespace {

/// What base pictures show of the event: failures, or passes where the label fails nearly everywhere.
void set_base(Hypothesis& hypothesis, const BaseResult& base, double delta) {
  const Rate rate = base_rate(base, hypothesis.direction);
  hypothesis.base_events = rate.failures;
  hypothesis.base_valid = rate.valid;
  hypothesis.null_rate = rate.valid > 0 ? std::min(1.0, rate.rate + delta) : 1;
}

/// Best first: what a user asks, then by contrast score.
std::vector<Candidate> ranked(std::vector<Candidate> candidates) {
  std::stable_sort(candidates.begin(), candidates.end(), [](const Candidate& a, const Candidate& b) {
    if ((a.source == "user") != (b.source == "user")) return a.source == "user";
    return a.phrase.score > b.phrase.score;
  });
  return candidates;
}

/// "fly-on-a-flower", with a number behind it where that is taken.
std::string new_id(const Candidate& candidate, std::set<std::string>& taken) {
  std::string id = slug(candidate.label + " " + candidate.phrase.text);
  if (id.empty()) id = "phrase";  // no letter that a file name may have
  std::string free = id;
  for (int n = 2; !taken.insert(free).second; ++n) free = fmt::format("{}-{}", id, n);
  return free;
}

Hypothesis hypothesis_of(const StageContext& context, const Candidate& candidate, const BaseResult& base) {
  Hypothesis hypothesis;
  hypothesis.label = candidate.label;
  hypothesis.phrase = candidate.phrase;
  hypothesis.direction = candidate.direction;
  hypothesis.source = candidate.source;
  hypothesis.expected = candidate.expected;
  hypothesis.prompts = phrase_prompts(context.study.prompts, context.target(candidate.label).label,
                                      candidate.phrase.text, candidate.phrase.before);
  hypothesis.prompt = hypothesis.prompts.front();
  set_base(hypothesis, base, context.study.evidence.delta);
  return hypothesis;
}

/// Marks what no sample of budget.confirm could confirm, though all finalists were bugs: no image is spent on it.
void mark_untestable(StageContext& context, std::vector<Hypothesis>& hypotheses) {
  const EvidenceOptions& evidence = context.study.evidence;
  if (evidence.rule == "fixed") return;  // the plain rule needs no evidence
  const int most = std::min(context.study.budget.finalists, static_cast<int>(hypotheses.size()));
  const int images = context.study.budget.confirm;
  std::map<std::string, int> phrases;
  for (Hypothesis& hypothesis : hypotheses) {
    const double needed = std::log(slots(context.study) / (most * (evidence.alpha - evidence.alpha0)));
    const Sampled base = {hypothesis.base_events, hypothesis.base_valid};
    if (log_joint_e_value({images, images}, base, evidence.delta) >= needed) continue;
    hypothesis.status = Status::untestable;
    ++phrases[hypothesis.label];
  }
  for (const auto& [label, count] : phrases) {
    context.limits.push_back(fmt::format(
        "\"{}\" fails too often for {} of its phrases to be told apart from its base rate with {} images; raise "
        "budget.base or budget.confirm.",
        label, count, images));
  }
}

}  // namespace

std::vector<Hypothesis> hypotheses_of(StageContext& context, const std::vector<Candidate>& candidates,
                                      const std::vector<BaseResult>& bases) {
  std::vector<Hypothesis> hypotheses;
  std::set<std::string> ids;
  for (const Candidate& candidate : candidates) {
    hypotheses.push_back(hypothesis_of(context, candidate, *base_of(bases, candidate.label)));
    hypotheses.back().id = new_id(candidate, ids);
  }
  mark_untestable(context, hypotheses);
  return hypotheses;
}

Result<std::vector<Hypothesis>> hypothesise(StageContext& context, Memo& memo, const std::vector<Candidate>& candidates,
                                            const std::vector<BaseResult>& bases) {
  const std::vector<Candidate> sorted = ranked(candidates);
  std::vector<std::string> prompts;
  for (const Candidate& c : sorted) {
    prompts.push_back(
        phrase_prompt(context.study.prompts, context.target(c.label).label, c.phrase.text, c.phrase.before));
  }
  SCOTOMA_TRY(const auto vectors, memo.embed_texts(prompts));

  std::vector<std::size_t> kept;
  std::map<std::string, int> of_label;
  std::vector<Candidate> chosen;
  for (std::size_t i = 0; i < sorted.size(); ++i) {
    const bool known = std::any_of(kept.begin(), kept.end(), [&](std::size_t k) {
      return sorted[k].label == sorted[i].label &&
             (prompts[k] == prompts[i] || dot(vectors[k], vectors[i]) > context.study.search.same_phrase);
    });
    if (known || of_label[sorted[i].label] >= context.study.evidence.max_hypotheses) continue;
    ++of_label[sorted[i].label];
    kept.push_back(i);
    chosen.push_back(sorted[i]);
  }
  return hypotheses_of(context, chosen, bases);
}

}  // namespace scotoma
