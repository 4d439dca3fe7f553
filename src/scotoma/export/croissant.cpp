// SPDX-License-Identifier: Apache-2.0
#include "scotoma/export/croissant.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <string_view>

#include "scotoma/export/card.h"
#include "scotoma/export/fields.h"
#include "scotoma/export/layout.h"
#include "scotoma/wording/text.h"

namespace scotoma {
namespace {

using nlohmann::ordered_json;

constexpr const char* kImageSet = "image-files";

/// The context that the specification prints, word for word.
constexpr std::string_view kContext = R"({
  "@language": "en",
  "@vocab": "https://schema.org/",
  "citeAs": "cr:citeAs",
  "column": "cr:column",
  "conformsTo": "dct:conformsTo",
  "cr": "http://mlcommons.org/croissant/",
  "rai": "http://mlcommons.org/croissant/RAI/",
  "data": {"@id": "cr:data", "@type": "@json"},
  "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
  "dct": "http://purl.org/dc/terms/",
  "equivalentProperty": "cr:equivalentProperty",
  "examples": {"@id": "cr:examples", "@type": "@json"},
  "extract": "cr:extract",
  "field": "cr:field",
  "fileProperty": "cr:fileProperty",
  "fileObject": "cr:fileObject",
  "fileSet": "cr:fileSet",
  "format": "cr:format",
  "includes": "cr:includes",
  "isLiveDataset": "cr:isLiveDataset",
  "jsonPath": "cr:jsonPath",
  "key": "cr:key",
  "md5": "cr:md5",
  "parentField": "cr:parentField",
  "path": "cr:path",
  "recordSet": "cr:recordSet",
  "references": "cr:references",
  "regex": "cr:regex",
  "repeated": "cr:repeated",
  "replace": "cr:replace",
  "samplingRate": "cr:samplingRate",
  "sc": "https://schema.org/",
  "separator": "cr:separator",
  "source": "cr:source",
  "subField": "cr:subField",
  "transform": "cr:transform"
})";

/// The method's paper: the dataset itself has neither authors nor a year that its study would know.
constexpr std::string_view kCiteAs =
    "@misc{wiles2022discovering, title={Discovering Bugs in Vision Models using Off-the-shelf Image Generation and "
    "Captioning}, author={Wiles, Olivia and Albuquerque, Isabela and Gowal, Sven}, year={2022}, eprint={2208.08831}, "
    "archivePrefix={arXiv}}";

const char* croissant_type(FieldType type) {
  switch (type) {
    case FieldType::whole:
      return "sc:Integer";
    case FieldType::fraction:
      return "sc:Float";
    case FieldType::truth:
      return "sc:Boolean";
    case FieldType::text:
      break;
  }
  return "sc:Text";
}

ordered_json file_json(const DescribedFile& file, const char* format, std::string_view description) {
  return {{"@type", "cr:FileObject"}, {"@id", file.name},         {"name", file.name},    {"description", description},
          {"contentUrl", file.name},  {"encodingFormat", format}, {"sha256", file.sha256}};
}

/// The images: files below the sides' folders, or members of the archives.
ordered_json image_set(const Dataset& dataset, ExportFormat format, const std::vector<DescribedFile>& archives) {
  ordered_json set = {{"@type", "cr:FileSet"},
                      {"@id", kImageSet},
                      {"name", kImageSet},
                      {"description", "The images."},
                      {"encodingFormat", "image/png"}};
  if (!archives.empty()) {
    set["containedIn"] = ordered_json::array();
    for (const DescribedFile& archive : archives) set["containedIn"].push_back({{"@id", archive.name}});
    set["includes"] = "*.png";
    return set;
  }
  set["includes"] = ordered_json::array();
  for (const bool test : {false, true}) {
    if ((test ? dataset.test() : dataset.train()) > 0)
      set["includes"].push_back(fmt::format("{}{}/*/*.png", sides_folder(format), side_name(test)));
  }
  return set;
}

ordered_json field_json(std::string_view name, std::string_view description, const char* type, ordered_json source) {
  return {{"@type", "cr:Field"}, {"@id", fmt::format("images/{}", name)},
          {"name", name},        {"description", description},
          {"dataType", type},    {"source", std::move(source)}};
}

ordered_json source_images(const char* property) {
  return {{"fileSet", {{"@id", kImageSet}}}, {"extract", {{"fileProperty", property}}}};
}

ordered_json source_line(const std::string& column) {
  return {{"fileObject", {{"@id", kImagesFile}}}, {"extract", {{"column", column}}}};
}

ordered_json record_set(const Study& study) {
  ordered_json fields = ordered_json::array();
  fields.push_back(field_json("image", "The image", "sc:ImageObject", source_images("content")));
  for (const DatasetField& field : dataset_fields(study)) {
    if (field.name != "file_name") {
      fields.push_back(
          field_json(field.name, printable(field.meaning), croissant_type(field.type), source_line(field.name)));
      continue;
    }
    // From the image to its line, not the other way: mlcroissant reads an archive's member by the path that it finds
    // on the left of a join. The expression makes text of that path, as the column's values are.
    ordered_json key = field_json(field.name, "the image, from the dataset's folder or in its archive", "sc:Text",
                                  source_images("fullpath"));
    key["source"]["transform"] = {{"regex", "(.+)"}};
    key["references"] = source_line(field.name);
    fields.push_back(std::move(key));
  }
  return {{"@type", "cr:RecordSet"},
          {"@id", "images"},
          {"name", "images"},
          {"description", "An image a record, with what is known of it."},
          {"key", {{"@id", "images/file_name"}}},
          {"field", std::move(fields)}};
}

}  // namespace

ordered_json croissant_json(const Study& study, const Dataset& dataset, const ExportOptions& options,
                            const DescribedFile& lines, const std::vector<DescribedFile>& archives) {
  ordered_json json = {{"@context", ordered_json::parse(kContext)},
                       {"@type", "sc:Dataset"},
                       {"conformsTo", "http://mlcommons.org/croissant/1.0"},
                       {"name", valid_utf8(dataset_title(study))},
                       {"description", dataset_description(options)},
                       {"license", kDatasetLicence},
                       {"citeAs", kCiteAs}};
  json["keywords"] = ordered_json::array();
  for (const std::string_view tag : dataset_tags()) json["keywords"].push_back(tag);
  json["distribution"] = {file_json(lines, "application/jsonlines", "What is known of each image, a line an image.")};
  for (const DescribedFile& archive : archives)
    json["distribution"].push_back(file_json(archive, "application/x-tar", "Images of one side, for webdataset."));
  json["distribution"].push_back(image_set(dataset, options.format, archives));
  json["recordSet"] = ordered_json::array({record_set(study)});
  return json;
}

}  // namespace scotoma
