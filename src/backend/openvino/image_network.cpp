#include "backend/openvino/image_network.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <openvino/op/ops.hpp>

#include "backend/openvino/ports.h"

namespace scotoma {
namespace {

constexpr std::size_t kSizesKept = 8;  ///< compiled networks for pictures of different sizes

/// Which of `from` pixels Pillow's nearest filter takes for each of `to`, its sum of steps included.
std::vector<std::int64_t> nearest_pixels(int from, int to) {
  const double step = static_cast<double>(from) / to;
  std::vector<std::int64_t> out;
  double at = step * 0.5;
  for (int i = 0; i < to; ++i, at += step)
    out.push_back(std::min<std::int64_t>(static_cast<std::int64_t>(at), from - 1));
  return out;
}

/// The engine's own nearest takes the lower of two equally near pixels, Pillow the upper: so rows and columns are
/// gathered. The tensor is [n, height, width, 3].
ov::Output<ov::Node> resize_nearest(ov::Output<ov::Node> pixels, PixelSize from, PixelSize to) {
  const auto pick = [&](std::int64_t axis, int before, int after) {
    const auto which = nearest_pixels(before, after);
    const auto indices = ov::op::v0::Constant::create(ov::element::i64, {which.size()}, which);
    const auto along = ov::op::v0::Constant::create(ov::element::i64, {}, {axis});
    pixels = std::make_shared<ov::op::v8::Gather>(pixels, indices, along);
  };
  pick(1, from.height, to.height);
  pick(2, from.width, to.width);
  return pixels;
}

void resize(ov::preprocess::PreProcessSteps& steps, const std::string& filter, PixelSize from, PixelSize to) {
  using ov::preprocess::ResizeAlgorithm;
  if (filter == "nearest") {
    steps.custom([from, to](const ov::Output<ov::Node>& pixels) { return resize_nearest(pixels, from, to); });
    return;
  }
  steps.resize(filter == "bicubic" ? ResizeAlgorithm::RESIZE_BICUBIC_PILLOW : ResizeAlgorithm::RESIZE_BILINEAR_PILLOW,
               static_cast<std::size_t>(to.height), static_cast<std::size_t>(to.width));
}

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
  if (p.fit == "crop" && p.resize_to > 0 && p.resize_to < std::max(p.width, p.height)) {
    return wrong(fmt::format("resize_to {} is smaller than the crop of {} x {}", p.resize_to, p.width, p.height));
  }
  return {};
}

}  // namespace

PixelSize resized_to_shorter(PixelSize size, int shorter) {
  const auto longer = [&](int a, int b) { return static_cast<int>(static_cast<std::int64_t>(shorter) * a / b); };
  if (size.width <= size.height) return {shorter, longer(size.height, size.width)};
  return {longer(size.width, size.height), shorter};
}

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
  SCOTOMA_CHECK(out->settle_input(std::max(1, batch)));
  SCOTOMA_CHECK(check(out->prep_, out->model_->input().get_element_type(), path));
  SCOTOMA_CHECK(out->settle_output(output));
  return out;
}

Result<void> ImageNetwork::settle_input(int batch) {
  const auto wrong = [&](const std::string& what) {
    return bad_input(
        fmt::format("{}: {}; it has the inputs {}", path_.string(), what, describe_ports(model_->inputs())));
  };
  if (model_->inputs().size() != 1) return wrong("not a network for one picture: it must have one input");
  const ov::PartialShape shape = model_->input().get_partial_shape();
  if (shape.rank().is_dynamic() || shape.size() != 4) return wrong("the input must have 4 dimensions");
  const auto is = [&](std::size_t axis, int length) { return shape[axis].is_static() && shape[axis] == length; };
  if (prep_.layout.empty()) prep_.layout = !is(1, 3) && is(3, 3) ? "nhwc" : "nchw";
  const bool nchw = prep_.layout == "nchw";
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
  auto reshaped = engine_call(path_.string() + ": cannot take pictures of that size", describe_ports(model_->inputs()),
                              Code::bad_input, [&] { model_->reshape(full(n)); });
  if (reshaped.ok() || n == 1) return reshaped;
  batch_ = 1;  // exported with a batch of one inside, though the input says otherwise
  return engine_call(path_.string() + ": cannot take pictures of that size", describe_ports(model_->inputs()),
                     Code::bad_input, [&] { model_->reshape(full(1)); });
}

Result<void> ImageNetwork::settle_output(const std::string& name) {
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
    return wrong("the output must have one row a picture");
  }
  output_shape_ = shape.to_shape();
  return {};
}

