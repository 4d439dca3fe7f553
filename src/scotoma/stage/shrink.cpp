// SPDX-License-Identifier: Apache-2.0
#include "scotoma/stage/shrink.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "scotoma/finding/count.h"
#include "scotoma/finding/phrase.h"
#include "scotoma/stage/shorten.h"
#include "scotoma/stage/trial.h"
#include "scotoma/study/prompt.h"

namespace scotoma {
namespace {

/// Label and first prompt: what is generated, and what makes two hypotheses one.
using Key = std::pair<std::string, std::string>;

/// Images of shrinking by phrase.
class Album {
 public:
  explicit Album(StageContext& context) : context_(context), left_(context.budget().for_shrinking()) {}

  const std::vector<Sample>& of(const Trial& trial) { return images_[key_of(trial)]; }

  /// Plans the next images of a phrase, up to `most`; false where there is no budget for them.
  bool plan(const Trial& trial, int most) {
    const auto first = static_cast<int>(of(trial).size());
    const int count = std::min(kShrinkStep, most - first);
    if (planned_.contains(key_of(trial))) return true;
    if (count > left_) return false;
    left_ -= count;
    planned_.insert(key_of(trial));
    plans_[{first, count}].push_back(trial);
    return true;
  }

  bool anything_planned() const { return !plans_.empty(); }

  /// Generates what was planned.
  Result<void> generate() {
    for (const auto& [piece, trials] : plans_) {
      const auto [first, count] = piece;
      SCOTOMA_ASSIGN_OR_RETURN(const auto samples, sample_trials(context_, trials, Purpose::shrinking, first, count));
      for (std::size_t i = 0; i < trials.size(); ++i) {
        auto& own = images_[key_of(trials[i])];
        own.insert(own.end(), samples[i].begin(), samples[i].end());
      }
    }
    plans_.clear();
    planned_.clear();
    return {};
  }

 private:
  static Key key_of(const Trial& trial) { return {trial.label, trial.prompts.front()}; }

  StageContext& context_;
  int left_;
  std::map<Key, std::vector<Sample>> images_;
  std::map<std::pair<int, int>, std::vector<Trial>> plans_;  // by first image and number
  std::set<Key> planned_;
};

/// By piece of the phrase: whether the user wrote it, so that nobody changes its words.
std::vector<bool> as_written(const Study& study, const Hypothesis& hypothesis) {
  const auto listed = [&](const PhrasePart& piece) {
    const auto holds = [&](const AttributeList& list) {
      return std::any_of(list.phrases.begin(), list.phrases.end(), [&](const ListedPhrase& each) {
        return each.text == piece.text && each.before == piece.before;
      });
    };
    return std::any_of(study.attributes.begin(), study.attributes.end(), holds);
  };
  std::vector<bool> kept;
  for (const PhrasePart& piece : hypothesis.phrase.pieces())
    kept.push_back(!study.search.shrink_lists && (hypothesis.source == Source::list || listed(piece)));
  return kept;
}

/// One finalist's search.
class Shrinking {
 public:
  Shrinking(const StageContext& context, const Hypothesis& hypothesis)
      : context_(context),
        words_(hypothesis.phrase, as_written(context.study, hypothesis)),
        whole_{hypothesis.label, hypothesis.prompts, hypothesis.label} {
    rule_ = {hypothesis.direction, hypothesis.null_rate, context.study.evidence.max_invalid,
             context.study.budget.shrink};
    done_ = hypothesis.source == Source::either || !words_.divisible();  // a disjunction's words are not one phrase's
    removed_.assign(words_.words(), false);
  }

  /// Goes as far as images and meanings are known, and asks for those that it needs next.
  void advance(Album& album, Meanings& meanings) {
    if (done_) return;
    if (std::ssize(album.of(whole_)) < std::min(kShrinkLeast, rule_.most)) {
      done_ = !album.plan(whole_, rule_.most);
      return;
    }
    if (!fails_enough_) fails_enough_ = rate_of(album.of(whole_), rule_.direction).rate > rule_.null_rate;
    const auto answer = [&](const Shortening::Removed& removed) { return known(removed); };
    while (!done_) {
      // Invariant: the search is a function of answers_ alone and asks for one answer that is not there. It is run anew
      // from the start after each, so that nothing hangs on how the images came in.
      const Shortest now = *fails_enough_ ? shortest(words_, answer) : Shortest{removed_, {}};
      removed_ = now.removed;
      done_ = !now.asked;
      if (done_) return;
      const Phrase phrase = *words_.without(*now.asked);
      if (!kept_in(meanings, *now.asked)) return;
      const std::optional<double> meaning = *kept_in(meanings, *now.asked);
      const Trial trial = trial_for(phrase);
      const bool means_more = meaning && *meaning < context_.study.search.shrink_similarity;
      const ShrinkVerdict verdict =
          means_more ? ShrinkVerdict::insufficient : shrink_verdict(album.of(whole_), album.of(trial), rule_);
      if (verdict == ShrinkVerdict::open) {
        done_ = !plan_next(album, trial);
        return;
      }
      // Never revised: an answer that changed with more images would let the search come back to what it left.
      answers_[*now.asked] = verdict == ShrinkVerdict::sufficient;
      const Rate rate = means_more ? Rate{} : rate_of(album.of(trial), rule_.direction);
      steps_.push_back({phrase.text, words_.words_in(*now.asked), rate, verdict == ShrinkVerdict::sufficient, meaning});
    }
  }

