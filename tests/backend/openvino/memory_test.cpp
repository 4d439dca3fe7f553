// SPDX-License-Identifier: Apache-2.0
#include "scotoma/backend/openvino/memory.h"

#include <gtest/gtest.h>

#include <openvino/op/ops.hpp>

namespace scotoma {
namespace {

using Node = std::shared_ptr<ov::Node>;

std::shared_ptr<ov::op::v0::Parameter> input(const ov::PartialShape& shape) {
  return std::make_shared<ov::op::v0::Parameter>(ov::element::f32, shape);
}

Node constant(const ov::element::Type& type, const ov::Shape& shape) {
  return ov::op::v0::Constant::create(type, shape, std::vector<float>(ov::shape_size(shape), 1));
}

std::shared_ptr<ov::Model> model(const Node& last, const std::shared_ptr<ov::op::v0::Parameter>& in) {
  return std::make_shared<ov::Model>(ov::OutputVector{last}, ov::ParameterVector{in});
}

TEST(EstimateMemory, OfAChainIsTwoNeighboursAtATime) {
  const auto in = input({1, 1000});
  Node x = in;
  for (int i = 0; i < 10; ++i) x = std::make_shared<ov::op::v0::Exp>(x);
  const NetworkMemory memory = estimate_memory(*model(x, in));
  EXPECT_EQ(memory.activations, 2U * 4000);
  EXPECT_EQ(memory.weights, 0U);
}

TEST(EstimateMemory, WhatIsReadLaterStaysAlive) {
  const auto in = input({1, 1000});
  Node x = in;
  for (int i = 0; i < 10; ++i) x = std::make_shared<ov::op::v0::Exp>(x);
  const NetworkMemory memory = estimate_memory(*model(std::make_shared<ov::op::v1::Add>(x, in), in));
  EXPECT_EQ(memory.activations, 3U * 4000);
}

TEST(EstimateMemory, AnotherShapeIsNoOtherMemory) {
  const auto in = input({10, 100});
  const Node shape = ov::op::v0::Constant::create(ov::element::i64, {2}, {100, 10});
  const Node x = std::make_shared<ov::op::v1::Reshape>(in, shape, false);
  EXPECT_EQ(estimate_memory(*model(std::make_shared<ov::op::v0::Exp>(x), in)).activations, 2U * 4000);
}

/// f16 weights behind a conversion are computed in f32, once.
TEST(EstimateMemory, WeightsCountAtFourBytesWhateverTheFileHolds) {
  const auto in = input({1, 10});
  for (const auto& type : {ov::element::f32, ov::element::f16}) {
    const Node weights = std::make_shared<ov::op::v0::Convert>(constant(type, {10, 50}), ov::element::f32);
    const NetworkMemory memory =
        estimate_memory(*model(std::make_shared<ov::op::v0::MatMul>(in, weights, false, false), in));
    EXPECT_EQ(memory.weights, 2000U);
    EXPECT_EQ(memory.activations, 240U);
  }
}

TEST(EstimateMemory, AnOpenShapeCountsAsNothing) {
  const auto in = input({-1, 10});
  EXPECT_EQ(estimate_memory(*model(std::make_shared<ov::op::v0::Exp>(in), in)).activations, 0U);
}

TEST(AvailableMemory, IsThere) { EXPECT_GT(available_memory(), 1'000'000U); }

}  // namespace
}  // namespace scotoma
