// SPDX-License-Identifier: Apache-2.0
// What the stages hand on and what the report shows: plain records, no behaviour.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "scotoma/core/names.h"
#include "scotoma/core/stages.h"
#include "scotoma/finding/certificate.h"
#include "scotoma/finding/drafts.h"
#include "scotoma/finding/sample.h"

namespace scotoma {

/// Whether a hypothesis says that the label fails under the phrase, or (where it fails systematically) that it
/// passes.
enum class Direction { fails, passes };

constexpr std::array<Named<Direction>, 2> names_of(Direction) {
  return {{{Direction::fails, "fails"}, {Direction::passes, "passes"}}};
}

/// What base prompts showed for one label.
struct BaseResult {
  std::string label;
  std::vector<std::string> prompts;
  Rate rate;
  double upper = 1;            ///< one-sided bound of the failure rate, at `level`
  double lower = 0;            ///< likewise from below
  double level = 0;            ///< of each bound: all of a study hold together with 1 - alpha0 (stage/sample.h)
  bool failing_label = false;  ///< fails systematically: a finding of its own; phrases are sought under which it passes
  bool not_generatable = false;  ///< too many invalid images: nothing can be said
  std::string predicted;         ///< the most frequent wrong answer; empty without failures
  std::vector<Sample> samples;
  /// Baseline images that the search did not see, generated once the label had finalists: the baseline half of their
  /// evidence. All zero where it had none.
  Rate fresh = {};

  bool operator==(const BaseResult&) const = default;
};

/// Failures (or passes) of one label that look alike.
struct Cluster {
  std::string label;
  Direction direction = Direction::fails;
  std::string predicted;              ///< what all members were classified as; empty: as the label, and they fail
  bool tiny = false;                  ///< fewer members than SearchOptions::tiny_cluster
  std::vector<Sample> members;        ///< the closest to the centre first
  std::vector<std::string> captions;  ///< of the first members, same order

  bool operator==(const Cluster&) const = default;
};

/// One piece of a phrase of several: "dark", "on a plate".
struct PhrasePart {
  std::string text;
  bool before = false;  ///< stands in front of the label's word

  bool operator==(const PhrasePart&) const = default;
};

/// A phrase found in captions and how well it distinguishes a cluster from the label's other images.
struct Phrase {
  std::string text;     ///< "on a flower"
  bool before = false;  ///< stood in front of the label's word ("dark"), not behind it
  int in_cluster = 0;   ///< captions of the cluster that hold it
  int cluster_captions = 0;
  int in_contrast = 0;  ///< captions of the contrast group that hold it
  int contrast_captions = 0;
  double score = 0;  ///< -log10 of Fisher's one-sided p-value
  /// What a conjunction joins, in the order of the prompt; `text` then names all of it ("dark, on a plate"). Empty: the
  /// phrase is one piece, `text`.
  std::vector<PhrasePart> parts = {};

  /// The pieces, one or more.
  std::vector<PhrasePart> pieces() const { return parts.empty() ? std::vector{PhrasePart{text, before}} : parts; }

  bool operator==(const Phrase&) const = default;
};

/// Where a hypothesis ended. The JSON and the report use these names.
enum class Status {
  confirmed,
  not_promising,    ///< dropped in exploration
  not_confirmed,    ///< too little evidence on fresh images
  not_generatable,  ///< too many of its images were invalid
  out_of_budget,    ///< the study's images were used up before it was decided
  underpowered,     ///< even if every image of budget.confirm showed it, the evidence would not do: its label fails too
                    ///< often
  merged,           ///< shrank to the words of another hypothesis, which stands for it
};

constexpr std::array<Named<Status>, 7> names_of(Status) {
  return {{{Status::confirmed, "confirmed"},
           {Status::not_promising, "not_promising"},
           {Status::not_confirmed, "not_confirmed"},
           {Status::not_generatable, "not_generatable"},
           {Status::out_of_budget, "out_of_budget"},
           {Status::underpowered, "underpowered"},
           {Status::merged, "merged"}}};
}

/// Whence a hypothesis comes.
enum class Source {
  captions,
  list,          ///< the user's attributes
  either,        ///< a disjunction of listed phrases that are weak alone
  user,          ///< asked for in so many words
  cross,         ///< confirmed for another label, and marked for this one by the cross-check
  other_labels,  ///< captions of other labels, tried on this one
  library,       ///< the built-in attributes, perhaps joined with a phrase of other labels' captions
};

constexpr std::array<Named<Source>, 7> names_of(Source) {
  return {{{Source::captions, "captions"},
           {Source::list, "list"},
           {Source::either, "either"},
           {Source::user, "user"},
           {Source::cross, "cross"},
           {Source::other_labels, "other_labels"},
           {Source::library, "library"}}};
}

/// Trials that are decided upon together; how many there are is fixed before the first of their images.
enum class Wave {
  search,       ///< the finalists, or what a user asked for
  cross_check,  ///< phrases on labels that the cross-check marked
};

constexpr std::array<Named<Wave>, 2> names_of(Wave) {
  return {{{Wave::search, "search"}, {Wave::cross_check, "cross_check"}}};
}

/// One shortened phrase that shrinking tried.
struct ShrinkStep {
  std::string phrase;   ///< what was left
  std::string without;  ///< the words that were taken out
  Rate rate;            ///< without an image where the embedder refused it
  bool kept = false;    ///< the event happens as often without these words, so they are gone
  /// How much of the meaning is left, by the embedder (stage/meaning.h); none where it was not asked.
  std::optional<double> meaning = std::nullopt;

