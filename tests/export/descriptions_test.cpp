// SPDX-License-Identifier: Apache-2.0
// What a dataset says of itself to readers of Croissant and to FiftyOne. That they read it: ./dev readers.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "e2e/program.h"
#include "fake/folder.h"
#include "report/made_up.h"
#include "scotoma/export/croissant.h"
#include "scotoma/export/fields.h"
#include "scotoma/export/fiftyone.h"
#include "scotoma/finding/cause.h"

namespace scotoma {
namespace {

using nlohmann::json;

/// A dataset of made-up findings.
struct Described {
  Study study = made_up::study();
  Findings findings = made_up::findings();
  ExportOptions options;
  Dataset dataset;

  explicit Described(ExportFormat format, double test = 0.3) {
    options = {.format = format, .images = ExportImages::valid, .test = test, .version = "9.9"};
    auto chosen = choose_images(study, findings, options);
    EXPECT_TRUE(chosen.ok()) << chosen.error().message;
    dataset = std::move(*chosen);
  }

  json croissant(const std::vector<DescribedFile>& archives = {}) const {
    return json::parse(
        croissant_json(study, dataset, options, {"images.jsonl", std::string(64, 'a')}, archives).dump());
  }
  json metadata() const { return json::parse(fiftyone_metadata(study, findings, dataset, options).dump()); }
  json samples() const {
    const fake::Folder folder;
    FiftyoneSamples samples(dataset, findings, folder / "samples.json");
    for (const DatasetImage& image : dataset.images)
      EXPECT_TRUE(samples.add(image, "data/" + std::to_string(image.bug) + "-" + std::to_string(image.number)).ok());
    EXPECT_TRUE(samples.finish().ok());
    return json::parse(e2e::read_file(folder / "samples.json"));
  }
};

/// Whether a value is of that type.
bool fits(FieldType type, const json& value) {
  switch (type) {
    case FieldType::whole:
      return value.is_number_integer();
    case FieldType::fraction:
      return value.is_number_float();
    case FieldType::truth:
      return value.is_boolean();
    case FieldType::text:
      break;
  }
  return value.is_string();
}

TEST(DatasetFields, AreThoseOfEveryImageInTheirOrderAndOfTheirTypes) {
  const Described one(ExportFormat::jsonl);
  const auto fields = dataset_fields(one.study);
  for (const DatasetImage& image : one.dataset.images) {
    const auto known = image_json(one.dataset, one.findings, image, "x.png");
    ASSERT_EQ(known.size(), fields.size());
    std::size_t i = 0;
    for (const auto& [name, value] : known.items()) {
      EXPECT_EQ(name, fields[i].name);
      EXPECT_TRUE(fits(fields[i].type, value)) << name << ": " << value;
      ++i;
    }
  }
}

TEST(DatasetFields, SayWhatFailsUnderAnotherRule) {
  Study study = made_up::study();
  study.failure.rule = FailureKind::top_k;
  study.failure.k = 3;
  const auto fields = dataset_fields(study);
  const auto failed =
      std::find_if(fields.begin(), fields.end(), [](const auto& each) { return each.name == "failed"; });
  EXPECT_NE(failed->meaning.find("among the 3 best"), std::string::npos) << failed->meaning;
}

/// Every {"@id": ...} that points to something, that is in an object of nothing else.
void collect_references(const json& value, std::set<std::string>& references) {
  if (value.is_object() && value.size() == 1 && value.contains("@id")) references.insert(value["@id"]);
  for (const json& each : value) {
    if (each.is_structured()) collect_references(each, references);
  }
}

TEST(Croissant, HasOneRecordSetWithTheImageAndEveryFieldAndRefersToNothingThatIsNotThere) {
  const std::vector<DescribedFile> shards = {{"train-000000.tar", std::string(64, 'b')}, {"test-000000.tar", "c"}};
  for (const auto& archives : {std::vector<DescribedFile>{}, shards}) {
    json about = Described(ExportFormat::webdataset).croissant(archives);
    about.erase("@context");
    ASSERT_EQ(about["recordSet"].size(), 1U);
    std::set<std::string> ids;
    std::set<std::string> names;
    for (const json& each : about["distribution"]) EXPECT_TRUE(ids.insert(each["@id"]).second) << each;
    for (const json& each : about["recordSet"][0]["field"]) {
      EXPECT_TRUE(ids.insert(each["@id"]).second) << each;
      names.insert(each["name"].get<std::string>());
    }
    std::set<std::string> wanted = {"image"};
    for (const DatasetField& field : dataset_fields(Study())) wanted.insert(field.name);
    EXPECT_EQ(names, wanted);
    std::set<std::string> references;
    collect_references(about, references);
    EXPECT_FALSE(references.empty());
    for (const std::string& id : references) EXPECT_TRUE(ids.contains(id)) << id;
  }
}

TEST(Croissant, TellsChecksumsOfFilesAndOfArchivesThatHoldTheImages) {
  const Described one(ExportFormat::webdataset);
  const json about = one.croissant({{"train-000000.tar", "b"}, {"test-000000.tar", "c"}});
  std::map<std::string, std::string> sums;
  for (const json& each : about["distribution"]) {
    if (each["@type"] == "cr:FileObject") sums[each["contentUrl"]] = each["sha256"];
  }
  EXPECT_EQ(sums, (std::map<std::string, std::string>{
                      {"images.jsonl", std::string(64, 'a')}, {"train-000000.tar", "b"}, {"test-000000.tar", "c"}}));
  EXPECT_EQ(about["distribution"].back()["containedIn"],
            json::parse(R"([{"@id": "train-000000.tar"}, {"@id": "test-000000.tar"}])"));
}

TEST(Croissant, IncludesTheFoldersOfTheSidesThatHaveImages) {
  const auto includes = [](ExportFormat format, double test) {
    return Described(format, test).croissant()["distribution"].back()["includes"];
  };
  EXPECT_EQ(includes(ExportFormat::imagefolder, 0.3), json({"train/*/*.png", "test/*/*.png"}));
  EXPECT_EQ(includes(ExportFormat::huggingface, 0), json({"data/train/*/*.png"}));
  EXPECT_EQ(includes(ExportFormat::jsonl, 1), json({"images/test/*/*.png"}));
}

TEST(Croissant, NamesStudyLicenceAndSourceAndNoDate) {
  const json about = Described(ExportFormat::jsonl).croissant();
  EXPECT_EQ(about["name"], "Blind spots: " + made_up::study().name);
  EXPECT_NE(about["description"].get<std::string>().find("Scotoma 9.9"), std::string::npos);
  EXPECT_NE(about["license"].get<std::string>().find("generator"), std::string::npos);
  EXPECT_NE(about["citeAs"].get<std::string>().find("2208.08831"), std::string::npos);
  for (const char* date : {"datePublished", "dateCreated", "dateModified"}) EXPECT_FALSE(about.contains(date)) << date;
}

TEST(FiftyOne, EverySavedViewHoldsTheImagesOfItsFindingAndNoImageIsInTwo) {
  const Described one(ExportFormat::fiftyone);
  std::map<std::string, std::set<std::string>> bugs_of_view;
  std::size_t seen = 0;
  const json samples = one.samples();
  const json views = one.metadata()["saved_views"];
  ASSERT_GE(views.size(), 2U);
  for (const json& view : views) {
    const json stage = json::parse(view["view_stages"].at(0).get<std::string>());
    EXPECT_EQ(stage["_cls"], "fiftyone.core.stages.Match");
    EXPECT_EQ(stage["kwargs"][0][0], "filter");
    const std::string finding = stage["kwargs"][0][1].at("finding");
    EXPECT_EQ(view["name"], finding);
    EXPECT_NE(view["description"], "");
    for (const json& sample : samples["samples"]) {
      if (sample["finding"] != finding) continue;
      ++seen;
      bugs_of_view[finding].insert(sample["bug"].get<std::string>());
    }
  }
  EXPECT_EQ(seen, one.dataset.images.size());
  for (const Cause& cause : find_causes(one.findings)) {
    std::set<std::string> ids;
    for (const Hypothesis* bug : cause.bugs) ids.insert(bug->id);
    EXPECT_EQ(bugs_of_view[cause.id], ids);
  }
}

TEST(FiftyOne, GivesNoTwoViewsOneNameHoweverLongTheIdsAre) {
  Described one(ExportFormat::fiftyone);
  char last = 'a';
  for (Hypothesis& h : one.findings.hypotheses) {
    if (h.status == Status::confirmed && h.direction == Direction::fails)
      h.phrase.text = std::string(300, 'x') + last++;
  }
  ASSERT_GE(find_causes(one.findings).size(), 2U);
  std::set<std::string> names;
  const json views = one.metadata()["saved_views"];
  for (const json& view : views) {
    EXPECT_TRUE(names.insert(view["name"].get<std::string>()).second) << view["name"];
    EXPECT_LE(view["name"].get<std::string>().size(), 200U);
  }
  EXPECT_EQ(views.size(), find_causes(one.findings).size() + systematic_failures(one.findings).size());
}

TEST(FiftyOne, DeclaresEveryFieldOfItsSamplesWithItsType) {
  const Described one(ExportFormat::fiftyone);
  std::map<std::string, std::string> types;
  const json metadata = one.metadata();
  for (const json& field : metadata["sample_fields"]) types[field["db_field"]] = field["ftype"];
  for (const DatasetField& field : dataset_fields(one.study)) {
    if (types.contains(field.name)) {
      EXPECT_EQ(types[field.name] == "fiftyone.core.fields.BooleanField", field.type == FieldType::truth) << field.name;
    }
  }
  std::set<std::string> ids;
  const json samples = one.samples();
  for (const json& sample : samples["samples"]) {
    for (const auto& [name, value] : sample.items()) EXPECT_TRUE(types.contains(name)) << name;
    for (const json& each : {sample, sample["ground_truth"], sample["predictions"]})
      EXPECT_TRUE(ids.insert(each["_id"]["$oid"]).second) << "an id twice";
    EXPECT_TRUE(sample["predictions"]["confidence"].is_number_float());
    EXPECT_EQ(sample["tags"].size(), 1U);
    EXPECT_GE(sample["_rand"], 0.999);
    EXPECT_LT(sample["_rand"], 1.0);
  }
}

}  // namespace
}  // namespace scotoma
