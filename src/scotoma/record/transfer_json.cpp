// SPDX-License-Identifier: Apache-2.0
#include "scotoma/record/transfer_json.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "scotoma/finding/cause.h"
#include "scotoma/finding/count.h"
#include "scotoma/wording/tally.h"
#include "scotoma/wording/text.h"
#include "scotoma/wording/words.h"

namespace scotoma {
namespace {

using nlohmann::ordered_json;

/// Of passes, in the same form: what papers on adversarial datasets give.
ordered_json accuracy_json(const Rate& failures) {
  const Rate right = complement(failures);
  return {{"right", right.failures},
          {"images", right.valid},
          {"rate", right.rate},
          {"low", right.low},
          {"high", right.high}};
}

ordered_json kinds_json(const KindCounts& counts) {
  return {{"bugs", counts.bugs}, {"systematic_failures", counts.systematic}, {"exceptions", counts.exceptions}};
}

ordered_json column_json(const TransferColumn& column, const KindCounts& transferring) {
  return {{"name", valid_utf8(column.name)},
          {"aimed_at", column.aimed},
          {"fingerprint", valid_utf8(column.fingerprint)},
          {"model", valid_utf8(column.description)},
          {"accuracy",
           {{"failing", accuracy_json(column.failing)},
            {"claimed", accuracy_json(column.claimed)},
            {"controls", accuracy_json(column.controls)}}},
          {"transferring", transferring.bugs},
          {"transferring_of_each_kind", kinds_json(transferring)}};
}

template <class CellJson>
ordered_json row_json(const TransferRow& row, const std::vector<TransferColumn>& columns, const CellJson& of_cell) {
  ordered_json json = {{"id", valid_utf8(row.id)},
                       {"label", valid_utf8(row.label)},
                       {"prompt", valid_utf8(row.prompt)},
                       {"direction", name_of(row.direction)}};
  json["cells"] = ordered_json::array();
  for (std::size_t c = 0; c < row.cells.size(); ++c) {
    ordered_json cell = {{"classifier", valid_utf8(columns[c].name)}};
    cell.update(of_cell(row.cells[c]));
    json["cells"].push_back(std::move(cell));
  }
  return json;
}

// Reading back. nlohmann throws where something is missing or of another type; read_transfer catches.

Rate rate_from(const ordered_json& json) {
  Rate rate;
  rate.failures = json.at("failures").get<int>();
  rate.valid = json.at("valid").get<int>();
  rate.invalid = json.at("invalid").get<int>();
  fill_interval(rate);
  return rate;
}

/// A field, or in a file of version 1 what was its name there.
const ordered_json& at(const ordered_json& json, const char* key, const char* in_version_1) {
  return json.contains(in_version_1) ? json.at(in_version_1) : json.at(key);
}

Rate failures_from(const ordered_json& accuracy) {
  Rate rate;
  rate.valid = at(accuracy, "images", "pictures").get<int>();
  rate.failures = rate.valid - accuracy.at("right").get<int>();
  fill_interval(rate);
  return rate;
}

/// What a bug's cells and a systematic failure's have in common: whether it transfers, and as what.
void read_outcome(const ordered_json& json, TransferCell& cell) {
  cell.allowed = json.at("allowed").get<double>();
  cell.p = json.at("p").get<double>();
  cell.adjusted = json.at("p_adjusted").get<double>();
  cell.transfers = json.at("transfers").get<bool>();
  cell.predicted = json.at("predicted").get<std::string>();
  cell.predicted_count = json.at("predicted_count").get<int>();
}

TransferCell cell_from(const ordered_json& json, Direction direction) {
  const bool passes = direction == Direction::passes;
  TransferCell cell;
  cell.claimed = rate_from(json.at(passes ? "without" : "with"));
  cell.controls = rate_from(json.at(passes ? "with" : "without"));
  const ordered_json& pairs = json.at("pairs");
  cell.only_claimed = pairs.at(passes ? "fails_only_without" : "fails_only_with").get<int>();
  cell.only_controls = pairs.at(passes ? "fails_only_with" : "fails_only_without").get<int>();
  cell.both = pairs.at("fails_both").get<int>();
  cell.neither = pairs.at("fails_neither").get<int>();
  const double low = json.at("lift").at("low").get<double>();
  const double high = json.at("lift").at("high").get<double>();
  cell.lift_low = passes ? -high : low;
  cell.lift_high = passes ? -low : high;
  read_outcome(json, cell);
  return cell;
}

TransferCell baseline_from(const ordered_json& json) {
  TransferCell cell;
  cell.claimed = rate_from(json.at("baseline"));
  read_outcome(json, cell);
  return cell;
}

template <class CellFrom>
TransferRow row_from(const ordered_json& json, const CellFrom& cell_of) {
  TransferRow row;
  row.id = json.at("id").get<std::string>();
  row.label = json.at("label").get<std::string>();
  row.prompt = json.at("prompt").get<std::string>();
  row.direction = json.at("direction") == "passes" ? Direction::passes : Direction::fails;
  for (const auto& cell : json.at("cells")) row.cells.push_back(cell_of(cell, row.direction));
  return row;
}

TransferColumn column_from(const ordered_json& json) {
  const ordered_json& accuracy = json.at("accuracy");
  TransferColumn column;
  column.name = json.at("name").get<std::string>();
  column.aimed = json.at("aimed_at").get<bool>();
  column.fingerprint = json.at("fingerprint").get<std::string>();
  column.description = json.at("model").get<std::string>();
  column.failing = failures_from(accuracy.at("failing"));
  column.claimed = failures_from(at(accuracy, "claimed", "suspects"));
  column.controls = failures_from(accuracy.at("controls"));
  return column;
}

Transfer transfer_from(const ordered_json& json) {
  Transfer result;
  for (const auto& column : json.at("classifiers")) result.columns.push_back(column_from(column));
  for (const auto& bug : json.at("bugs")) result.rows.push_back(row_from(bug, cell_from));
  if (json.contains("systematic_failures")) {
    for (const auto& failure : json.at("systematic_failures")) {
      result.systematic.push_back(
          row_from(failure, [](const ordered_json& cell, Direction) { return baseline_from(cell); }));
    }
  }
  for (const auto& id : json.at("not_audited")) result.not_audited.push_back(id.get<std::string>());
  return result;
}

bool same_counts(const Rate& a, const Rate& b) {
  return a.failures == b.failures && a.valid == b.valid && a.invalid == b.invalid;
}

/// Whether the rows of systematic failures are those of the findings, or of a file that knows none.
bool systematic_are_of(const Transfer& transfer, const Findings& findings) {
  const auto failures = systematic_failures(findings);
  return transfer.systematic.empty() ||
         std::equal(transfer.systematic.begin(), transfer.systematic.end(), failures.begin(), failures.end(),
                    [&](const TransferRow& row, const SystematicFailure& failure) {
                      return row.id == valid_utf8(failure.id) && row.cells.size() == transfer.columns.size() &&
                             same_counts(row.cells[0].claimed, failure.base->rate);
                    });
}

/// Whether the first column is the findings' own classifier on the findings' own audits.
bool is_of(const Transfer& transfer, const Findings& findings) {
  const auto print = findings.fingerprints.find("classifier");
  if (transfer.columns.empty() || print == findings.fingerprints.end() ||
      transfer.columns[0].fingerprint != valid_utf8(print->second)) {
    return false;
  }
  std::vector<const Hypothesis*> bugs;
  for (const Hypothesis& h : findings.hypotheses) {
    if (h.status == Status::confirmed && h.audited()) bugs.push_back(&h);
  }
  return std::equal(transfer.rows.begin(), transfer.rows.end(), bugs.begin(), bugs.end(),
                    [&](const TransferRow& row, const Hypothesis* h) {
                      if (row.id != valid_utf8(h->id) || row.direction != h->direction) return false;
                      if (row.cells.size() != transfer.columns.size()) return false;
                      const bool passes = row.direction == Direction::passes;
                      const Rate claimed = passes ? complement(h->audit_base) : h->audit;
                      const Rate controls = passes ? complement(h->audit) : h->audit_base;
                      return same_counts(row.cells[0].claimed, claimed) && same_counts(row.cells[0].controls, controls);
                    });
}

/// The counterpart of read_outcome.
void add_outcome(ordered_json& json, const TransferCell& cell) {
  json["allowed"] = cell.allowed;
  json["p"] = cell.p;
  json["p_adjusted"] = cell.adjusted;
  json["transfers"] = cell.transfers;
  json["predicted"] = valid_utf8(cell.predicted);
  json["predicted_count"] = cell.predicted_count;
}

}  // namespace

ordered_json rate_json(const Rate& rate) {
  return {{"failures", rate.failures}, {"valid", rate.valid}, {"invalid", rate.invalid},
          {"rate", rate.rate},         {"low", rate.low},     {"high", rate.high}};
}

ordered_json cell_json(const TransferCell& cell, Direction direction) {
  const bool passes = direction == Direction::passes;
  ordered_json json = {
      {"with", rate_json(passes ? cell.controls : cell.claimed)},
      {"without", rate_json(passes ? cell.claimed : cell.controls)},
      {"pairs",
       {{"fails_only_with", passes ? cell.only_controls : cell.only_claimed},
        {"fails_only_without", passes ? cell.only_claimed : cell.only_controls},
        {"fails_both", cell.both},
        {"fails_neither", cell.neither}}},
      {"lift",
       {{"low", passes ? -cell.lift_high : cell.lift_low}, {"high", passes ? -cell.lift_low : cell.lift_high}}}};
  add_outcome(json, cell);
  return json;
}

ordered_json baseline_json(const TransferCell& cell) {
  ordered_json json = {{"baseline", rate_json(cell.claimed)}};
  add_outcome(json, cell);
  return json;
}

ordered_json transfer_json(const Study& study, const Transfer& transfer) {
  ordered_json json;
  json["schema_version"] = kTransferSchemaVersion;
  json["study"] = valid_utf8(study.name);
  json["seed"] = study.seed;
  json["delta"] = study.evidence.delta;
  json["classifiers"] = ordered_json::array();
  for (std::size_t c = 0; c < transfer.columns.size(); ++c)
    json["classifiers"].push_back(column_json(transfer.columns[c], transferring(transfer, c)));
  json["counts"] = kinds_json(counts_of(transfer));
  json["bugs"] = ordered_json::array();
  for (const TransferRow& row : transfer.rows) {
    json["bugs"].push_back(
        row_json(row, transfer.columns, [&](const TransferCell& cell) { return cell_json(cell, row.direction); }));
  }
  json["systematic_failures"] = ordered_json::array();
  for (const TransferRow& row : transfer.systematic)
    json["systematic_failures"].push_back(row_json(row, transfer.columns, baseline_json));
  json["not_audited"] = ordered_json::array();
  for (const std::string& id : transfer.not_audited) json["not_audited"].push_back(valid_utf8(id));
  return json;
}

std::optional<Transfer> read_transfer(const std::string& text, const Findings& findings) {
  const ordered_json json = ordered_json::parse(text, nullptr, /*allow_exceptions=*/false);
  try {
    if (!json.is_object()) return std::nullopt;
    if (const int version = json.at("schema_version").get<int>(); version < 1 || version > kTransferSchemaVersion)
      return std::nullopt;
    Transfer transfer = transfer_from(json);
    if (is_of(transfer, findings) && systematic_are_of(transfer, findings)) return transfer;
  } catch (const nlohmann::json::exception&) {  // a field is missing, or of another type
  }
  return std::nullopt;
}

}  // namespace scotoma
