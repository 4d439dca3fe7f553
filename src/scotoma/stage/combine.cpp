// SPDX-License-Identifier: Apache-2.0
#include "scotoma/stage/combine.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>

#include "scotoma/evidence/fisher.h"
#include "scotoma/finding/count.h"
#include "scotoma/stage/trial.h"
#include "scotoma/study/covering.h"
#include "scotoma/study/prompt.h"

namespace scotoma {
namespace {

constexpr int kSeenEnough = 3;    // valid images of screening without an event: under a rate of 60 % in 6 % of cases
constexpr int kFurtherTries = 1;  // of a row that has only shown invalid images

std::vector<int> sizes_of(const std::vector<AttributeList>& lists, const std::vector<std::size_t>& some) {
  std::vector<int> sizes;
  for (const std::size_t list : some) sizes.push_back(static_cast<int>(lists[list].phrases.size()));
  return sizes;
}

/// Every phrase: the first of each list, then the second of each, and so on.
std::vector<Combination> each_alone(const std::vector<AttributeList>& lists) {
  std::vector<Combination> all;
  std::size_t longest = 0;
  for (const AttributeList& list : lists) longest = std::max(longest, list.phrases.size());
  for (std::size_t i = 0; i < longest; ++i) {
    for (std::size_t list = 0; list < lists.size(); ++list) {
      if (i < lists[list].phrases.size()) all.push_back({{list, i}});
    }
  }
  return all;
}

/// What the screening images with one combination showed.
struct Tally {
  int events = 0;
  int valid = 0;
  std::map<int, int> wrong;  ///< class -> count
  double score = 0;

