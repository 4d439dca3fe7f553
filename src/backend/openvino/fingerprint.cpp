#include "backend/openvino/fingerprint.h"

#include "backend/openvino/engine.h"
#include "core/hash.h"

namespace scotoma {

Result<std::string> model_fingerprint(std::string_view role, const std::vector<std::filesystem::path>& files,
                                      std::initializer_list<std::string> settings) {
  Hasher hasher;
  hasher.field("openvino").field(role).field(Engine::version());
  const auto add = [&](const std::filesystem::path& file) -> Result<void> {
    SCOTOMA_TRY(const std::string hash, sha256_of_file(file));
    hasher.field(file.filename().string()).field(hash);
    return {};
  };
  for (std::filesystem::path file : files) {
    SCOTOMA_CHECK(add(file));
    if (file.extension() != ".xml") continue;
    file.replace_extension(".bin");
    if (std::filesystem::exists(file)) SCOTOMA_CHECK(add(file));
  }
  for (const std::string& setting : settings) hasher.field(setting);
  return hasher.hex();
}

}  // namespace scotoma
