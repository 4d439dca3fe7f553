// SPDX-License-Identifier: Apache-2.0
#include "scotoma/find/find.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <sys/resource.h>

#include <algorithm>
#include <map>
#include <optional>

#include "scotoma/cache/reviews.h"
#include "scotoma/core/parallel.h"
#include "scotoma/find/certify_study.h"
#include "scotoma/find/conclude.h"
#include "scotoma/find/diversity.h"
#include "scotoma/find/phrases.h"
#include "scotoma/find/rule_of_study.h"
#include "scotoma/find/speed.h"
#include "scotoma/find/spread.h"
#include "scotoma/find/watch.h"
#include "scotoma/finding/count.h"
#include "scotoma/stage/audit.h"
#include "scotoma/stage/confirm.h"
#include "scotoma/stage/cross.h"
#include "scotoma/stage/explore.h"
#include "scotoma/stage/sample.h"
#include "scotoma/stage/shrink.h"
#include "scotoma/study/label_class.h"

namespace scotoma {
namespace {

/// Leads from stage to stage: times each and reports its beginning and what it did to hypotheses, so that no stage can
/// forget to.
class Course {
 public:
  Course(StudyRun& result, Listener& listener) : result_(result), listener_(listener), watch_(listener) {}

  /// Ends the stage before.
  void begin(Stage stage) {
    end();
    current_ = stage;
    listener_.on(StageBegan{stage});
  }

  void end() {
    const double now = clock_.seconds();
    if (current_) {
      result_.run.stages.push_back({*current_, now - last_});
      watch_.compare(result_.findings.hypotheses);
    }
    current_.reset();
    last_ = now;
  }

  /// No status changes any more. The watch knows the hypotheses in the order of the stages.
  void decided() {
    std::map<std::string, const Hypothesis*> by_id;
    for (const Hypothesis& h : result_.findings.hypotheses) by_id[h.id] = &h;
    std::vector<const Hypothesis*> in_order;
    for (const auto& [id, status] : result_.findings.before_review->hypotheses) in_order.push_back(by_id.at(id));
    watch_.compare(in_order, true);
  }

  double total() { return clock_.seconds() - begin_; }

