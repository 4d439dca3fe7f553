// SPDX-License-Identifier: Apache-2.0
// The listeners that write, by the style that a user asks for.
#pragma once

#include <memory>

#include "scotoma/progress/text_progress.h"

namespace scotoma {

enum class ProgressStyle { none, text, json };

/// `stream.file` and `clock` must outlive the listener.
std::unique_ptr<Listener> make_progress(ProgressStyle style, const TextStream& stream, Clock& clock);

}  // namespace scotoma
