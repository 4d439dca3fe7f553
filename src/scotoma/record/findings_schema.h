// SPDX-License-Identifier: Apache-2.0
// The tables of findings.sqlite, for both its ends.
#pragma once

#include <array>

namespace scotoma {

inline constexpr int kFindingsApplicationId = 0x53636F46;  // "ScoF"

/// In the order in which they are made; a store whose tables are others is none.
inline constexpr std::array<const char*, 5> kFindingsTables = {
    "CREATE TABLE records(id INTEGER PRIMARY KEY, kind TEXT NOT NULL, item INTEGER NOT NULL, value TEXT NOT NULL, "
    "path BLOB NOT NULL, sum INTEGER NOT NULL)",
    "CREATE TABLE lists(id INTEGER PRIMARY KEY, kind TEXT NOT NULL, item INTEGER NOT NULL, cell INTEGER NOT NULL, "
    "size INTEGER NOT NULL, sum INTEGER NOT NULL)",
    "CREATE TABLE runs(list INTEGER NOT NULL, position INTEGER NOT NULL, sample INTEGER NOT NULL, "
    "count INTEGER NOT NULL, sum INTEGER NOT NULL, PRIMARY KEY(list, position)) WITHOUT ROWID",
    "CREATE TABLE prompts(id INTEGER PRIMARY KEY, text BLOB NOT NULL, sum INTEGER NOT NULL)",
    "CREATE TABLE samples(id INTEGER PRIMARY KEY, prompt INTEGER NOT NULL, seed INTEGER NOT NULL, "
    "image BLOB NOT NULL, prediction BLOB NOT NULL, judgement BLOB NOT NULL, flags INTEGER NOT NULL, "
    "sum INTEGER NOT NULL)"};

// Records by `kind`; `item` counts those of one kind from 0.
inline constexpr const char* kKeyRecord = "results";    ///< ResultsKey
inline constexpr const char* kCountsRecord = "counts";  ///< how many there are of those below
inline constexpr const char* kReviewsRecord = "reviews";
inline constexpr const char* kStudyRecord = "study";  ///< Findings
inline constexpr const char* kBaseRecord = "base";
inline constexpr const char* kClusterRecord = "cluster";
inline constexpr const char* kHypothesisRecord = "hypothesis";  ///< `path` holds log_e_path, doubles, little endian
inline constexpr const char* kCrossRecord = "cross";
inline constexpr const char* kCertificateRecord = "certificate";  ///< where there is one: of format 2

// Bits of samples.flags.
inline constexpr int kCorrectFlag = 1;
inline constexpr int kOverruledFlag = 2;

}  // namespace scotoma
