// SPDX-License-Identifier: Apache-2.0
#include "scotoma/progress/progress.h"

#include "scotoma/progress/json_progress.h"

namespace scotoma {

std::unique_ptr<Listener> make_progress(ProgressStyle style, const TextStream& stream, Clock& clock) {
  switch (style) {
    case ProgressStyle::none:
      break;
    case ProgressStyle::text:
      return std::make_unique<TextProgress>(stream, clock);
    case ProgressStyle::json:
      return std::make_unique<JsonProgress>(stream.file, clock);
  }
  return std::make_unique<Silent>();
}

}  // namespace scotoma