  bool done() const { return done_; }

  /// Writes the outcome into its hypothesis, but for the id.
  void conclude(Album& album, Hypothesis& hypothesis) const {
    hypothesis.shrink_steps = steps_;
    if (std::none_of(removed_.begin(), removed_.end(), [](bool gone) { return gone; })) return;
    const Phrase phrase = *words_.without(removed_);
    const Trial trial = trial_for(phrase);
    hypothesis.shrunk_from = hypothesis.phrase.text;
    hypothesis.phrase = phrase;
    const auto& parts = phrase.parts;  // rates of pieces stay where all that are left are known
    std::erase_if(hypothesis.part_rates, [&](const PartRate& known) {
      return std::none_of(parts.begin(), parts.end(),
                          [&](const PhrasePart& part) { return part.text == known.phrase; });
    });
    if (hypothesis.part_rates.size() != parts.size()) hypothesis.part_rates.clear();
    hypothesis.prompts = trial.prompts;
    hypothesis.prompt = trial.prompts.front();
    hypothesis.tried = album.of(trial);
    hypothesis.explored = rate_of(hypothesis.tried, hypothesis.direction);
  }

 private:
  /// The least that the embedder finds of any prepositional phrase of which some words go; nothing inside where it is
  /// not asked, nothing at all where it must learn something first.
  std::optional<std::optional<double>> kept_in(Meanings& meanings, const Shortening::Removed& removed) const {
    std::optional<double> least;
    if (!meanings.can_tell() || context_.study.search.shrink_similarity == 0) return least;
    const auto& prompts = context_.study.prompts;
    const StudyLabel& label = context_.target(whole_.label).label;
    bool all = true;
    for (const Shortening::Torn& torn : words_.torn(removed)) {
      const auto kept =
          meanings.kept(phrase_prompts(prompts, label, torn.whole, false).front(),
                        phrase_prompts(prompts, label, torn.left, false).front(), base_prompt(prompts, label));
      all = all && kept;
      if (kept) least = std::min(*kept, least.value_or(*kept));
    }
    return all ? std::optional(least) : std::nullopt;
  }

  /// The images that the next test of the shorter phrase takes: of both, where they have equally many.
  bool plan_next(Album& album, const Trial& trial) const {
    const auto whole = album.of(whole_).size();
    const auto shorter = album.of(trial).size();
    if (shorter <= whole && !album.plan(trial, rule_.most)) return false;
    return whole > shorter || album.plan(whole_, rule_.most);
  }

  std::optional<bool> known(const Shortening::Removed& removed) const {
    const auto found = answers_.find(removed);
    return found == answers_.end() ? std::nullopt : std::optional(found->second);
  }

  /// All phrases of a label share their seeds, so that whole and shorter phrase are compared pair by pair, and what two
  /// hypotheses both shrink to is generated once. No later stage has these seeds: choosing words by luck gains nothing.
  Trial trial_for(const Phrase& phrase) const {
    const StudyLabel& label = context_.target(whole_.label).label;
    return {whole_.label, phrase_prompts(context_.study.prompts, label, phrase.pieces()), whole_.label};
  }

