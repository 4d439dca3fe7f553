// SPDX-License-Identifier: Apache-2.0
#include "scotoma/backend/files/preprocessor_config.h"

#include <fmt/format.h>

#include <string_view>

#include "scotoma/backend/files/json_file.h"
#include "scotoma/backend/files/paths.h"
#include "scotoma/image/resize.h"

namespace scotoma {
namespace {

using Json = nlohmann::json;
using Path = std::filesystem::path;

/// {"height": h, "width": w}, {"shortest_edge": n} or n; for a shortest edge the width stays 0.
Result<PixelSize> read_size(const Json& config, const char* key, bool number_is_shortest_edge, const Path& path) {
  const auto found = config.find(key);
  if (found == config.end() || found->is_null()) return PixelSize{};
  const Json& size = *found;
  const auto has = [&](const char* part) {
    return size.contains(part) && size[part].is_number_integer() && json_fits<int>(size[part]) && size[part] > 0 &&
           size[part] <= 8192;
  };
  if (size.is_number_integer() && size > 0 && size <= 8192) {
    return PixelSize{number_is_shortest_edge ? 0 : size.get<int>(), size.get<int>()};
  }
  if (size.is_object() && has("height") && has("width")) return PixelSize{size["width"], size["height"]};
  if (size.is_object() && has("shortest_edge") && size.size() == 1) return PixelSize{0, size["shortest_edge"]};
  return bad_input(fmt::format("{}: '{}' is not understood: {}", path.string(), key, size.dump()));
}

/// By PIL's number, which is the enum's too.
Result<Filter> read_filter(const Json& config, const Path& path) {
  SCOTOMA_ASSIGN_OR_RETURN(const int filter, json_value(config, "resample", 2, path));
  for (const auto& known : names_of(Filter{})) {
    if (static_cast<int>(known.value) == filter) return known.value;
  }
  return bad_input(
      fmt::format("{}: 'resample' {} is no filter of Pillow's; there are 0 (nearest), 1 (lanczos), "
                  "2 (bilinear), 3 (bicubic), 4 (box) and 5 (hamming)",
                  path.string(), filter));
}

Result<void> read_resize(const Json& config, Preprocessing& out, const Path& path) {
  SCOTOMA_ASSIGN_OR_RETURN(out.resize, json_value(config, "do_resize", true, path));
  SCOTOMA_ASSIGN_OR_RETURN(const bool crop, json_value(config, "do_center_crop", false, path));
  SCOTOMA_ASSIGN_OR_RETURN(out.filter, read_filter(config, path));
  if (!out.resize && crop) return bad_input(path.string() + ": a crop from images of any size is not supported");
  if (!out.resize) return {};  // the model's own size, and images must have it
  // An old processor writes one number for the shorter side where it crops, and for both sides where it does not.
  SCOTOMA_ASSIGN_OR_RETURN(const PixelSize size, read_size(config, "size", crop, path));
  SCOTOMA_ASSIGN_OR_RETURN(PixelSize cut, read_size(config, "crop_size", false, path));
  if (size.width == 0 && size.height > 0) {
    out.fit = Fit::crop;
    out.crop_floors = true;
    out.resize_to = size.height;
    if (!crop || cut.width == 0) cut = {size.height, size.height};
  } else if (!crop || cut.width == 0) {
    cut = size;
  } else if (cut != size) {
    return bad_input(path.string() + ": a crop from a stretched image is not supported");
  }
  out.width = cut.width;
  out.height = cut.height;
  return {};
}

/// Whether the file is of a processor that brings the longer side to a size first and then, without tiles, the image to
/// a square.
bool is_of_idefics3(const Json& config) { return config.contains("max_image_size"); }

/// {"longest_edge": n}. Errors: bad_input.
Result<int> read_longest_edge(const Json& config, const char* key, const Path& path) {
  const auto found = config.find(key);
  const bool sized = found != config.end() && found->is_object() && found->contains("longest_edge");
  const Json size = sized ? (*found)["longest_edge"] : Json();
  if (size.is_number_integer() && size > 0 && size <= 4096) return size.get<int>();
  return bad_input(fmt::format("{}: '{}' must hold longest_edge, 1 to 4096", path.string(), key));
}

Result<void> read_resize_of_idefics3(const Json& config, Preprocessing& out, const Path& path) {
  SCOTOMA_ASSIGN_OR_RETURN(const bool tiles, json_value(config, "do_image_splitting", true, path));
  if (tiles) {
    return bad_input(
        path.string() +
        ": cuts images into tiles (do_image_splitting), which is not supported; set it to false there, and "
        "an image is seen in one piece, which is enough for one sentence");
  }
  SCOTOMA_ASSIGN_OR_RETURN(const bool resize, json_value(config, "do_resize", true, path));
  if (!resize) return bad_input(path.string() + ": do_resize must be true beside max_image_size");
  SCOTOMA_ASSIGN_OR_RETURN(const int filter, json_value(config, "resample", 1, path));  // its own default
  SCOTOMA_ASSIGN_OR_RETURN(out.filter, read_filter({{"resample", filter}}, path));
  SCOTOMA_ASSIGN_OR_RETURN(out.longer_first, read_longest_edge(config, "size", path));
  SCOTOMA_ASSIGN_OR_RETURN(out.width, read_longest_edge(config, "max_image_size", path));
  out.height = out.width;
  return {};
}

/// Steps of processors that ours has no word for: without them the network would see other images.
Result<void> refuse_others(const Json& config, const Path& path) {
  for (const char* key : {"do_pan_and_scan", "do_pad", "do_flip_channel_order", "do_thumbnail", "do_align_long_axis",
                          "crop_pct", "include_top", "rescale_offset"}) {
    const auto found = config.find(key);
    if (found == config.end() || found->is_null() || *found == false) continue;
    if (std::string_view(key) == "do_pad" && is_of_idefics3(config)) continue;  // squares of one size need none
    return bad_input(fmt::format("{}: '{}' is not supported", path.string(), key));
  }
  // These do more than their files say: another normalisation, or a resize to more than the size.
  for (const char* key : {"image_processor_type", "feature_extractor_type"}) {
    SCOTOMA_ASSIGN_OR_RETURN(const auto type, json_value<std::string>(config, key, "", path));
    for (const char* family : {"EfficientNet", "Levit", "ConvNext", "PoolFormer", "Perceiver", "Donut"}) {
      if (!type.starts_with(family)) continue;
      return bad_input(
          fmt::format("{}: {} '{}' is not supported; of a classifier, say in the study how images are fed "
                      "(fit, resize_to, filter, mean, std)",
                      path.string(), key, type));
    }
  }
  return {};
}

/// The settings and the file that they stand in. transformers 5 writes the whole processor into one file, the part for
/// images inside, and no preprocessor_config.json.
Result<std::pair<Json, Path>> find_config(const Path& path) {
  const Path whole = path.parent_path() / "processor_config.json";
  if (is_file(path) || !is_file(whole)) {
    SCOTOMA_ASSIGN_OR_RETURN(Json config, read_json_file(path));
    return std::pair(std::move(config), path);
  }
  SCOTOMA_ASSIGN_OR_RETURN(const Json config, read_json_file(whole));
  const auto part = config.find("image_processor");
  if (part != config.end() && part->is_object()) return std::pair(*part, whole);
  return bad_input(
      fmt::format("{}: holds no image_processor; save that one beside it, in Python: "
                  "AutoImageProcessor.from_pretrained(CHECKPOINT).save_pretrained(\"{}\")",
                  whole.string(), path.parent_path().string()));
}

}  // namespace

Result<Preprocessing> read_preprocessor_config(const std::filesystem::path& wanted) {
  SCOTOMA_ASSIGN_OR_RETURN(const auto found, find_config(wanted));
  const auto& [config, path] = found;
  Preprocessing out;
  SCOTOMA_RETURN_IF_ERROR(refuse_others(config, path));
  SCOTOMA_RETURN_IF_ERROR(is_of_idefics3(config) ? read_resize_of_idefics3(config, out, path)
                                                 : read_resize(config, out, path));
  SCOTOMA_ASSIGN_OR_RETURN(const bool rescale, json_value(config, "do_rescale", true, path));
  SCOTOMA_ASSIGN_OR_RETURN(const bool normalize, json_value(config, "do_normalize", true, path));
  SCOTOMA_ASSIGN_OR_RETURN(const double given, json_value(config, "rescale_factor", 1.0 / 255, path));
  const double factor = rescale ? given : 1.0;
  SCOTOMA_ASSIGN_OR_RETURN(auto mean, json_value<std::vector<double>>(config, "image_mean", {0, 0, 0}, path));
  SCOTOMA_ASSIGN_OR_RETURN(auto deviation, json_value<std::vector<double>>(config, "image_std", {1, 1, 1}, path));
  if (!normalize) mean = {0, 0, 0}, deviation = {1, 1, 1};
  const auto said = [&](const char* key) { return config.contains(key) && !config[key].is_null(); };
  if (normalize && !(said("image_mean") && said("image_std"))) {  // each class of processors has its own
    return bad_input(
        path.string() +
        ": normalises images (do_normalize) and does not say by what: image_mean and image_std are missing; "
        "save it anew, in Python: AutoImageProcessor.from_pretrained(CHECKPOINT).save_pretrained(FOLDER)");
  }
  if (mean.size() != 3 || deviation.size() != 3 || !(factor > 0)) {
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
