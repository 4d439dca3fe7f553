// SPDX-License-Identifier: Apache-2.0
#include "scotoma/evidence/prediction_powered.h"

#include <boost/math/distributions/normal.hpp>
#include <cassert>
#include <cmath>
#include <vector>

namespace scotoma {
namespace {

constexpr int kHalvings = 60;  // of [0, 1]: below the spacing of doubles

/// What is known of the share of a cell that shows the label.
struct Share {
  double weight = 0;  ///< of the cell among all images
  double event = 0;   ///< 1 or 0
  double shows = 0;
  double down = 0;  ///< how far the true share may be below `shows` ...
  double up = 0;    ///< ... and above
  bool known = false;
};

std::vector<Share> shares_of(std::span<const ReviewedCell> cells, double confidence) {
  double n = 0;
  for (const ReviewedCell& cell : cells) n += cell.all;
  std::vector<Share> shares;
  for (const ReviewedCell& cell : cells) {
    assert(0 <= cell.shows && cell.shows <= cell.reviewed && cell.reviewed <= cell.all);
    if (cell.all == 0) continue;
    Share share{cell.all / n, cell.event ? 1.0 : 0.0, cell.accepted ? 1.0 : 0.0, 0, 0, cell.reviewed > 0};
    double unseen = 1;
    if (share.known) {
      share.shows = static_cast<double>(cell.shows) / cell.reviewed;
      unseen = std::sqrt(1 - static_cast<double>(cell.reviewed) / cell.all);
    }
    const Interval interval = clopper_pearson(cell.shows, cell.reviewed, confidence);
    share.down = unseen * (share.shows - interval.low);
    share.up = unseen * (interval.high - share.shows);
    shares.push_back(share);
  }
  return shares;
}

/// S(theta).
double score(const std::vector<Share>& shares, double theta) {
  double sum = 0;
  for (const Share& share : shares) sum += share.weight * (share.event - theta) * share.shows;
  return sum;
}

/// By how much the true mean of m may be above S (`sign` 1), or below it (-1).
double error(const std::vector<Share>& shares, double theta, double sampling, double sign) {
  double squares = sampling * theta * (1 - theta);
  double outright = 0;
  for (const Share& share : shares) {
    const double slope = sign * share.weight * (share.event - theta);
    const double change = slope > 0 ? slope * share.up : -slope * share.down;
    if (share.known) {
      squares += change * change;
    } else {
      outright += change;
    }
  }
  return std::sqrt(squares) + outright;
}

/// The theta farthest from `rate` towards `end` (0 or 1) that is not refuted.
double limit(const std::vector<Share>& shares, double rate, double end, double sampling) {
  const double sign = end > 0 ? 1 : -1;  // S falls in theta: above `rate`, only the error upwards can save it
  const auto refuted = [&](double theta) {
    return sign * score(shares, theta) + error(shares, theta, sampling, sign) < 0;
  };
  if (!refuted(end)) return end;
  double inside = rate;
  double outside = end;
  for (int i = 0; i < kHalvings; ++i) {
    const double middle = (inside + outside) / 2;
    (refuted(middle) ? outside : inside) = middle;
  }
  return inside;
}

}  // namespace

PoweredRate prediction_powered_rate(std::span<const ReviewedCell> cells, double confidence) {
  assert(0 < confidence && confidence < 1);
  const std::vector<Share> shares = shares_of(cells, confidence);
  double events = 0;
  double shown = 0;
  double n = 0;
  for (const Share& share : shares) {
    events += share.weight * share.event * share.shows;
    shown += share.weight * share.shows;
  }
  for (const ReviewedCell& cell : cells) n += cell.all;
  if (!(shown > 0)) return {};
  const double rate = events / shown;
  const double z = boost::math::quantile(boost::math::normal(), (1 + confidence) / 2);
  const double sampling = z * z * shown / n;
  return {rate, {limit(shares, rate, 0, sampling), limit(shares, rate, 1, sampling)}};
}

}  // namespace scotoma