  const StageContext& context_;
  Shortening words_;
  Trial whole_;
  ShrinkRule rule_;
  bool done_ = false;
  std::optional<bool> fails_enough_;  ///< the whole phrase, by its first images; decided once
  Shortening::Removed removed_;
  std::map<Shortening::Removed, bool> answers_;
  std::vector<ShrinkStep> steps_;
};

Key key_of(const Hypothesis& hypothesis) { return {hypothesis.label, hypothesis.prompt}; }

/// Of finalists with the same words the first that had them from the beginning stays, else the first, at the place of
/// the best.
std::vector<std::size_t> merge(std::vector<Hypothesis>& hypotheses, const std::vector<std::size_t>& finalists,
                               const std::vector<Hypothesis>& before) {
  std::vector<Key> keys;                          // before any is given its own words back
  std::map<Key, std::vector<std::size_t>> alike;  // places among the finalists
  for (std::size_t f = 0; f < finalists.size(); ++f) {
    keys.push_back(key_of(hypotheses[finalists[f]]));
    alike[keys.back()].push_back(f);
  }
  std::vector<std::size_t> staying;
  for (std::size_t f = 0; f < finalists.size(); ++f) {
    const auto& group = alike[keys[f]];
    if (group.front() != f) continue;
    const auto own =
        std::find_if(group.begin(), group.end(), [&](auto g) { return hypotheses[finalists[g]].shrunk_from.empty(); });
    const std::size_t stays = own == group.end() ? f : *own;
    // Invariant: of the hypotheses with these words one stays a finalist; the others are as they were before shrinking,
    // but for what was tried, so that no evidence counts twice.
    for (const std::size_t g : group) {
      if (g == stays) continue;
      hypotheses[finalists[stays]].merged.push_back(before[g].phrase.text);
      auto steps = std::move(hypotheses[finalists[g]].shrink_steps);
      hypotheses[finalists[g]] = before[g];
      hypotheses[finalists[g]].shrink_steps = std::move(steps);
      hypotheses[finalists[g]].status = Status::merged;
    }
    staying.push_back(finalists[stays]);
  }
  return staying;
}

/// Hypotheses that ended in exploration, in words that another shrank to: that one stands for them.
void merge_dropped(std::vector<Hypothesis>& hypotheses, const std::vector<std::size_t>& staying) {
  const std::set<std::size_t> stays(staying.begin(), staying.end());
  for (const std::size_t s : staying) {
    if (hypotheses[s].shrunk_from.empty()) continue;
    for (std::size_t h = 0; h < hypotheses.size(); ++h) {
      const Status status = hypotheses[h].status;
      if (stays.contains(h) || key_of(hypotheses[h]) != key_of(hypotheses[s])) continue;
      if (status == Status::not_promising || status == Status::out_of_budget) hypotheses[h].status = Status::merged;
    }
  }
}

/// Ids follow the words. Whoever had the id of words that another shrank to, and was merged, gets a number.
void rename(std::vector<Hypothesis>& hypotheses, const std::vector<std::size_t>& staying) {
  std::set<std::string> taken;
  for (const Hypothesis& hypothesis : hypotheses) taken.insert(hypothesis.id);
  // Invariant: `taken` holds the ids of all hypotheses, each once.
  for (const std::size_t s : staying) {
    Hypothesis& hypothesis = hypotheses[s];
    if (hypothesis.shrunk_from.empty()) continue;
    const std::string wanted = id_of(hypothesis.label, hypothesis.phrase.text);
    for (Hypothesis& other : hypotheses) {
      if (other.id != wanted || other.status != Status::merged) continue;
      other.id = free_id(wanted, taken);
      taken.insert(other.id);
      taken.erase(wanted);
    }
    taken.erase(hypothesis.id);
    hypothesis.id = free_id(wanted, taken);
    taken.insert(hypothesis.id);
  }
}

}  // namespace

Result<std::vector<std::size_t>> shrink(StageContext& context, std::vector<Hypothesis>& hypotheses,
                                        const std::vector<std::size_t>& finalists, const TextEmbedding& embed) {
  if (context.study.budget.shrink < kShrinkFewest || finalists.empty()) return finalists;
  std::vector<Hypothesis> before;
  std::vector<Shrinking> searches;
  for (const std::size_t h : finalists) {
    before.push_back(hypotheses[h]);
    searches.emplace_back(context, hypotheses[h]);
  }
  const auto open = std::count_if(searches.begin(), searches.end(), [](const auto& search) { return !search.done(); });
  if (open > 0)
    context.step(fmt::format("shrinking {} to the fewest words", counted_phrases(static_cast<std::size_t>(open))));
  Album album(context);
  Meanings meanings(embed);
  do {
    if (meanings.anything_asked()) SCOTOMA_RETURN_IF_ERROR(meanings.learn());
    if (album.anything_planned()) SCOTOMA_RETURN_IF_ERROR(album.generate());
    for (Shrinking& search : searches) search.advance(album, meanings);
  } while (album.anything_planned() || meanings.anything_asked());
  for (std::size_t f = 0; f < finalists.size(); ++f) searches[f].conclude(album, hypotheses[finalists[f]]);
  auto staying = merge(hypotheses, finalists, before);
  merge_dropped(hypotheses, staying);
  rename(hypotheses, staying);
  return staying;
}

}  // namespace scotoma
