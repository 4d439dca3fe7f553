// SPDX-License-Identifier: Apache-2.0
#include "scotoma/export/fiftyone.h"

#include <fmt/format.h>

#include <functional>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <string_view>
#include <utility>
#include <vector>

#include "scotoma/core/hash.h"
#include "scotoma/export/card.h"
#include "scotoma/export/fields.h"
#include "scotoma/finding/cause.h"
#include "scotoma/finding/count.h"
#include "scotoma/wording/finding_words.h"
#include "scotoma/wording/tally.h"
#include "scotoma/wording/text.h"

namespace scotoma {
namespace {

using nlohmann::ordered_json;

constexpr const char* kVersion = "1.22.1";             // of FiftyOne: newer ones bring what older ones wrote up to date
constexpr const char* kDate = "1970-01-01T00:00:00Z";  // replaced when the dataset is read
constexpr std::size_t kLongestName = 200;              // of a view: a menu shows it

/// A MongoDB ObjectId, 12 bytes, of these texts.
ordered_json object_id(std::string_view purpose, std::string_view text) {
  return {{"$oid", Hasher().field(purpose).field(text).hex().substr(0, 24)}};
}

/// FiftyOne orders by it when it shuffles; its own are in [0.999, 1).
double shuffling(const std::string& key) {
  const std::string digits = Hasher().field("order").field(key).hex().substr(0, 13);
  return 0.999 + 0.001 * static_cast<double>(std::stoull(digits, nullptr, 16)) * 0x1p-52;
}

/// The finding that each bug belongs to, by id: a cause, or a systematic failure, also of its exceptions.
std::map<std::string, std::string> findings_by_bug(const Findings& findings) {
  std::map<std::string, std::string> finding_of;
  for (const Cause& cause : find_causes(findings)) {
    for (const Hypothesis* bug : cause.bugs) finding_of[bug->id] = cause.id;
  }
  for (const SystematicFailure& failure : systematic_failures(findings)) {
    finding_of[failure.id] = failure.id;
    for (const Hypothesis* exception : failure.exceptions) finding_of[exception->id] = failure.id;
  }
  return finding_of;
}

/// The same by index of the dataset's bugs. An exception of a label that a review no longer calls failing stands alone.
std::vector<std::string> findings_of(const Dataset& dataset, const Findings& findings) {
  const auto by_bug = findings_by_bug(findings);
  std::vector<std::string> ids;
  for (const DatasetBug& bug : dataset.bugs) {
    const auto found = by_bug.find(bug.id);
    ids.push_back(found == by_bug.end() ? bug.id : found->second);
  }
  return ids;
}

ordered_json classification(const std::string& id, const std::string& label) {
  return {
      {"_id", object_id("label", id)}, {"_cls", "Classification"}, {"tags", ordered_json::array()}, {"label", label}};
}

/// Fields of image_json() that stand elsewhere in a sample: as its path, its tags, its two classifications.
bool stands_elsewhere(const std::string& name) {
  static const std::set<std::string, std::less<>> kNames = {"file_name", "class", "predicted", "score", "split"};
  return kNames.contains(name);
}

ordered_json field(const char* name, const std::string& type, ordered_json subfield = nullptr) {
  const std::string fields = "fiftyone.core.fields.";
  if (subfield.is_string()) subfield = fields + subfield.get<std::string>();
  const bool is_id = std::string_view(name) == "id";
  return {{"name", name},
          {"ftype", fields + type},
          {"embedded_doc_type", nullptr},
          {"subfield", std::move(subfield)},
          {"fields", ordered_json::array()},
          {"db_field", is_id ? "_id" : name},
          {"description", nullptr},
          {"info", nullptr},
          {"read_only", false},
          {"created_at", {{"$date", kDate}}}};
}

ordered_json document(const char* name, const char* type, std::vector<ordered_json> fields) {
  ordered_json json = field(name, "EmbeddedDocumentField");
  json["embedded_doc_type"] = type;
  json["fields"] = std::move(fields);
  return json;
}

ordered_json read_only(ordered_json json) {
  json["read_only"] = true;
  return json;
}

ordered_json described(ordered_json json, const std::string& description) {
  json["description"] = printable(description);
  return json;
}

ordered_json classification_field(const char* name, const std::string& description) {
  return described(
      document(name, "fiftyone.core.labels.Classification",
               {field("id", "ObjectIdField"), field("tags", "ListField", "StringField"), field("label", "StringField"),
                field("confidence", "FloatField"), field("logits", "VectorField")}),
      description);
}

const char* fiftyone_type(FieldType type) {
  switch (type) {
    case FieldType::whole:
      return "IntField";
    case FieldType::fraction:
      return "FloatField";
    case FieldType::truth:
      return "BooleanField";
    case FieldType::text:
      break;
  }
  return "StringField";
}

ordered_json sample_fields(const Study& study) {
  ordered_json fields = {
      field("id", "ObjectIdField"),
      field("_media_type", "StringField"),
      described(field("tags", "ListField", "StringField"), "train or test"),
      field("_dataset_id", "ObjectIdField"),
      document("metadata", "fiftyone.core.metadata.ImageMetadata",
               {field("size_bytes", "IntField"), field("mime_type", "StringField"), field("width", "IntField"),
                field("height", "IntField"), field("num_channels", "IntField")}),
      read_only(field("last_modified_at", "DateTimeField")),
      field("_rand", "FloatField"),
      read_only(field("created_at", "DateTimeField")),
      field("filepath", "StringField"),
      classification_field("ground_truth", "the classifier's class that is the right answer"),
      classification_field("predictions", "the classifier's best answer, with its probability"),
      described(field("finding", "StringField"), "the id of the cause or systematic failure that the bug belongs to")};
  for (const DatasetField& each : dataset_fields(study)) {
    if (!stands_elsewhere(each.name))
      fields.push_back(described(field(each.name.c_str(), fiftyone_type(each.type)), each.meaning));
  }
  return fields;
}

/// A finding's id, or of a long one its begin with a hash of it: no two views have one name.
std::string view_name(const std::string& finding) {
  if (finding.size() <= kLongestName) return finding;
  return finding.substr(0, kLongestName - 9) + "-" + Hasher().field(finding).hex().substr(0, 8);
}

/// Of the images with this finding.
ordered_json saved_view(const std::string& finding, const std::string& sentence) {
  const std::string name = view_name(finding);
  const ordered_json stage = {
      {"_cls", "fiftyone.core.stages.Match"},
      {"kwargs", ordered_json::array({ordered_json::array({"filter", {{"finding", finding}}})})}};
  return {{"_id", object_id("view", finding)},
          {"_dataset_id", object_id("dataset", "")},
          {"name", name},
          {"description", printable(sentence)},
          {"slug", slug(name)},
          {"view_stages", {stage.dump()}},
          {"created_at", nullptr},
          {"last_modified_at", nullptr},
          {"last_loaded_at", nullptr}};
}

ordered_json saved_views(const Study& study, const Findings& findings, const Dataset& dataset) {
  std::set<std::string> here;  // findings that have images
  const std::vector<std::string> finding_of = findings_of(dataset, findings);
  for (std::size_t i = 0; i < dataset.bugs.size(); ++i) {
    if (dataset.bugs[i].train + dataset.bugs[i].test > 0) here.insert(finding_of[i]);
  }
  ordered_json views = ordered_json::array();
  for (const Cause& cause : find_causes(findings)) {
    if (here.contains(cause.id)) views.push_back(saved_view(cause.id, sentence(study, cause)));
  }
  for (const SystematicFailure& failure : systematic_failures(findings)) {
    if (here.contains(failure.id)) views.push_back(saved_view(failure.id, sentence(study, failure)));
  }
  return views;
}

}  // namespace

FiftyoneSamples::FiftyoneSamples(const Dataset& dataset, const Findings& findings, std::filesystem::path file)
    : dataset_(dataset), findings_(findings), file_(std::move(file)), finding_of_(findings_of(dataset, findings)) {}

Result<void> FiftyoneSamples::add(const DatasetImage& image, const std::string& file_name) {
  const ordered_json known = image_json(dataset_, findings_, image, file_name);
  ordered_json truth = classification("truth " + file_name, known["class"]);
  ordered_json answer = classification("answer " + file_name, known["predicted"]);
  answer["confidence"] = known["score"];
  ordered_json sample = {{"_id", object_id("sample", file_name)},
                         {"filepath", file_name},
                         {"tags", {known["split"]}},
                         {"_media_type", "image"},
                         {"_rand", shuffling(file_name)},
                         {"ground_truth", std::move(truth)},
                         {"predictions", std::move(answer)},
                         {"finding", valid_utf8(finding_of_[image.bug])}};
  for (const auto& [name, value] : known.items()) {
    if (!stands_elsewhere(name)) sample[name] = value;
  }
  sample["_dataset_id"] = object_id("dataset", "");
  for (const char* date : {"created_at", "last_modified_at"}) sample[date] = {{"$date", kDate}};
  const char* before = out_ ? ",\n" : "{\"samples\": [\n";
  if (!out_) {
    SCOTOMA_ASSIGN_OR_RETURN(out_, OutputFile::create(file_));
  }
  return out_->write(before + printable_json(sample.dump()));
}

Result<void> FiftyoneSamples::finish() {
  if (!out_) return {};
  SCOTOMA_RETURN_IF_ERROR(out_->write("\n]}\n"));
  return out_->close();
}

ordered_json fiftyone_metadata(const Study& study, const Findings& findings, const Dataset& dataset,
                               const ExportOptions& options) {
  ordered_json json = {{"_id", object_id("dataset", "")}, {"name", "scotoma"}, {"slug", "scotoma"}};
  json["version"] = kVersion;
  for (const char* date : {"created_at", "last_modified_at"}) json[date] = {{"$date", kDate}};
  json["last_deletion_at"] = nullptr;
  json["last_loaded_at"] = nullptr;
  json["sample_collection_name"] = "samples.scotoma";
  json["persistent"] = false;
  json["media_type"] = "image";
  for (const char* list : {"_media_roots", "_media_sources", "_media_source_layouts"})
    json[list] = ordered_json::array();
  json["group_media_types"] = ordered_json::object();
  json["tags"] = ordered_json::array();
  for (const std::string_view tag : dataset_tags()) json["tags"].push_back(tag);
  json["description"] = printable(fmt::format("{}. {}", dataset_title(study), dataset_description(options)));
  json["info"] = {{"study", printable(study.name)},
                  {"findings", findings_sentence(findings)},
                  {"scotoma", options.version},
                  {"licence", kDatasetLicence}};
  json["app_config"] = {
      {"dynamic_groups_target_frame_rate", 30}, {"grid_media_field", "filepath"},  {"media_fallback", false},
      {"media_fields", {"filepath"}},           {"modal_media_field", "filepath"}, {"plugins", ordered_json::object()}};
  json["classes"] = ordered_json::object();
  json["default_classes"] = ordered_json::array();
  for (const char* map :
       {"mask_targets", "default_mask_targets", "skeletons", "camera_intrinsics", "static_transforms"})
    json[map] = ordered_json::object();
  json["sample_fields"] = sample_fields(study);
  json["frame_fields"] = ordered_json::array();
  json["saved_views"] = saved_views(study, findings, dataset);
  json["workspaces"] = ordered_json::array();
  for (const char* map : {"annotation_runs", "brain_methods", "evaluations", "runs"})
    json[map] = ordered_json::object();
  json["active_label_schemas"] = ordered_json::array();
  for (const char* map : {"label_schemas", "frame_label_schemas"}) json[map] = ordered_json::object();
  return json;
}

}  // namespace scotoma
