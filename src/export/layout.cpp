#include "export/layout.h"

#include <fmt/format.h>

#include <array>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "export/output_file.h"
#include "export/tar.h"

namespace scotoma {
namespace fs = std::filesystem;
namespace {

/// Where one picture of a layout of plain files goes.
struct Place {
  std::string beside;     ///< folder of the JSON lines that describe it, in the dataset's folder; empty: that folder
  std::string file_name;  ///< the picture's path from there
};

Place place_of(const Dataset& dataset, const DatasetPicture& picture, ExportFormat format) {
  const DatasetBug& bug = dataset.bugs[picture.bug];
  const std::string side = side_name(picture.test);
  if (format == ExportFormat::imagefolder) {
    return {side, fmt::format("{}/{}-{:06}.png", dataset.labels[bug.label].folder, bug.name, picture.number)};
  }
  const std::string file_name = fmt::format("{}/{:06}.png", bug.name, picture.number);
  if (format == ExportFormat::huggingface) return {"data/" + side, file_name};
  return {"", "images/" + file_name};
}

/// Pictures as files, described line by line in a file beside them.
class FilesLayout : public Layout {
 public:
  FilesLayout(const Dataset& dataset, const Findings& findings, ExportFormat format, fs::path folder)
      : dataset_(dataset), findings_(findings), format_(format), folder_(std::move(folder)) {}

  Result<void> add(const DatasetPicture& picture, std::string_view png) override {
    const Place place = place_of(dataset_, picture, format_);
    SCOTOMA_CHECK(write_file(folder_ / place.beside / place.file_name, png));
    auto lines = lines_.find(place.beside);
    if (lines == lines_.end()) {
      const char* name = format_ == ExportFormat::jsonl ? "images.jsonl" : "metadata.jsonl";
      SCOTOMA_TRY(OutputFile file, OutputFile::create(folder_ / place.beside / name));
      lines = lines_.emplace(place.beside, std::move(file)).first;
    }
    return lines->second.write(picture_json(dataset_, findings_, picture, place.file_name).dump() + "\n");
  }

  Result<void> finish() override {
    for (auto& [beside, file] : lines_) SCOTOMA_CHECK(file.close());
    return {};
  }

 private:
  const Dataset& dataset_;
  const Findings& findings_;
  ExportFormat format_;
  fs::path folder_;
  std::map<std::string, OutputFile> lines_;  ///< by Place::beside
};

/// KEY.cls, KEY.json and KEY.png of each picture, one behind the other, in tar files of a limited size.
class ShardsLayout : public Layout {
 public:
  ShardsLayout(const Dataset& dataset, const Findings& findings, std::uint64_t shard_bytes, fs::path folder)
      : dataset_(dataset), findings_(findings), shard_bytes_(shard_bytes), folder_(std::move(folder)) {}

  Result<void> add(const DatasetPicture& picture, std::string_view png) override {
    const DatasetBug& bug = dataset_.bugs[picture.bug];
    const std::string key = fmt::format("{}-{:06}", bug.name, picture.number);
    const std::string index = fmt::format("{}", dataset_.labels[bug.label].class_index);
    const std::string json = picture_json(dataset_, findings_, picture, key + ".png").dump();
    Side& side = sides_[picture.test ? 1 : 0];
    const std::uint64_t room = TarFile::room(index.size()) + TarFile::room(json.size()) + TarFile::room(png.size());
    if (side.shard && side.shard->size() + room > shard_bytes_) SCOTOMA_CHECK(end_shard(side));
    if (!side.shard) {
      const std::string name = fmt::format("{}-{:06}.tar", side_name(picture.test), side.shards++);
      SCOTOMA_TRY(side.shard, TarFile::create(folder_ / name));
    }
    SCOTOMA_CHECK(side.shard->add(key + ".cls", index));
    SCOTOMA_CHECK(side.shard->add(key + ".json", json));
    return side.shard->add(key + ".png", png);
  }

  Result<void> finish() override {
    for (Side& side : sides_) {
      if (side.shard) SCOTOMA_CHECK(end_shard(side));
    }
    return {};
  }

 private:
  struct Side {
    std::optional<TarFile> shard;
    int shards = 0;
  };

  static Result<void> end_shard(Side& side) {
    SCOTOMA_CHECK(side.shard->close());
    side.shard.reset();
    return {};
  }

  const Dataset& dataset_;
  const Findings& findings_;
  std::uint64_t shard_bytes_;
  fs::path folder_;
  std::array<Side, 2> sides_;
};

}  // namespace

std::unique_ptr<Layout> make_layout(const Dataset& dataset, const Findings& findings, const ExportOptions& options,
                                    fs::path folder) {
  if (options.format == ExportFormat::webdataset) {
    return std::make_unique<ShardsLayout>(dataset, findings, options.shard_bytes, std::move(folder));
  }
  return std::make_unique<FilesLayout>(dataset, findings, options.format, std::move(folder));
}

}  // namespace scotoma
