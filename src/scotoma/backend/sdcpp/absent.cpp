// SPDX-License-Identifier: Apache-2.0
// Compiled in the place of the others where there is no library.
#include "scotoma/backend/sdcpp/generator.h"

namespace scotoma {
namespace {

Error built_without() {
  return bad_input(
      "generator.kind is \"sdcpp\", but this program was built without stable-diffusion.cpp; build it with `./dev "
      "build "
      "--with sdcpp`, or with your own library in SCOTOMA_SDCPP_DIR (docs/downloaded-checkpoints.md)");
}

}  // namespace

Result<std::unique_ptr<Generator>> load_sdcpp_generator(const GeneratorOptions&, const SdcppHost&) {
  return built_without();
}

Result<void> try_sdcpp_generator(const GeneratorOptions&, int) { return built_without(); }

}  // namespace scotoma
