// SPDX-License-Identifier: Apache-2.0
#include "scotoma/backend/health.h"

#include <gtest/gtest.h>

#include <cmath>

namespace scotoma {
namespace {

/// A network in memory: its answer to test input i is {i, -i}, then `change(row, place, inputs of the batch)`.
struct Fake {
  std::function<void(std::vector<float>&, std::size_t, std::span<const std::size_t>)> change = [](auto&&...) {};
  std::size_t calls = 0;

  Result<Rows> examined(std::size_t batch, bool bf16 = false) {
    return examine({"net.onnx", "an image", batch, bf16}, [&](std::span<const std::size_t> which) -> Result<Rows> {
      ++calls;
      EXPECT_LE(which.size(), batch);
      Rows rows;
      for (const std::size_t i : which) {
        rows.push_back({static_cast<float>(i), -static_cast<float>(i)});
        change(rows.back(), rows.size() - 1, which);
      }
      return rows;
    });
  }
  void expect_refused(std::size_t batch, const std::string& part, bool bf16 = false) {
    const auto out = examined(batch, bf16);
    ASSERT_FALSE(out.ok()) << batch;
    EXPECT_EQ(out.error().code, Code::bad_input);
    EXPECT_TRUE(out.error().message.starts_with("net.onnx: ")) << out.error().message;
    EXPECT_NE(out.error().message.find(part), std::string::npos) << out.error().message;
  }
};

TEST(Health, AGoodNetworkIsAskedTwoBatches) {
  for (const std::size_t batch : {4, 5, 32}) {
    Fake fake;
    const auto rows = fake.examined(batch);
    ASSERT_TRUE(rows.ok()) << rows.error().message;
    EXPECT_EQ(rows->size(), kTestInputs);
    EXPECT_EQ(fake.calls, 2U);
  }
  Fake alone;
  EXPECT_TRUE(alone.examined(1).ok());
  EXPECT_EQ(alone.calls, kTestInputs + 1);
}

TEST(Health, AnAnswerThatDependsOnItsPlaceOrCompanyIsRefused) {
  Fake place{[](auto& row, std::size_t at, auto) { row[0] += at == 1 ? 0.1F : 0; }};
  place.expect_refused(8, "depends on what else is in the batch");
  Fake company{[](auto& row, std::size_t, auto which) { row[1] += 0.1F * static_cast<float>(which.back()); }};
  company.expect_refused(2, "batch normalisation in training mode");
  Fake shares{[](auto& row, std::size_t at, auto which) {  // a softmax over the batch
    double sum = 0;
    for (const std::size_t i : which) sum += std::exp(static_cast<double>(i));
    row = {static_cast<float>(std::exp(static_cast<double>(which[at])) / sum), 0};
    row[1] = row[0];
  }};
  shares.expect_refused(4, "softmax over the batch (axis 0)");
}

TEST(Health, ChanceIsToldFromCompany) {
  for (const std::size_t batch : {1, 4, 8}) {
    float step = 0;
    Fake fake{[&](auto& row, std::size_t, auto) { row[0] += step += 0.01F; }};
    fake.expect_refused(batch, "asked the same twice");
  }
}

TEST(Health, ADifferenceThatDoesNotComeAgainIsNoDependence) {
  Fake slip{};
  slip.change = [&](auto& row, std::size_t at, auto) { row[0] += slip.calls == 2 && at == 3 ? 0.1F : 0; };
  const auto rows = slip.examined(8);
  ASSERT_TRUE(rows.ok()) << rows.error().message;
  EXPECT_EQ((*rows)[0], (std::vector<float>{0, 0}));
  EXPECT_EQ(slip.calls, 4U);
}

TEST(Health, RoundingIsNoFault) {
  const auto by_place = [](float share) {
    return [share](auto& row, std::size_t at, auto) {
      row[0] *= 1 + share * static_cast<float>(at), row[0] += share * static_cast<float>(at);
    };
  };
  Fake fine{by_place(1e-5F)};
  EXPECT_TRUE(fine.examined(8).ok());
  Fake coarse{by_place(4e-3F)};
  EXPECT_TRUE(coarse.examined(8, true).ok());
  EXPECT_FALSE(coarse.examined(8).ok());
}

TEST(Health, OneAnswerToAllIsRefusedUnlessItIsACertainOne) {
  Fake same{[](auto& row, std::size_t, auto) { row = {0.25F, 0.5F}; }};
  same.expect_refused(4, "gives one answer to 4 very different inputs");
  same.expect_refused(4, "precision = \"f32\"", true);
  Fake nothing{[](auto& row, std::size_t, auto) { row = {0, 0}; }};
  nothing.expect_refused(4, "gives one answer");
  Fake certain{[](auto& row, std::size_t, auto) { row = {0.99609375F, 0}; }};  // in 8 bits
  EXPECT_TRUE(certain.examined(4).ok());
}

TEST(Health, NanIsLeftToTheCaller) {
  Fake nan{[](auto& row, std::size_t, auto) { row[0] = NAN; }};
  EXPECT_TRUE(nan.examined(4).ok());
}

TEST(Health, ABatchOfOneColourOrOfOneImageIsAFailureASingleImageIsNot) {
  const auto plain = [](std::uint8_t v) { return Image{4, 4, std::vector<std::uint8_t>(48, v)}; };
  Image other = plain(9);
  other.rgb[7] = 10;
  const std::vector<GenerationRequest> requests = {{"a fly", 1}, {"a fly", 2}, {"a fly", 3}};
  const auto checked = [&](std::vector<Image> images) {
    return check_generated("folder", std::span(requests).first(images.size()), images);
  };
  EXPECT_TRUE(checked({plain(0)}).ok());
  EXPECT_TRUE(checked({plain(0), other}).ok());
  EXPECT_TRUE(
      check_generated("folder", std::vector<GenerationRequest>{requests[0], requests[0]}, std::vector{other, other})
          .ok());
  for (const auto& images : {std::vector{plain(0), plain(0)}, {plain(0), plain(9), plain(0)}, {other, other, other}}) {
    const auto out = checked(images);
    ASSERT_FALSE(out.ok());
    EXPECT_EQ(out.error().code, Code::failed);
    EXPECT_NE(out.error().message.find("prompt 'a fly', seed 1"), std::string::npos) << out.error().message;
  }
}

TEST(Health, TestInputsDiffer) {
  const auto images = test_images(16, 9);
  ASSERT_EQ(images.size(), kTestInputs);
  for (const Image& image : images) EXPECT_EQ(image.rgb.size(), 16U * 9 * 3);
  for (std::size_t i = 1; i < kTestInputs; ++i) EXPECT_NE(images[i], images[0]);
  EXPECT_EQ(test_texts().size(), kTestInputs);
}

}  // namespace
}  // namespace scotoma
