// SPDX-License-Identifier: Apache-2.0
#include "scotoma/stage/further.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <string>
#include <utility>

#include "scotoma/finding/count.h"
#include "scotoma/stage/attribute_pool.h"
#include "scotoma/stage/label_search.h"
#include "scotoma/stage/trial.h"
#include "scotoma/study/covering.h"
#include "scotoma/study/prompt.h"

namespace scotoma {
namespace {

constexpr int kLooks = 2;            // images of what is tried alone, where the budget pays for them
constexpr std::size_t kCommon = 10;  // of each slot, that a doubtful phrase is joined with
constexpr int kRounds = 3;           // of rows and pairs
constexpr int kKeptBack = 6;         // share of what there was that explores what was found: a sixth
constexpr std::size_t kSeveral = 2;  // labels that fail under a shortcut

struct Asked {
  std::size_t label = 0;
  Combination combination;
  double score = 0;
};

enum class Invalid { stay, fall_apart };

class FurtherSearch {
 public:
  FurtherSearch(StageContext& context, const std::vector<Hypothesis>& known, const std::vector<BaseResult>& bases)
      : context_(context), pool_(attribute_pool(context.study, known)) {
    for (const BaseResult& base : bases) {
      const bool hopeless = std::any_of(known.begin(), known.end(), [&](const Hypothesis& h) {
        return h.label == base.label && h.status == Status::underpowered;
      });
      if (base.not_generatable || hopeless) continue;
      labels_.push_back({&base});
      take_known(known, labels_.back());
    }
  }

  Result<std::vector<Listed>> run() {
    const int before = context_.spent.explore;
    const int kept_back = context_.budget().for_exploration() / kKeptBack;
    SCOTOMA_ASSIGN_OR_RETURN(rows_, readable(all_rows()));
    for (int round = 0; round < kRounds && context_.budget().for_exploration() > kept_back; ++round) {
      SCOTOMA_RETURN_IF_ERROR(screen_phrases(context_.budget().for_wide_rows()));
      SCOTOMA_RETURN_IF_ERROR(try_phrases());
      SCOTOMA_RETURN_IF_ERROR(try_shortcuts());
      SCOTOMA_RETURN_IF_ERROR(screen_pairs());
      SCOTOMA_RETURN_IF_ERROR(try_phrases());
      SCOTOMA_RETURN_IF_ERROR(try_pairs());
    }
    report(context_.spent.explore - before);
    std::vector<Listed> all;
    for (std::size_t l = 0; l < labels_.size(); ++l) {
      const auto own = found(l);
      all.insert(all.end(), own.begin(), own.end());
    }
    return all;
  }

 private:
  void take_known(const std::vector<Hypothesis>& known, LabelSearch& label) const;
  std::vector<Asked> all_rows() const;
  Result<void> screen_phrases(int share);
  Result<void> try_phrases();
  Result<void> try_shortcuts();
  Result<void> screen_pairs();
  Result<void> try_pairs();
  Result<std::vector<std::vector<Sample>>> generate(const std::vector<Asked>& asked, int count);
  Result<std::vector<Asked>> readable(std::vector<Asked> asked) const;
  Result<void> screen(std::vector<Asked> asked, int share, Invalid invalid_rows);
  Result<void> try_alone(std::vector<Asked> asked);
  std::vector<Combination> most_doubtful(const LabelSearch& label, std::size_t most) const;
  std::pair<Seen, Seen> elsewhere(const LabelSearch& own, const Combination& phrase) const;
  std::vector<Listed> found(std::size_t l) const;
  void report(int images);

  std::vector<std::string> prompts_of(const Asked& asked) const {
    const StudyLabel& label = context_.target(labels_[asked.label].base->label).label;
    return phrase_prompts(context_.study.prompts, label, joined_phrase(pool_.lists, asked.combination).pieces());
  }

