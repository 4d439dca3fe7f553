// SPDX-License-Identifier: Apache-2.0
#include "scotoma/finding/count.h"

#include <algorithm>
#include <cctype>
#include <map>

#include "scotoma/evidence/interval.h"

namespace scotoma {

Rate rate_of(std::span<const Sample> samples, Direction direction) {
  Rate rate;
  for (const Sample& sample : samples) {
    rate.valid += sample.valid() ? 1 : 0;
    rate.invalid += sample.valid() ? 0 : 1;
    rate.failures += shows(sample, direction) ? 1 : 0;
  }
  fill_interval(rate);
  return rate;
}

void fill_interval(Rate& rate) {
  if (rate.valid == 0) return;
  const Interval interval = clopper_pearson(rate.failures, rate.valid, 0.95);
  rate.rate = static_cast<double>(rate.failures) / rate.valid;
  rate.low = interval.low;
  rate.high = interval.high;
}

double invalid_share(const Rate& rate) {
  const int all = rate.valid + rate.invalid;
  return all == 0 ? 0 : static_cast<double>(rate.invalid) / all;
}

bool surely_not_generatable(const Rate& rate, double limit) {
  const int all = rate.valid + rate.invalid;
  return all > 0 && clopper_pearson_lower(rate.invalid, all, 0.99) > limit;
}

bool clearly_above(const Rate& rate, double null_rate) {
  return rate.valid > 0 && clopper_pearson_lower(rate.failures, rate.valid, 0.95) > null_rate;
}

Rate complement(const Rate& rate) {
  return {rate.valid - rate.failures,         rate.valid,    rate.invalid,
          rate.valid > 0 ? 1 - rate.rate : 0, 1 - rate.high, 1 - rate.low};
}

const BaseResult* base_of(std::span<const BaseResult> bases, const std::string& label) {
  for (const BaseResult& base : bases) {
    if (base.label == label) return &base;
  }
  return nullptr;
}

Rate base_rate(const BaseResult& base, Direction direction) {
  return direction == Direction::fails ? base.rate : complement(base.rate);
}

void set_base(Hypothesis& hypothesis, const BaseResult& base, double delta) {
  const Rate rate = base_rate(base, hypothesis.direction);
  hypothesis.base_events = rate.failures;
  hypothesis.base_valid = rate.valid;
  hypothesis.null_rate = rate.valid > 0 ? std::min(1.0, rate.rate + delta) : 1;
}

void set_fresh_base(Hypothesis& hypothesis, const BaseResult& base, const Rate& fresh, double delta) {
  const Rate rate = hypothesis.direction == Direction::fails ? fresh : complement(fresh);
  hypothesis.base_events = rate.failures;
  hypothesis.base_valid = rate.valid;
  const Rate seen = base_rate(base, hypothesis.direction);
  const int valid = seen.valid + rate.valid;
  hypothesis.null_rate =
      valid > 0 ? std::min(1.0, static_cast<double>(seen.failures + rate.failures) / valid + delta) : 1;
}

WrongAnswer most_frequent_wrong(std::span<const Sample> samples) {
  std::map<int, int> counts;
  for (const Sample& sample : samples) {
    if (sample.misclassified()) ++counts[sample.prediction.label()];
  }
  WrongAnswer best;
  for (const auto& [class_index, count] : counts) {
    if (count > best.count) best = {class_index, count};
  }
  return best;
}

std::string slug(const std::string& text) {
  std::string out;
  for (char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (std::isalnum(byte) != 0 && byte < 128) {
      out += static_cast<char>(std::tolower(byte));
    } else if (!out.empty() && out.back() != '-') {
      out += '-';
    }
  }
  while (!out.empty() && out.back() == '-') out.pop_back();
  return out;
}

}  // namespace scotoma
