#include "backend/openvino/fingerprint.h"

#include "backend/openvino/engine.h"
#include "core/hash.h"

namespace scotoma {
namespace {

/// Where the weights may lie that are not in the model's file itself.
std::vector<std::filesystem::path> weights_of(const std::filesystem::path& model) {
  if (model.extension() == ".xml") return {std::filesystem::path(model).replace_extension(".bin")};
  if (model.extension() == ".onnx") return {model.string() + ".data", model.string() + "_data"};
  return {};
}

}  // namespace

Result<std::string> model_fingerprint(std::string_view role, const std::vector<std::filesystem::path>& files,
                                      std::initializer_list<std::string> settings) {
  Hasher hasher;
  hasher.field("openvino").field(role).field(Engine::version());
  const auto add = [&](const std::filesystem::path& file) -> Result<void> {
    SCOTOMA_TRY(const std::string hash, sha256_of_file(file));
    hasher.field(file.filename().string()).field(hash);
    return {};
  };
  for (const std::filesystem::path& file : files) {
    SCOTOMA_CHECK(add(file));
    for (const std::filesystem::path& weights : weights_of(file)) {
      if (std::filesystem::exists(weights)) SCOTOMA_CHECK(add(weights));
    }
  }
  for (const std::string& setting : settings) hasher.field(setting);
  return hasher.hex();
}

}  // namespace scotoma
