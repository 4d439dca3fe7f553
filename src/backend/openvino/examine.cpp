#include "backend/openvino/examine.h"

#include <fmt/format.h>

#include <algorithm>

namespace scotoma {

Result<void> check_finite(const Rows& rows, const Examined& network) {
  if (std::all_of(rows.begin(), rows.end(), [](const auto& row) { return all_finite(row); })) return {};
  return bad_input(
      fmt::format("{}: the model returned NaN or infinity for {} of the test: check its export and the preprocessing{}",
                  network.subject, network.input, network.bf16 ? ", or set precision = \"f32\" in [engine]" : ""));
}

Result<Rows> examine_images(ImageNetwork& network, const std::filesystem::path& file) {
  const auto images = test_images(network.input_size().width, network.input_size().height);
  const Examined examined{.subject = file.string(),
                          .input = "an image",
                          .batch = network.output_shape()[0],
                          .bf16 = network.precision() == "bf16"};
  SCOTOMA_TRY(Rows rows, examine(examined, [&](std::span<const std::size_t> which) {
                std::vector<Image> asked;
                for (const std::size_t i : which) asked.push_back(images[i]);
                return network.run(asked);
              }));
  SCOTOMA_CHECK(check_finite(rows, examined));
  return rows;
}

}  // namespace scotoma
