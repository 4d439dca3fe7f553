// SPDX-License-Identifier: Apache-2.0
#include "scotoma/record/transfer_json.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>

#include "fake/candidates.h"

namespace scotoma {
namespace {

using TransferJson = fake::Candidates;

TEST_F(TransferJson, IsReadBackForTheSameFindingsAndForNoOthers) {
  const auto result = transferred(both());
  ASSERT_TRUE(result.ok());
  const std::string text = transfer_json(study_, *result).dump(2);
  const auto read = read_transfer(text, findings_);
  ASSERT_TRUE(read.has_value());
  EXPECT_EQ(transfer_json(study_, *read).dump(2), text);
  Findings other = findings_;
  other.fingerprints["classifier"] = "another";
  EXPECT_FALSE(read_transfer(text, other).has_value()) << "of another classifier";
  other = findings_;
  other.hypotheses[0].audit.failures -= 1;
  EXPECT_FALSE(read_transfer(text, other).has_value()) << "of other audits";
  other = findings_;
  for (BaseResult& base : other.bases) base.rate.failures -= base.failing_label ? 1 : 0;
  EXPECT_FALSE(read_transfer(text, other).has_value()) << "of other baseline images";
  nlohmann::json older = nlohmann::json::parse(text);
  older.erase("systematic_failures");
  EXPECT_TRUE(read_transfer(older.dump(), findings_).has_value()) << "of a program that knew no systematic failures";
  nlohmann::json first = older;
  first["schema_version"] = 1;
  for (auto& classifier : first["classifiers"]) {
    auto& accuracy = classifier["accuracy"];
    accuracy["suspects"] = accuracy["claimed"];
    accuracy.erase("claimed");
    for (auto& [set, share] : accuracy.items()) {
      share["pictures"] = share["images"];
      share.erase("images");
    }
  }
  const auto of_first = read_transfer(first.dump(), findings_);
  ASSERT_TRUE(of_first.has_value()) << "of version 1";
  EXPECT_EQ(of_first->columns[0].claimed.valid, read->columns[0].claimed.valid);
  first["schema_version"] = 3;
  EXPECT_FALSE(read_transfer(first.dump(), findings_).has_value()) << "of a newer program";
  other = findings_;
  other.hypotheses[0].status = Status::not_confirmed;
  EXPECT_FALSE(read_transfer(text, other).has_value()) << "of more bugs";
  for (std::size_t size = 0; size < text.size() - 1; size += 97)
    EXPECT_FALSE(read_transfer(text.substr(0, size), findings_).has_value()) << "cut off at " << size;
  for (const char* odd : {"[]", "1", "{}", R"({"schema_version":1})", R"({"schema_version":2})", "\xff"})
    EXPECT_FALSE(read_transfer(odd, findings_).has_value()) << odd;
}

}  // namespace
}  // namespace scotoma
