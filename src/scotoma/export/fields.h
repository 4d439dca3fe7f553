// SPDX-License-Identifier: Apache-2.0
// The names, types and meanings of what is known of each image: for every description of a dataset.
#pragma once

#include <string>
#include <vector>

#include "scotoma/study/study.h"

namespace scotoma {

enum class FieldType { text, whole, fraction, truth };

struct DatasetField {
  std::string name;
  FieldType type = FieldType::text;
  std::string meaning;  ///< plain text, without a full stop
};

/// Those of image_json(), in its order.
std::vector<DatasetField> dataset_fields(const Study& study);

}  // namespace scotoma
