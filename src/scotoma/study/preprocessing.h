// SPDX-License-Identifier: Apache-2.0
// How images become input tensors, as a study or a model's own files say.
#pragma once

#include <array>
#include <optional>
#include <vector>

#include "scotoma/core/names.h"
#include "scotoma/image/resize.h"

namespace scotoma {

/// How an image gets the input's size.
enum class Fit {
  stretch,
  crop,  ///< the shorter side to resize_to, then the centre is cut out
};

constexpr std::array<Named<Fit>, 2> names_of(Fit) { return {{{Fit::stretch, "stretch"}, {Fit::crop, "crop"}}}; }

enum class ChannelOrder { rgb, bgr };

constexpr std::array<Named<ChannelOrder>, 2> names_of(ChannelOrder) {
  return {{{ChannelOrder::rgb, "rgb"}, {ChannelOrder::bgr, "bgr"}}};
}

/// Where the channels stand in an input's shape: [n, 3, height, width] or [n, height, width, 3].
enum class InputLayout { nchw, nhwc };

constexpr std::array<Named<InputLayout>, 2> names_of(InputLayout) {
  return {{{InputLayout::nchw, "nchw"}, {InputLayout::nhwc, "nhwc"}}};
}

/// How an image becomes the classifier's (or judge's) input tensor.
struct Preprocessing {
  bool of_folder = false;  ///< the study says nothing of it: as the files beside the model say, if they do
  int width = 0;           ///< 0: what the model's input shape says
  int height = 0;
  int longer_first = 0;  ///< before all else the longer side becomes this (image/resize.h); 0: not (only said by a
                         ///< model's own files)
  bool resize = true;    ///< false: images must have that size already (only said by a model's own files)
  Fit fit = Fit::stretch;
  bool crop_floors = false;  ///< where half a pixel is left over beside the crop: floor, as transformers does, or to
                             ///< the even number, as torchvision does (only said by a model's own files)
  int resize_to = 0;         ///< for Fit::crop: length of the shorter side; 0: the larger of width and height
  Filter filter = Filter::bilinear;
  std::vector<double> mean = {0, 0, 0};  ///< subtracted, in units of 0..255, in the order of `channels`
  std::vector<double> std = {1, 1, 1};   ///< then divided by
  ChannelOrder channels = ChannelOrder::rgb;
  std::optional<InputLayout> layout = std::nullopt;  ///< not given: detected from the shape
};

}  // namespace scotoma
