// SPDX-License-Identifier: Apache-2.0
#include "scotoma/export/export.h"

#include <nlohmann/json.hpp>

#include "scotoma/export/card.h"
#include "scotoma/export/dataset.h"
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

}  // namespace

Result<Exported> export_dataset(const Study& study, const Findings& findings, const ImageFolder& images,
                                const ExportOptions& options, const std::filesystem::path& folder,
                                const CancelToken& cancel, Listener& listener) {
  SCOTOMA_ASSIGN_OR_RETURN(const Dataset dataset, choose_images(study, findings, options));
  SCOTOMA_ASSIGN_OR_RETURN(const auto place, NewFolder::begin(folder));
  listener.on(StageBegan{Stage::export_dataset});
  const auto layout = make_layout(dataset, findings, options, place->path());
  SCOTOMA_RETURN_IF_ERROR(write_images(dataset, images, *layout, cancel, listener));
  SCOTOMA_RETURN_IF_ERROR(write_file(place->path() / "dataset.json",
                                     printable_json(dataset_json(study, findings, dataset, options).dump(2)) + "\n"));
  SCOTOMA_RETURN_IF_ERROR(write_file(place->path() / "README.md", readme(study, findings, dataset, options)));
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
