// SPDX-License-Identifier: Apache-2.0
#include "scotoma/find/spread.h"

#include <algorithm>
#include <iterator>
#include <optional>
#include <string>
#include <utility>

#include "scotoma/finding/count.h"
#include "scotoma/model/similarity.h"
#include "scotoma/stage/audit.h"
#include "scotoma/stage/confirm.h"
#include "scotoma/stage/hypothesise.h"
#include "scotoma/stage/sample.h"
#include "scotoma/study/prompt.h"

namespace scotoma {
namespace {

constexpr int kTwoBatches = 8;  // images of a trial, below which it is not worth a beginning

/// A marked cell.
struct Found {
  const CrossRow* row;
  const CrossCell* cell;
};

/// The clearest first.
std::vector<Found> marked(const Findings& findings) {
  std::vector<Found> found;
  for (const CrossRow& row : findings.cross) {
    for (const CrossCell& cell : row.cells) {
      const BaseResult* base = base_of(findings.bases, cell.label);
      const bool sought = base != nullptr && !base->failing_label && !base->not_generatable;
      if (cell.spreads && sought) found.push_back({&row, &cell});
    }
  }
  std::stable_sort(found.begin(), found.end(), [](const Found& a, const Found& b) {
    return std::pair(a.cell->adjusted, -a.cell->with.rate) < std::pair(b.cell->adjusted, -b.cell->with.rate);
  });
  return found;
}

std::size_t room_for(const StageContext& context) {
  const int each = kTwoBatches + 2 * shortest_audit(context.study);
  return static_cast<std::size_t>(std::min(context.study.budget.finalists, context.budget().left() / each));
}

/// What is said of a label, to be compared.
struct Statement {
  std::string label;
  std::size_t pieces = 1;
  std::string prompt;
  std::vector<float> vector = {};  ///< empty without an embedder
};

bool says_the_same(const Statement& a, const Statement& b, double similarity) {
  if (a.label != b.label) return false;
  if (a.prompt == b.prompt) return true;
  return !a.vector.empty() && a.pieces == b.pieces && dot(a.vector, b.vector) > similarity;
}

Result<void> embed(Memo& memo, std::vector<Statement>& statements) {
  if (!memo.has_embedder()) return {};
  std::vector<std::string> prompts;
  for (const Statement& each : statements) prompts.push_back(each.prompt);
  SCOTOMA_ASSIGN_OR_RETURN(auto vectors, memo.embed_texts(prompts));
  for (std::size_t i = 0; i < statements.size(); ++i) statements[i].vector = std::move(vectors[i]);
  return {};
}

/// A hypothesis of the label with these prompts, if any; one that was merged only where there is no other.
std::optional<std::size_t> known_as(const std::vector<Hypothesis>& hypotheses, const Statement& statement) {
  std::optional<std::size_t> known;
  for (std::size_t h = 0; h < hypotheses.size(); ++h) {
    if (hypotheses[h].label != statement.label || hypotheses[h].prompt != statement.prompt) continue;
    if (!known || hypotheses[*known].status == Status::merged) known = h;
  }
  return known;
}

bool never_tested(const Hypothesis& hypothesis) {
  return hypothesis.direction == Direction::fails && !hypothesis.wave &&
         (hypothesis.status == Status::not_promising || hypothesis.status == Status::out_of_budget);
}

/// The cross-check's images of the cell explored the phrase, too.
void add_explored(Hypothesis& hypothesis, const CrossCell& cell) {
  hypothesis.explored.failures += cell.with.failures;
  hypothesis.explored.valid += cell.with.valid;
  hypothesis.explored.invalid += cell.with.invalid;
  fill_interval(hypothesis.explored);
}

/// One that is to be confirmed: known before, or the next of the new candidates.
struct Chosen {
  Found found;
  std::optional<std::size_t> known;
};

/// Of what is found, whatever may have a trial. `statements`: those of `found`, then those of what was tested.
std::vector<Chosen> choose(const StageContext& context, const Findings& findings, const std::vector<Found>& found,
                           const std::vector<Statement>& statements) {
  std::vector<const Statement*> tried;
  for (std::size_t i = found.size(); i < statements.size(); ++i) tried.push_back(&statements[i]);
  std::vector<Chosen> chosen;
  for (std::size_t i = 0; i < found.size() && chosen.size() < room_for(context); ++i) {
    const Statement& one = statements[i];
    const auto same = [&](const Statement* other) {
      return says_the_same(*other, one, context.study.search.phrase_similarity);
    };
    if (std::any_of(tried.begin(), tried.end(), same)) continue;
    const auto known = known_as(findings.hypotheses, one);
    if (known && !never_tested(findings.hypotheses[*known])) continue;
    tried.push_back(&one);
    chosen.push_back({found[i], known});
  }
  return chosen;
}

/// Rows of its phrase and answer have one bug more.
void name_in_rows(std::vector<CrossRow>& rows, const Hypothesis& bug) {
  for (CrossRow& row : rows) {
    const bool same = row.answer == bug.misclassified_as() && row.phrase.pieces() == bug.phrase.pieces();
    const bool has_cell =
        std::any_of(row.cells.begin(), row.cells.end(), [&](const CrossCell& cell) { return cell.label == bug.label; });
    if (same && has_cell && std::find(row.bugs.begin(), row.bugs.end(), bug.id) == row.bugs.end())
      row.bugs.push_back(bug.id);
  }
}

}  // namespace

Result<std::vector<std::size_t>> take_up_spread(StageContext& context, Memo& memo, Findings& findings,
                                                const std::vector<std::size_t>& tested) {
  std::vector<std::size_t> indices;
  const std::vector<Found> found = marked(findings);
  if (found.empty() || room_for(context) == 0) return indices;
  std::vector<Statement> statements;
  for (const Found& each : found) {
    const auto pieces = each.row->phrase.pieces();
    const StudyLabel& label = context.target(each.cell->label).label;
    statements.push_back(
        {each.cell->label, pieces.size(), phrase_prompts(context.study.prompts, label, pieces).front()});
  }
  for (const std::size_t h : tested) {
    const Hypothesis& hypothesis = findings.hypotheses[h];
    statements.push_back({hypothesis.label, hypothesis.phrase.pieces().size(), hypothesis.prompt});
  }
  SCOTOMA_RETURN_IF_ERROR(embed(memo, statements));
  const std::vector<Chosen> chosen = choose(context, findings, found, statements);
  std::vector<Candidate> candidates;
  for (const Chosen& each : chosen) {
    if (each.known) continue;
    Phrase phrase = each.found.row->phrase;
    phrase.in_cluster = phrase.cluster_captions = phrase.in_contrast = phrase.contrast_captions = 0;
    phrase.score = 0;  // captions said nothing of this label
    candidates.push_back({each.found.cell->label, phrase, Direction::fails, each.found.row->answer, Source::cross});
  }
  auto fresh = hypotheses_of(context, candidates, findings.bases, findings.hypotheses);
  std::size_t next = findings.hypotheses.size();
  std::move(fresh.begin(), fresh.end(), std::back_inserter(findings.hypotheses));
  for (const Chosen& each : chosen) {
    const std::size_t h = each.known ? *each.known : next++;
    Hypothesis& hypothesis = findings.hypotheses[h];
    add_explored(hypothesis, *each.found.cell);
    if (each.known) hypothesis.expected = each.found.row->answer;
    if (hypothesis.status != Status::underpowered) indices.push_back(h);
  }
  return indices;
}

Result<void> confirm_spread(StageContext& context, Findings& findings, const std::vector<std::size_t>& spread) {
  std::vector<Hypothesis>& hypotheses = findings.hypotheses;
  SCOTOMA_ASSIGN_OR_RETURN(const auto finalists,
                           complete_bases(context, findings.bases, hypotheses, spread, Wave::cross_check));
  if (finalists.empty()) return {};
  SCOTOMA_RETURN_IF_ERROR(confirm(context, findings.bases, hypotheses, finalists, Wave::cross_check));
  SCOTOMA_RETURN_IF_ERROR(audit(context, hypotheses, finalists));
  for (const std::size_t h : finalists) {
    if (hypotheses[h].status == Status::confirmed) name_in_rows(findings.cross, hypotheses[h]);
  }
  return {};
}

}  // namespace scotoma