 private:
  StudyRun& result_;
  Listener& listener_;
  HypothesisWatch watch_;
  std::optional<Stage> current_;
  SteadyClock clock_;
  double begin_ = clock_.seconds();
  double last_ = begin_;
};

/// What a user asks goes straight to confirmation.
std::vector<std::size_t> all_sufficient(const std::vector<Hypothesis>& hypotheses) {
  std::vector<std::size_t> all;
  for (std::size_t h = 0; h < hypotheses.size(); ++h) {
    if (hypotheses[h].status != Status::underpowered) all.push_back(h);
  }
  return all;
}

Result<void> check_labels(const std::vector<Candidate>& given, const std::vector<Target>& targets, const Study& study) {
  for (const Candidate& candidate : given) {
    std::vector<std::string> names;
    for (const Target& target : targets) names.push_back(target.label.name);
    if (std::find(names.begin(), names.end(), candidate.label) != names.end()) continue;
    return bad_input(fmt::format("{}: no label '{}' in this study; it has: {}", study.file.string(), candidate.label,
                                 fmt::join(names, ", ")));
  }
  return {};
}

/// A user's hypothesis turns round where its label fails systematically.
std::vector<Candidate> of_user(const std::vector<Candidate>& given, const std::vector<BaseResult>& bases) {
  std::vector<Candidate> candidates = given;
  for (Candidate& candidate : candidates) candidate.direction = direction_of(*base_of(bases, candidate.label));
  return candidates;
}

void describe_models(const Models& models, Findings& findings) {
  for (const auto& [kind, name] : names_of(RoleKind())) {
    const Role* role = role_of(models, kind);
    if (role == nullptr) continue;
    findings.fingerprints[std::string(name)] = role->fingerprint();
    findings.descriptions[std::string(name)] = role->describe();
  }
}

void measure(const Memo& memo, Course& course, int threads, RunFacts& run) {
  run.roles = memo.uses();
  run.seconds = course.total();
  run.threads = threads;
  double engine = 0;
  for (const auto& [name, use] : run.roles) engine += use.engine_seconds;
  if (run.seconds > 0) run.engine_share = engine / (run.seconds * threads);
  if (memo.generating_seconds() > 0) {
    run.images_per_second = static_cast<double>(run.roles["generator"].computed) / memo.generating_seconds();
  }
  rusage usage{};
  if (getrusage(RUSAGE_SELF, &usage) == 0) run.peak_memory_bytes = static_cast<std::uint64_t>(usage.ru_maxrss) * 1024;
}

RunFinished finished(const Study& study, const StudyRun& result) {
  const Findings& findings = result.findings;
  const auto bugs = std::count_if(findings.hypotheses.begin(), findings.hypotheses.end(),
                                  [](const Hypothesis& h) { return h.status == Status::confirmed; });
  return {findings.spent.total(), study.budget.images, static_cast<std::size_t>(bugs), work_of(result.run.roles)};
}

}  // namespace

Result<std::vector<Target>> find_targets(const Study& study, const std::vector<std::string>& class_names) {
  SCOTOMA_ASSIGN_OR_RETURN(const auto classes, classes_of_labels(study, class_names));
  SCOTOMA_ASSIGN_OR_RETURN(const auto rule, failure_rule(study, class_names.size()));
  std::vector<Target> targets;
  for (std::size_t i = 0; i < classes.size(); ++i) {
    targets.push_back({study.labels[i], static_cast<int>(classes[i]), rule});
  }
  return targets;
}

namespace {

/// Explored and shrunk; a user's own words are neither.
Result<std::vector<std::size_t>> pick_finalists(StageContext& context, Memo& memo, Course& course, Findings& findings) {
  course.begin(Stage::explore);
  SCOTOMA_ASSIGN_OR_RETURN(auto finalists, explore(context, findings.hypotheses));
  SCOTOMA_ASSIGN_OR_RETURN(finalists, second_round(context, memo, findings, std::move(finalists)));
  course.begin(Stage::shrink);
  TextEmbedding embed;
  if (memo.has_embedder()) embed = [&](std::span<const std::string> texts) { return memo.embed_texts(texts); };
  return shrink(context, findings.hypotheses, finalists, embed);
}

/// Marked cells of the cross-check have a trial like any other phrase. `tested`: all that had one. Not under the plain
/// rule, which decides of each by itself and would only list more.
Result<void> test_what_spreads(StageContext& context, Memo& memo, Course& course, Findings& findings,
                               const std::vector<std::size_t>& tested) {
  if (context.study.evidence.rule != EvidenceRule::sequential) return {};
  SCOTOMA_ASSIGN_OR_RETURN(const auto spread, take_up_spread(context, memo, findings, tested));
  if (spread.empty()) return {};
  course.begin(Stage::spread);
  return confirm_spread(context, findings, spread);
}

/// The last stage: a certificate, where the study asks for one. Of the study as it is written, whatever its minutes
/// allow the search: `scotoma certify` on the same answers must say the same.
Result<void> certify_in_the_end(Memo& memo, const Study& study, const Models& models, Course& course,
                                Listener& listener, Findings& findings) {
  if (!find_certifies(study)) return {};
  course.begin(Stage::certify);
  SCOTOMA_ASSIGN_OR_RETURN(findings.certificate, certify_through(memo, study, {}, models, listener));
  return {};
}

/// What a reader must know who sees [certify] in the study and no certificate.
void add_not_certified(const Study& study, std::vector<std::string>& limits) {
  if (!study.certify.in_study || find_certifies(study)) return;
  limits.emplace_back("[certify] names no phrases, and the study has no [[attributes]]: nothing was certified.");
}

/// run_study() through this memo.
Result<StudyRun> run_through(Memo& memo, const Study& study, Models& models, AnswerCache& cache, Listener& listener,
                             const RunOptions& options) {
  StudyRun result;
  Findings& findings = result.findings;
  const int threads = thread_count(study.engine.threads);
  SCOTOMA_ASSIGN_OR_RETURN(const auto targets, find_targets(study, models.classifier->class_names()));
  SCOTOMA_RETURN_IF_ERROR(check_labels(options.only, targets, study));
  if (options.only.empty()) SCOTOMA_RETURN_IF_ERROR(check_certificate(study));
  findings.class_names = models.classifier->class_names();
  Study limited = study;  // what the minutes allow
  StageContext context{limited, targets, findings.class_names, memo, listener};
  if (models.draft != nullptr) context.drafts.emplace();
  Course course(result, listener);
  if (study.budget.minutes > 0) {
    course.begin(Stage::measure_speed);
    SteadyClock own;
    Clock& clock = options.clock != nullptr ? *options.clock : own;
    SCOTOMA_ASSIGN_OR_RETURN(limited.budget.images,
                             affordable_images(context, models, memo, cache, clock, {threads, options.replay_only}));
  }

  listener.on(ImagesSpent{0, limited.budget.images});
  course.begin(Stage::sample);
  SCOTOMA_ASSIGN_OR_RETURN(findings.bases, sample_bases(context));
  course.begin(Stage::describe);
  SCOTOMA_ASSIGN_OR_RETURN(findings.diversity, measure_diversity(memo, findings.bases));
  std::vector<Candidate> candidates = of_user(options.only, findings.bases);
  if (candidates.empty()) {
    SCOTOMA_ASSIGN_OR_RETURN(candidates, search_phrases(context, memo, findings));
  }
  course.begin(Stage::hypothesise);
  SCOTOMA_ASSIGN_OR_RETURN(findings.hypotheses, hypothesise(context, memo, candidates, findings.bases));
  std::vector<std::size_t> finalists = all_sufficient(findings.hypotheses);
  if (options.only.empty()) {
    SCOTOMA_ASSIGN_OR_RETURN(finalists, pick_finalists(context, memo, course, findings));
  }
  course.begin(Stage::complete);
  SCOTOMA_ASSIGN_OR_RETURN(finalists, complete_bases(context, findings.bases, findings.hypotheses, finalists));
  course.begin(Stage::confirm);
  SCOTOMA_ASSIGN_OR_RETURN(findings.rejection_threshold,
                           confirm(context, findings.bases, findings.hypotheses, finalists));
  course.begin(Stage::audit);
  SCOTOMA_RETURN_IF_ERROR(audit(context, findings.hypotheses));
  if (options.only.empty()) {
    course.begin(Stage::cross_check);
    SCOTOMA_ASSIGN_OR_RETURN(findings.cross, cross_check(context, findings.hypotheses, findings.bases));
    SCOTOMA_RETURN_IF_ERROR(test_what_spreads(context, memo, course, findings, finalists));
    SCOTOMA_RETURN_IF_ERROR(certify_in_the_end(memo, study, models, course, listener, findings));
  }
  SCOTOMA_RETURN_IF_ERROR(memo.settle());
  course.end();
  describe_models(models, findings);
  findings.spent = context.spent;
  findings.drafts = context.drafts;
  findings.limits = context.final_limits();
  if (options.only.empty()) add_not_certified(study, findings.limits);
  // Last of all, so that no image depends on what a person said.
  SCOTOMA_ASSIGN_OR_RETURN(const Reviews reviews, read_reviews(cache));
  conclude(study, reviews, findings);
  course.decided();
  measure(memo, course, threads, result.run);
  listener.on(finished(limited, result));
  return result;
}

}  // namespace

Result<StudyRun> run_study(const Study& study, Models& models, AnswerCache& cache, const CancelToken& cancel,
                           Listener& listener, const RunOptions& options) {
  ImageStore& images = options.images != nullptr ? *options.images : cache;
  Memo memo(models, cache, images, cancel, listener,
            {thread_count(study.engine.threads), options.replay_only, options.executor, options.sharing});
  return run_through(memo, study, models, cache, listener, options);
}

Result<ShardRun> answer_shard(const Study& study, Models& models, AnswerCache& cache, const CancelToken& cancel,
                              Listener& listener, const Sharing& sharing) {
  if (study.budget.minutes > 0) {
    return bad_input(
        fmt::format("{}: budget.minutes is as many images as one machine generates in that time, and several machines "
                    "would not agree; set budget.images alone",
                    study.file.string()));
  }
  Memo memo(models, cache, cancel, listener, {thread_count(study.engine.threads), false, nullptr, sharing});
  const auto done = run_through(memo, study, models, cache, listener, {.sharing = sharing});
  if (!done.ok() && done.error().code != Code::waits) return done.error();
  return ShardRun{work_of(memo.uses()), done.ok() ? 0 : memo.left()};
}

}  // namespace scotoma
