// SPDX-License-Identifier: Apache-2.0
#include "scotoma/find/phrases.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <map>
#include <span>
#include <string>
#include <utility>

#include "scotoma/find/shown.h"
#include "scotoma/finding/count.h"
#include "scotoma/stage/caption_counts.h"
#include "scotoma/stage/cluster.h"
#include "scotoma/stage/combine.h"
#include "scotoma/stage/describe.h"
#include "scotoma/stage/explore.h"
#include "scotoma/stage/further.h"
#include "scotoma/stage/parts.h"
#include "scotoma/stage/promise.h"
#include "scotoma/stage/random_lists.h"
#include "scotoma/study/prompt.h"

namespace scotoma {
namespace {

constexpr double kNearlyAlways = 0.8;  // a phrase under which the event happens as often needs no other to explain it

void append(std::vector<std::string>& all, const std::vector<std::string>& more) {
  all.insert(all.end(), more.begin(), more.end());
}

/// The clusters of each label that can be generated. The embedder is asked about all labels at once, so that its
/// batches are full and no thread waits; what it said is remembered.
Result<std::vector<std::vector<Cluster>>> cluster_all(const StageContext& context, Memo& memo,
                                                      const std::vector<const BaseResult*>& bases) {
  std::vector<std::string> images;
  for (const BaseResult* base : bases) append(images, images_to_cluster(*base));
  SCOTOMA_ASSIGN_OR_RETURN(const auto embedded, memo.embed_images(images));
  std::vector<std::vector<Cluster>> all;
  for (const BaseResult* base : bases) {
    SCOTOMA_ASSIGN_OR_RETURN(auto clusters, cluster(context, memo, *base));
    all.push_back(std::move(clusters));
  }
  return all;
}

/// The clusters of each label that are described: the largest of all labels, as many as exploration has images to try a
/// phrase of. So captions grow with the budget, and not with labels times baseline images.
std::vector<std::span<Cluster>> choose_described(StageContext& context,
                                                 std::vector<std::vector<Cluster>>& clusters_of) {
  struct Place {
    std::size_t label;
    std::size_t size;
  };
  std::vector<Place> places;  // of a label in the order of its clusters, the largest first
  for (std::size_t l = 0; l < clusters_of.size(); ++l) {
    for (const Cluster& cluster : clusters_of[l]) places.push_back({l, cluster.members.size()});
  }
  std::stable_sort(places.begin(), places.end(), [](const Place& a, const Place& b) { return a.size > b.size; });
  const std::size_t all = places.size();
  places.resize(std::min(all, context.budget().arms()));
  if (places.size() < all) {
    context.limit_of_budget(
        fmt::format("Of {} groups of images that fail alike, the {} largest were described: exploration's share of the "
                    "budget had no images to try more phrases",
                    all, places.size()),
        "raise budget.images");
  }
  std::vector<std::size_t> counts(clusters_of.size());
  for (const Place& place : places) ++counts[place.label];
  std::vector<std::span<Cluster>> described;
  for (std::size_t l = 0; l < clusters_of.size(); ++l) described.push_back(std::span(clusters_of[l]).first(counts[l]));
  return described;
}

/// Captions the members of what is described, and images of each label that behave the other way: of all labels at
/// once, as for the embedder. Captions of little use are counted for the report.
Result<void> caption_all(StageContext& context, Memo& memo, const std::vector<const BaseResult*>& bases,
                         const std::vector<std::span<Cluster>>& described) {
  std::vector<std::string> images;
  std::vector<std::size_t> ends;
  for (std::size_t b = 0; b < bases.size(); ++b) {
    append(images, images_to_caption(context, described[b], *bases[b]));
    ends.push_back(images.size());
  }
  SCOTOMA_ASSIGN_OR_RETURN(const auto captions, memo.caption(images));
  CaptionCounts counts;
  std::size_t begin = 0;
  for (std::size_t b = 0; b < bases.size(); ++b) {
    const auto own = std::span(captions).subspan(begin, ends[b] - begin);
    counts.add(own, base_prompts(context.study.prompts, context.target(bases[b]->label).label));
    begin = ends[b];
  }
  if (const std::string sentence = counts.sentence(); !sentence.empty()) context.limits.push_back(sentence);
  return {};
}

Result<std::vector<Candidate>> from_captions(StageContext& context, Memo& memo, Findings& findings) {
  context.step("clustering and describing what fails");
  std::vector<const BaseResult*> bases;
  for (const BaseResult& base : findings.bases) {
    if (!base.not_generatable) bases.push_back(&base);
  }
  SCOTOMA_ASSIGN_OR_RETURN(auto clusters_of, cluster_all(context, memo, bases));
  const auto described = choose_described(context, clusters_of);
  SCOTOMA_RETURN_IF_ERROR(caption_all(context, memo, bases, described));
  std::vector<Candidate> candidates;
  for (std::size_t b = 0; b < bases.size(); ++b) {
    const BaseResult& base = *bases[b];
    auto& clusters = clusters_of[b];
    SCOTOMA_ASSIGN_OR_RETURN(const auto phrases, describe(context, memo, described[b], base));
    for (std::size_t i = 0; i < phrases.size(); ++i) {
      for (const Phrase& phrase : phrases[i])
        candidates.push_back({base.label, phrase, clusters[i].direction, clusters[i].predicted, Source::captions});
    }
    std::move(clusters.begin(), clusters.end(), std::back_inserter(findings.clusters));
  }
  return candidates;
}

/// Hypotheses whose event is more frequent than in the baseline sample and far from certain, the most promising first.
std::vector<std::size_t> sometimes(const std::vector<Hypothesis>& hypotheses, const std::vector<BaseResult>& bases) {
  std::vector<std::size_t> some;
  for (std::size_t h = 0; h < hypotheses.size(); ++h) {
    const Hypothesis& hypothesis = hypotheses[h];
    const Rate& base = base_rate(*base_of(bases, hypothesis.label), hypothesis.direction);
    const Rate& rate = hypothesis.explored;
    if (hypothesis.status == Status::not_generatable || rate.valid == 0) continue;
    if (rate.rate > base.rate && rate.rate < kNearlyAlways) some.push_back(h);
  }
  std::stable_sort(some.begin(), some.end(), [&](std::size_t a, std::size_t b) {
    return posterior_mean(hypotheses[a].explored) > posterior_mean(hypotheses[b].explored);
  });
  return some;
}

/// The best conjunctions that captions of the explored images suggest.
Result<std::vector<Candidate>> describe_explored(const StageContext& context, Memo& memo, const Findings& findings) {
  context.step("describing what fails under the phrases");
  std::vector<Candidate> candidates;
  const auto again = sometimes(findings.hypotheses, findings.bases);
  std::vector<std::string> images;  // of all hypotheses at once, so that no thread waits
  for (const std::size_t h : again) append(images, images_to_caption(context, findings.hypotheses[h]));
  SCOTOMA_ASSIGN_OR_RETURN(const auto captioned, memo.caption(images));
  for (const std::size_t h : again) {
    const Hypothesis& hypothesis = findings.hypotheses[h];
    SCOTOMA_ASSIGN_OR_RETURN(const auto phrases, describe_more(context, memo, hypothesis));
    for (const Phrase& phrase : phrases)
      candidates.push_back({hypothesis.label, phrase, hypothesis.direction, hypothesis.expected, Source::captions});
  }
  std::stable_sort(candidates.begin(), candidates.end(),
                   [](const Candidate& a, const Candidate& b) { return a.phrase.score > b.phrase.score; });
  const auto most = static_cast<std::size_t>(context.study.budget.finalists);
  candidates.resize(std::min(candidates.size(), most));
  return candidates;
}

/// The best of the finalists go on; the status of the others says that they do not.
std::vector<std::size_t> best_of(const StageContext& context, std::vector<Hypothesis>& hypotheses,
                                 std::vector<std::size_t> finalists) {
  finalists = Promise(hypotheses).best_first(hypotheses, std::move(finalists));
  std::map<std::string, int> of_label;
  std::vector<std::size_t> best;
  for (const std::size_t h : finalists) {
    int& same_label = of_label[hypotheses[h].label];
    if (std::ssize(best) < context.study.budget.finalists && same_label < context.study.evidence.max_hypotheses) {
      ++same_label;
      best.push_back(h);
    } else {
      hypotheses[h].status = Status::not_promising;
    }
  }
  return best;
}

std::vector<Candidate> candidates_of(std::vector<Listed> listed, const std::vector<BaseResult>& bases) {
  std::vector<Candidate> candidates;
  for (Listed& one : listed) {
    const Direction direction = direction_of(*base_of(bases, one.label));
    candidates.push_back({one.label, std::move(one.phrase), direction, one.expected, one.source});
  }
  return candidates;
}

}  // namespace

Result<std::vector<Candidate>> search_phrases(StageContext& context, Memo& memo, Findings& findings) {
  const PhraseSource source = context.study.search.source;
  std::vector<Candidate> candidates;
  if (source == PhraseSource::captions) {
    SCOTOMA_ASSIGN_OR_RETURN(candidates, from_captions(context, memo, findings));
  }
  std::vector<Listed> listed;
  if (source == PhraseSource::random) {
    listed = at_random(context.study, findings.bases);
  } else {
    SCOTOMA_ASSIGN_OR_RETURN(listed, from_lists(context, findings.bases));
  }
  for (Candidate& one : candidates_of(std::move(listed), findings.bases)) candidates.push_back(std::move(one));
  return candidates;
}

namespace {

/// Makes hypotheses of candidates beside those that there are, explores them, and adds those that look like bugs to the
/// finalists.
Result<void> explore_more(StageContext& context, Memo& memo, Findings& findings,
                          const std::vector<Candidate>& candidates, std::vector<std::size_t>& finalists) {
  std::vector<Hypothesis>& hypotheses = findings.hypotheses;
  SCOTOMA_ASSIGN_OR_RETURN(auto more, hypothesise(context, memo, candidates, findings.bases, hypotheses));
  SCOTOMA_ASSIGN_OR_RETURN(const auto found, explore(context, more));
  for (const std::size_t h : found) finalists.push_back(hypotheses.size() + h);
  std::move(more.begin(), more.end(), std::back_inserter(hypotheses));
  return {};
}

/// What is left goes into other phrases, while there are places among the finalists.
Result<void> explore_further(StageContext& context, Memo& memo, Findings& findings,
                             std::vector<std::size_t>& finalists) {
  if (std::ssize(finalists) >= context.study.budget.finalists) {
    context.limits.push_back(
        fmt::format("The built-in attributes were not tried: there were phrases enough for all {} places of "
                    "budget.finalists.",
                    context.study.budget.finalists));
    return {};
  }
  SCOTOMA_ASSIGN_OR_RETURN(auto listed, search_further(context, findings.hypotheses, findings.bases));
  const AttributePool pool = attribute_pool(context.study, findings.hypotheses);
  SCOTOMA_ASSIGN_OR_RETURN(listed, keep_shown(context, memo, findings.bases, pool, std::move(listed)));
  return explore_more(context, memo, findings, candidates_of(std::move(listed), findings.bases), finalists);
}

}  // namespace

Result<std::vector<std::size_t>> second_round(StageContext& context, Memo& memo, Findings& findings,
                                              std::vector<std::size_t> finalists) {
  std::vector<Hypothesis>& hypotheses = findings.hypotheses;
  if (context.study.search.source == PhraseSource::captions) {
    SCOTOMA_ASSIGN_OR_RETURN(const auto candidates, describe_explored(context, memo, findings));
    SCOTOMA_RETURN_IF_ERROR(explore_more(context, memo, findings, candidates, finalists));
  }
  if (searches_further(context.study)) {
    SCOTOMA_RETURN_IF_ERROR(explore_further(context, memo, findings, finalists));
  }
  finalists = best_of(context, hypotheses, std::move(finalists));
  SCOTOMA_ASSIGN_OR_RETURN(finalists, compare_with_parts(context, hypotheses, finalists));
  const auto joint = add_disjunctions(context, hypotheses, findings.bases);
  finalists.insert(finalists.end(), joint.begin(), joint.end());
  return best_of(context, hypotheses, std::move(finalists));
}

}  // namespace scotoma
