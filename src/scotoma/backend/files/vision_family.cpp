// SPDX-License-Identifier: Apache-2.0
#include "scotoma/backend/files/vision_family.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <string>
#include <string_view>
#include <vector>

#include "scotoma/backend/files/json_file.h"

namespace scotoma {
namespace {

/// A row a family.
constexpr VisionFamily kFamilies[] = {
    {"llava", "<image>", "", "<image>", ""},
    {"gemma3", "<start_of_image>", "\n\n<start_of_image>", "<image_soft_token>", "<end_of_image>\n\n"},
    {"smolvlm", "<image>", "<fake_token_around_image><global-img>", "<image>", "<fake_token_around_image>", true},
    {"idefics3", "<image>", "<fake_token_around_image><global-img>", "<image>", "<fake_token_around_image>", true},
};

}  // namespace

Result<VisionFamily> read_vision_family(const std::filesystem::path& folder) {
  const auto path = folder / "config.json";
  SCOTOMA_ASSIGN_OR_RETURN(const auto config, read_json_file(path));
  SCOTOMA_ASSIGN_OR_RETURN(const auto type, json_value<std::string>(config, "model_type", "", path));
  std::vector<std::string_view> known;
  for (const VisionFamily& family : kFamilies) {
    if (type == family.model_type) return family;
    known.emplace_back(family.model_type);
  }
  return bad_input(fmt::format(
      "{}: a vision-language model of the family '{}', which does not run here; supported are {} (LLaVA 1.5, Gemma 3, "
      "SmolVLM, Idefics 3), and encoder-decoders such as ViT with GPT-2: export one of these",
      path.string(), type, fmt::join(known, ", ")));
}

Result<std::int64_t> read_image_token(const std::filesystem::path& folder) {
  const auto path = folder / "config.json";
  SCOTOMA_ASSIGN_OR_RETURN(const auto config, read_json_file(path));
  SCOTOMA_ASSIGN_OR_RETURN(const auto index, json_value<std::int64_t>(config, "image_token_index", -1, path));
  SCOTOMA_ASSIGN_OR_RETURN(const auto id, json_value<std::int64_t>(config, "image_token_id", index, path));
  if (id >= 0) return id;
  return bad_input(path.string() + ": image_token_index (or image_token_id) is missing: the token of an image");
}

}  // namespace scotoma
