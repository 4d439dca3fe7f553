// SPDX-License-Identifier: Apache-2.0
#include "scotoma/export/layout.h"

#include <fmt/format.h>

#include <array>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "scotoma/export/fiftyone.h"
#include "scotoma/export/output_file.h"
#include "scotoma/export/tar.h"
#include "scotoma/wording/text.h"

namespace scotoma {
namespace fs = std::filesystem;
namespace {

/// Images as files, SIDE/LABEL/BUG-000012.png, described line by line in SIDE/metadata.jsonl: the layout that every
/// reader of folders understands, whichever format a user chose. Where some take a folder for the label, it is the
/// label's; where some find sides by words in a path, only SIDE is such a word.
class FilesLayout : public Layout {
 public:
  FilesLayout(const Dataset& dataset, const Findings& findings, ExportFormat format, fs::path folder)
      : dataset_(dataset), findings_(findings), format_(format), folder_(std::move(folder)) {
    if (format == ExportFormat::fiftyone) samples_.emplace(dataset, findings, folder_ / "samples.json");
  }

  Result<void> add(const DatasetImage& image, std::string_view png) override {
    const DatasetBug& bug = dataset_.bugs[image.bug];
    const std::string beside = sides_folder(format_) + side_name(image.test) + "/";
    const std::string name = fmt::format("{}/{}-{:06}.png", dataset_.labels[bug.label].folder, bug.name, image.number);
    SCOTOMA_RETURN_IF_ERROR(write_file(folder_ / (beside + name), png));
    SCOTOMA_RETURN_IF_ERROR(describe(image, beside + "metadata.jsonl", name));
    SCOTOMA_RETURN_IF_ERROR(describe(image, kImagesFile, beside + name));
    return samples_ ? samples_->add(image, beside + name) : Result<void>();
  }

  Result<void> finish() override {
    for (auto& [path, file] : lines_) SCOTOMA_RETURN_IF_ERROR(file.close());
    if (samples_) SCOTOMA_RETURN_IF_ERROR(samples_->finish());
    return add_missing_folders();
  }

 private:
  /// A line in the file at `path`, whose images' names count from its own folder.
  Result<void> describe(const DatasetImage& image, const std::string& path, const std::string& file_name) {
    auto lines = lines_.find(path);
    if (lines == lines_.end()) {
      SCOTOMA_ASSIGN_OR_RETURN(OutputFile file, OutputFile::create(folder_ / path));
      lines = lines_.emplace(path, std::move(file)).first;
    }
    return lines->second.write(printable_json(image_json(dataset_, findings_, image, file_name).dump()) + "\n");
  }

  /// Both sides have the same folders, so that who numbers labels by them has the same numbers on both, or
  /// gets an error that a folder is empty.
  Result<void> add_missing_folders() {
    for (const bool test : {false, true}) {
      if ((test ? dataset_.test() : dataset_.train()) == 0) continue;
      for (const DatasetBug& bug : dataset_.bugs) {
        if (bug.train + bug.test == 0) continue;
        const fs::path folder = folder_ / (sides_folder(format_) + side_name(test)) / dataset_.labels[bug.label].folder;
        std::error_code error;
        fs::create_directories(folder, error);
        if (error) return failed(fmt::format("{}: cannot be created ({})", folder.string(), error.message()));
      }
    }
    return {};
  }

  const Dataset& dataset_;
  const Findings& findings_;
  ExportFormat format_;
  fs::path folder_;
  std::map<std::string, OutputFile> lines_;  ///< by path
  std::optional<FiftyoneSamples> samples_;   ///< in that format
};

/// KEY.cls, KEY.json and KEY.png of each image, one behind the other, in tar files of a limited size.
class ShardsLayout : public Layout {
 public:
  ShardsLayout(const Dataset& dataset, const Findings& findings, std::uint64_t shard_bytes, fs::path folder)
      : dataset_(dataset), findings_(findings), shard_bytes_(shard_bytes), folder_(std::move(folder)) {}

  Result<void> add(const DatasetImage& image, std::string_view png) override {
    const DatasetBug& bug = dataset_.bugs[image.bug];
    const std::string key = fmt::format("{}-{:06}", bug.name, image.number);
    const std::string index = fmt::format("{}", dataset_.labels[bug.label].class_index);
    const std::string json = printable_json(image_json(dataset_, findings_, image, key + ".png").dump());
    Side& side = sides_[image.test ? 1 : 0];
    const std::uint64_t room = TarFile::room(index.size()) + TarFile::room(json.size()) + TarFile::room(png.size());
    if (side.shard && side.shard->size() + room > shard_bytes_) SCOTOMA_RETURN_IF_ERROR(end_shard(side));
    if (!side.shard) {
      SCOTOMA_ASSIGN_OR_RETURN(side.shard, TarFile::create(folder_ / shard_name(image.test, side.shards++)));
    }
    SCOTOMA_RETURN_IF_ERROR(list(json));
    SCOTOMA_RETURN_IF_ERROR(side.shard->add(key + ".cls", index));
    SCOTOMA_RETURN_IF_ERROR(side.shard->add(key + ".json", json));
    return side.shard->add(key + ".png", png);
  }

  Result<void> finish() override {
    for (Side& side : sides_) {
      if (side.shard) SCOTOMA_RETURN_IF_ERROR(end_shard(side));
    }
    return lines_ ? lines_->close() : Result<void>();
  }

  std::vector<std::string> archives() const override {
    std::vector<std::string> names;
    for (const bool test : {false, true}) {
      for (int shard = 0; shard < sides_[test ? 1 : 0].shards; ++shard) names.push_back(shard_name(test, shard));
    }
    return names;
  }

 private:
  struct Side {
    std::optional<TarFile> shard;
    int shards = 0;
  };

  static std::string shard_name(bool test, int shard) { return fmt::format("{}-{:06}.tar", side_name(test), shard); }

  /// The same line beside the shards, for those that have no room to open each.
  Result<void> list(const std::string& json) {
    if (!lines_) {
      SCOTOMA_ASSIGN_OR_RETURN(lines_, OutputFile::create(folder_ / kImagesFile));
    }
    return lines_->write(json + "\n");
  }

  static Result<void> end_shard(Side& side) {
    SCOTOMA_RETURN_IF_ERROR(side.shard->close());
    side.shard.reset();
    return {};
  }

  const Dataset& dataset_;
  const Findings& findings_;
  std::uint64_t shard_bytes_;
  fs::path folder_;
  std::array<Side, 2> sides_;
  std::optional<OutputFile> lines_;
};

}  // namespace

std::string sides_folder(ExportFormat format) {
  switch (format) {
    case ExportFormat::huggingface:
    case ExportFormat::fiftyone:
      return "data/";
    case ExportFormat::jsonl:
      return "images/";
    case ExportFormat::imagefolder:
    case ExportFormat::webdataset:
      break;
  }
  return "";
}

std::unique_ptr<Layout> make_layout(const Dataset& dataset, const Findings& findings, const ExportOptions& options,
                                    fs::path folder) {
  if (options.format == ExportFormat::webdataset) {
    return std::make_unique<ShardsLayout>(dataset, findings, options.shard_bytes, std::move(folder));
  }
  return std::make_unique<FilesLayout>(dataset, findings, options.format, std::move(folder));
}

}  // namespace scotoma
