// SPDX-License-Identifier: Apache-2.0
// Whether the answers of a network can be trusted at all, asked once when it is loaded: does the answer to one input
// depend on the others of its batch, or on chance, and does it depend on the input? Knows no engine: a backend says how
// its network is asked, so every backend can have its networks examined.
#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "scotoma/core/result.h"
#include "scotoma/image/image.h"
#include "scotoma/model/roles.h"

namespace scotoma {

using Rows = std::vector<std::vector<float>>;

inline constexpr std::size_t kTestInputs = 4;

/// Rows of the test inputs `which` (0 .. kTestInputs - 1), one each, in order. Not more than a batch of them come at
/// once, and they must share that batch.
using AskTest = std::function<Result<Rows>(std::span<const std::size_t> which)>;

struct Examined {
  std::string subject;               ///< the network's file, for messages
  std::string input = "an image";    ///< what it is asked about, for messages: "a text"
  std::size_t batch = 1;             ///< inputs that are answered together
  bool bf16 = false;                 ///< computed in bf16: the rounding is coarser, and the advice another
  std::size_t inputs = kTestInputs;  ///< how many of the test inputs are asked about, two at least
};

/// Asks for the test inputs together, then for the first alone, which fills a whole batch, and so is asked at every
/// place. More is asked only where the answers differ: a difference that does not come again is none. Gives the rows of
/// the first question. Rows that hold NaN or infinity are given back as they are: what they mean is the caller's to
/// say. Errors: those of `ask`, as bad_input: a network that cannot answer these is of no use; and bad_input naming the
/// file, the likely cause and what to do, where
///   - the same question gives another answer (dropout in training mode),
///   - an answer depends on its company or place by more than rounding (batch normalisation in training mode, softmax
///     over the batch),
///   - all test inputs get one answer: the network does not look at them. Saturated probabilities, of which one is
///     above 0.9, are no such sign.
Result<Rows> examine(const Examined& network, const AskTest& ask);

/// kTestInputs images that no network takes for one another: of different colour, brightness and texture.
std::vector<Image> test_images(int width, int height);

/// kTestInputs texts, as different as can be.
std::vector<std::string> test_texts();

/// What a generator gave at once: an error where there are several images and all are of one colour, or all alike
/// though the requests differ. A single image may be of one colour: some generators can show darkness. Errors:
/// failed, naming `subject`, prompt, seed and what to do.
Result<void> check_generated(const std::string& subject, std::span<const GenerationRequest> requests,
                             std::span<const Image> images);

/// Whether the row holds no NaN and no infinity.
bool all_finite(std::span<const float> row);

}  // namespace scotoma
