// HuggingFace's preprocessor_config.json as our Preprocessing.
#include <fmt/format.h>

#include "backend/openvino/image_network.h"
#include "backend/openvino/json_file.h"

namespace scotoma {
namespace {

using Json = nlohmann::json;

/// {"height": h, "width": w}, {"shortest_edge": n} or n; for shortest_edge the width stays 0.
Result<PixelSize> read_size(const Json& config, const char* key, const std::filesystem::path& path) {
  const auto found = config.find(key);
  if (found == config.end() || found->is_null()) return PixelSize{};
  const Json& size = *found;
  if (size.is_number_integer()) return PixelSize{size.get<int>(), size.get<int>()};
  const auto has = [&](const char* part) { return size.contains(part) && size[part].is_number_integer(); };
  if (size.is_object() && has("height") && has("width")) return PixelSize{size["width"], size["height"]};
  if (size.is_object() && has("shortest_edge")) return PixelSize{0, size["shortest_edge"]};
  return bad_input(fmt::format("{}: '{}' is not understood: {}", path.string(), key, size.dump()));
}

Result<void> read_resize(const Json& config, Preprocessing& out, const std::filesystem::path& path) {
  SCOTOMA_TRY(const bool resize, json_value(config, "do_resize", true, path));
  SCOTOMA_TRY(const bool crop, json_value(config, "do_center_crop", false, path));
  SCOTOMA_TRY(const PixelSize size, read_size(config, "size", path));
  SCOTOMA_TRY(PixelSize cut, read_size(config, "crop_size", path));
  SCOTOMA_TRY(const int filter, json_value(config, "resample", 2, path));
  out.filter = filter == 3 ? "bicubic" : filter == 0 ? "nearest" : "bilinear";
  if (resize && size.width == 0 && size.height > 0) {
    out.fit = "crop";
    out.resize_to = size.height;
    if (!crop || cut.width == 0) cut = {size.height, size.height};
  } else if (!crop || cut.width == 0) {
    cut = size;
  } else if (resize && (cut.width != size.width || cut.height != size.height)) {
    return bad_input(path.string() + ": a crop from a stretched picture is not supported");
  }
  out.width = cut.width;
  out.height = cut.height;
  return {};
}

}  // namespace

Result<Preprocessing> read_preprocessor_config(const std::filesystem::path& path) {
  SCOTOMA_TRY(const Json config, read_json_file(path));
  Preprocessing out;
  SCOTOMA_CHECK(read_resize(config, out, path));
  SCOTOMA_TRY(const bool rescale, json_value(config, "do_rescale", true, path));
  SCOTOMA_TRY(const bool normalize, json_value(config, "do_normalize", true, path));
  SCOTOMA_TRY(const double given, json_value(config, "rescale_factor", 1.0 / 255, path));
  const double factor = rescale ? given : 1.0;
  SCOTOMA_TRY(auto mean, json_value<std::vector<double>>(config, "image_mean", {0, 0, 0}, path));
  SCOTOMA_TRY(auto deviation, json_value<std::vector<double>>(config, "image_std", {1, 1, 1}, path));
  if (!normalize) mean = {0, 0, 0}, deviation = {1, 1, 1};
  if (mean.size() != 3 || deviation.size() != 3 || factor <= 0) {
    return bad_input(path.string() + ": image_mean and image_std need three numbers, rescale_factor a positive one");
  }
  // (x factor - mean) / std = (x - mean / factor) / (std / factor), and ours is in units of 0..255.
  for (double& m : mean) m /= factor;
  for (double& s : deviation) s /= factor;
  out.mean = mean;
  out.std = deviation;
  return out;
}

}  // namespace scotoma
