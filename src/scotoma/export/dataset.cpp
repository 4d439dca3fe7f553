// SPDX-License-Identifier: Apache-2.0
#include "scotoma/export/dataset.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>
#include <string_view>
#include <unordered_set>

#include "scotoma/export/names.h"
#include "scotoma/export/split.h"
#include "scotoma/finding/cause.h"
#include "scotoma/finding/count.h"
#include "scotoma/wording/finding_words.h"
#include "scotoma/wording/text.h"
#include "scotoma/wording/words.h"

namespace scotoma {
namespace {

/// Of a confirmed hypothesis; its label and name are set later, as of everything that can be exported.
DatasetBug bug_of(const Study& study, const Hypothesis& h) {
  DatasetBug bug;
  bug.id = h.id;
  bug.phrase = h.phrase.text;
  bug.prompt = h.prompt;
  bug.direction = h.direction;
  bug.predicted = h.misclassified_as();
  bug.sentence = sentence(study, h);
  bug.generated_for = h.audited() ? "audit" : "confirm";
  bug.rate = h.direction == Direction::passes ? complement(h.measured()) : h.measured();
  bug.samples = h.audited() ? &h.audit_samples : &h.tried;
  return bug;
}

DatasetBug bug_of(const Study& study, const SystematicFailure& failure) {
  const BaseResult& base = *failure.base;
  DatasetBug bug;
  bug.id = failure.id;
  if (!base.prompts.empty()) bug.prompt = base.prompts.front();
  bug.predicted = base.predicted;
  bug.sentence = sentence(study, failure);
  bug.generated_for = "baseline";
  bug.rate = base.rate;
  bug.samples = &base.samples;
  return bug;
}

std::size_t label_index(const std::vector<DatasetLabel>& labels, const std::string& name) {
  const auto at =
      std::find_if(labels.begin(), labels.end(), [&](const DatasetLabel& each) { return each.name == name; });
  return static_cast<std::size_t>(at - labels.begin());
}

/// All that can be exported. Named together, so that a bug's files have the same names in an export of a few.
std::vector<DatasetBug> exportable(const Study& study, const Findings& findings,
                                   const std::vector<DatasetLabel>& labels) {
  std::vector<DatasetBug> all;
  for (const Hypothesis& h : findings.hypotheses) {
    if (h.status != Status::confirmed) continue;
    all.push_back(bug_of(study, h));
    all.back().label = label_index(labels, h.label);
  }
  for (const SystematicFailure& failure : systematic_failures(findings)) {
    all.push_back(bug_of(study, failure));
    all.back().label = label_index(labels, failure.base->label);
  }
  std::vector<std::string> ids;
  for (const DatasetBug& bug : all) ids.push_back(bug.id);
  const std::vector<std::string> names = file_names(ids);
  for (std::size_t i = 0; i < all.size(); ++i) all[i].name = names[i];
  return all;
}

/// What a user who named nothing wants: where a label is recognised is a finding, and no failure.
Result<std::set<std::string>> every_failure(const std::vector<DatasetBug>& all) {
  std::set<std::string> ids;
  for (const DatasetBug& bug : all) {
    if (bug.direction == Direction::fails) ids.insert(bug.id);
  }
  if (!ids.empty()) return ids;
  return bad_input(
      "no bug was confirmed in this study and no label fails systematically, so there is nothing to export");
}

/// Why that id names nothing that can be exported.
Error unknown(const Findings& findings, const std::vector<DatasetBug>& all, const std::string& id) {
  for (const Hypothesis& h : findings.hypotheses) {
    if (h.id != id) continue;
    return bad_input(fmt::format("'{}' was not confirmed ({}): only images of confirmed bugs are exported", id,
                                 status_words(h.status)));
  }
  std::vector<std::string> known;
  for (const Cause& cause : find_causes(findings)) known.push_back(cause.id);
  for (const DatasetBug& bug : all) known.push_back(bug.id);
  return bad_input(fmt::format("no bug, cause or systematic failure '{}' in this study; it has: {}", id,
                               known.empty() ? "none" : fmt::format("{}", fmt::join(known, ", "))));
}

/// The named ones; a cause is all of its bugs.
Result<std::set<std::string>> named(const Findings& findings, const std::vector<DatasetBug>& all,
                                    const std::vector<std::string>& ids) {
  std::set<std::string> chosen;
  const std::vector<Cause> causes = find_causes(findings);
  for (const std::string& id : ids) {
    const auto is = [&](const auto& each) { return each.id == id; };
    if (const auto cause = std::find_if(causes.begin(), causes.end(), is); cause != causes.end()) {
      for (const Hypothesis* bug : cause->bugs) chosen.insert(bug->id);
    } else if (std::any_of(all.begin(), all.end(), is)) {
      chosen.insert(id);
    } else {
      return unknown(findings, all, id);
    }
  }
  return chosen;
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

void add_images(Dataset& dataset, const ExportOptions& options) {
  std::unordered_set<std::string_view> seen;
  for (std::size_t b = 0; b < dataset.bugs.size(); ++b) {
    DatasetBug& bug = dataset.bugs[b];
    const std::vector<Sample>& samples = *bug.samples;
    for (std::size_t i = 0; i < samples.size(); ++i) {
      if (options.per_bug > 0 && bug.train + bug.test == options.per_bug) break;
      const bool wanted = options.images == ExportImages::failing ? samples[i].failure() : samples[i].valid();
      if (!wanted || !seen.insert(samples[i].image).second) continue;
      const bool test = in_test(samples[i].request.seed, options.test);
      dataset.images.push_back({&samples[i], b, i, test});
      ++(test ? bug.test : bug.train);
    }
  }
}

/// The shortest decimal that names this float: 0.87, not 0.8700000047683716.
double as_written(float value) { return std::stod(fmt::format("{}", value)); }

}  // namespace

std::size_t Dataset::train() const { return images.size() - test(); }

std::size_t Dataset::test() const {
  return static_cast<std::size_t>(
      std::count_if(images.begin(), images.end(), [](const DatasetImage& image) { return image.test; }));
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

Result<Dataset> choose_images(const Study& study, const Findings& findings, const ExportOptions& options) {
  if (!(options.test >= 0 && options.test <= 1)) {
    return bad_input(fmt::format("--test {}: must be a share, from 0 (none) to 1 (all)", options.test));
  }
  Dataset dataset;
  dataset.labels = labels_of(study, findings);
  dataset.bugs = exportable(study, findings, dataset.labels);
  SCOTOMA_ASSIGN_OR_RETURN(const auto chosen, options.bugs.empty() ? every_failure(dataset.bugs)
                                                                   : named(findings, dataset.bugs, options.bugs));
  std::erase_if(dataset.bugs, [&](const DatasetBug& bug) { return !chosen.contains(bug.id); });
  add_images(dataset, options);
  if (dataset.images.empty()) {
    return bad_input(
        "none of the images of these bugs is a failure, so there is nothing to export; --images valid exports those "
        "that the classifier gets right, too");
  }
  return dataset;
}

nlohmann::ordered_json image_json(const Dataset& dataset, const Findings& findings, const DatasetImage& image,
                                  const std::string& file_name) {
  const DatasetBug& bug = dataset.bugs[image.bug];
  const DatasetLabel& label = dataset.labels[bug.label];
  const Sample& sample = *image.sample;
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
          {"phrase", valid_utf8(bug.phrase)},
          {"prompt", valid_utf8(sample.request.prompt)},
          {"seed", fmt::format("{:#018x}", sample.request.seed)},
          {"generated_for", bug.generated_for},
          {"judge_score", as_written(sample.judgement.score)},
          {"split", side_name(image.test)},
          {"image_id", sample.image}};
}

const char* side_name(bool test) { return test ? "test" : "train"; }

}  // namespace scotoma