Result<std::shared_ptr<ov::Model>> ImageNetwork::with_preprocessing(PixelSize from) const {
  if (!prep_.resize && from != input_size()) {
    return bad_input(
        fmt::format("{}: takes pictures of {} x {} and its preprocessing does not resize (do_resize); the "
                    "pictures are {} x {}",
                    path_.string(), prep_.width, prep_.height, from.width, from.height));
  }
  const auto advice =
      fmt::format("pictures are {} x {}, the input {} x {}", from.width, from.height, prep_.width, prep_.height);
  return engine_call(path_.string() + ": preprocessing does not fit", advice, Code::bad_input, [&] {
    ov::preprocess::PrePostProcessor graph(model_->clone());
    const int n = static_cast<int>(batch_);
    graph.input()
        .tensor()
        .set_element_type(ov::element::u8)
        .set_layout("NHWC")
        .set_shape({n, from.height, from.width, 3});
    graph.input().model().set_layout(prep_.layout == "nchw" ? "NCHW" : "NHWC");
    auto& steps = graph.input().preprocess();
    PixelSize to{prep_.width, prep_.height};
    const int shorter = prep_.resize_to > 0 ? prep_.resize_to : std::max(to.width, to.height);
    const PixelSize whole = prep_.fit == "crop" ? resized_to_shorter(from, shorter) : to;
    // On bytes, which the filter rounds, as Pillow does it and as networks were trained: at most 1 apart, see the
    // header.
    if (whole != from) resize(steps, prep_.filter, from, whole);
    if (whole != to) {
      const int top = static_cast<int>(std::nearbyint((whole.height - to.height) / 2.0));
      const int left = static_cast<int>(std::nearbyint((whole.width - to.width) / 2.0));
      steps.crop({0, top, left, 0}, {n, top + to.height, left + to.width, 3});
    }
    steps.convert_element_type(ov::element::f32);
    if (prep_.channels == "bgr") steps.reverse_channels();
    if (prep_.mean != std::vector<double>{0, 0, 0}) steps.mean(as_floats(prep_.mean));
    if (prep_.std != std::vector<double>{1, 1, 1}) steps.scale(as_floats(prep_.std));
    for (std::size_t i = 0; i < model_->outputs().size(); ++i) {
      if (i == output_) graph.output(i).tensor().set_element_type(ov::element::f32);
    }
    return graph.build();
  });
}

Result<std::shared_ptr<Network>> ImageNetwork::network_for(PixelSize from) {
  const std::lock_guard lock(mutex_);
  const std::pair key(from.width, from.height);
  const auto found = networks_.find(key);
  if (found != networks_.end()) {
    found->second.last_use = ++uses_;
    return found->second.network;
  }
  SCOTOMA_TRY(const auto model, with_preprocessing(from));
  SCOTOMA_TRY(auto network, engine_->compile(model, path_));
  if (networks_.size() >= kSizesKept) {
    const auto earlier = [](const auto& a, const auto& b) { return a.second.last_use < b.second.last_use; };
    const auto oldest = std::min_element(networks_.begin(), networks_.end(), earlier);
    retired_seconds_ += oldest->second.network->seconds();
    networks_.erase(oldest);
  }
  networks_.emplace(key, Kept{network, ++uses_});
  return network;
}

Result<std::vector<std::vector<float>>> ImageNetwork::run(std::span<const Image> images) {
  std::map<std::pair<int, int>, std::vector<std::size_t>> by_size;
  for (std::size_t i = 0; i < images.size(); ++i) {
    const Image& image = images[i];
    if (image.width <= 0 || image.height <= 0) return failed(path_.string() + ": was given an empty picture");
    by_size[{image.width, image.height}].push_back(i);
  }
  std::vector<std::vector<float>> rows(images.size());
  for (const auto& [size, all] : by_size) {
    SCOTOMA_TRY(const auto network, network_for({size.first, size.second}));
    for (std::size_t at = 0; at < all.size(); at += batch_) {
      const std::span which(all.begin() + static_cast<std::ptrdiff_t>(at), std::min(batch_, all.size() - at));
      SCOTOMA_CHECK(run_batch(*network, images, which, rows));
    }
  }
  return rows;
}

Result<void> ImageNetwork::run_batch(Network& network, std::span<const Image> images,
                                     std::span<const std::size_t> which, std::vector<std::vector<float>>& rows) const {
  SCOTOMA_TRY(Network::Call call, network.call());
  ov::Tensor in = call.request().get_input_tensor();
  const std::size_t pixels = in.get_byte_size() / batch_;
  for (std::size_t row = 0; row < batch_; ++row) {
    const Image& image = images[which[std::min(row, which.size() - 1)]];  // the last fills up
    std::memcpy(in.data<std::uint8_t>() + row * pixels, image.rgb.data(), pixels);
  }
  SCOTOMA_CHECK(call.run());
  const ov::Tensor out = call.request().get_output_tensor(output_);
  const std::size_t width = out.get_size() / batch_;
  for (std::size_t row = 0; row < which.size(); ++row) {
    const float* first = out.data<float>() + row * width;
    rows[which[row]].assign(first, first + width);
  }
  return {};
}

double ImageNetwork::seconds() const {
  const std::lock_guard lock(mutex_);
  double sum = retired_seconds_;
  for (const auto& [size, kept] : networks_) sum += kept.network->seconds();
  return sum;
}

std::string ImageNetwork::settings() const {
  return fmt::format("{}x{} {} {} {} {} {} mean {} std {} batch {}", prep_.width, prep_.height,
                     prep_.resize ? prep_.fit : "as it is", prep_.resize_to, prep_.filter, prep_.channels, prep_.layout,
                     prep_.mean, prep_.std, batch_);
}

}  // namespace scotoma