  StageContext& context_;
  AttributePool pool_;
  std::vector<LabelSearch> labels_;
  std::vector<Asked> rows_;
  std::size_t next_row_ = 0;
  std::map<std::pair<std::size_t, Combination>, int> generated_;  ///< images of a label's combination
};

/// What exploration has seen of a phrase alone needs no second look.
void FurtherSearch::take_known(const std::vector<Hypothesis>& known, LabelSearch& label) const {
  for (const Hypothesis& h : known) {
    if (h.label != label.base->label || h.explored.valid == 0 || !h.phrase.parts.empty()) continue;
    for (std::size_t list = 0; list < pool_.lists.size(); ++list) {
      const auto& phrases = pool_.lists[list].phrases;
      const auto found = std::find(phrases.begin(), phrases.end(), ListedPhrase{h.phrase.text, h.phrase.before});
      if (found == phrases.end()) continue;
      Seen& seen = label.alone[{{list, static_cast<std::size_t>(found - phrases.begin())}}];
      seen.events = h.explored.failures;
      seen.valid = h.explored.valid;
    }
  }
}

/// What the generator reads to its end. A combination that is too long falls apart: its last phrase stands alone.
Result<std::vector<Asked>> FurtherSearch::readable(std::vector<Asked> asked) const {
  for (bool open = true; open;) {
    open = false;
    std::vector<std::string> prompts;
    std::vector<std::size_t> ends;
    for (const Asked& one : asked) {
      const auto own = prompts_of(one);
      prompts.insert(prompts.end(), own.begin(), own.end());
      ends.push_back(prompts.size());
    }
    SCOTOMA_ASSIGN_OR_RETURN(const std::vector<bool> whole, context_.sampler.read_whole(prompts));
    std::vector<Asked> kept;
    std::size_t begin = 0;
    for (std::size_t i = 0; i < asked.size(); begin = ends[i++]) {
      Asked& one = asked[i];
      const auto first = whole.begin() + static_cast<std::ptrdiff_t>(begin);
      const auto last = whole.begin() + static_cast<std::ptrdiff_t>(ends[i]);
      if (std::find(first, last, false) == last) {
        kept.push_back(std::move(one));
      } else if (one.combination.size() > 1) {
        open = true;
        kept.push_back({one.label, {one.combination.back()}, one.score});
        one.combination.pop_back();
        kept.push_back(std::move(one));
      }
    }
    asked = std::move(kept);
  }
  return asked;
}

/// `count` further images of each. Requires that exploration's share pays for them.
Result<std::vector<std::vector<Sample>>> FurtherSearch::generate(const std::vector<Asked>& asked, int count) {
  std::map<int, std::vector<std::size_t>> by_first;  // of those that have as many images already
  for (std::size_t i = 0; i < asked.size(); ++i) {
    int& has = generated_[{asked[i].label, asked[i].combination}];
    by_first[has].push_back(i);
    has += count;
  }
  std::vector<std::vector<Sample>> all(asked.size());
  for (const auto& [first, some] : by_first) {
    std::vector<Trial> trials;
    for (const std::size_t i : some) {
      auto prompts = prompts_of(asked[i]);
      std::string stream = prompts.front();
      trials.push_back({labels_[asked[i].label].base->label, std::move(prompts), std::move(stream)});
    }
    SCOTOMA_ASSIGN_OR_RETURN(auto samples, sample_trials(context_, trials, Purpose::screening, first, count));
    for (std::size_t i = 0; i < some.size(); ++i) all[some[i]] = std::move(samples[i]);
  }
  return all;
}

/// One image of each row, `share` images at most. Where invalid rows fall apart, their phrases are seen alone: together
/// they may be more than the generator can show.
Result<void> FurtherSearch::screen(std::vector<Asked> asked, int share, Invalid invalid_rows) {
  for (int tries = 0; tries < 2 && !asked.empty(); ++tries) {
    asked.resize(std::min(asked.size(), static_cast<std::size_t>(std::max(share, 0))));
    share -= static_cast<int>(asked.size());
    SCOTOMA_ASSIGN_OR_RETURN(const auto samples, generate(asked, 1));
    std::vector<Asked> invalid;
    for (std::size_t i = 0; i < asked.size(); ++i) {
      LabelSearch& label = labels_[asked[i].label];
      const Sample& sample = samples[i].front();
      const int class_index = context_.target(label.base->label).class_index;
      if (!sample.valid()) {
        if (invalid_rows == Invalid::stay) continue;
        for (const auto& at : asked[i].combination) invalid.push_back({asked[i].label, {at}});
        continue;
      }
      label.rows.push_back({asked[i].combination, {}});
      label.rows.back().seen.add(sample, label.direction(), class_index);
      label.total.add(sample, label.direction(), class_index);
      for (const auto& at : asked[i].combination) label.within[{at}].add(sample, label.direction(), class_index);
    }
    asked = std::move(invalid);
  }
  return {};
}

/// The rows of all labels, the most promising phrases first.
std::vector<Asked> FurtherSearch::all_rows() const {
  std::vector<Asked> rows;
  for (std::size_t row = 0; row < pool_.longest(); ++row) {
    for (std::size_t l = 0; l < labels_.size(); ++l) rows.push_back({l, pool_.row(row, l)});
  }
  return rows;
}

/// The next rows, as many as `share` images pay for.
Result<void> FurtherSearch::screen_phrases(int share) {
  const std::size_t count = std::min(rows_.size() - next_row_, static_cast<std::size_t>(share));
  if (count == 0) return {};
  context_.step(fmt::format("screening the built-in attributes with {} images", count));
  const auto first = rows_.begin() + static_cast<std::ptrdiff_t>(next_row_);
  next_row_ += count;
  return screen({first, first + static_cast<std::ptrdiff_t>(count)}, share, Invalid::fall_apart);
}

/// What the other labels' rows showed with the phrase, and all of them.
std::pair<Seen, Seen> FurtherSearch::elsewhere(const LabelSearch& own, const Combination& phrase) const {
  std::pair<Seen, Seen> sums;
  for (const LabelSearch& label : labels_) {
    if (label.base == own.base || label.direction() != own.direction()) continue;
    sums.second.events += label.total.events;
    sums.second.valid += label.total.valid;
    const auto found = label.within.find(phrase);
    if (found == label.within.end()) continue;
    sums.first.events += found->second.events;
    sums.first.valid += found->second.valid;
  }
  return sums;
}

/// Tries what has the highest scores, as far as its share of the budget goes: two images each if it pays for two, and
/// else one.
Result<void> FurtherSearch::try_alone(std::vector<Asked> asked) {
  if (asked.empty()) return {};
  std::stable_sort(asked.begin(), asked.end(), [](const Asked& a, const Asked& b) { return a.score > b.score; });
  const auto share = static_cast<std::size_t>(context_.budget().for_wide_tries());
  const int looks = kLooks * asked.size() <= share ? kLooks : 1;
  asked.resize(std::min(asked.size(), share / static_cast<std::size_t>(looks)));
  SCOTOMA_ASSIGN_OR_RETURN(asked, readable(std::move(asked)));
  asked.resize(std::min(asked.size(), share / static_cast<std::size_t>(looks)));
  context_.step(fmt::format("trying {} of the built-in attributes alone", counted_phrases(asked.size())));
  SCOTOMA_ASSIGN_OR_RETURN(const auto samples, generate(asked, looks));
  for (std::size_t i = 0; i < asked.size(); ++i) {
    LabelSearch& label = labels_[asked[i].label];
    Seen& seen = label.alone[asked[i].combination];
    for (const Sample& sample : samples[i])
      seen.add(sample, label.direction(), context_.target(label.base->label).class_index);
  }
  return {};
}

/// Single phrases of rows with the event.
Result<void> FurtherSearch::try_phrases() {
  std::vector<Asked> asked;
  for (std::size_t l = 0; l < labels_.size(); ++l) {
    const LabelSearch& label = labels_[l];
    for (const auto& [phrase, seen] : label.within) {
      if (seen.events == 0 || label.alone.contains(phrase)) continue;
      const auto [with, all] = elsewhere(label, phrase);
      asked.push_back(
          {l, phrase,
           fisher_score(seen, label.total.events, label.total.valid) + fisher_score(with, all.events, all.valid)});
    }
  }
  return try_alone(std::move(asked));
}

/// What several labels fail under alone, on those on which it was not tried.
Result<void> FurtherSearch::try_shortcuts() {
  std::map<std::pair<Direction, Combination>, std::size_t> fail;
  for (const LabelSearch& label : labels_) {
    for (const auto& [phrase, seen] : label.alone) {
      if (seen.half()) ++fail[{label.direction(), phrase}];
    }
  }
  std::vector<Asked> asked;
  for (const auto& [shortcut, count] : fail) {
    const auto& [direction, phrase] = shortcut;
    for (std::size_t l = 0; l < labels_.size() && count >= kSeveral; ++l) {
      if (labels_[l].direction() == direction && !labels_[l].alone.contains(phrase))
        asked.push_back({l, phrase, static_cast<double>(count)});
    }
  }
  return try_alone(std::move(asked));
}

/// Phrases that rows showed and that were not joined with others yet, those first under which the classifier was least
/// sure.
std::vector<Combination> FurtherSearch::most_doubtful(const LabelSearch& label, std::size_t most) const {
  std::vector<std::pair<double, Combination>> doubts;
  for (const auto& [phrase, seen] : label.within) {
    if (seen.valid > 0 && !label.joined.contains(phrase)) doubts.emplace_back(-seen.mean_log_doubt(), phrase);
  }
  std::sort(doubts.begin(), doubts.end());
  std::vector<Combination> best;
  for (std::size_t i = 0; i < std::min(most, doubts.size()); ++i) best.push_back(doubts[i].second);
  return best;
}

/// Rows that join the most doubtful phrases of each label without a find with each of the most common of the other
/// slots.
Result<void> FurtherSearch::screen_pairs() {
  std::vector<std::size_t> open;
  for (std::size_t l = 0; l < labels_.size(); ++l) {
    if (!labels_[l].found_something() && labels_[l].total.valid > 0) open.push_back(l);
  }
  const int share = context_.budget().for_wide_pairs();
  if (open.empty() || share == 0) return {};
  const std::size_t phrases = static_cast<std::size_t>(share) / (open.size() * kCommon) + 1;
  std::vector<std::vector<Asked>> by_place(phrases);  // the most doubtful of all labels first
  for (const std::size_t l : open) {
    const auto doubtful = most_doubtful(labels_[l], phrases);
    for (std::size_t place = 0; place < doubtful.size(); ++place) {
      for (std::size_t row = 0; row < kCommon; ++row)
        by_place[place].push_back({l, pool_.joined(doubtful[place].front(), row, l, kCommon)});
      labels_[l].joined.insert(doubtful[place]);
    }
  }
  std::vector<Asked> asked;
  for (const auto& some : by_place) asked.insert(asked.end(), some.begin(), some.end());
  SCOTOMA_ASSIGN_OR_RETURN(asked, readable(std::move(asked)));
  std::erase_if(asked, [](const Asked& one) { return one.combination.size() < 2; });  // those were seen
  context_.step(fmt::format("screening pairs of built-in attributes on {} labels", open.size()));
  return screen(std::move(asked), share, Invalid::stay);
}

/// Pairs of rows with the event that no phrase of theirs explains alone.
Result<void> FurtherSearch::try_pairs() {
  std::vector<Asked> asked;
  for (std::size_t l = 0; l < labels_.size(); ++l) {
    std::map<Combination, Seen> pairs;
    for (const SeenRow& row : labels_[l].rows) {
      const bool open = row.seen.events > 0 && !labels_[l].explained(row.row);
      for (const auto& chosen : subsets(row.row.size(), 2)) {
        Seen& seen = pairs[{row.row[chosen[0]], row.row[chosen[1]]}];
        seen.events += open ? row.seen.events : 0;
        seen.valid += row.seen.valid;
      }
    }
    const Seen& total = labels_[l].total;
    for (const auto& [pair, seen] : pairs) {
      if (seen.events > 0 && !labels_[l].alone.contains(pair))
        asked.push_back({l, pair, fisher_score(seen, total.events, total.valid)});
    }
  }
  return try_alone(std::move(asked));
}

std::vector<Listed> FurtherSearch::found(std::size_t l) const {
  const LabelSearch& label = labels_[l];
  std::vector<Listed> all;
  for (const auto& [combination, seen] : label.alone) {
    const bool of_exploration = !generated_.contains({l, combination});
    if (!seen.half() || of_exploration) continue;
    Listed& one = all.emplace_back();
    one.label = label.base->label;
    one.phrase = joined_phrase(pool_.lists, combination);
    one.phrase.score = fisher_score(seen, label.total.events + seen.events, label.total.valid + seen.valid);
    one.source = pool_.source_of(combination);
    one.images = seen.images;
    int most = 0;
    for (const auto& [class_index, count] : seen.wrong) {
      if (count <= most) continue;
      most = count;
      one.expected = context_.class_names[static_cast<std::size_t>(class_index)];
    }
  }
  std::stable_sort(all.begin(), all.end(),
                   [](const Listed& a, const Listed& b) { return a.phrase.score > b.phrase.score; });
  all.resize(std::min(all.size(), static_cast<std::size_t>(context_.study.evidence.max_hypotheses)));
  return all;
}

/// What was tried, and what the budget had no images for.
void FurtherSearch::report(int images) {
  Combination tried;
  for (const auto& [asked, count] : generated_) tried.insert(tried.end(), asked.second.begin(), asked.second.end());
  if (images > 0) {
    context_.limits.push_back(fmt::format(
        "What the search left of its share of the budget, {} images, went into {}, on {} label{}, and into a part of "
        "their pairs. What did not fail there went no further.",
        images, pool_.count_words(tried), labels_.size(), labels_.size() == 1 ? "" : "s"));
  } else if (!labels_.empty()) {
    context_.limit_of_budget(
        "The built-in attributes were not tried: the search left no images of its share of the budget",
        "raise budget.images");
  }
}

}  // namespace

Result<std::vector<Listed>> search_further(StageContext& context, const std::vector<Hypothesis>& known,
                                           const std::vector<BaseResult>& bases) {
  return FurtherSearch(context, known, bases).run();
}

}  // namespace scotoma
