// SPDX-License-Identifier: Apache-2.0
#include "scotoma/report/transfer_section.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "fake/folder.h"
#include "report/made_up.h"
#include "scotoma/cache/answer_cache.h"
#include "scotoma/finding/count.h"
#include "scotoma/record/transfer_json.h"
#include "scotoma/report/html.h"
#include "scotoma/report/publish.h"

namespace scotoma {
namespace {

/// A transfer that is of the findings, with one candidate whose name is hostile.
Transfer transfer_for(const Findings& findings) {
  Transfer transfer;
  TransferColumn aimed;
  aimed.name = "aimed";
  aimed.aimed = true;
  aimed.fingerprint = findings.fingerprints.at("classifier");
  TransferColumn candidate;
  candidate.name = "<b>candidate_one</b>";
  candidate.failing = {4, 10, 0};
  fill_interval(candidate.failing);
  transfer.columns = {aimed, candidate};
  for (const Hypothesis& h : findings.hypotheses) {
    if (h.status != Status::confirmed || !h.audited()) continue;
    const bool passes = h.direction == Direction::passes;
    TransferCell cell;
    cell.claimed = passes ? complement(h.audit_base) : h.audit;
    cell.controls = passes ? complement(h.audit) : h.audit_base;
    TransferCell other = cell;
    other.transfers = true;
    other.predicted = "<i>bee</i>";
    transfer.rows.push_back({h.id, h.label, h.prompt, h.direction, {cell, other}});
  }
  return transfer;
}

TEST(TransferSection, HasARowForALabelThatFailsSystematicallyAlsoWhereNoBugWasConfirmed) {
  Findings findings = made_up::findings();
  std::erase_if(findings.hypotheses, [](const Hypothesis& h) { return h.status == Status::confirmed; });
  Transfer transfer = transfer_for(findings);
  ASSERT_TRUE(transfer.rows.empty());
  TransferCell cell;
  cell.claimed = {43, 47, 0};
  fill_interval(cell.claimed);
  transfer.systematic.push_back({"bee-systematic", "bee", "a photo of a bee", Direction::fails, {cell, cell}});
  const auto html = report_html(made_up::study(), findings, made_up::test_image, &transfer);
  ASSERT_TRUE(html.ok());
  EXPECT_NE(html->find("<th scope=\"row\">a bee, baseline images</th>"), std::string::npos);
  EXPECT_EQ(html->find("No bug was audited"), std::string::npos);
}

TEST(TransferSection, IsInTheReportWithEveryBugAndNamesEscaped) {
  const Findings findings = made_up::findings();
  const Transfer transfer = transfer_for(findings);
  ASSERT_GE(transfer.rows.size(), 2U);
  const auto html = report_html(made_up::study(), findings, made_up::test_image, &transfer);
  ASSERT_TRUE(html.ok());
  EXPECT_NE(html->find("<section id=\"transfer\">"), std::string::npos);
  EXPECT_NE(html->find("href=\"#transfer\""), std::string::npos);
  EXPECT_EQ(html->find("<b>candidate_one"), std::string::npos);
  EXPECT_EQ(html->find("<i>bee"), std::string::npos);
  std::size_t marks = 0;
  const std::string mark = "<span class=\"transfers\">";
  for (auto at = html->find(mark); at != std::string::npos; at = html->find(mark, at + 1)) ++marks;
  EXPECT_EQ(marks, transfer.rows.size());
}

TEST(TransferSection, CountsBugsSystematicFailuresAndExceptionsEachAsWhatTheyAre) {
  const Findings findings = made_up::findings();
  Transfer transfer = transfer_for(findings);
  TransferCell here;
  here.claimed = {43, 47, 0};
  transfer.systematic.push_back({"bee-systematic", "bee", "a photo of a bee", Direction::fails, {here, here}});
  const auto bee = std::find_if(transfer.rows.begin(), transfer.rows.end(),
                                [](const TransferRow& row) { return row.direction == Direction::passes; });
  ASSERT_NE(bee, transfer.rows.end());
  transfer.not_audited.push_back(bee->id);
  transfer.rows.erase(bee);
  const auto html = report_html(made_up::study(), findings, made_up::test_image, &transfer);
  ASSERT_TRUE(html.ok());
  EXPECT_NE(html->find("2 of 2 bugs and 0 of 1 systematic failure<"), std::string::npos);
  EXPECT_NE(html->find(">1 exception has no audit"), std::string::npos);
}

TEST(TransferSection, IsNotThereWithoutATransfer) {
  const auto html = report_html(made_up::study(), made_up::findings(), made_up::test_image);
  ASSERT_TRUE(html.ok());
  EXPECT_EQ(html->find("#transfer"), std::string::npos);
}

TEST(TransferSection, WithoutAnAuditSaysSo) {
  Transfer transfer;
  transfer.columns.emplace_back().aimed = true;
  const auto html = report_html(made_up::study(), made_up::not_audited(), made_up::test_image, &transfer);
  ASSERT_TRUE(html.ok());
  EXPECT_NE(html->find("No bug was audited"), std::string::npos);
}

}  // namespace
}  // namespace scotoma
