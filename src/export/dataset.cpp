#include "export/dataset.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>
#include <string_view>
#include <unordered_set>

#include "export/names.h"
#include "export/split.h"
#include "report/text.h"
#include "report/words.h"

namespace scotoma {
namespace {

using Hypotheses = std::vector<const Hypothesis*>;

Hypotheses confirmed(const Findings& findings) {
  Hypotheses all;
  for (const Hypothesis& hypothesis : findings.hypotheses) {
    if (hypothesis.status == Status::confirmed) all.push_back(&hypothesis);
  }
  return all;
}

/// What a user who named no bug wants: a label that passes under a phrase is a finding, and no bug.
Result<Hypotheses> every_bug(const Hypotheses& all) {
  Hypotheses bugs;
  for (const Hypothesis* each : all) {
    if (each->direction == Direction::fails) bugs.push_back(each);
  }
  if (!bugs.empty()) return bugs;
  if (all.empty()) return bad_input("no bug was confirmed in this study, so there is nothing to export");
  return bad_input(fmt::format(
      "no phrase was confirmed under which a label fails; '{0}' names pictures of a label that fails nearly everywhere "
      "and is recognised there: --bug {0} exports them",
      all.front()->id));
}

/// The named ones, in the findings' order.
Result<Hypotheses> named_bugs(const Findings& findings, const Hypotheses& all, const std::vector<std::string>& ids) {
  const std::set<std::string> asked(ids.begin(), ids.end());
  for (const std::string& id : asked) {
    const auto found = std::find_if(findings.hypotheses.begin(), findings.hypotheses.end(),
                                    [&](const Hypothesis& each) { return each.id == id; });
    if (found != findings.hypotheses.end() && found->status == Status::confirmed) continue;
    if (found != findings.hypotheses.end()) {
      return bad_input(fmt::format("'{}' was not confirmed ({}): only pictures of confirmed bugs are exported", id,
                                   status_words(found->status)));
    }
    std::vector<std::string> known;
    for (const Hypothesis* each : all) known.push_back(each->id);
    return bad_input(fmt::format("no bug '{}' in this study; confirmed: {}", id,
                                 known.empty() ? "none" : fmt::format("{}", fmt::join(known, ", "))));
  }
  Hypotheses bugs;
  for (const Hypothesis* each : all) {
    if (asked.contains(each->id)) bugs.push_back(each);
  }
  return bugs;
}

std::vector<DatasetLabel> labels_of(const Study& study, const Findings& findings) {
  std::vector<std::string> names;
  for (const StudyLabel& label : study.labels) names.push_back(label.name);
  const std::vector<std::string> folders = file_names(names);
  std::vector<DatasetLabel> labels;
  for (std::size_t i = 0; i < names.size(); ++i) {
    const std::string& class_name = study.labels[i].class_name;
    const auto at = std::find(findings.class_names.begin(), findings.class_names.end(), class_name);
    labels.push_back({names[i], class_name, static_cast<int>(at - findings.class_names.begin()), folders[i]});
  }
  return labels;
}

/// Named among all that were confirmed, so that a bug's files have the same names in an export of a few.
std::vector<DatasetBug> bugs_of(const Hypotheses& chosen, const Hypotheses& all,
                                const std::vector<DatasetLabel>& labels) {
  std::vector<std::string> ids;
  for (const Hypothesis* each : all) ids.push_back(each->id);
  const std::vector<std::string> names = file_names(ids);
  std::vector<DatasetBug> bugs;
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (std::find(chosen.begin(), chosen.end(), all[i]) == chosen.end()) continue;
    const auto label = std::find_if(labels.begin(), labels.end(),
                                    [&](const DatasetLabel& each) { return each.name == all[i]->label; });
    bugs.push_back({all[i], static_cast<std::size_t>(label - labels.begin()), names[i]});
  }
  return bugs;
}

const std::vector<Sample>& samples_of(const Hypothesis& hypothesis) {
  return hypothesis.audited() ? hypothesis.audit_samples : hypothesis.tried;
}

void add_pictures(Dataset& dataset, const ExportOptions& options) {
  std::unordered_set<std::string_view> seen;
  for (std::size_t b = 0; b < dataset.bugs.size(); ++b) {
    DatasetBug& bug = dataset.bugs[b];
    const std::vector<Sample>& samples = samples_of(*bug.hypothesis);
    for (std::size_t i = 0; i < samples.size(); ++i) {
      if (options.per_bug > 0 && bug.train + bug.test == options.per_bug) break;
      const bool wanted = options.images == ExportImages::failing ? samples[i].failure() : samples[i].valid();
      if (!wanted || !seen.insert(samples[i].image).second) continue;
      const bool test = in_test(samples[i].draw.seed, options.test);
      dataset.pictures.push_back({&samples[i], b, i, test});
      ++(test ? bug.test : bug.train);
    }
  }
}

/// The shortest decimal that names this float: 0.87, not 0.8700000047683716.
double as_written(float value) { return std::stod(fmt::format("{}", value)); }

}  // namespace

