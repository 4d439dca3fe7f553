#include "backend/openvino/image_network.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <cstring>

namespace scotoma {
namespace {

constexpr std::size_t kSizesKept = 8;  ///< compiled networks for pictures of different sizes

ov::preprocess::ResizeAlgorithm resize_filter(const std::string& name) {
  using ov::preprocess::ResizeAlgorithm;
  if (name == "bicubic") return ResizeAlgorithm::RESIZE_BICUBIC_PILLOW;
  if (name == "nearest") return ResizeAlgorithm::RESIZE_NEAREST;
  return ResizeAlgorithm::RESIZE_BILINEAR_PILLOW;
}

std::vector<float> as_floats(const std::vector<double>& numbers) { return {numbers.begin(), numbers.end()}; }

Result<void> check(const Preprocessing& p, const std::filesystem::path& path) {
  const auto wrong = [&](const std::string& what) { return bad_input(path.string() + ": preprocessing: " + what); };
  if (p.fit != "stretch" && p.fit != "crop") return wrong("fit '" + p.fit + "' is neither stretch nor crop");
  if (p.filter != "bilinear" && p.filter != "bicubic" && p.filter != "nearest") {
    return wrong("filter '" + p.filter + "' is none of bilinear, bicubic, nearest");
  }
  if (p.channels != "rgb" && p.channels != "bgr") return wrong("channels '" + p.channels + "' is neither rgb nor bgr");
  if (p.layout != "" && p.layout != "nchw" && p.layout != "nhwc") {
    return wrong("layout '" + p.layout + "' is neither nchw nor nhwc");
  }
  if (p.mean.size() != 3 || p.std.size() != 3) return wrong("mean and std need one number a channel");
  if (std::find(p.std.begin(), p.std.end(), 0.0) != p.std.end()) return wrong("std must not be 0");
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
  SCOTOMA_CHECK(check(out->prep_, path));
  SCOTOMA_CHECK(out->settle_output(output));
  SCOTOMA_TRY(const auto network, out->network_for(out->input_size()));
  out->precision_ = network->precision();
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
    if (whole.width != from.width || whole.height != from.height) {
      // On bytes: the filter then rounds as Pillow does, which is what networks were trained with.
      steps.resize(resize_filter(prep_.filter), static_cast<std::size_t>(whole.height),
                   static_cast<std::size_t>(whole.width));
    }
    if (whole.width != to.width || whole.height != to.height) {
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
  if (found != networks_.end()) return found->second;
  SCOTOMA_TRY(const auto model, with_preprocessing(from));
  SCOTOMA_TRY(auto network, engine_->compile(model, path_));
  if (networks_.size() >= kSizesKept) {
    retired_seconds_ += networks_.begin()->second->seconds();
    networks_.erase(networks_.begin());
  }
  networks_.emplace(key, network);
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

std::string ImageNetwork::precision() const { return precision_; }

double ImageNetwork::seconds() const {
  const std::lock_guard lock(mutex_);
  double sum = retired_seconds_;
  for (const auto& [size, network] : networks_) sum += network->seconds();
  return sum;
}

std::string ImageNetwork::settings() const {
  return fmt::format("{}x{} {} {} {} {} {} mean {} std {} batch {}", prep_.width, prep_.height, prep_.fit,
                     prep_.resize_to, prep_.filter, prep_.channels, prep_.layout, prep_.mean, prep_.std, batch_);
}

}  // namespace scotoma
