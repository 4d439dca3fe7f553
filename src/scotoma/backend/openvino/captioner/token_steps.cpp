// SPDX-License-Identifier: Apache-2.0
#include "scotoma/backend/openvino/captioner/token_steps.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "scotoma/backend/openvino/ports.h"

namespace scotoma {
namespace {

void put(ov::Tensor tensor, const TokenIds& values) { put_wholes(tensor, 0, values); }
void fill_ones(const ov::Tensor& tensor) { put(tensor, TokenIds(tensor.get_size(), 1)); }

/// What both ways share.
class TokenStep : public DecodingStep {
 public:
  explicit TokenStep(DecoderCall call) : with_(std::move(call)) {}
  const std::string& subject() const override { return with_.network->subject(); }

 protected:
  bool has(const char* name) const {
    const auto& ports = with_.network->compiled().inputs();
    return std::any_of(ports.begin(), ports.end(), [&](const auto& port) { return port.get_names().contains(name); });
  }

  /// The input of this name, with this shape.
  ov::Tensor shaped(const char* name, const ov::Shape& shape) {
    ov::Tensor tensor = with_.call.request().get_tensor(name);
    tensor.set_shape(shape);
    return tensor;
  }

  /// Runs ids [rows, ids a row] of texts of `length` ids; gives the logits behind the last.
  Result<NextLogits> run(const TokenIds& ids, std::size_t length) {
    const std::size_t asked = ids.size() / with_.rows;
    put(shaped("input_ids", {with_.rows, asked}), ids);
    if (has("encoder_attention_mask")) fill_ones(with_.call.request().get_tensor("encoder_attention_mask"));
    if (has("attention_mask")) fill_ones(shaped("attention_mask", {with_.rows, length}));
    SCOTOMA_RETURN_IF_ERROR(with_.call.run());
    const ov::Tensor logits = with_.call.request().get_tensor("logits");
    const ov::Shape& shape = logits.get_shape();
    // With a state, the last id's alone may be given.
    if (shape.size() != 3 || shape[0] != with_.rows || (shape[1] != asked && shape[1] != 1) || shape[2] == 0) {
      return failed(fmt::format("{}: gives logits {}; [{}, {}, words] is expected", subject(), shape.to_string(),
                                with_.rows, asked));
    }
    const std::size_t words = shape[2];
    last_.resize(with_.rows * words);
    for (std::size_t row = 0; row < with_.rows; ++row) {
      std::copy_n(logits.data<const float>() + ((row + 1) * shape[1] - 1) * words, words, last_.data() + row * words);
    }
    return NextLogits{last_, words};
  }

  DecoderCall with_;

 private:
  std::vector<float> last_;
};

class StepWithoutState final : public TokenStep {
 public:
  using TokenStep::TokenStep;

  Result<NextLogits> begin() override {
    texts_.assign(with_.rows, with_.prompt);
    return run_all();
  }

  Result<NextLogits> next(std::span<const std::int64_t> ids, std::span<const std::size_t> from) override {
    std::vector<TokenIds> longer;
    for (std::size_t row = 0; row < with_.rows; ++row) {
      longer.push_back(texts_[from[row]]);
      longer.back().push_back(ids[row]);
    }
    texts_ = std::move(longer);
    return run_all();
  }

 private:
  Result<NextLogits> run_all() {
    TokenIds all;
    for (const TokenIds& text : texts_) all.insert(all.end(), text.begin(), text.end());
    return run(all, texts_.front().size());
  }

  std::vector<TokenIds> texts_;
};

class StepWithState final : public TokenStep {
 public:
  using TokenStep::TokenStep;

  Result<NextLogits> begin() override {
    SCOTOMA_RETURN_IF_ERROR(engine_call(subject(), "", Code::failed, [&] { with_.call.request().reset_state(); }));
    length_ = 0;
    std::vector<std::size_t> from(with_.rows);
    std::iota(from.begin(), from.end(), std::size_t{0});
    TokenIds all;
    for (std::size_t row = 0; row < with_.rows; ++row) all.insert(all.end(), with_.prompt.begin(), with_.prompt.end());
    return run_new(all, from);
  }

  Result<NextLogits> next(std::span<const std::int64_t> ids, std::span<const std::size_t> from) override {
    return run_new({ids.begin(), ids.end()}, from);
  }

 private:
  Result<NextLogits> run_new(const TokenIds& ids, std::span<const std::size_t> from) {
    const std::size_t asked = ids.size() / with_.rows;
    put(shaped("beam_idx", {with_.rows}), TokenIds(from.begin(), from.end()));
    if (has("position_ids")) {
      TokenIds positions;
      for (std::size_t i = 0; i < ids.size(); ++i) positions.push_back(static_cast<std::int64_t>(length_ + i % asked));
      put(shaped("position_ids", {with_.rows, asked}), positions);
    }
    length_ += asked;
    return run(ids, length_);
  }

  std::size_t length_ = 0;  ///< ids that the state stands for
};

}  // namespace

std::unique_ptr<DecodingStep> step_without_state(DecoderCall call) {
  return std::make_unique<StepWithoutState>(std::move(call));
}

std::unique_ptr<DecodingStep> step_with_state(DecoderCall call) {
  return std::make_unique<StepWithState>(std::move(call));
}

}  // namespace scotoma
