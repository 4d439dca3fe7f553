// SPDX-License-Identifier: Apache-2.0
#include "scotoma/stage/parts.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <tuple>
#include <utility>

#include "scotoma/evidence/fisher.h"
#include "scotoma/finding/count.h"
#include "scotoma/finding/phrase.h"
#include "scotoma/stage/trial.h"
#include "scotoma/study/prompt.h"

namespace scotoma {
namespace {

constexpr double kAsOften = 0.2;  // Fisher's p above which a piece fails about as often as the conjunction
constexpr std::size_t kMostAlternatives = 4;

using Piece = std::tuple<std::string, std::string, bool>;  // label, text, before the label's word

bool seen(const Hypothesis& hypothesis) { return hypothesis.explored.valid + hypothesis.explored.invalid > 0; }

/// The explored hypothesis that says this piece alone.
const Hypothesis* alone(const std::vector<Hypothesis>& hypotheses, const std::string& label, const PhrasePart& piece) {
  const auto found = std::find_if(hypotheses.begin(), hypotheses.end(), [&](const Hypothesis& h) {
    return h.label == label && h.phrase.pieces() == std::vector{piece} && seen(h);
  });
  return found == hypotheses.end() ? nullptr : &*found;
}

/// Generates the pieces of finalists that nothing is known of; their rates.
Result<std::map<Piece, Rate>> generate_pieces(StageContext& context, const std::vector<Hypothesis>& hypotheses,
                                              const std::vector<std::size_t>& finalists) {
  std::vector<Piece> pieces;
  std::vector<Trial> trials;
  std::vector<Direction> directions;
  const int count = context.study.budget.initial_images;
  for (const std::size_t h : finalists) {
    const Hypothesis& whole = hypotheses[h];
    for (const PhrasePart& piece : whole.phrase.parts) {
      const Piece key{whole.label, piece.text, piece.before};
      const bool known = alone(hypotheses, whole.label, piece) != nullptr;
      if (known || std::find(pieces.begin(), pieces.end(), key) != pieces.end()) continue;
      if (std::int64_t{count} * (std::ssize(trials) + 1) > context.budget().for_exploration()) break;
      auto prompts = phrase_prompts(context.study.prompts, context.target(whole.label).label, std::vector{piece});
      std::string stream = prompts.front();
      trials.push_back({whole.label, std::move(prompts), std::move(stream)});
      pieces.push_back(key);
      directions.push_back(whole.direction);
    }
  }
  std::map<Piece, Rate> rates;
  if (trials.empty()) return rates;
  context.step(fmt::format("trying {} parts of phrases alone, {} images each", trials.size(), count));
  SCOTOMA_ASSIGN_OR_RETURN(const auto samples, sample_trials(context, trials, Purpose::exploration, 0, count));
  for (std::size_t i = 0; i < pieces.size(); ++i) rates[pieces[i]] = rate_of(samples[i], directions[i]);
  return rates;
}

/// Whether one of its pieces, a finalist itself, fails about as often.
bool explained(const std::vector<Hypothesis>& hypotheses, const std::vector<std::size_t>& finalists,
               const Hypothesis& whole) {
  return std::any_of(finalists.begin(), finalists.end(), [&](std::size_t f) {
    const Hypothesis& other = hypotheses[f];
    const auto& parts = whole.phrase.parts;
    if (other.label != whole.label || !other.phrase.parts.empty()) return false;
    if (std::find(parts.begin(), parts.end(), other.phrase.pieces().front()) == parts.end()) return false;
    const Rate& one = whole.explored;
    const Rate& piece = other.explored;
    return fisher_greater(one.failures, one.valid, piece.failures, piece.valid) > kAsOften;
  });
}

std::size_t list_of(const Study& study, const Phrase& phrase) {
  const auto holds = [&](const AttributeList& list) { return list.holds(phrase.text); };
  return static_cast<std::size_t>(std::find_if(study.attributes.begin(), study.attributes.end(), holds) -
                                  study.attributes.begin());
}

Rate pooled(const std::vector<Hypothesis>& hypotheses, const std::vector<std::size_t>& members) {
  Rate rate;
  for (const std::size_t h : members) {
    rate.failures += hypotheses[h].explored.failures;
    rate.valid += hypotheses[h].explored.valid;
    rate.invalid += hypotheses[h].explored.invalid;
  }
  fill_interval(rate);
  return rate;
}

/// Requires members of one label and one list, the most promising first.
Hypothesis either(const StageContext& context, const std::vector<Hypothesis>& hypotheses,
                  const std::vector<std::size_t>& members, std::set<std::string>& ids) {
  const Hypothesis& first = hypotheses[members.front()];
  Hypothesis joint;
  joint.label = first.label;
  joint.direction = first.direction;
  joint.source = Source::either;
  joint.null_rate = first.null_rate;
  joint.base_events = first.base_events;
  joint.base_valid = first.base_valid;
  joint.phrase.before = first.phrase.before;
  for (const std::size_t h : members) {
    const Hypothesis& member = hypotheses[h];
    joint.phrase.text += (joint.phrase.text.empty() ? "" : " or ") + member.phrase.text;
    joint.tried.insert(joint.tried.end(), member.tried.begin(), member.tried.end());
    joint.part_rates.push_back({member.phrase.text, member.explored});
  }
  // The phrases take turns, and image i keeps base prompt i modulo their number, as the pairs of the audit need it.
  const std::size_t bases = first.prompts.size();
  for (std::size_t turn = 0; turn < members.size(); ++turn) {
    for (std::size_t b = 0; b < bases; ++b)
      joint.prompts.push_back(hypotheses[members[(turn + b) % members.size()]].prompts[b]);
  }
  joint.prompt =
      phrase_prompt(context.study.prompts, context.target(joint.label).label, joint.phrase.text, joint.phrase.before);
  joint.explored = pooled(hypotheses, members);
  joint.expected = context.class_names[static_cast<std::size_t>(most_frequent_wrong(joint.tried).class_index)];
  joint.id = free_id(id_of(joint.label, joint.phrase.text), ids);
  ids.insert(joint.id);
  return joint;
}

/// What a weak phrase may be joined by: label, list, place in the prompt and wrong answer.
struct Kinship {
  std::string label;
  std::size_t list = 0;
  bool before = false;
  int answer = -1;

