// SPDX-License-Identifier: Apache-2.0
#include "scotoma/backend/openvino/captioner/vision_input.h"

#include <fmt/format.h>

#include <algorithm>
#include <openvino/op/ops.hpp>
#include <vector>

#include "scotoma/backend/files/json_file.h"
#include "scotoma/backend/openvino/engine.h"
#include "scotoma/backend/openvino/ports.h"

namespace scotoma {
namespace {

constexpr const char* kPatchMask = "patch_attention_mask";
constexpr const char* kPatchPlaces = "patch_position_ids";

/// Patches on a side of the image, and on a side of the square for which the network has places.
struct Patches {
  std::size_t image = 0;
  std::size_t places = 0;
};

Result<Patches> read_patches(const std::filesystem::path& config, int image) {
  SCOTOMA_ASSIGN_OR_RETURN(const auto all, read_json_file(config));
  const auto vision = all.find("vision_config");
  if (vision == all.end() || !vision->is_object()) return bad_input(config.string() + ": holds no vision_config");
  SCOTOMA_ASSIGN_OR_RETURN(const int patch, json_value(*vision, "patch_size", 0, config));
  SCOTOMA_ASSIGN_OR_RETURN(const int size, json_value(*vision, "image_size", image, config));
  if (patch <= 0 || size < patch || image < patch) {
    return bad_input(fmt::format("{}: patch_size {} does not fit images of {} and image_size {} in vision_config",
                                 config.string(), patch, image, size));
  }
  return Patches{static_cast<std::size_t>(image / patch), static_cast<std::size_t>(size / patch)};
}

/// Of each patch of a square, where it lies among the places.
std::vector<std::int64_t> places_of(const Patches& patches) {
  std::vector<std::int64_t> out;
  const auto place = [&](std::size_t i) { return i * patches.places / patches.image; };
  for (std::size_t row = 0; row < patches.image; ++row) {
    for (std::size_t column = 0; column < patches.image; ++column) {
      out.push_back(static_cast<std::int64_t>(place(row) * patches.places + place(column)));
    }
  }
  return out;
}

void replace_input(ov::Model& model, const char* name, const ov::Tensor& value) {
  const auto output = model.input(name);
  const auto parameter = ov::as_type_ptr<ov::op::v0::Parameter>(output.get_node_shared_ptr());
  parameter->output(0).replace(std::make_shared<ov::op::v0::Constant>(value)->output(0));
  model.remove_parameter(parameter);
}

}  // namespace

Result<void> keep_image_input(const std::shared_ptr<ov::Model>& vision, const Preprocessing& preprocessing, int batch,
                              const std::filesystem::path& file) {
  if (!find_port(vision->inputs(), kPatchMask) || !find_port(vision->inputs(), kPatchPlaces)) return {};
  SCOTOMA_ASSIGN_OR_RETURN(const Patches patches,
                           read_patches(file.parent_path() / "config.json", preprocessing.width));
  SCOTOMA_RETURN_IF_ERROR(check_types(vision->inputs(), {{kPatchPlaces, Holds::integers}}, file));
  if (vision->input(kPatchMask).get_element_type() != ov::element::boolean) {
    return bad_input(fmt::format("{}: {} must be boolean; it has the inputs {}", file.string(), kPatchMask,
                                 describe_ports(vision->inputs())));
  }
  const auto n = static_cast<std::size_t>(batch);
  return engine_call(
      file.string() + ": cannot take whole images", describe_ports(vision->inputs()), Code::bad_input, [&] {
        ov::Tensor mask(ov::element::boolean, {n, patches.image, patches.image});
        std::fill_n(mask.data<char>(), mask.get_size(), char{1});
        ov::Tensor places(vision->input(kPatchPlaces).get_element_type(), {n, patches.image * patches.image});
        const auto each = places_of(patches);
        for (std::size_t row = 0; row < n; ++row) put_wholes(places, row * each.size(), each);
        replace_input(*vision, kPatchMask, mask);
        replace_input(*vision, kPatchPlaces, places);
        const auto pixels = [](int number) { return static_cast<std::int64_t>(number); };
        vision->reshape({pixels(batch), 3, pixels(preprocessing.height), pixels(preprocessing.width)});
      });
}

}  // namespace scotoma
