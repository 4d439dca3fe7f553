// SPDX-License-Identifier: Apache-2.0
#include "scotoma/backend/openvino/head.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>
#include <openvino/op/ops.hpp>

namespace scotoma {
namespace {

using Rows = std::vector<std::vector<float>>;

constexpr float kSlack = 1e-3F;  ///< by which sums and bounds may be missed: bf16 rounds to 4e-3 of a probability

template <class... Ops>
bool is_one_of(const ov::Node* node) {
  return (ov::is_type<Ops>(node) || ...);
}

/// The node whose values `node` hands on, but for shape, type and the steps of 8 bits; null where it makes its own.
const ov::Node* source_of(const ov::Node* node) {
  namespace op = ov::op;
  if (is_one_of<op::v0::Result, op::v0::Convert, op::v1::Reshape, op::v0::Squeeze, op::v0::Unsqueeze, op::v1::Transpose,
                op::v0::FakeQuantize, op::v0::Clamp>(node)) {
    return node->get_input_node_ptr(0);
  }
  // (values - zero point) * scale, of quantised values
  if (!is_one_of<op::v1::Multiply, op::v1::Subtract>(node)) return nullptr;
  for (std::size_t i = 0; i < 2; ++i) {
    const ov::Node* other = node->get_input_node_ptr(1 - i);
    if (is_one_of<op::v0::Convert>(other)) other = other->get_input_node_ptr(0);
    if (is_one_of<op::v0::Constant>(other)) return node->get_input_node_ptr(i);
  }
  return nullptr;
}

bool all_of(const Rows& rows, const std::function<bool(float)>& holds) {
  return std::all_of(rows.begin(), rows.end(),
                     [&](const auto& row) { return std::all_of(row.begin(), row.end(), holds); });
}

bool bounded(const Rows& rows) {
  return all_of(rows, [](float v) { return v >= -kSlack && v <= 1 + kSlack; });
}

bool add_up(const Rows& rows) {
  return std::all_of(rows.begin(), rows.end(), [](const auto& row) {
    return std::fabs(std::accumulate(row.begin(), row.end(), 0.0) - 1) < static_cast<double>(kSlack);
  });
}

/// Whether the values are multiples of 1 / steps, and not all of them 0 or 1.
bool in_steps(const Rows& rows, float steps) {
  const auto whole = [&](float v) { return std::fabs(v * steps - std::nearbyintf(v * steps)) < kSlack; };
  return all_of(rows, whole) && !all_of(rows, [](float v) { return v == 0 || v == 1; });
}

/// The value that lies furthest outside of [0, 1].
float worst_of(const Rows& rows) {
  float worst = 0;
  const auto outside = [](float v) { return std::max(-v, v - 1); };
  for (const auto& row : rows) {
    for (const float v : row) worst = outside(v) > outside(worst) ? v : worst;
  }
  return worst;
}

}  // namespace

Head head_of(const ov::Output<const ov::Node>& output) {
  namespace op = ov::op;
  const ov::Node* node = output.get_node();
  for (const ov::Node* from = source_of(node); from != nullptr; from = source_of(node)) node = from;
  if (is_one_of<op::v1::Softmax, op::v8::Softmax>(node)) return Head::softmax;
  if (is_one_of<op::v5::LogSoftmax>(node)) return Head::log_softmax;
  if (is_one_of<op::v0::Sigmoid>(node)) return Head::sigmoid;
  return Head::other;
}

Result<Scores> resolve_scores(Head head, const Rows& rows, std::optional<Scores> wanted,
                              const std::filesystem::path& file) {
  const bool probable = head == Head::softmax || head == Head::sigmoid;
  const std::string layer = head == Head::softmax ? "a softmax" : "a sigmoid";
  if (wanted == Scores::probabilities && !bounded(rows)) {
    return bad_input(fmt::format(
        "{}: output = \"probabilities\", but it gives {:.4g} for a test image: these are logits; say output = "
        "\"logits\", or leave it out",
        file.string(), worst_of(rows)));
  }
  if (wanted == Scores::logits && probable && bounded(rows)) {
    return bad_input(fmt::format(
        "{}: output = \"logits\", but it ends in {}: these are probabilities; say output = \"probabilities\", or "
        "leave it out",
        file.string(), layer));
  }
  if (wanted) return *wanted;
  if (probable && !bounded(rows)) {
    return bad_input(fmt::format(
        "{}: ends in {}, but gives {:.4g} for a test image: probabilities that are scaled; export it without that",
        file.string(), layer, worst_of(rows)));
  }
  if (head == Head::log_softmax || !bounded(rows)) return Scores::logits;
  if (probable || add_up(rows) || in_steps(rows, 255) || in_steps(rows, 256)) return Scores::probabilities;
  const auto sum = std::accumulate(rows[0].begin(), rows[0].end(), 0.0);
  return bad_input(fmt::format(
      "{}: gives numbers from 0 to 1 that add up to {:.3g}, not to 1, and does not end in a softmax or sigmoid: are "
      "they logits or probabilities? Say output = \"probabilities\" (each class has its own, used as it is) or output "
      "= \"logits\" (a softmax is applied)",
      file.string(), sum));
}

}  // namespace scotoma
