// SPDX-License-Identifier: Apache-2.0
// What a user asks of an export.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace scotoma {

/// How the images lie in the folder. docs/export.md describes each.
enum class ExportFormat {
  imagefolder,  ///< SIDE/LABEL/BUG-000012.png: torchvision's ImageFolder, and other readers of folders
  huggingface,  ///< the same below data/: the hub's way
  webdataset,   ///< SIDE-000000.tar: webdataset
  jsonl,        ///< the same below images/, and images.jsonl beside it: any program
  fiftyone,     ///< the same below data/, and samples.json: FiftyOne's own
};

enum class ExportImages {
  failing,  ///< that the classifier gets wrong
  valid,    ///< all that the judge accepted, also those that it gets right
};

struct ExportOptions {
  ExportFormat format = ExportFormat::imagefolder;
  std::vector<std::string> bugs = {};  ///< ids, also of causes; empty: every bug and systematic failure
  std::size_t per_bug = 0;             ///< images of a bug, at most, the first generated; 0: all
  ExportImages images = ExportImages::failing;
  double test = 0.2;                        ///< share of the seeds that belong to the test side, in [0, 1]
  std::uint64_t shard_bytes = 256'000'000;  ///< webdataset: a shard is closed before it grows beyond this
  std::string version = {};                 ///< of this program, for the dataset's description
};

}  // namespace scotoma
