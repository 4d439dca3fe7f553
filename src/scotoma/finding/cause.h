// SPDX-License-Identifier: Apache-2.0
// The findings one by one: what makes labels fail, and labels that fail whatever the image shows.
//
// A bug is one label under one phrase. The same phrase with the same wrong answer on 13 labels is one fault of the
// classifier, not 13: people, counts and files speak of causes, and name the bugs inside.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "scotoma/finding/finding.h"

namespace scotoma {

/// Labels that are misclassified as one class under one phrase: one cause, however many labels show it. Points into the
/// findings it was taken from, which must outlive it.
struct Cause {
  std::string id;         ///< "on-a-flower-as-bee": unique among all ids of the study, fit for a file name
  Phrase phrase;          ///< of its first bug
  std::string predicted;  ///< class; empty where the wrong answers vary or none is known
  std::vector<const Hypothesis*> bugs;  ///< confirmed, Direction::fails, in the findings' order, at least one
  /// The audited rate over its labels, all counted alike (pooled_audit); none where it has one bug, or one without
  /// audit.
  std::optional<Rate> pooled = std::nullopt;
  std::vector<const CrossRow*> cross;  ///< cross-checks of it: same answer, for one of its bugs; in their order

  /// The labels of its bugs, each once, in their order.
  std::vector<std::string> labels() const;
};

/// A label whose baseline rate is itself the finding: it surely fails more often than evidence.failing_label_threshold
/// allows, at a level that holds for all labels together (1 - evidence.alpha0). Points into the findings, as Cause
/// does.
struct SystematicFailure {
  std::string id;  ///< "penguin-systematic": unique among all ids of the study, fit for a file name
  const BaseResult* base = nullptr;
  std::vector<const Hypothesis*> exceptions;  ///< confirmed, Direction::passes, in the findings' order
};

/// The class that a bug's failures are misclassified as: the most frequent wrong answer of the audit where it makes at
/// least half of the failures, without an audit that of the cluster the phrase came from. Empty: the answers vary, none
/// is known, or the hypothesis is of Direction::passes.
std::string usual_answer(const Hypothesis& hypothesis);

/// Every confirmed bug is in one cause, so their sizes add up to the number of bugs. Two bugs have one cause where
/// usual_answer() is the same and so are the pieces of their phrases as they ended (after shrinking), whatever the
/// order of the pieces, upper and lower case, blanks, and articles: "on a flower", "on the flower" and "On flower" are
/// one. Phrases that only mean the same are not joined: within a label search.phrase_similarity has done so before the
/// test.
///
/// The cause with most bugs first, equals in the order of their first bugs, that is by audited rate.
std::vector<Cause> find_causes(const Findings& findings);

/// The confirmed hypotheses `of` by cause, as far as confirmation shows it: the same words, all failing, and most
/// misclassified as one class. In the order of their first; exceptions are alone.
std::vector<std::vector<std::size_t>> grouped_by_cause(const std::vector<Hypothesis>& hypotheses,
                                                       const std::vector<std::size_t>& of);

/// The rate of the event over the pairs of several hypotheses' audits, all counted alike: of each the first valid
/// images with the phrase, as many as the one with the fewest has. Its interval is the 95 % confidence sequence of the
/// mean of their rates (evidence/confidence_sequence.h). Requires one hypothesis or more.
Rate pooled_audit(const std::vector<const Hypothesis*>& bugs);

/// Labels that fail systematically and can be generated, the highest baseline rate first, equals in the study's order.
std::vector<SystematicFailure> systematic_failures(const Findings& findings);

}  // namespace scotoma
