// SPDX-License-Identifier: Apache-2.0
#include "scotoma/backend/openvino/image_network.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <openvino/op/ops.hpp>

#include "scotoma/backend/openvino/ports.h"

namespace scotoma {
namespace {

std::vector<float> as_floats(const std::vector<double>& numbers) { return {numbers.begin(), numbers.end()}; }

Result<void> check(const Preprocessing& p, const ov::element::Type& input, const std::filesystem::path& path) {
  const auto wrong = [&](const std::string& what) { return bad_input(path.string() + ": preprocessing: " + what); };
  if (p.mean.size() != 3 || p.std.size() != 3) return wrong("mean and std need one number a channel");
  if (std::find(p.std.begin(), p.std.end(), 0.0) != p.std.end()) return wrong("std must not be 0");
  const bool plain = p.mean == std::vector<double>{0, 0, 0} && p.std == std::vector<double>{1, 1, 1};
  if (input.is_integral() && !plain) {  // what they give would be cut to 0..255 and lose its fractions
    return wrong(fmt::format(
        "mean {} and std {} stand before an input of whole numbers ({}), which does its own preprocessing; leave both "
        "out, or export the model with an input of real numbers",
        p.mean, p.std, input.get_type_name()));
  }
  if (p.fit == Fit::crop && p.resize_to > 0 && p.resize_to < std::max(p.width, p.height)) {
    return wrong(fmt::format("resize_to {} is smaller than the crop of {} x {}", p.resize_to, p.width, p.height));
  }
  return {};
}

}  // namespace

Result<std::unique_ptr<ImageNetwork>> ImageNetwork::create(std::shared_ptr<Engine> engine,
                                                           std::shared_ptr<ov::Model> model,
                                                           const Preprocessing& preprocessing,
                                                           const std::string& output, int batch,
                                                           const std::filesystem::path& path) {
  std::unique_ptr<ImageNetwork> out(new ImageNetwork);
  out->engine_ = std::move(engine);
  out->model_ = std::move(model);
  out->path_ = path;
  out->prep_ = preprocessing;
  SCOTOMA_RETURN_IF_ERROR(out->resolve_input(std::max(1, batch)));
  SCOTOMA_RETURN_IF_ERROR(check(out->prep_, out->model_->input().get_element_type(), path));
  SCOTOMA_RETURN_IF_ERROR(out->resolve_output(output));
  return out;
}

Result<void> ImageNetwork::resolve_input(int batch) {
  const auto wrong = [&](const std::string& what) {
    return bad_input(
        fmt::format("{}: {}; it has the inputs {}", path_.string(), what, describe_ports(model_->inputs())));
  };
  if (model_->inputs().size() != 1) return wrong("not a network for one image: it must have one input");
  const ov::PartialShape shape = model_->input().get_partial_shape();
  if (shape.rank().is_dynamic() || shape.size() != 4) return wrong("the input must have 4 dimensions");
  const auto is = [&](std::size_t axis, int length) { return shape[axis].is_static() && shape[axis] == length; };
  if (!prep_.layout) prep_.layout = !is(1, 3) && is(3, 3) ? InputLayout::nhwc : InputLayout::nchw;
  const bool nchw = prep_.layout == InputLayout::nchw;
  const ov::Dimension& channels = shape[nchw ? 1 : 3];
  if (channels.is_static() && channels != 3) return wrong("the input must have 3 channels");
  const auto settle = [](int& wanted, const ov::Dimension& dimension) {
    if (wanted == 0 && dimension.is_static()) wanted = static_cast<int>(dimension.get_length());
    return wanted > 0;
  };
  const bool sized = settle(prep_.height, shape[nchw ? 2 : 1]) && settle(prep_.width, shape[nchw ? 3 : 2]);
  if (!sized) return wrong("the input's size is open: set width and height in the preprocessing");
  const auto full = [&](int n) {
    return nchw ? ov::PartialShape{n, 3, prep_.height, prep_.width} : ov::PartialShape{n, prep_.height, prep_.width, 3};
  };
  const int n = shape[0].is_static() ? static_cast<int>(shape[0].get_length()) : batch;
  batch_ = static_cast<std::size_t>(n);
  auto reshaped = engine_call(path_.string() + ": cannot take images of that size", describe_ports(model_->inputs()),
                              Code::bad_input, [&] { model_->reshape(full(n)); });
  if (reshaped.ok() || n == 1) return reshaped;
  batch_ = 1;  // exported with a batch of one inside, though the input says otherwise
  return engine_call(path_.string() + ": cannot take images of that size", describe_ports(model_->inputs()),
                     Code::bad_input, [&] { model_->reshape(full(1)); });
}

Result<void> ImageNetwork::resolve_output(const std::string& name) {
  const auto ports = model_->outputs();
  const auto wrong = [&](const std::string& what) {
    return bad_input(fmt::format("{}: {}; it has the outputs {}", path_.string(), what, describe_ports(ports)));
  };
  if (name.empty()) {
    if (ports.size() != 1) return wrong("one output is expected");
  } else {
    while (output_ < ports.size() && !ports[output_].get_names().contains(name)) ++output_;
    if (output_ == ports.size() && ports.size() == 1) output_ = 0;
    if (output_ == ports.size()) return wrong("no output is called '" + name + "'");
  }
  const ov::PartialShape shape = ports[output_].get_partial_shape();
  if (shape.is_dynamic() || shape.size() == 0 || shape.to_shape()[0] != batch_) {
    return wrong("the output must have one row an image");
  }
  output_shape_ = shape.to_shape();
  return {};
}

Result<std::shared_ptr<ov::Model>> ImageNetwork::with_preprocessing() const {
  const auto advice = fmt::format("its input is {} x {}", prep_.width, prep_.height);
  return engine_call(path_.string() + ": preprocessing does not fit", advice, Code::bad_input, [&] {
    ov::preprocess::PrePostProcessor graph(model_->clone());
    graph.input()
        .tensor()
        .set_element_type(ov::element::u8)
        .set_layout("NHWC")
        .set_shape({static_cast<int>(batch_), prep_.height, prep_.width, 3});
    graph.input().model().set_layout(prep_.layout == InputLayout::nchw ? "NCHW" : "NHWC");
    auto& steps = graph.input().preprocess();
    steps.convert_element_type(ov::element::f32);
    if (prep_.channels == ChannelOrder::bgr) steps.reverse_channels();
    if (prep_.mean != std::vector<double>{0, 0, 0}) steps.mean(as_floats(prep_.mean));
    if (prep_.std != std::vector<double>{1, 1, 1}) steps.scale(as_floats(prep_.std));
    graph.output(output_).tensor().set_element_type(ov::element::f32);
    return graph.build();
  });
}

Result<std::shared_ptr<Network>> ImageNetwork::network() {
  const std::lock_guard lock(mutex_);
  if (network_ != nullptr) return network_;
  SCOTOMA_ASSIGN_OR_RETURN(const auto model, with_preprocessing());
  SCOTOMA_ASSIGN_OR_RETURN(network_, engine_->compile(model, path_));
  return network_;
}

/// The image as the network's input has it.
Result<Image> ImageNetwork::fitted(const Image& given) const {
  if (given.width <= 0 || given.height <= 0) return failed(path_.string() + ": was given an empty image");
  const PixelSize size{given.width, given.height};
  const PixelSize from = prep_.longer_first > 0 ? resized_to_longer(size, prep_.longer_first) : size;
  const Image image = resized(given, from, prep_.filter);
  const PixelSize to = input_size();
  if (!prep_.resize && from != to) {
    return bad_input(
        fmt::format("{}: takes images of {} x {} and its preprocessing does not resize (do_resize); the "
                    "images are {} x {}",
                    path_.string(), to.width, to.height, from.width, from.height));
  }
  if (prep_.fit != Fit::crop) return resized(image, to, prep_.filter);
  const int shorter = prep_.resize_to > 0 ? prep_.resize_to : std::max(to.width, to.height);
  const PixelSize whole = resized_to_shorter(from, shorter);
  const auto margin = [&](int length, int cut) {
    const int both = length - cut;
    return prep_.crop_floors ? both / 2 : static_cast<int>(std::nearbyint(both / 2.0));
  };
  return cropped(resized(image, whole, prep_.filter), margin(whole.width, to.width), margin(whole.height, to.height),
                 to);
}

Result<std::vector<std::vector<float>>> ImageNetwork::run(std::span<const Image> images) {
  std::vector<std::vector<float>> rows(images.size());
  if (images.empty()) return rows;
  SCOTOMA_ASSIGN_OR_RETURN(const auto compiled, network());
  for (std::size_t at = 0; at < images.size(); at += batch_) {
    const std::size_t count = std::min(batch_, images.size() - at);
    SCOTOMA_RETURN_IF_ERROR(run_batch(*compiled, images.subspan(at, count), std::span(rows).subspan(at, count)));
  }
  return rows;
}

/// `images`: at most a batch; the last of them fills it up.
Result<void> ImageNetwork::run_batch(Network& network, std::span<const Image> images,
                                     std::span<std::vector<float>> rows) const {
  SCOTOMA_ASSIGN_OR_RETURN(Network::Call call, network.call());
  ov::Tensor in = call.request().get_input_tensor();
  const std::size_t bytes = in.get_byte_size() / batch_;
  Image image;
  for (std::size_t row = 0; row < batch_; ++row) {
    if (row < images.size()) {
      SCOTOMA_ASSIGN_OR_RETURN(image, fitted(images[row]));
    }
    std::memcpy(in.data<std::uint8_t>() + row * bytes, image.rgb.data(), bytes);
  }
  SCOTOMA_RETURN_IF_ERROR(call.run());
  const ov::Tensor out = call.request().get_output_tensor(output_);
  const std::size_t width = out.get_size() / batch_;
  for (std::size_t row = 0; row < images.size(); ++row) {
    const float* first = out.data<float>() + row * width;
    rows[row].assign(first, first + width);
  }
  return {};
}

double ImageNetwork::seconds() const {
  const std::lock_guard lock(mutex_);
  return network_ == nullptr ? 0 : network_->seconds();
}

std::string ImageNetwork::settings() const {
  std::string fit = std::string(name_of(prep_.fit)) + (prep_.crop_floors ? " floor" : "");
  if (prep_.longer_first > 0) fit += fmt::format(" from {}", prep_.longer_first);
  return fmt::format("{}x{} {} {} {} {} {} mean {} std {} batch {}", prep_.width, prep_.height,
                     prep_.resize ? fit : "as it is", prep_.resize_to, name_of(prep_.filter), name_of(prep_.channels),
                     name_of(*prep_.layout), prep_.mean, prep_.std, batch_);
}

}  // namespace scotoma
