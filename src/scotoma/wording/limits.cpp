// SPDX-License-Identifier: Apache-2.0
#include "scotoma/wording/limits.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <optional>

#include "scotoma/evidence/interval.h"
#include "scotoma/finding/doubt.h"
#include "scotoma/wording/words.h"

namespace scotoma {
namespace {

using Sentence = std::optional<LimitSentence>;

Sentence invalid_share(const Study& study, const Findings& findings) {
  if (study.judge.kind == JudgeKind::none) {
    return LimitSentence{
        "No judge looked at the images: each counted as showing its label, also where the generator failed to show it.",
        {}};
  }
  int invalid = 0;
  int all = 0;
  for (const BaseResult& base : findings.bases) {
    invalid += base.rate.invalid;
    all += base.rate.invalid + base.rate.valid;
  }
  if (all == 0) return {};
  return LimitSentence{
      fmt::format("Of {} baseline images, {} ({}) were left out because the judge did not see the label in them. All "
                  "rates are of the others, and as good as the judge.",
                  grouped(all), grouped(invalid), percent(static_cast<double>(invalid) / all)),
      {}};
}

std::string share_of(int wrong, int all) {
  const Interval interval = clopper_pearson(wrong, all, 0.95);
  return fmt::format("{} of {} ({:.0f} to {:.0f}\u00A0%)", grouped(wrong), grouped(all), 100 * interval.low,
                     100 * interval.high);
}

Sentence judged_by_a_person(const Findings& findings) {
  if (!findings.judge_review) return {};
  const JudgeReview& review = *findings.judge_review;
  return LimitSentence{
      fmt::format(
          "A person reviewed {}. Of those that the judge accepted, the label was missing in {}; of those that it "
          "refused, the label was there in {}.",
          counted(review.reviewed, "image, chosen at random", "images, chosen at random"),
          share_of(review.accepted_wrong, review.accepted), share_of(review.refused_wrong, review.refused)),
      {}};
}

Sentence diversity(const Findings& findings) {
  if (!findings.diversity || findings.diversity->across <= 0) return {};
  const Diversity& d = *findings.diversity;
  return LimitSentence{
      fmt::format(
          "By the embedder, two images of one base prompt differ {} as much as two of different labels do "
          "(mean cosine distances {:.2f} and {:.2f}, {} images). A generator that draws one image again and again "
          "proves little.",
          percent(d.within / d.across), d.within, d.across, grouped(d.images)),
      {}};
}

Sentence drafts(const Findings& findings) {
  if (!findings.drafts || findings.drafts->images == 0) return {};
  const DraftComparison& d = *findings.drafts;
  const int failing = d.both + d.only_draft;
  const int passing = d.only_full + d.neither;
  std::string text = fmt::format("Phrases were chosen by drafts, {}; no evidence stands on one. ",
                                 counted(d.images, "cheaper image", "cheaper images"));
  std::vector<std::string> shares;
  if (failing > 0) shares.push_back(fmt::format("{} of {} that failed as a draft", d.both, failing));
  if (passing > 0) shares.push_back(fmt::format("{} of {} that passed", d.only_full, passing));
  if (!shares.empty()) text += fmt::format("Drawn in full, {} failed", listed(shares));
  if (failing > 0 && passing > 0) text += fmt::format(" (correlation {:.2f})", d.correlation());
  if (!shares.empty()) text += ". ";
  if (d.invalid > 0)
    text += fmt::format("{} of {} that were compared did not show their label as a draft. ", d.invalid, d.compared());
  text += misleading_drafts(findings);
  text.erase(text.find_last_not_of(' ') + 1);
  return LimitSentence{std::move(text), {}};
}

Sentence labels_not_generatable(const Findings& findings) {
  LimitSentence sentence{"Labels that the generator cannot show well enough, on which nothing can be said: ", {}, "."};
  for (const BaseResult& base : findings.bases) {
    if (base.not_generatable) sentence.names.push_back(base.label);
  }
  return sentence.names.empty() ? Sentence{} : sentence;
}

/// Phrases of which nothing is claimed for that reason.
Sentence phrases_not_generatable(const Study& study, const Findings& findings, std::size_t most) {
  LimitSentence sentence{"What the generator cannot show, so that nothing is claimed of it: ", {}, "."};
  for (const Hypothesis& h : findings.hypotheses) {
    if (h.status != Status::not_generatable) continue;
    if (sentence.names.size() == most) {
      sentence.after = ", and more in bugs.json.";
      break;
    }
    sentence.names.push_back(subject(study, h));
  }
  return sentence.names.empty() ? Sentence{} : sentence;
}

}  // namespace

std::string misleading_drafts(const Findings& findings) {
  if (!findings.drafts || !findings.drafts->gone_back) return {};
  return "Drafts mislead, so the search went back to full images: make drafts less cheap, or do without.";
}

std::string LimitSentence::text() const { return fmt::format("{}{}{}", before, fmt::join(names, ", "), after); }

std::vector<LimitSentence> limit_sentences(const Study& study, const Findings& findings, std::size_t most) {
  std::vector<LimitSentence> sentences;
  for (Sentence& each : std::vector<Sentence>{invalid_share(study, findings), judged_by_a_person(findings),
                                              diversity(findings), drafts(findings), labels_not_generatable(findings),
                                              phrases_not_generatable(study, findings, most)}) {
    if (each) sentences.push_back(std::move(*each));
  }
  const std::vector<std::string> at_the_top = doubts(findings);  // among the limits, too
  for (const std::string& limit : findings.limits) {
    if (std::find(at_the_top.begin(), at_the_top.end(), limit) == at_the_top.end()) sentences.push_back({limit, {}});
  }
  sentences.push_back(
      {"The images are generated, and so is every rate. How far one is from that on photographs is not known until it "
       "is "
       "measured on photographs: try a few.",
       {}});
  sentences.push_back(
      {"Only what the captioner noticed, a list named, or a user asked for, was tried. What is not listed here was not "
       "tested.",
       {}});
  return sentences;
}

std::string rule_sentence(const Study& study) {
  const EvidenceOptions& e = study.evidence;
  if (e.rule == EvidenceRule::fixed) {
    return "A bug is what failed more often there than in the baseline images, by however little: the plain scheme, "
           "for comparison.";
  }
  return fmt::format(
      "A bug is a rise of more than {:g} points over the baseline rate, of which the baseline images are only a "
      "sample; the rule for calling one keeps the expected share of false claims at or below {}.",
      100 * e.delta, at_most(e.alpha - e.alpha0));
}

std::string_view no_rate_sentence(const Study& study) {
  return study.evidence.rule == EvidenceRule::fixed ? "No rate of false claims is held." : "";
}

std::string tested_in_vain(const Study& study, const Findings& findings) {
  if (findings.hypotheses.empty()) return "No phrase came up to try.";
  int tested = 0;
  int images = 0;
  for (const Hypothesis& h : findings.hypotheses) {
    if (h.confirmed.valid == 0) continue;
    ++tested;
    images += h.confirmed.valid;
  }
  const auto all = static_cast<int>(findings.hypotheses.size());
  const std::string came_up = fmt::format("{} came up for {}", capitalised(counted(all, "hypothesis", "hypotheses")),
                                          counted(static_cast<int>(findings.bases.size()), "label"));
  if (tested == 0) return came_up + "; none of them went to the test.";
  return fmt::format(
      "{}; {} of them went to the test, on {}. In none was the evidence strong enough that the label fails more than "
      "{:g} points above its baseline rate.",
      came_up, grouped(tested), counted(images, "valid image"), 100 * study.evidence.delta);
}

}  // namespace scotoma