std::size_t Dataset::train() const { return pictures.size() - test(); }

std::size_t Dataset::test() const {
  return static_cast<std::size_t>(
      std::count_if(pictures.begin(), pictures.end(), [](const DatasetPicture& picture) { return picture.test; }));
}

std::vector<std::string> Dataset::one_sided() const {
  std::vector<std::string> names;
  if (train() == 0 || test() == 0) return names;
  for (std::size_t label = 0; label < labels.size(); ++label) {
    std::size_t on_train = 0;
    std::size_t on_test = 0;
    for (const DatasetBug& bug : bugs) {
      if (bug.label != label) continue;
      on_train += bug.train;
      on_test += bug.test;
    }
    if ((on_train == 0) != (on_test == 0)) names.push_back(labels[label].name);
  }
  return names;
}

Result<Dataset> choose_pictures(const Study& study, const Findings& findings, const ExportOptions& options) {
  if (!(options.test >= 0 && options.test <= 1)) {
    return bad_input(fmt::format("--test {}: must be a share, from 0 (none) to 1 (all)", options.test));
  }
  const Hypotheses all = confirmed(findings);
  SCOTOMA_TRY(const Hypotheses chosen, options.bugs.empty() ? every_bug(all) : named_bugs(findings, all, options.bugs));
  Dataset dataset;
  dataset.labels = labels_of(study, findings);
  dataset.bugs = bugs_of(chosen, all, dataset.labels);
  add_pictures(dataset, options);
  if (dataset.pictures.empty()) {
    return bad_input(
        "none of the pictures of these bugs is a failure, so there is nothing to export; --images valid exports those "
        "that the classifier gets right, too");
  }
  return dataset;
}

nlohmann::ordered_json picture_json(const Dataset& dataset, const Findings& findings, const DatasetPicture& picture,
                                    const std::string& file_name) {
  const Hypothesis& bug = *dataset.bugs[picture.bug].hypothesis;
  const DatasetLabel& label = dataset.labels[dataset.bugs[picture.bug].label];
  const Sample& sample = *picture.sample;
  const Score& best = sample.prediction.top.front();
  return {{"file_name", file_name},
          {"label", valid_utf8(label.name)},
          {"class", valid_utf8(label.class_name)},
          {"class_index", label.class_index},
          {"predicted", valid_utf8(findings.class_names[static_cast<std::size_t>(best.label)])},
          {"predicted_index", best.label},
          {"score", as_written(best.probability)},
          {"failed", sample.failure()},
          {"bug", valid_utf8(bug.id)},
          {"phrase", valid_utf8(bug.phrase.text)},
          {"prompt", valid_utf8(sample.draw.prompt)},
          {"seed", fmt::format("{:#018x}", sample.draw.seed)},
          {"drawn_for", drawn_for(bug)},
          {"judge_score", as_written(sample.judgement.score)},
          {"split", side_name(picture.test)},
          {"image_id", sample.image}};
}

const char* side_name(bool test) { return test ? "test" : "train"; }

const char* drawn_for(const Hypothesis& hypothesis) { return hypothesis.audited() ? "audit" : "confirm"; }

}  // namespace scotoma
