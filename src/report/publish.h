// Stage 12: findings -> bugs.json, run.json and report.html in the study's folder.
#pragma once

#include <filesystem>

#include "catalogue/catalogue.h"
#include "finding/finding.h"
#include "study/study.h"

namespace scotoma {

struct Published {
  std::filesystem::path report;
  std::filesystem::path bugs;
};

/// Writes each file aside and then renames it, so that none is ever half written. `run` may be null: run.json stays.
/// A transfer.json in `folder` that is of these findings gives report.html a section; nothing else depends on it.
/// The pictures that bugs.json names stand under images/ in `folder` afterwards: those of the catalogue where that is
/// its folder too, else copies. Requires that `folder` is there.
/// Errors: failed when the disk is full, the folder cannot be written, or a picture that the report shows is missing or
/// damaged: the old files stay then.
Result<Published> publish(const Study& study, const Findings& findings, const RunFacts* run, const Catalogue& catalogue,
                          const std::filesystem::path& folder);

/// Writes a whole file or leaves the old one.
Result<void> write_whole(const std::filesystem::path& path, const std::string& bytes);

}  // namespace scotoma
