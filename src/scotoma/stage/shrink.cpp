// SPDX-License-Identifier: Apache-2.0
#include "scotoma/stage/shrink.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "scotoma/evidence/paired.h"
#include "scotoma/finding/count.h"
#include "scotoma/finding/phrase.h"
#include "scotoma/stage/shorten.h"
#include "scotoma/stage/trial.h"
#include "scotoma/study/prompt.h"

namespace scotoma {
namespace {

constexpr int kTestEvery = 8;       // images of a phrase between two tests
constexpr double kClearly = 0.05;   // level of one test
constexpr double kKeeps = 2.0 / 3;  // of the whole phrase's events, and of its valid images

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
    const int count = std::min(kTestEvery, most - first);
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

/// One finalist's search.
class Shrinking {
 public:
  Shrinking(const StageContext& context, const Hypothesis& hypothesis)
      : context_(context), words_(hypothesis.phrase), whole_{hypothesis.label, hypothesis.prompts, hypothesis.label} {
    rule_ = {hypothesis.direction, hypothesis.null_rate, context.study.evidence.max_invalid,
             context.study.budget.shrink};
    done_ = hypothesis.source == Source::either || !words_.divisible();  // a disjunction's words are not one phrase's
    removed_.assign(words_.words(), false);
  }

  /// Goes as far as the images allow and plans those that it needs next.
  void advance(Album& album) {
    while (!done_) {
      if (std::ssize(album.of(whole_)) < rule_.most) {
        done_ = !album.plan(whole_, rule_.most);
        return;
      }
      const Rate rate = rate_of(album.of(whole_), rule_.direction);
      const auto answer = [&](const Shortening::Removed& removed) { return known(removed); };
      // Invariant: the search is a function of answers_ alone and asks for one answer that is not there. It is run anew
      // from the start after each, so that nothing hangs on how the images came in.
      const Shortest now = rate.rate > rule_.null_rate ? shortest(words_, answer) : Shortest{removed_, {}};
      removed_ = now.removed;
      done_ = !now.asked;
      if (done_) return;
      const Phrase phrase = *words_.without(*now.asked);
      const Trial trial = trial_for(phrase);
      const ShrinkVerdict verdict = shrink_verdict(album.of(whole_), album.of(trial), rule_);
      if (verdict == ShrinkVerdict::open) {
        done_ = !album.plan(trial, rule_.most);
        return;
      }
      // Never revised: an answer that changed with more images would let the search come back to what it left.
      answers_[*now.asked] = verdict == ShrinkVerdict::sufficient;
      steps_.push_back({phrase.text, words_.words_in(*now.asked), rate_of(album.of(trial), rule_.direction),
                        verdict == ShrinkVerdict::sufficient});
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

/// Whether the first `images` of each show that the shorter phrase fails less.
bool clearly_below(std::span<const Sample> whole, std::span<const Sample> shorter, std::size_t images,
                   Direction direction) {
  int only_whole = 0;
  int only_shorter = 0;
  for (std::size_t i = 0; i < images; ++i) {
    if (!whole[i].valid() || !shorter[i].valid()) continue;
    only_whole += shows(whole[i], direction) && !shows(shorter[i], direction) ? 1 : 0;
    only_shorter += shows(shorter[i], direction) && !shows(whole[i], direction) ? 1 : 0;
  }
  return only_whole > only_shorter && mcnemar_exact(only_whole, only_shorter) / 2 <= kClearly;
}

}  // namespace

ShrinkVerdict shrink_verdict(std::span<const Sample> whole, std::span<const Sample> shorter, const ShrinkRule& rule) {
  const std::size_t most = static_cast<std::size_t>(rule.most);
  const std::size_t both = std::min({whole.size(), shorter.size(), most});
  for (std::size_t images = kTestEvery; images <= both; images += kTestEvery) {
    if (clearly_below(whole, shorter, images, rule.direction)) return ShrinkVerdict::insufficient;
  }
  if (both < most) return ShrinkVerdict::open;
  if (clearly_below(whole, shorter, most, rule.direction)) return ShrinkVerdict::insufficient;
  int events_whole = 0;
  int events_shorter = 0;
  for (std::size_t i = 0; i < most; ++i) {
    if (!whole[i].valid() || !shorter[i].valid()) continue;
    events_whole += shows(whole[i], rule.direction) ? 1 : 0;
    events_shorter += shows(shorter[i], rule.direction) ? 1 : 0;
  }
  const Rate rate = rate_of(shorter.first(most), rule.direction);
  const int valid_whole = rate_of(whole.first(most), rule.direction).valid;
  const bool keeps = events_shorter > 0 && events_shorter >= kKeeps * events_whole && rate.rate > rule.null_rate &&
                     rate.valid >= kKeeps * valid_whole && !surely_not_generatable(rate, rule.max_invalid);
  return keeps ? ShrinkVerdict::sufficient : ShrinkVerdict::insufficient;
}

Result<std::vector<std::size_t>> shrink(StageContext& context, std::vector<Hypothesis>& hypotheses,
                                        const std::vector<std::size_t>& finalists) {
  if (context.study.budget.shrink == 0 || finalists.empty()) return finalists;
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
  do {
    if (album.anything_planned()) SCOTOMA_RETURN_IF_ERROR(album.generate());
    for (Shrinking& search : searches) search.advance(album);
  } while (album.anything_planned());
  for (std::size_t f = 0; f < finalists.size(); ++f) searches[f].conclude(album, hypotheses[finalists[f]]);
  auto staying = merge(hypotheses, finalists, before);
  merge_dropped(hypotheses, staying);
  rename(hypotheses, staying);
  return staying;
}

}  // namespace scotoma
