// SPDX-License-Identifier: Apache-2.0
// A decoder of text, one word at a time, as the search over words (search.h) sees it. Knows no engine and no layout: a
// decoder that keeps keys and values, one that reads the whole text again, and a language model behind embeddings of an
// image all look like this.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "scotoma/core/result.h"

namespace scotoma {

using TokenIds = std::vector<std::int64_t>;

/// What the decoder says of the next word.
struct NextLogits {
  std::span<const float> values;  ///< [rows, words], row after row; the decoder's, until it is asked again
  std::size_t words = 0;
};

/// Texts under way, one a row; all are equally long. The number of rows is fixed when the decoder is made.
class DecodingStep {
 public:
  virtual ~DecodingStep() = default;

  /// Reads the prompt, which the object holds: ids, or an image's embeddings and ids. It is called once, first. Errors:
  /// failed, with the engine's reason.
  virtual Result<NextLogits> begin() = 0;

  /// Row r of the new texts is row `from[r]` of the old ones with `ids[r]` behind it. Both have a value a row. Errors:
  /// failed, with the engine's reason.
  virtual Result<NextLogits> next(std::span<const std::int64_t> ids, std::span<const std::size_t> from) = 0;

  /// The decoder's file, for messages.
  virtual const std::string& subject() const = 0;
};

}  // namespace scotoma
