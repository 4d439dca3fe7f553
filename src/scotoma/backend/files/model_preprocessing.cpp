// SPDX-License-Identifier: Apache-2.0
#include "scotoma/backend/files/model_preprocessing.h"

#include <fmt/format.h>

#include <cmath>
#include <optional>
#include <string>
#include <vector>

#include "scotoma/backend/files/json_file.h"
#include "scotoma/backend/files/network_files.h"
#include "scotoma/backend/files/paths.h"
#include "scotoma/backend/files/preprocessor_config.h"

namespace scotoma {
namespace {

using Json = nlohmann::json;
using Path = std::filesystem::path;

constexpr const char* kInstead = "say in the study how images are fed (fit, resize_to, filter, mean, std)";

/// timm.data.transforms_factory.transforms_imagenet_eval(). "random" and "" stand for bilinear there.
Result<Filter> filter_of(const std::string& interpolation, const Path& path) {
  if (interpolation.empty() || interpolation == "random") return Filter::bilinear;
  if (const auto filter = named<Filter>(interpolation)) return *filter;
  return bad_input(fmt::format("{}: interpolation '{}' is not known; {}", path.string(), interpolation, kInstead));
}

/// [3, height, width].
Result<std::vector<int>> input_size(const Json& config, const Path& path) {
  SCOTOMA_ASSIGN_OR_RETURN(const auto size, json_value<std::vector<int>>(config, "input_size", {3, 224, 224}, path));
  const auto possible = [](int side) { return side >= 1 && side <= 8192; };
  if (size.size() == 3 && size[0] == 3 && possible(size[1]) && possible(size[2])) return size;
  return bad_input(
      fmt::format("{}: input_size must be [3, height, width] of colour images; {}", path.string(), kInstead));
}

Result<Preprocessing> of_timm(const Json& config, const Path& path) {
  Preprocessing out;
  SCOTOMA_ASSIGN_OR_RETURN(const auto size, input_size(config, path));
  SCOTOMA_ASSIGN_OR_RETURN(const double part, json_value(config, "crop_pct", 0.875, path));
  SCOTOMA_ASSIGN_OR_RETURN(const auto mode, json_value<std::string>(config, "crop_mode", "center", path));
  SCOTOMA_ASSIGN_OR_RETURN(const auto interpolation, json_value<std::string>(config, "interpolation", "bicubic", path));
  SCOTOMA_ASSIGN_OR_RETURN(out.filter, filter_of(interpolation, path));
  out.height = size[1];
  out.width = size[2];
  if (!(part > 0) || part > 1)
    return bad_input(fmt::format("{}: crop_pct must be above 0 and at most 1", path.string()));
  if (mode == "center" && out.height == out.width) {
    out.fit = Fit::crop;
    out.resize_to = static_cast<int>(std::floor(out.height / part));
  } else if (mode != "squash" || part != 1) {
    return bad_input(fmt::format("{}: crop_mode '{}' with crop_pct {} of {} x {} is not supported; {}", path.string(),
                                 mode, part, out.width, out.height, kInstead));
  }
  SCOTOMA_ASSIGN_OR_RETURN(out.mean, json_value<std::vector<double>>(config, "mean", {0.485, 0.456, 0.406}, path));
  SCOTOMA_ASSIGN_OR_RETURN(out.std, json_value<std::vector<double>>(config, "std", {0.229, 0.224, 0.225}, path));
  if (out.mean.size() != 3 || out.std.size() != 3) {
    return bad_input(fmt::format("{}: mean and std need three numbers; {}", path.string(), kInstead));
  }
  for (double& value : out.mean) value *= 255;
  for (double& value : out.std) value *= 255;
  return out;
}

}  // namespace

Result<Preprocessing> preprocessing_of(const Preprocessing& said, const Path& model) {
  if (!said.of_folder) return said;
  const Path folder = folder_of_network(model);
  const Path transformers = folder / "preprocessor_config.json";
  if (is_file(transformers) || is_file(folder / "processor_config.json")) return read_preprocessor_config(transformers);
  const Path config = folder / "config.json";
  if (!is_file(config)) return said;
  SCOTOMA_ASSIGN_OR_RETURN(const Json json, read_json_file(config));
  const auto timm = json.find("pretrained_cfg");
  if (timm != json.end() && timm->is_object()) return of_timm(*timm, config);
  // Older files have what is in there at the top.
  return json.contains("architecture") && json.contains("input_size") ? of_timm(json, config) : said;
}

}  // namespace scotoma
