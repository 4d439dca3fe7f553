// SPDX-License-Identifier: Apache-2.0
#include "scotoma/model/codec.h"

#include <bit>
#include <cstdint>
#include <cstring>

namespace scotoma {
namespace {

static_assert(std::endian::native == std::endian::little, "stored answers are little endian");

template <class T>
void append(std::string& bytes, T value) {
  char raw[sizeof value];
  std::memcpy(raw, &value, sizeof value);
  bytes.append(raw, sizeof value);
}

template <class T>
T at(const std::string& bytes, std::size_t offset) {
  T value{};
  std::memcpy(&value, bytes.data() + offset, sizeof value);
  return value;
}

constexpr std::size_t kScore = sizeof(std::int32_t) + sizeof(float);

}  // namespace

std::string encode(const Prediction& prediction) {
  std::string bytes;
  for (const Score& score : prediction.top) {
    append(bytes, static_cast<std::int32_t>(score.label));
    append(bytes, score.probability);
  }
  return bytes;
}

std::string encode(const Judgement& judgement) {
  std::string bytes(1, judgement.valid ? '\1' : '\0');
  append(bytes, judgement.score);
  return bytes;
}

std::string encode(const std::vector<float>& vector) {
  std::string bytes;
  bytes.reserve(vector.size() * sizeof(float));
  for (float value : vector) append(bytes, value);
  return bytes;
}

std::optional<Prediction> decode_prediction(const std::string& bytes) {
  if (bytes.empty() || bytes.size() % kScore != 0) return std::nullopt;
  Prediction prediction;
  for (std::size_t i = 0; i < bytes.size(); i += kScore) {
    prediction.top.push_back({at<std::int32_t>(bytes, i), at<float>(bytes, i + sizeof(std::int32_t))});
  }
  return prediction;
}

std::optional<Judgement> decode_judgement(const std::string& bytes) {
  if (bytes.size() != 1 + sizeof(float) || (bytes[0] != '\0' && bytes[0] != '\1')) return std::nullopt;
  return Judgement{bytes[0] == '\1', at<float>(bytes, 1)};
}

std::optional<std::vector<float>> decode_vector(const std::string& bytes) {
  if (bytes.empty() || bytes.size() % sizeof(float) != 0) return std::nullopt;
  std::vector<float> vector;
  for (std::size_t i = 0; i < bytes.size(); i += sizeof(float)) vector.push_back(at<float>(bytes, i));
  return vector;
}

}  // namespace scotoma