  auto operator<=>(const Kinship&) const = default;
};

/// Weak phrases of the lists by kinship, the most promising first.
std::map<Kinship, std::vector<std::size_t>> weak(const StageContext& context, const std::vector<Hypothesis>& hypotheses,
                                                 const std::vector<BaseResult>& bases) {
  std::map<Kinship, std::vector<std::size_t>> groups;
  for (std::size_t h = 0; h < hypotheses.size(); ++h) {
    const Hypothesis& one = hypotheses[h];
    if (one.source != Source::list || !one.phrase.parts.empty() || !seen(one) || one.status == Status::not_generatable)
      continue;
    if (one.explored.rate <= base_rate(*base_of(bases, one.label), one.direction).rate) continue;
    const int answer = most_frequent_wrong(one.tried).class_index;
    if (answer < 0 || clearly_above(one.explored, one.null_rate)) continue;
    groups[{one.label, list_of(context.study, one.phrase), one.phrase.before, answer}].push_back(h);
  }
  for (auto& [kinship, members] : groups) {
    std::stable_sort(members.begin(), members.end(), [&](std::size_t a, std::size_t b) {
      return posterior_mean(hypotheses[a].explored) > posterior_mean(hypotheses[b].explored);
    });
    members.resize(std::min(members.size(), kMostAlternatives));
  }
  return groups;
}

}  // namespace

Result<std::vector<std::size_t>> compare_with_parts(StageContext& context, std::vector<Hypothesis>& hypotheses,
                                                    const std::vector<std::size_t>& finalists) {
  SCOTOMA_ASSIGN_OR_RETURN(const auto rates, generate_pieces(context, hypotheses, finalists));
  std::vector<std::size_t> going_on;
  for (const std::size_t h : finalists) {
    Hypothesis& whole = hypotheses[h];
    for (const PhrasePart& piece : whole.phrase.parts) {
      if (const Hypothesis* known = alone(hypotheses, whole.label, piece); known != nullptr) {
        whole.part_rates.push_back({piece.text, known->explored});
      } else if (const auto found = rates.find({whole.label, piece.text, piece.before}); found != rates.end()) {
        whole.part_rates.push_back({piece.text, found->second});
      }
    }
    if (!whole.phrase.parts.empty() && explained(hypotheses, finalists, whole)) {
      whole.status = Status::not_promising;
    } else {
      going_on.push_back(h);
    }
  }
  return going_on;
}

std::vector<std::size_t> add_disjunctions(const StageContext& context, std::vector<Hypothesis>& hypotheses,
                                          const std::vector<BaseResult>& bases) {
  std::set<std::string> ids;
  for (const Hypothesis& hypothesis : hypotheses) ids.insert(hypothesis.id);
  std::vector<std::size_t> added;
  for (const auto& [kinship, members] : weak(context, hypotheses, bases)) {
    const double null_rate = hypotheses[members.front()].null_rate;
    if (members.size() < 2 || !clearly_above(pooled(hypotheses, members), null_rate)) continue;
    added.push_back(hypotheses.size());
    Hypothesis joint = either(context, hypotheses, members, ids);
    hypotheses.push_back(std::move(joint));
  }
  return added;
}

}  // namespace scotoma
