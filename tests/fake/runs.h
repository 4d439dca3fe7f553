// SPDX-License-Identifier: Apache-2.0
// Whole runs of small studies on fake worlds, and what comes of them.
#pragma once

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <string>
#include <utility>
#include <vector>

#include "fake/folder.h"
#include "fake/world.h"
#include "scotoma/find/find.h"

namespace scotoma::fake {

inline WorldSetting flower_bug() {
  WorldSetting setting;
  setting.rules = {{"fly", "on a flower", "bee", 0.9}};
  return setting;
}

/// Runs of one study on one world and one cache.
class StudyRuns {
 public:
  explicit StudyRuns(WorldSetting setting, std::vector<std::string> labels = {})
      : world(std::move(setting)), study(study_of(world.setting(), std::move(labels))) {}

  Result<StudyRun> run(const CancelToken& cancel = {}, const RunOptions& setting = {}) {
    auto models = world.models();
    auto cache = AnswerCache::open(folder.path());
    Silent progress;
    return run_study(study, models, **cache, cancel, progress, setting);
  }

  World world;
  Study study;
  Folder folder;
};

/// Starts again until it ends; gives the number of starts, or 0 for an error that is no interruption.
inline int run_to_the_end(StudyRuns& runs, const std::vector<std::size_t>& stops, Code code) {
  std::size_t next = 0;
  for (int start = 1; start < 100; ++start) {
    CancelToken cancel;
    runs.world.before_call = [&](const std::string&, std::size_t call) -> Result<void> {
      if (next >= stops.size() || call < stops[next]) return {};
      ++next;
      if (code == Code::failed) return failed("NaN");
      cancel.cancel();
      return {};
    };
    const auto result = runs.run(cancel);
    runs.world.before_call = nullptr;
    if (result.ok()) return start;
    if (result.error().code != code) return 0;
  }
  return 0;
}

/// All that a reader of the findings would notice, one fact a line.
inline std::string text_of(const Findings& findings) {
  std::string text;
  const auto rate = [](const Rate& r) {
    return fmt::format("{}/{}+{} {} {} {}", r.failures, r.valid, r.invalid, r.rate, r.low, r.high);
  };
  for (const auto& base : findings.bases) {
    text += fmt::format("base {} {} {} {} {} {}\n", base.label, rate(base.rate), base.lower, base.upper,
                        base.failing_label, base.predicted);
    for (const auto& sample : base.samples) text += sample.image + "\n";
  }
  for (const auto& cluster : findings.clusters) {
    text += fmt::format("cluster {} {} {}\n", cluster.label, cluster.predicted, cluster.tiny);
    for (const auto& member : cluster.members) text += member.image + "\n";
    for (const auto& caption : cluster.captions) text += caption + "\n";
  }
  for (const auto& h : findings.hypotheses) {
    const PairedEffect effect = h.effect.value_or(PairedEffect());
    text += fmt::format("hypothesis {} {} {} {} {} | {} | {} | {} | {} {} {} {} {} {}\n", h.id, h.prompt,
                        static_cast<int>(h.status), h.phrase.score, h.null_rate, rate(h.explored), rate(h.confirmed),
                        rate(h.audit), h.log_e_value, effect.lift_low, effect.lift_high, effect.only_with,
                        effect.only_without, effect.mcnemar_p);
    text += fmt::format("shrunk from '{}', {} merged\n", h.shrunk_from, fmt::join(h.merged, ", "));
    for (const auto& step : h.shrink_steps)
      text += fmt::format("step '{}' without '{}' {} {}\n", step.phrase, step.without, rate(step.rate), step.kept);
    for (const auto& pair : h.pairs) text += pair.with.image + " " + pair.without.image + "\n";
  }
  for (const auto& row : findings.cross) {
    text += fmt::format("cross {} {} {}\n", row.phrase.text, row.answer, fmt::join(row.bugs, " "));
    for (const auto& cell : row.cells) {
      text += fmt::format("{} {} | {} {} {} {} {} {}\n", cell.label, rate(cell.with), rate(cell.without),
                          cell.only_with, cell.only_without, cell.p, cell.adjusted, cell.spreads);
      for (const auto& sample : cell.samples) text += sample.image + "\n";
    }
  }
  const Spent& spent = findings.spent;
  text += fmt::format("spent {} {} {} {} {} {}, threshold {}\n", spent.base, spent.explore, spent.shrink, spent.confirm,
                      spent.audit, spent.cross, findings.rejection_threshold);
  if (findings.drafts) {
    const DraftComparison& d = *findings.drafts;
    text += fmt::format("drafts {} {} {} {} {} {} {} {} {}\n", d.images, d.failed, d.valid, d.both, d.only_draft,
                        d.only_full, d.neither, d.invalid, d.gone_back);
  }
  for (const auto& limit : findings.limits) text += limit + "\n";
  for (const auto& [role, hash] : findings.fingerprints) text += role + " " + hash + "\n";
  return text;
}

inline std::vector<std::string> confirmed(const Findings& findings) {
  std::vector<std::string> ids;
  for (const auto& hypothesis : findings.hypotheses) {
    if (hypothesis.status == Status::confirmed) ids.push_back(hypothesis.id);
  }
  return ids;
}

/// Of hypotheses.
using Ids = std::vector<std::string>;

inline Candidate users(const std::string& label, const std::string& phrase) {
  Candidate candidate;
  candidate.label = label;
  candidate.phrase.text = phrase;
  candidate.source = Source::user;
  return candidate;
}

}  // namespace scotoma::fake