  bool operator==(const ShrinkStep&) const = default;
};

/// How often the event happens under one piece of a conjunction alone.
struct PartRate {
  std::string phrase;
  Rate rate;

  bool operator==(const PartRate&) const = default;
};

/// A rate estimated from a person's yes or no on a few images and the judge's on many: prediction-powered.
struct ReviewedRate {
  int reviewed = 0;   ///< images that a person looked at
  int disagreed = 0;  ///< of these, how often judge and person differ
  double rate = 0;    ///< of the event (failures, or passes) among the images that truly show the label
  double low = 0;     ///< 95 % interval
  double high = 1;

  bool operator==(const ReviewedRate&) const = default;
};

/// The same seeds generated with and without the phrase.
struct Pair {
  Sample with;
  Sample without;

  bool operator==(const Pair&) const = default;
};

/// What the pairs of an audit say of the phrase itself: of those of which both images are valid.
struct PairedEffect {
  int only_with = 0;  ///< the event happens with the phrase only
  int only_without = 0;
  int both = 0;
  int neither = 0;
  double lift_low = -1;  ///< 95 % interval of the rate with the phrase less that without it, in [-1, 1]
  double lift_high = 1;
  double mcnemar_p = 1;  ///< exact, two-sided

  int pairs() const { return only_with + only_without + both + neither; }
  bool operator==(const PairedEffect&) const = default;
};

/// "Images of `label` described by `phrase` fail more often than the baseline rate allows", and everything learnt about
/// it.
struct Hypothesis {
  std::string id;  ///< "fly-on-a-flower": unique in the study, fit for a file name
  std::string label;
  Phrase phrase;
  Direction direction = Direction::fails;
  Source source = Source::captions;
  std::string prompt;                ///< the whole prompt, with the first base prompt
  std::vector<std::string> prompts;  ///< with each base prompt in turn; image i is generated from prompts[i % size]
  std::string expected;              ///< the wrong label of the cluster it came from; may be empty
  Status status = Status::out_of_budget;

  std::string shrunk_from;               ///< the phrase before shrinking; empty where nothing fell away
  std::vector<ShrinkStep> shrink_steps;  ///< all that was tried, in order
  std::vector<std::string> merged;       ///< phrases of other hypotheses that shrank to the same words
  std::vector<PartRate> part_rates;      ///< of a conjunction: each piece alone

  Rate explored;
  Rate confirmed;                           ///< the images of the e-process
  std::optional<Wave> wave = std::nullopt;  ///< of its trial; none where it came to no trial
  int base_events = 0;  ///< of base_valid baseline images of the label: the other half of the evidence. Of a trial
                        ///< these are BaseResult::fresh; before, what the search knows
  int base_valid = 0;
  double null_rate = 1;    ///< baseline rate as measured + delta: what the search compares rates with. The e-value
                           ///< does not trust it, it allows for every baseline rate
  double log_e_value = 0;  ///< natural logarithm, at the end
  std::vector<double> log_e_path;  ///< after each valid image of confirmation, with the baseline sample of then

  std::vector<Sample> tried;  ///< its images of confirmation, or of exploration where it did not come that far

  // Only where confirmed, and there were images left to audit it (audited()):
  std::string predicted;  ///< most frequent wrong answer in the audit
  int predicted_count = 0;
  Rate audit;
  Rate audit_base;                     ///< the base prompt on the audit's seeds
  std::optional<PairedEffect> effect;  ///< of the phrase, from the pairs; none without an audit
  std::vector<Sample> audit_samples;
  std::vector<Pair> pairs;               ///< all pairs by audit index
  std::optional<ReviewedRate> reviewed;  ///< of the audit, where a person has reviewed images

  /// Whether the audit measured anything.
  bool audited() const { return audit.valid > 0; }

  /// The rate to report: the audit's, else what confirmation showed, else exploration.
  const Rate& measured() const { return audited() ? audit : confirmed.valid > 0 ? confirmed : explored; }

  /// What it is misclassified as: the audit's most frequent wrong answer, else that of the cluster it came from.
  const std::string& misclassified_as() const { return audited() ? predicted : expected; }

