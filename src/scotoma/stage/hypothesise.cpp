// SPDX-License-Identifier: Apache-2.0
#include "scotoma/stage/hypothesise.h"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>
#include <cmath>
#include <map>
#include <numeric>
#include <set>

#include "scotoma/evidence/closed_e_bh.h"
#include "scotoma/evidence/joint_e_value.h"
#include "scotoma/finding/claims.h"
#include "scotoma/finding/count.h"
#include "scotoma/finding/phrase.h"
#include "scotoma/model/similarity.h"
#include "scotoma/study/prompt.h"

namespace scotoma {
namespace {

/// A candidate's place in its label's order, and the score by which it is compared with those of other labels.
struct Placed {
  Candidate candidate;
  double score = 0;
  std::size_t place = 0;
};

/// One label's candidates: from captions by score and from lists as they came, in turn.
std::vector<Placed> in_turn(const std::vector<Candidate>& candidates) {
  std::vector<Candidate> described;
  std::vector<Candidate> listed;
  for (const Candidate& candidate : candidates)
    (candidate.source == Source::list ? listed : described).push_back(candidate);
  std::stable_sort(described.begin(), described.end(),
                   [](const Candidate& a, const Candidate& b) { return a.phrase.score > b.phrase.score; });
  std::vector<Placed> placed;
  for (std::size_t i = 0; i < std::max(described.size(), listed.size()); ++i) {
    const double score = i < described.size() ? described[i].phrase.score : 0;
    if (i < described.size()) placed.push_back({described[i], score, 2 * i});
    if (i < listed.size()) placed.push_back({listed[i], score, 2 * i + 1});
  }
  return placed;
}

/// Best first.
std::vector<Candidate> ranked(const std::vector<Candidate>& candidates) {
  std::vector<Candidate> best;
  std::vector<std::string> labels;
  std::map<std::string, std::vector<Candidate>> by_label;
  for (const Candidate& candidate : candidates) {
    if (candidate.source == Source::user) {
      best.push_back(candidate);
      continue;
    }
    if (by_label[candidate.label].empty()) labels.push_back(candidate.label);
    by_label[candidate.label].push_back(candidate);
  }
  std::vector<Placed> placed;
  for (const std::string& label : labels) {
    const auto own = in_turn(by_label[label]);
    placed.insert(placed.end(), own.begin(), own.end());
  }
  std::stable_sort(placed.begin(), placed.end(), [](const Placed& a, const Placed& b) {
    return a.score != b.score ? a.score > b.score : a.place < b.place;
  });
  for (const Placed& one : placed) best.push_back(one.candidate);
  return best;
}

/// "fly-on-a-flower", with a number behind it where that is taken.
std::string new_id(const Candidate& candidate, std::set<std::string>& taken) {
  std::string id = free_id(id_of(candidate.label, candidate.phrase.text), taken);
  taken.insert(id);
  return id;
}

Hypothesis hypothesis_of(const StageContext& context, const Candidate& candidate, const BaseResult& base) {
  Hypothesis hypothesis;
  hypothesis.label = candidate.label;
  hypothesis.phrase = candidate.phrase;
  hypothesis.direction = candidate.direction;
  hypothesis.source = candidate.source;
  hypothesis.expected = candidate.expected;
  hypothesis.prompts =
      phrase_prompts(context.study.prompts, context.target(candidate.label).label, candidate.phrase.pieces());
  hypothesis.prompt = hypothesis.prompts.front();
  set_base(hypothesis, base, context.study.evidence.delta);
  return hypothesis;
}

/// Marks what no sample of budget.confirm could confirm, though all finalists were bugs: no image is spent on it. The
/// fresh baseline images that are still to come (complete_bases) are taken to show the event as seldom as the label's
/// 95 % interval allows.
void mark_underpowered(StageContext& context, std::vector<Hypothesis>& hypotheses,
                       const std::vector<BaseResult>& bases) {
  const EvidenceOptions& evidence = context.study.evidence;
  if (evidence.rule == EvidenceRule::fixed) return;  // the plain rule needs no evidence
  const int images = context.study.budget.confirm;
  const int fresh = context.study.budget.base_confirm;
  const double needed = least_rejected(1, 1, alpha_of(Wave::search, evidence.alpha - evidence.alpha0));
  std::map<std::string, int> phrases;
  for (Hypothesis& hypothesis : hypotheses) {
    const Rate rate = base_rate(*base_of(bases, hypothesis.label), hypothesis.direction);
    const Sampled base = rate.valid == 0 ? Sampled{} : Sampled{static_cast<int>(rate.low * fresh), fresh};
    if (log_joint_e_value({images, images}, base, evidence.delta) >= needed) continue;
    hypothesis.status = Status::underpowered;
    ++phrases[hypothesis.label];
  }
  for (const auto& [label, count] : phrases) {
    context.limits.push_back(fmt::format(
        "\"{}\" fails too often for {} of its phrases to be told apart from its baseline rate with {} images; raise "
        "budget.base_confirm or budget.confirm.",
        label, count, images));
  }
}

/// Of whom something is said, and in how many pieces: a conjunction is never merged with a part of it.
struct Said {
  std::string label;
  std::size_t pieces = 1;
};

}  // namespace

std::vector<Hypothesis> hypotheses_of(StageContext& context, const std::vector<Candidate>& candidates,
                                      const std::vector<BaseResult>& bases, const std::vector<Hypothesis>& known) {
  std::vector<Hypothesis> hypotheses;
  std::set<std::string> ids;
  for (const Hypothesis& hypothesis : known) ids.insert(hypothesis.id);
  for (const Candidate& candidate : candidates) {
    const BaseResult* base = base_of(bases, candidate.label);
    assert(base != nullptr);
    hypotheses.push_back(hypothesis_of(context, candidate, *base));
    hypotheses.back().id = new_id(candidate, ids);
  }
  mark_underpowered(context, hypotheses, bases);
  return hypotheses;
}

Result<std::vector<Hypothesis>> hypothesise(StageContext& context, Memo& memo, const std::vector<Candidate>& candidates,
                                            const std::vector<BaseResult>& bases,
                                            const std::vector<Hypothesis>& known) {
  const std::vector<Candidate> sorted = ranked(candidates);
  std::vector<Said> said;
  std::vector<std::string> prompts;
  for (const Hypothesis& hypothesis : known) {
    said.push_back({hypothesis.label, hypothesis.phrase.pieces().size()});
    prompts.push_back(hypothesis.prompt);
  }
  for (const Candidate& c : sorted) {
    said.push_back({c.label, c.phrase.pieces().size()});
    prompts.push_back(phrase_prompts(context.study.prompts, context.target(c.label).label, c.phrase.pieces()).front());
  }
  std::vector<std::vector<float>> vectors;
  if (memo.has_embedder()) {
    SCOTOMA_ASSIGN_OR_RETURN(vectors, memo.embed_texts(prompts));
  }
  const auto same = [&](std::size_t a, std::size_t b) {
    if (said[a].label != said[b].label) return false;
    return prompts[a] == prompts[b] || (!vectors.empty() && said[a].pieces == said[b].pieces &&
                                        dot(vectors[a], vectors[b]) > context.study.search.phrase_similarity);
  };

  std::vector<std::size_t> kept(known.size());
  std::iota(kept.begin(), kept.end(), std::size_t{0});
  std::map<std::string, int> of_label;
  std::vector<Candidate> chosen;
  for (std::size_t i = known.size(); i < prompts.size(); ++i) {
    const std::string& label = sorted[i - known.size()].label;
    const bool again = std::any_of(kept.begin(), kept.end(), [&](std::size_t k) { return same(k, i); });
    if (again || of_label[label] >= context.study.evidence.max_hypotheses) continue;
    ++of_label[label];
    kept.push_back(i);
    chosen.push_back(sorted[i - known.size()]);
  }
  return hypotheses_of(context, chosen, bases, known);
}

}  // namespace scotoma
