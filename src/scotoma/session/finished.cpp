// SPDX-License-Identifier: Apache-2.0
#include "scotoma/session/finished.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <tuple>
#include <utility>

#include "scotoma/cache/reviews.h"
#include "scotoma/core/file.h"
#include "scotoma/find/conclude.h"
#include "scotoma/record/bugs_reader.h"
#include "scotoma/record/findings_store.h"
#include "scotoma/session/images_place.h"
#include "scotoma/session/newer_models.h"
#include "scotoma/session/recorded.h"

namespace scotoma {
namespace {

namespace fs = std::filesystem;

bool is_there(const fs::path& path) {
  std::error_code ignored;
  return fs::exists(path, ignored);
}

bool has_cache(const StudyPlaces& places) { return is_there(AnswerCache::file_in(cache_folder(places))); }

/// Whether the bugs.json in the folder, where there is one, is of the same models.
bool is_of_results(const RecordedStudy& record, const fs::path& results) {
  const auto text = read_plain_file(results / "bugs.json");
  return !text.ok() || models_of_bugs_json(*text).value_or(record.fingerprints) == record.fingerprints;
}

/// Whether the certificate, where there is one, is of such labels: each with the same phrases, as a table has them.
bool is_certificate_of(const Findings& findings, const std::set<std::string>& known) {
  if (!findings.certificate) return true;
  const auto& [cells, labels] = std::tie(findings.certificate->cells, findings.certificate->labels);
  if (labels.empty() || cells.empty() || cells.size() % labels.size() != 0) return false;
  const std::size_t phrases = cells.size() / labels.size();
  for (std::size_t i = 0; i < cells.size(); ++i) {
    if (cells[i].label != labels[i / phrases].label || !known.contains(cells[i].label)) return false;
  }
  return true;
}

/// Whether all that the findings are about are labels of the study, with prompts: what reads them looks both up.
bool is_about(const Findings& findings, const Study& study) {
  std::set<std::string> labels;
  for (const StudyLabel& label : study.labels) labels.insert(label.name);
  const auto known = [&](const auto& record) { return labels.contains(record.label); };
  const auto prompted = [&](const auto& record) { return known(record) && !record.prompts.empty(); };
  return is_certificate_of(findings, labels) && std::all_of(findings.bases.begin(), findings.bases.end(), prompted) &&
         std::all_of(findings.hypotheses.begin(), findings.hypotheses.end(), prompted) &&
         std::all_of(findings.clusters.begin(), findings.clusters.end(), known) &&
         std::all_of(findings.cross.begin(), findings.cross.end(),
                     [&](const CrossRow& row) { return std::all_of(row.cells.begin(), row.cells.end(), known); });
}

/// The stored findings, if they are this study's. Errors: bad_input, with why they are not.
Result<StoredFindings> open_stored(const Study& study, const StudyPlaces& places) {
  const fs::path folder = out_folder(places);
  const std::string file = (folder / kFindingsFile).string();
  const auto record = recorded_study(folder);
  if (!record) return bad_input(fmt::format("{}: missing or damaged", (folder / "study.json").string()));
  if (record->text != study.text) {
    return bad_input(
        fmt::format("{}: of another study file than {}, or of an older state of it", file, study.file.string()));
  }
  SCOTOMA_ASSIGN_OR_RETURN(StoredFindings stored, StoredFindings::open(folder));
  const auto bugs = read_plain_file(folder / "bugs.json");
  if (!bugs.ok() && is_there(folder / "bugs.json")) return bugs.error();
  Study as_recorded = study;
  as_recorded.seed = record->seed.value_or(study.seed);
  as_recorded.budget.images = record->images.value_or(study.budget.images);
  ResultsKey key = results_key(as_recorded, bugs.ok() ? *bugs : "");
  if (!bugs.ok()) key.bugs = stored.key().bugs;  // nothing to be mixed up with
  if (stored.key().bugs != key.bugs) return bad_input(file + ": not of the bugs.json beside it");
  if (stored.key() != key || stored.findings().fingerprints != record->fingerprints ||
      !is_about(stored.findings(), study)) {
    return bad_input(file + ": not of the study.json beside it");
  }
  return stored;
}

/// With its cache where that is there, and with models that answer nothing.
Result<Session> session_of_record(Study study, const StudyPlaces& places, const RecordedStudy& record) {
  Session session;
  session.note = note_of_newer_models(study, out_folder(places) / "study.json", places);
  session.study = std::move(study);
  if (has_cache(places)) {
    SCOTOMA_ASSIGN_OR_RETURN(session.cache, AnswerCache::open(cache_folder(places)));
  }
  session.models = recorded_models(record);
  return session;
}

/// For a replay.
Result<Session> session_to_replay(Study study, const StudyPlaces& places) {
  const auto record = recorded_study(out_folder(places));
  if (!record || !has_models_of(*record, study)) return open_session(std::move(study), places);
  if (!is_of_results(*record, out_folder(places))) {
    return bad_input(fmt::format("{}: not of the bugs.json beside it; `{}` writes both anew",
                                 (out_folder(places) / "study.json").string(), find_command(places)));
  }
  return session_of_record(std::move(study), places, *record);
}

/// Images in a folder of the study, and where it keeps them elsewhere.
FinishedImages images_in(const fs::path& folder, const StudyPlaces& places) {
  return FinishedImages(folder, places.images.empty() ? images_place(places) : places.images, places.open_images);
}

/// What the session found, from its answers alone. Errors: bad_input where one is missing, with the command that
/// finishes the study.
Result<Findings> replayed(Session& session, const StudyPlaces& places, const CancelToken& cancel,
                          const FinishedImages& finished) {
  Silent silent;
  SCOTOMA_ASSIGN_OR_RETURN(StoredImages* const images, finished.elsewhere());
  auto done =
      run_study(session.study, session.models, *session.cache, cancel, silent, {.replay_only = true, .images = images});
  if (done.ok()) return std::move(done->findings);
  // What asks a cache or a model knows the verb, and not where the study lies.
  constexpr std::string_view kVerb = "`scotoma find`";
  Error error = done.error();
  if (const std::size_t at = error.message.find(kVerb); at != std::string::npos)
    error.message.replace(at, kVerb.size(), "`" + find_command(places) + "`");
  return error;
}

/// The stored findings as the run would have ended with them: nothing where the session's models are others.
Result<std::optional<FinishedStudy>> from_store(const StoredFindings& stored, Session& session,
                                                const StudyPlaces& places) {
  using Nothing = std::optional<FinishedStudy>;
  if (fingerprints_of(session.models) != stored.findings().fingerprints) return Nothing();
  Reviews reviews = stored.reviews();
  if (session.cache != nullptr) {
    SCOTOMA_ASSIGN_OR_RETURN(reviews, read_reviews(*session.cache));
  }
  auto findings = stored.all();
  if (!findings.ok() && session.cache == nullptr) return findings.error();
  if (!findings.ok()) return Nothing();  // the answers have it all, too
  conclude(session.study, reviews, *findings);
  FinishedImages images = images_in(session.cache != nullptr ? cache_folder(places) : out_folder(places), places);
  return Nothing(FinishedStudy{std::move(session), std::move(*findings), std::move(reviews), std::move(images)});
}

/// Why there is neither.
Error lacks_both(const Error& of_store, const StudyPlaces& places) {
  return {of_store.code,
          fmt::format("{}; and {} is not there to take them from: run `{}`, or say with --out (or "
                      "--cache) where the study's answers are",
                      of_store.message, AnswerCache::file_in(cache_folder(places)).string(), find_command(places))};
}

}  // namespace

Result<void> check_finished(const StudyPlaces& places, const FinishedNeeds& needs) {
  const bool stored = is_there(out_folder(places) / kFindingsFile);
  return stored && !needs.cache && !needs.models ? Result<void>() : check_cache(places);
}

Result<FinishedStudy> open_finished(Study study, const StudyPlaces& given, const CancelToken& cancel,
                                    const FinishedNeeds& needs) {
  StudyPlaces places = given;  // images stay where they are, if somebody here reaches them
  if (places.images.empty() && places.open_images) places.images = images_place(places);
  SCOTOMA_RETURN_IF_ERROR(check_finished(places, needs));
  const auto stored = open_stored(study, places);
  if (!stored.ok() && !has_cache(places)) return lacks_both(stored.error(), places);
  const auto opened = [&]() -> Result<Session> {
    if (needs.models) return open_session(std::move(study), places);
    if (!stored.ok()) return session_to_replay(std::move(study), places);
    return session_of_record(std::move(study), places, *recorded_study(out_folder(places)));
  };
  SCOTOMA_ASSIGN_OR_RETURN(Session session, opened());
  if (stored.ok()) {
    auto finished = from_store(*stored, session, places);
    if (!finished.ok() && session.cache == nullptr) return lacks_both(finished.error(), places);
    if (!finished.ok()) return finished.error();
    if (*finished) return std::move(**finished);
  }
  FinishedImages images = images_in(cache_folder(places), places);
  SCOTOMA_ASSIGN_OR_RETURN(Findings findings, replayed(session, places, cancel, images));
  SCOTOMA_ASSIGN_OR_RETURN(Reviews reviews, read_reviews(*session.cache));
  return FinishedStudy{std::move(session), std::move(findings), std::move(reviews), std::move(images)};
}

}  // namespace scotoma