  bool operator==(const Hypothesis&) const = default;
};

/// A confirmed phrase on another label: how often images of it are misclassified as the same wrong answer, with and
/// without the phrase on the same seeds.
struct CrossCell {
  std::string label;
  Rate with;  ///< event: misclassified as the answer; of the pairs of which both images are valid, so both rates have
              ///< one n
  Rate without;
  int only_with = 0;  ///< of these pairs
  int only_without = 0;
  bool tested = false;  ///< enough pairs for a test; else p and adjusted stay 1
  double p = 1;         ///< exact McNemar, one-sided: more often with the phrase
  double adjusted = 1;  ///< Holm's, over all tested cells of all rows
  bool spreads = false;
  std::vector<Sample> samples;  ///< a few with the phrase that are misclassified as the answer

  bool operator==(const CrossCell&) const = default;
};

/// A spurious correlation: the phrase makes many labels look like one.
struct CrossRow {
  Phrase phrase;
  std::string answer;             ///< the class that things are misclassified as
  std::vector<std::string> bugs;  ///< ids of the hypotheses it was confirmed for, before the cross-check or after it
  std::vector<CrossCell> cells;   ///< by label, in the study's order, without the answer's own

  bool operator==(const CrossRow&) const = default;
};

/// What a person said of the judge's answers.
struct JudgeReview {
  int reviewed = 0;
  int accepted = 0;        ///< of these, images that the judge called valid ...
  int accepted_wrong = 0;  ///< ... and the person did not
  int refused = 0;
  int refused_wrong = 0;  ///< refused by the judge, valid to the person

  bool operator==(const JudgeReview&) const = default;
};

/// How different the generator's images are, by the embedder: mean cosine distances (find/diversity.h).
struct Diversity {
  int prompts = 0;
  int images = 0;
  double within = 0;  ///< of two images of one base prompt
  double across = 0;  ///< of two images of different labels

  bool operator==(const Diversity&) const = default;
};

/// Images asked for, by stage: the same however often the run was interrupted.
struct Spent {
  int base = 0;
  int explore = 0;
  int shrink = 0;
  int confirm = 0;
  int audit = 0;
  int cross = 0;

  int total() const { return base + explore + shrink + confirm + audit + cross; }

  bool operator==(const Spent&) const = default;
};

/// A person's answers to "is a LABEL in this image?", by review_key (finding/review.h).
using Reviews = std::unordered_map<std::string, bool>;

/// What the stages found, where a review and the order of the report have changed it, and the answers that were
/// applied: what another review begins with. The rest of the findings no review changes.
struct BeforeReview {
  struct Entry {
    std::string id;
    Status status = Status::out_of_budget;

    bool operator==(const Entry&) const = default;
  };
  std::vector<Entry> hypotheses;  ///< all of them, in the order of the stages
  std::vector<CrossRow> cross;
  double rejection_threshold = 0;
  std::vector<std::string> limits;  ///< of the stages, without doubts
  Reviews reviews;                  ///< those about images of this study

  bool operator==(const BeforeReview&) const = default;
};

/// What became of a study: a function of the study file and of the models' answers.
struct Findings {
  std::vector<std::string> class_names;  ///< of the classifier, by index of its predictions
  std::vector<BaseResult> bases;
  std::vector<Cluster> clusters;
  std::vector<Hypothesis> hypotheses;  ///< confirmed first, by audited rate
  std::vector<CrossRow> cross;
  std::optional<JudgeReview> judge_review;  ///< where a person has reviewed images
  std::optional<Diversity> diversity;       ///< of the generator; none where it was not measured
  std::optional<DraftComparison> drafts;    ///< where exploration could take drafts
  Spent spent;
  std::map<std::string, std::string> fingerprints;  ///< role -> hash
  std::map<std::string, std::string> descriptions;  ///< role -> one line for people
  double rejection_threshold =
      0;  ///< log e-value from which trials of the search were confirmed; 0 under the fixed rule
  std::vector<std::string> limits;            ///< sentences for people: "3 labels cannot be generated: ..."
  std::optional<BeforeReview> before_review;  ///< where a review has been applied (find/conclude.h)
  std::optional<Certificate> certificate;     ///< where the study asks for one; no review changes it

  bool operator==(const Findings&) const = default;
};

/// One run's own story, which is not a function of the study: times, cache hits, memory.
struct RunFacts {
  struct StageTime {
    Stage stage = Stage::sample;
    double seconds = 0;
  };
  struct RoleUse {
    double engine_seconds = 0;   ///< inside the engine, summed over threads
    std::uint64_t computed = 0;  ///< answers paid for in this run
    std::uint64_t recalled = 0;  ///< answers that the cache had
  };
  std::vector<StageTime> stages;
  std::map<std::string, RoleUse> roles;
  double seconds = 0;
  double images_per_second = 0;  ///< computed images by seconds of the stages that generate
  double engine_share = 0;       ///< engine seconds by (wall seconds x threads)
  std::uint64_t peak_memory_bytes = 0;
  int threads = 0;
};

}  // namespace scotoma
