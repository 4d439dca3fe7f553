// SPDX-License-Identifier: Apache-2.0
#include "scotoma/export/card.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <array>
#include <nlohmann/json.hpp>
#include <string_view>

#include "scotoma/export/fields.h"
#include "scotoma/export/layout.h"
#include "scotoma/finding/count.h"
#include "scotoma/wording/markdown.h"
#include "scotoma/wording/settings.h"
#include "scotoma/wording/text.h"
#include "scotoma/wording/words.h"

namespace scotoma {
namespace {

using nlohmann::ordered_json;

/// A YAML scalar in double quotes: YAML allows there what JSON does, but not every control character.
std::string in_yaml(std::string_view text) { return ordered_json(printable(text)).dump(); }

std::string size_category(std::size_t images) {
  if (images < 1'000) return "n<1K";
  if (images < 10'000) return "1K<n<10K";
  if (images < 100'000) return "10K<n<100K";
  return images < 1'000'000 ? "100K<n<1M" : "1M<n<10M";
}

/// Keys of a dataset card on the Hugging Face hub. `configs` says to the loader where the sides are, in every format:
/// left alone it looks for words in the names of files.
std::string front_matter(const Study& study, const Dataset& dataset, ExportFormat format) {
  std::string yaml = fmt::format(
      "---\npretty_name: {}\nlicense: other\ntask_categories:\n- image-classification\nsize_categories:\n- {}\n"
      "tags:\n- {}\nconfigs:\n- config_name: default\n  data_files:\n",
      in_yaml(dataset_title(study)), size_category(dataset.images.size()), fmt::join(dataset_tags(), "\n- "));
  for (const bool test : {false, true}) {
    if ((test ? dataset.test() : dataset.train()) == 0) continue;
    const std::string path = format == ExportFormat::webdataset
                                 ? fmt::format("{}-*.tar", side_name(test))
                                 : fmt::format("{}{}/**", sides_folder(format), side_name(test));
    yaml += fmt::format("  - split: {}\n    path: {}\n", side_name(test), path);
  }
  return yaml + "---\n\n";
}

/// Python that reads one side from the dataset's folder.
std::string reading(const Dataset& dataset, ExportFormat format) {
  const std::string side = side_name(dataset.train() == 0);
  switch (format) {
    case ExportFormat::imagefolder:
      return fmt::format(
          "    from torchvision.datasets import ImageFolder\n"
          "    images = ImageFolder(\"{0}\"{1})   # images.classes: folders; dataset.json has the label of "
          "each\n\n"
          "What is known of each image stands in {0}/metadata.jsonl, a line an image.\n",
          side, dataset.one_sided().empty() ? "" : ", allow_empty=True");
    case ExportFormat::huggingface:
      return fmt::format(
          "    from datasets import load_dataset\n"
          "    images = load_dataset(\".\", split=\"{}\")   # or the name that it has on the hub\n",
          side);
    case ExportFormat::webdataset:
      return fmt::format(
          "    import glob, webdataset\n"
          "    shards = sorted(glob.glob(\"{}-*.tar\"))\n"
          "    images = webdataset.WebDataset(shards, shardshuffle=False).decode(\"pil\")"
          ".to_tuple(\"png\", \"cls\", \"json\")\n\n"
          "`cls` is the classifier's number of the right class (`class_index`). The images lie bug by bug: shuffle "
          "them "
          "for training.\n",
          side);
    case ExportFormat::fiftyone:
      return "    import fiftyone\n"
             "    images = fiftyone.Dataset.from_dir(\".\", fiftyone.types.FiftyOneDataset)\n"
             "    images.list_saved_views()   # a view a cause or systematic failure\n";
    case ExportFormat::jsonl:
      break;
  }
  return "    import pandas\n"
         "    images = pandas.read_json(\"images.jsonl\", lines=True, dtype=False)   # file_name: the image's "
         "path\n\n"
         "Without `dtype=False`, pandas makes numbers of labels that are written with digits alone.\n";
}

std::string bug_table(const Dataset& dataset) {
  std::string table = "| bug | what was found | images that fail | train | test |\n|---|---|---|---|---|\n";
  for (const DatasetBug& bug : dataset.bugs) {
    table += fmt::format("| {} | {} | {} of {}: {} ({}){} | {} | {} |\n", escape_markdown(bug.id),
                         escape_markdown(bug.sentence), bug.rate.failures, bug.rate.valid, percent(bug.rate.rate),
                         interval_text(bug.rate),
                         bug.generated_for == "confirm" ? ", in confirmation: not audited, so it may be too high" : "",
                         bug.train, bug.test);
  }
  return table;
}

std::string chosen(const ExportOptions& options) {
  const std::string which = options.images == ExportImages::failing
                                ? "Only images that the classifier gets wrong"
                                : "All images that the judge accepted, also those that the classifier gets right";
  const std::string many = options.per_bug == 0 ? ""
                                                : fmt::format(", the first {} of each bug",
                                                              grouped(static_cast<long long>(options.per_bug)));
  return which + many + ".";
}

std::string_view caution(const ExportOptions& options) {
  return options.images == ExportImages::failing
             ? " They were chosen by the classifier's answers: its own accuracy on them is 0 by construction, and that "
               "of "
               "others says how far its failures are shared, not how often they fail."
             : "";
}

ordered_json bug_json(const DatasetBug& bug, const Dataset& dataset) {
  return {{"id", valid_utf8(bug.id)},
          {"label", valid_utf8(dataset.labels[bug.label].name)},
          {"phrase", valid_utf8(bug.phrase)},
          {"prompt", valid_utf8(bug.prompt)},
          {"direction", name_of(bug.direction)},
          {"predicted", valid_utf8(bug.predicted)},
          {"sentence", valid_utf8(bug.sentence)},
          {"generated_for", bug.generated_for},
          {"failures", bug.rate.failures},
          {"valid", bug.rate.valid},
          {"rate", bug.rate.rate},
          {"low", bug.rate.low},
          {"high", bug.rate.high},
          {"name", bug.name},
          {"train", bug.train},
          {"test", bug.test}};
}

}  // namespace

const std::string_view kDatasetLicence =
    "The images were generated by the generator named here. The licence of that model, and the law of the place where "
    "you are, say what may be done with them; Scotoma claims no rights in them. Name that licence before you publish "
    "the dataset.";

std::string dataset_title(const Study& study) { return "Blind spots: " + study.name; }

std::string dataset_description(const ExportOptions& options) {
  return fmt::format(
      "What an image classifier fails on, in images, with the reason in words. A text-to-image model generated them; "
      "Scotoma {} found and confirmed the phrases. {}{}",
      options.version, chosen(options), caution(options));
}

std::span<const std::string_view> dataset_tags() {
  static constexpr std::array<std::string_view, 3> kTags = {"synthetic", "adversarial", "scotoma"};
  return kTags;
}

const char* format_name(ExportFormat format) {
  switch (format) {
    case ExportFormat::imagefolder:
      return "imagefolder";
    case ExportFormat::huggingface:
      return "huggingface";
    case ExportFormat::webdataset:
      return "webdataset";
    case ExportFormat::fiftyone:
      return "fiftyone";
    case ExportFormat::jsonl:
      break;
  }
  return "jsonl";
}

ordered_json dataset_json(const Study& study, const Findings& findings, const Dataset& dataset,
                          const ExportOptions& options) {
  ordered_json json = {{"format_version", 2},
                       {"scotoma", options.version},
                       {"format", format_name(options.format)},
                       {"study", valid_utf8(study.name)},
                       {"seed", study.seed},
                       {"images", options.images == ExportImages::failing ? "failing" : "valid"},
                       {"per_bug", options.per_bug},
                       {"test_share", options.test},
                       {"train", dataset.train()},
                       {"test", dataset.test()},
                       {"licence", kDatasetLicence}};
  json["models"] = ordered_json::object();
  for (const auto& [role, fingerprint] : findings.fingerprints) {
    const auto description = findings.descriptions.find(role);
    json["models"][role] = {
        {"description", description == findings.descriptions.end() ? "" : valid_utf8(description->second)},
        {"fingerprint", valid_utf8(fingerprint)}};
  }
  json["labels"] = ordered_json::array();
  for (const DatasetLabel& label : dataset.labels) {
    json["labels"].push_back({{"name", valid_utf8(label.name)},
                              {"class", valid_utf8(label.class_name)},
                              {"class_index", label.class_index},
                              {"folder", label.folder}});
  }
  json["bugs"] = ordered_json::array();
  for (const DatasetBug& bug : dataset.bugs) json["bugs"].push_back(bug_json(bug, dataset));
  json["settings"] = settings_json(study);
  return json;
}

std::string readme(const Study& study, const Findings& findings, const Dataset& dataset, const ExportOptions& options) {
  std::string text = front_matter(study, dataset, options.format);
  text += fmt::format("# {}\n\n{}\n\n## Reading it\n\nFrom this folder, in Python:\n\n{}\n",
                      escape_markdown(dataset_title(study)), dataset_description(options),
                      reading(dataset, options.format));
  text +=
      "images.jsonl holds what is known of each image, a line an image; dataset.json what this page says, for "
      "programs; "
      "croissant.json describes the files and fields for readers of Croissant.\n\n## Bugs\n\n" +
      bug_table(dataset) + "\n";
  text += fmt::format(
      "Rates are of the images that the judge accepted, with 95 % intervals. Of the images {} for training and {} "
      "for "
      "testing: a hash of an image's seed decides (share of the test side: {}), so its side is the same in every "
      "export.\n",
      grouped(static_cast<long long>(dataset.train())), grouped(static_cast<long long>(dataset.test())), options.test);
  if (const auto names = dataset.one_sided(); !names.empty()) {
    text += fmt::format(
        "\nOn one side only: {}. Its folder on the other side is empty, so that labels numbered by folders have the "
        "same "
        "numbers on both; git and archives may drop it. `class_index` is the same everywhere.\n",
        escape_markdown(fmt::format("{}", fmt::join(names, ", "))));
  }
  text += "\n## Fields\n\n| field | what it holds |\n|---|---|\n";
  for (const DatasetField& field : dataset_fields(study))
    text += fmt::format("| `{}` | {} |\n", field.name, escape_markdown(field.meaning));
  text += "\n## Models\n\n";
  text += model_table(findings);
  text += fmt::format("\n## Licence\n\n{}\n", kDatasetLicence);
  return text;
}

}  // namespace scotoma
