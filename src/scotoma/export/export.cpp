// SPDX-License-Identifier: Apache-2.0
#include "scotoma/export/export.h"

#include <nlohmann/json.hpp>

#include "scotoma/core/hash.h"
#include "scotoma/export/card.h"
#include "scotoma/export/croissant.h"
#include "scotoma/export/dataset.h"
#include "scotoma/export/fiftyone.h"
#include "scotoma/export/layout.h"
#include "scotoma/export/new_folder.h"
#include "scotoma/export/output_file.h"
#include "scotoma/wording/text.h"

namespace scotoma {
namespace {

Result<void> write_images(const Dataset& dataset, const ImageFolder& images, Layout& layout, const CancelToken& cancel,
                          Listener& listener) {
  for (std::size_t i = 0; i < dataset.images.size(); ++i) {
    if (cancel.cancelled()) return interrupted("stopped: nothing was exported");
    SCOTOMA_ASSIGN_OR_RETURN(const auto png, images.image_bytes(dataset.images[i].sample->image));
    SCOTOMA_RETURN_IF_ERROR(layout.add(dataset.images[i], {reinterpret_cast<const char*>(png.data()), png.size()}));
    listener.on(WorkAdvanced{i + 1, dataset.images.size(), WorkUnit::images});
  }
  return layout.finish();
}

/// Errors: those of sha256_of_file.
Result<DescribedFile> with_checksum(const std::filesystem::path& folder, const std::string& name) {
  SCOTOMA_ASSIGN_OR_RETURN(const std::string sha256, sha256_of_file(folder / name));
  return DescribedFile{name, sha256};
}

Result<void> write_json(const std::filesystem::path& file, const nlohmann::ordered_json& json) {
  return write_file(file, printable_json(json.dump(2)) + "\n");
}

/// What the dataset says of itself, to each kind of reader.
Result<void> write_descriptions(const Study& study, const Findings& findings, const Dataset& dataset,
                                const ExportOptions& options, const Layout& layout,
                                const std::filesystem::path& folder) {
  SCOTOMA_ASSIGN_OR_RETURN(const DescribedFile lines, with_checksum(folder, kImagesFile));
  std::vector<DescribedFile> archives;
  for (const std::string& name : layout.archives()) {
    SCOTOMA_ASSIGN_OR_RETURN(archives.emplace_back(), with_checksum(folder, name));
  }
  SCOTOMA_RETURN_IF_ERROR(
      write_json(folder / "croissant.json", croissant_json(study, dataset, options, lines, archives)));
  if (options.format == ExportFormat::fiftyone)
    SCOTOMA_RETURN_IF_ERROR(write_json(folder / "metadata.json", fiftyone_metadata(study, findings, dataset, options)));
  SCOTOMA_RETURN_IF_ERROR(write_json(folder / "dataset.json", dataset_json(study, findings, dataset, options)));
  return write_file(folder / "README.md", readme(study, findings, dataset, options));
}

}  // namespace

Result<Exported> export_dataset(const Study& study, const Findings& findings, const ImageFolder& images,
                                const ExportOptions& options, const std::filesystem::path& folder,
                                const CancelToken& cancel, Listener& listener) {
  SCOTOMA_ASSIGN_OR_RETURN(const Dataset dataset, choose_images(study, findings, options));
  SCOTOMA_ASSIGN_OR_RETURN(const auto place, NewFolder::begin(folder));
  listener.on(StageBegan{Stage::export_dataset});
  const auto layout = make_layout(dataset, findings, options, place->path());
  SCOTOMA_RETURN_IF_ERROR(write_images(dataset, images, *layout, cancel, listener));
  SCOTOMA_RETURN_IF_ERROR(write_descriptions(study, findings, dataset, options, *layout, place->path()));
  SCOTOMA_RETURN_IF_ERROR(place->commit());
  Exported exported{.train = dataset.train(), .test = dataset.test(), .one_sided = dataset.one_sided()};
  for (const DatasetBug& bug : dataset.bugs) {
    ++(bug.generated_for == "baseline"      ? exported.systematic
       : bug.direction == Direction::passes ? exported.exceptions
                                            : exported.bugs);
  }
  return exported;
}

}  // namespace scotoma
