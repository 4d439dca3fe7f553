// SPDX-License-Identifier: Apache-2.0
// Stage 12: findings -> bugs.json, findings.sqlite, study.json, run.json and report.html in the study's folder.
#pragma once

#include <filesystem>
#include <string_view>

#include "scotoma/core/file.h"
#include "scotoma/finding/finding.h"
#include "scotoma/finding/transfer.h"
#include "scotoma/image/image_folder.h"
#include "scotoma/study/study.h"

namespace scotoma {

struct Published {
  std::filesystem::path report;
  std::filesystem::path bugs;
};

/// Writes all files aside and then renames one right after the other, so that none is ever half written, and all change
/// or none. A kill between two renames leaves a report.html whose last line names another bugs.json than the one that
/// is there (written_together() says), and a findings.sqlite that names another too (record/findings_store.h). `run`
/// may be null: run.json stays. `transfer`, where it is given, gives report.html a section and is written as
/// transfer.json in the same set. An old transfer.json that says something else is removed before the report is
/// replaced: a kill leaves it missing, never beside a report of other figures. Without `transfer` the transfer.json in
/// `folder`, where it is of these findings, gives the section. The images that bugs.json names stand under images/ in
/// `folder` afterwards: those of the cache where that is its folder too, else copies. Requires that `folder` is there.
/// Errors: failed when the disk is full, the folder cannot be written, or an image that the report shows is missing or
/// damaged: the old files stay then.
Result<Published> publish(const Study& study, const Findings& findings, const RunFacts* run, const ImageFolder& images,
                          const std::filesystem::path& folder, const Transfer* transfer = nullptr);

/// False where the folder's report.html says that it was written with another bugs.json than the one of these bytes.
bool written_together(const std::filesystem::path& folder, std::string_view bugs);

}  // namespace scotoma
