// SPDX-License-Identifier: Apache-2.0
// Whether a captioner's answers are of use: how many are empty, repeat themselves, or say no more than the prompt.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

namespace scotoma {

struct CaptionCounts {
  std::size_t captions = 0;
  std::size_t empty = 0;     ///< without a word
  std::size_t repeated = 0;  ///< say the same words twice or more in a row; they are read as said once
  std::size_t cut = 0;       ///< of kMostCaptionWords or more, which are read up to there
  std::size_t echoes = 0;    ///< say a base prompt's words and no others

  /// Adds those of one label, whose base prompts are `prompts`.
  void add(std::span<const std::string> answers, std::span<const std::string> prompts);

  /// A sentence for the report; empty where all is as it should be: no caption empty, repeated or cut, and fewer than
  /// half echoes.
  std::string sentence() const;
};

}  // namespace scotoma
