// SPDX-License-Identifier: Apache-2.0
#include "scotoma/transfer/transfer.h"

#include <fmt/format.h>

#include "scotoma/core/parallel.h"
#include "scotoma/evidence/holm.h"
#include "scotoma/finding/cause.h"
#include "scotoma/finding/count.h"

namespace scotoma {
namespace {

constexpr double kTransferLevel = 0.05;

std::vector<const Hypothesis*> audited(const Findings& findings, Transfer& result) {
  std::vector<const Hypothesis*> bugs;
  for (const Hypothesis& h : findings.hypotheses) {
    if (h.status != Status::confirmed) continue;
    if (!h.audited()) {
      result.not_audited.push_back(h.id);
      continue;
    }
    bugs.push_back(&h);
    result.rows.push_back({h.id, h.label, h.prompt, h.direction, {}});
  }
  return bugs;
}

/// A row for each systematic failure, with the cell of the study's own classifier.
std::vector<SystematicFailure> add_systematic(const Study& study, const Findings& findings, Transfer& result) {
  std::vector<SystematicFailure> failures = systematic_failures(findings);
  for (const SystematicFailure& failure : failures) {
    const BaseResult& base = *failure.base;
    result.systematic.push_back(
        {failure.id, base.label, base.prompts.empty() ? "" : base.prompts.front(), Direction::fails, {}});
    result.systematic.back().cells.push_back(
        systematic_cell(base.samples, study.evidence.failing_label_threshold, findings.class_names));
  }
  return failures;
}

void count(const Sample& sample, Rate& rate) {
  rate.valid += sample.valid() ? 1 : 0;
  rate.invalid += sample.valid() ? 0 : 1;
  rate.failures += sample.failure() ? 1 : 0;
}

/// Adds a bug's images to the totals of a column; `aimed` holds the same images as the study's classifier saw them.
void count(const std::vector<Pair>& pairs, const std::vector<Pair>& aimed, Direction direction,
           TransferColumn& column) {
  for (std::size_t i = 0; i < pairs.size(); ++i) {
    const Sample& claimed = claimed_image(pairs[i], direction);
    if (claimed_image(aimed[i], direction).failure()) count(claimed, column.failing);
    count(claimed, column.claimed);
    count(control_of(pairs[i], direction), column.controls);
  }
}

void add_column(TransferColumn column, Transfer& result) {
  for (Rate* rate : {&column.failing, &column.claimed, &column.controls}) fill_interval(*rate);
  result.columns.push_back(std::move(column));
}

TransferColumn aimed_column(const Study& study, const Findings& findings) {
  TransferColumn column;
  column.name = study.classifier.model.stem().string();
  if (const auto at = findings.fingerprints.find("classifier"); at != findings.fingerprints.end())
    column.fingerprint = at->second;
  if (const auto at = findings.descriptions.find("classifier"); at != findings.descriptions.end())
    column.description = at->second;
  column.aimed = true;
  return column;
}

/// Over all cells but those of the first column.
void decide(Transfer& result) {
  std::vector<TransferCell*> cells;
  std::vector<double> p;
  for (std::vector<TransferRow>* rows : {&result.rows, &result.systematic}) {
    for (TransferRow& row : *rows) {
      for (std::size_t c = 1; c < row.cells.size(); ++c) {
        cells.push_back(&row.cells[c]);
        p.push_back(row.cells[c].p);
      }
    }
  }
  const std::vector<double> adjusted = holm_adjusted(p);
  for (std::size_t i = 0; i < cells.size(); ++i) {
    cells[i]->adjusted = adjusted[i];
    cells[i]->transfers = adjusted[i] <= kTransferLevel;
  }
}

}  // namespace

Result<Transfer> transfer(const Study& study, const Findings& findings, std::vector<CandidateModel>& candidates,
                          AnswerCache& cache, ImageStore& images, const CancelToken& cancel, Listener& listener) {
  Transfer result;
  const auto bugs = audited(findings, result);
  const double delta = study.evidence.delta;
  TransferColumn aimed = aimed_column(study, findings);
  for (std::size_t b = 0; b < bugs.size(); ++b) {
    const Hypothesis& h = *bugs[b];
    result.rows[b].cells.push_back(cell_of(h.pairs, h.direction, delta, 1, findings.class_names));
    count(h.pairs, h.pairs, h.direction, aimed);
  }
  add_column(std::move(aimed), result);
  const auto failures = add_systematic(study, findings, result);
  listener.on(StageBegan{Stage::transfer});
  for (CandidateModel& candidate : candidates) {
    listener.on(StepBegan{fmt::format("asking {}", candidate.name)});
    Memo memo(candidate.models, cache, images, cancel, listener, {thread_count(study.engine.threads), false});
    SCOTOMA_ASSIGN_OR_RETURN(const auto targets, targets_by_label(study, memo.class_names()));
    TransferColumn column;
    column.name = candidate.name;
    column.fingerprint = candidate.models.classifier->fingerprint();
    column.description = candidate.models.classifier->describe();
    for (std::size_t b = 0; b < bugs.size(); ++b) {
      const Hypothesis& h = *bugs[b];
      SCOTOMA_ASSIGN_OR_RETURN(const auto pairs, answer_again(h, targets.at(h.label), memo));
      result.rows[b].cells.push_back(cell_of(pairs, h.direction, delta, 1, memo.class_names()));
      count(pairs, h.pairs, h.direction, column);
    }
    for (std::size_t f = 0; f < failures.size(); ++f) {
      const BaseResult& base = *failures[f].base;
      SCOTOMA_ASSIGN_OR_RETURN(const auto now, answer_again(base.samples, targets.at(base.label), memo));
      result.systematic[f].cells.push_back(
          systematic_cell(now, study.evidence.failing_label_threshold, memo.class_names()));
    }
    add_column(std::move(column), result);
  }
  decide(result);
  return result;
}

}  // namespace scotoma
