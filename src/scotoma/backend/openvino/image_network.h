// SPDX-License-Identifier: Apache-2.0
// A network whose only input is an image. Images are resized and cut here, byte for byte as Pillow does it
// (image/resize.h); channel order, mean and scale are done in the engine's own graph, in front of the network.
#pragma once

#include <filesystem>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <vector>

#include "scotoma/backend/openvino/engine.h"
#include "scotoma/image/image.h"
#include "scotoma/image/resize.h"
#include "scotoma/study/study.h"

namespace scotoma {

class ImageNetwork {
 public:
  /// Takes `model`, which must have one input of rank 4 with 3 channels, and `output`, the name of the output that is
  /// wanted (empty: the only one). Runs batches of exactly `batch` images, or of the number the model was exported
  /// for. The engine compiles it when images first come. Errors: bad_input, saying which input or output
  /// does not fit.
  static Result<std::unique_ptr<ImageNetwork>> create(std::shared_ptr<Engine> engine, std::shared_ptr<ov::Model> model,
                                                      const Preprocessing& preprocessing, const std::string& output,
                                                      int batch, const std::filesystem::path& path);

  /// One row of the output an image, in order. Images may differ in size. A batch that is not full is filled up, so
  /// that an image's row has the same bits whatever else is asked. Errors: failed.
  Result<std::vector<std::vector<float>>> run(std::span<const Image> images);

  PixelSize input_size() const { return {prep_.width, prep_.height}; }
  ov::Shape output_shape() const { return output_shape_; }        ///< with the batch in front
  std::string precision() const { return engine_->precision(); }  ///< in effect
  double seconds() const;
  std::string settings() const;  ///< all of the preprocessing that is in effect, for fingerprints

 private:
  ImageNetwork() = default;
  Result<void> resolve_input(int batch);
  Result<void> resolve_output(const std::string& name);
  Result<std::shared_ptr<ov::Model>> with_preprocessing() const;
  Result<std::shared_ptr<Network>> network();
  Result<Image> fitted(const Image& given) const;
  Result<void> run_batch(Network& network, std::span<const Image> images, std::span<std::vector<float>> rows) const;

  std::shared_ptr<Engine> engine_;
  std::shared_ptr<ov::Model> model_;
  std::filesystem::path path_;
  Preprocessing prep_;  ///< with size and layout
  std::size_t batch_ = 1;
  std::size_t output_ = 0;
  ov::Shape output_shape_;

  mutable std::mutex mutex_;
  std::shared_ptr<Network> network_;  ///< once it is compiled
};

}  // namespace scotoma
