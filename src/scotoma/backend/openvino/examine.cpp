// SPDX-License-Identifier: Apache-2.0
#include "scotoma/backend/openvino/examine.h"

#include <fmt/format.h>

#include <algorithm>

namespace scotoma {
namespace {

Result<Rows> examine_images(ImageNetwork& network, const std::filesystem::path& file) {
  const auto images = test_images(network.input_size().width, network.input_size().height);
  const Examined examined{.subject = file.string(),
                          .input = "an image",
                          .batch = network.output_shape()[0],
                          .bf16 = network.precision() == "bf16"};
  SCOTOMA_ASSIGN_OR_RETURN(Rows rows, examine(examined, [&](std::span<const std::size_t> which) {
                             std::vector<Image> asked;
                             for (const std::size_t i : which) asked.push_back(images[i]);
                             return network.run(asked);
                           }));
  SCOTOMA_RETURN_IF_ERROR(check_finite(rows, examined));
  return rows;
}

/// Whether the first dimension of the only input is open.
bool takes_batches(const ov::Model& model) {
  if (model.inputs().size() != 1) return false;
  const ov::PartialShape& shape = model.input().get_partial_shape();
  return shape.rank().is_static() && shape.size() > 0 && shape[0].is_dynamic();
}

}  // namespace

Result<void> check_finite(const Rows& rows, const Examined& network) {
  if (std::all_of(rows.begin(), rows.end(), [](const auto& row) { return all_finite(row); })) return {};
  return bad_input(
      fmt::format("{}: the model returned NaN or infinity for {} of the test: check its export and the preprocessing{}",
                  network.subject, network.input, network.bf16 ? ", or set precision = \"f32\" in [engine]" : ""));
}

Result<TriedNetwork> create_examined(const std::shared_ptr<Engine>& engine, const std::shared_ptr<ov::Model>& model,
                                     const Preprocessing& preprocessing, const std::string& output, int batch,
                                     const std::filesystem::path& path) {
  const auto copy = batch == 1 && takes_batches(*model) ? model->clone() : nullptr;
  TriedNetwork out;
  SCOTOMA_ASSIGN_OR_RETURN(out.network, ImageNetwork::create(engine, model, preprocessing, output, batch, path));
  SCOTOMA_ASSIGN_OR_RETURN(out.rows, examine_images(*out.network, path));
  if (copy == nullptr) return out;
  SCOTOMA_ASSIGN_OR_RETURN(const auto several,
                           ImageNetwork::create(engine, copy, preprocessing, output, kTestInputs, path));
  const auto tried = examine_images(*several, path);
  if (!tried.ok()) return tried.error();
  return out;
}

}  // namespace scotoma