  void add(const std::vector<Sample>& samples, Direction direction) {
    for (const Sample& sample : samples) {
      valid += sample.valid() ? 1 : 0;
      events += shows(sample, direction) ? 1 : 0;
      if (sample.misclassified() && !sample.prediction.top.empty()) ++wrong[sample.prediction.label()];
    }
  }
};

using Tallies = std::map<Combination, Tally>;

/// Every combination of 1 .. most phrases of a row.
std::vector<Combination> parts_of(const Combination& row, int most) {
  std::vector<Combination> parts;
  for (std::size_t size = 1; size <= std::min(row.size(), static_cast<std::size_t>(most)); ++size) {
    for (const auto& chosen : subsets(row.size(), size)) {
      Combination part;
      for (const std::size_t i : chosen) part.push_back(row[i]);
      parts.push_back(std::move(part));
    }
  }
  return parts;
}

/// The rows of one label's screening, how many images each gets, and how many may take the place of invalid ones.
struct Screening {
  std::vector<Combination> rows;
  int images = 0;
  int spare = 0;
};

/// What screening saw of a label.
struct Screened {
  const BaseResult* base;
  std::vector<Tally> rows = {};  ///< as Screening::rows
  Tallies tallies = {};
};

Screening plan(StageContext& context, std::size_t labels) {
  const Study& study = context.study;
  const std::size_t share = context.budget().for_screening(labels);
  const auto lists = combinable_lists(study.attributes);
  Screening screening;
  for (const Row& row :
       covering_array(sizes_of(study.attributes, lists), study.search.interaction_strength, share + 1)) {
    Combination& shown = screening.rows.emplace_back();
    for (std::size_t i = 0; i < lists.size(); ++i) shown.emplace_back(lists[i], static_cast<std::size_t>(row[i]));
  }
  if (screening.rows.size() > share) {
    screening.rows.resize(share);
    context.limit_of_budget(
        fmt::format("The budget paid for screening {} combinations of listed phrases a label, not for all", share),
        "raise budget.images");
  }
  if (!screening.rows.empty()) {
    screening.images =
        static_cast<int>(std::min(share / screening.rows.size(), static_cast<std::size_t>(study.budget.screen)));
    screening.spare = static_cast<int>(share) - screening.images * static_cast<int>(screening.rows.size());
  }
  return screening;
}

bool no_valid_images(const std::vector<Sample>& samples) {
  return std::none_of(samples.begin(), samples.end(), [](const Sample& sample) { return sample.valid(); });
}

/// The images of each row; more of those that were all invalid, as far as the spare ones go.
Result<std::vector<std::vector<Sample>>> generate_rows(StageContext& context, const std::vector<Trial>& trials,
                                                       const Screening& screening) {
  const int count = screening.images;
  std::vector<std::vector<Sample>> samples(trials.size());
  std::vector<std::size_t> open(trials.size());
  std::iota(open.begin(), open.end(), std::size_t{0});
  int spare = screening.spare;
  for (int tries = 0; tries <= kFurtherTries && !open.empty(); ++tries) {
    std::vector<Trial> some;
    for (const std::size_t row : open) some.push_back(trials[row]);
    SCOTOMA_ASSIGN_OR_RETURN(const auto seen, sample_trials(context, some, Purpose::screening, tries * count, count));
    for (std::size_t i = 0; i < open.size(); ++i)
      samples[open[i]].insert(samples[open[i]].end(), seen[i].begin(), seen[i].end());
    std::erase_if(open, [&](std::size_t row) { return !no_valid_images(samples[row]); });
    // Invariant: what was generated and `spare` together never exceed the label's share.
    open.resize(std::min(open.size(), static_cast<std::size_t>(spare / count)));
    spare -= count * static_cast<int>(open.size());
  }
  return samples;
}

Result<Screened> screen(StageContext& context, const BaseResult& base, const Screening& screening) {
  const Study& study = context.study;
  const Direction direction = direction_of(base);
  std::vector<Trial> trials;
  for (const Combination& row : screening.rows) {
    auto prompts =
        phrase_prompts(study.prompts, context.target(base.label).label, joined_phrase(study.attributes, row).pieces());
    const std::string stream = prompts.front();
    trials.push_back({base.label, std::move(prompts), stream});
  }
  SCOTOMA_ASSIGN_OR_RETURN(const auto samples, generate_rows(context, trials, screening));
  Screened screened{&base};
  Tallies& tallies = screened.tallies;
  Tally total;
  for (std::size_t i = 0; i < samples.size(); ++i) {
    // Invariant: a combination's tally holds the images of exactly the rows that show it, so `total` less a tally is
    // what the label showed without it.
    total.add(samples[i], direction);
    screened.rows.emplace_back().add(samples[i], direction);
    for (const Combination& part : parts_of(screening.rows[i], study.search.interaction_strength))
      tallies[part].add(samples[i], direction);
  }
  for (auto& [combination, tally] : tallies) {
    const int others = total.events - tally.events;
    const double p = fisher_greater(tally.events, tally.valid, others, total.valid - tally.valid);
    tally.score = tally.events == 0 ? 0 : 0.0 - std::log10(std::max(1e-300, p));
  }
  return screened;
}

/// Whether a part explains the events of the combination: it scores as high, and without the rest of the combination
/// the event is at least half as frequent. (One failure by chance beside it lifts a part's score already.)
bool explains(const Tally& part, const Tally& combination) {
  const int events = part.events - combination.events;
  const int valid = part.valid - combination.valid;
  return part.score >= combination.score && 2 * events * combination.valid >= combination.events * valid;
}

bool explained_by_a_part(const Tallies& tallies, const Combination& combination) {
  const Tally& whole = tallies.at(combination);
  // Every part has a tally: a row that shows the combination shows its parts.
  for (std::size_t size = 1; size < combination.size(); ++size) {
    for (const auto& chosen : subsets(combination.size(), size)) {
      Combination part;
      for (const std::size_t i : chosen) part.push_back(combination[i]);
      if (explains(tallies.at(part), whole)) return true;
    }
  }
  return false;
}

/// Whether a phrase of another list explains the events of a row as far as this phrase has to do with them: "dark"
/// fails at night alone, and so does everything else at night.
bool explained_by_another(const Tallies& tallies, const Combination& row, const Combination& phrase) {
  for (const auto& other : row) {
    if (other == phrase.front()) continue;
    const Combination pair =
        other < phrase.front() ? Combination{other, phrase.front()} : Combination{phrase.front(), other};
    const Tally& both = tallies.at(pair);
    if (explains(tallies.at({other}), both) && !explains(tallies.at(phrase), both)) return true;
  }
  return false;
}

/// Whether screening saw enough of a phrase, and no event but those that another one explains.
bool cleared(const Screening& screening, const Screened& own, const Combination& phrase) {
  int valid = 0;
  for (std::size_t i = 0; i < own.rows.size(); ++i) {
    const Combination& row = screening.rows[i];
    if (std::find(row.begin(), row.end(), phrase.front()) == row.end()) continue;
    if (own.rows[i].events == 0) {
      valid += own.rows[i].valid;
    } else if (!explained_by_another(own.tallies, row, phrase)) {
      return false;
    }
  }
  return valid >= kSeenEnough;
}

Listed listed(const StageContext& context, const std::string& label, const Combination& combination,
              const Tally& tally) {
  Listed result{label, joined_phrase(context.study.attributes, combination), ""};
  result.phrase.score = tally.score;
  int most = 0;
  for (const auto& [class_index, count] : tally.wrong) {
    if (count <= most) continue;
    most = count;
    result.expected = context.class_names[static_cast<std::size_t>(class_index)];
  }
  return result;
}

/// What all labels together showed of each phrase alone; apart for labels of which passes count.
using Totals = std::map<std::pair<Direction, Combination>, Tally>;

Totals totals_of(const std::vector<Screened>& screened) {
  Totals totals;
  for (const Screened& one : screened) {
    for (const auto& [combination, tally] : one.tallies) {
      if (combination.size() > 1) continue;
      Tally& total = totals[{direction_of(*one.base), combination}];
      total.events += tally.events;
      total.valid += tally.valid;
    }
  }
  return totals;
}

/// Whether the event happens under a phrase in a quarter of its images or more, of all other labels taken together: a
/// shortcut misleads many labels, and those with less than the others too.
bool frequent_elsewhere(const Totals& totals, const Screened& own, const Combination& phrase) {
  const Tally& total = totals.at({direction_of(*own.base), phrase});
  const Tally& here = own.tallies.at(phrase);
  const int events = total.events - here.events;
  return events > 0 && 4 * events >= total.valid - here.valid;
}

/// The phrases alone, but those that screening cleared under this label and found no shortcut of others, and the
/// combinations that it speaks for.
std::vector<Listed> chosen(const StageContext& context, const Screening& screening, const Totals& totals,
                           const Screened& own) {
  const std::string& label = own.base->label;
  const Tallies& tallies = own.tallies;
  std::vector<Listed> joined;
  for (const auto& [combination, tally] : tallies) {
    if (combination.size() > 1 && tally.events > 0 && !explained_by_a_part(tallies, combination))
      joined.push_back(listed(context, label, combination, tally));
  }
  const auto better = [](const Listed& a, const Listed& b) { return a.phrase.score > b.phrase.score; };
  std::stable_sort(joined.begin(), joined.end(), better);
  // Screening chooses and confirms nothing: its images have seeds of their own, and what it dropped by mistake is a bug
  // lost, never a false claim.
  joined.resize(std::min(joined.size(), static_cast<std::size_t>(context.study.evidence.max_hypotheses)));
  std::vector<Listed> all;
  for (const Combination& one : each_alone(context.study.attributes)) {
    const auto found = tallies.find(one);
    if (cleared(screening, own, one) && !frequent_elsewhere(totals, own, one)) continue;
    all.push_back(listed(context, label, one, found == tallies.end() ? Tally{} : found->second));
  }
  all.insert(all.end(), joined.begin(), joined.end());
  std::stable_sort(all.begin(), all.end(), better);
  return all;
}

}  // namespace

Result<std::vector<Listed>> from_lists(StageContext& context, const std::vector<BaseResult>& bases) {
  std::vector<Listed> all;
  if (context.study.attributes.empty()) return all;
  Screening screening;
  if (context.study.search.interaction_strength > 1) {
    screening =
        plan(context, static_cast<std::size_t>(std::count_if(
                          bases.begin(), bases.end(), [](const BaseResult& base) { return !base.not_generatable; })));
    context.step(fmt::format("screening {} combinations of listed phrases, {} images each", screening.rows.size(),
                             screening.images));
  }
  std::vector<Screened> screened;
  for (const BaseResult& base : bases) {
    if (base.not_generatable) continue;
    screened.push_back(Screened{&base});
    if (screening.images > 0) {
      SCOTOMA_ASSIGN_OR_RETURN(screened.back(), screen(context, base, screening));
    }
  }
  const Totals totals = totals_of(screened);
  for (const Screened& own : screened) {
    const auto some = chosen(context, screening, totals, own);
    all.insert(all.end(), some.begin(), some.end());
  }
  return all;
}

}  // namespace scotoma
