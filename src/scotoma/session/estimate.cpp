// SPDX-License-Identifier: Apache-2.0
#include "scotoma/session/estimate.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "scotoma/find/certify_study.h"
#include "scotoma/wording/words.h"

namespace scotoma {
namespace {

/// Two significant digits, and the unit in which people say it.
std::string duration(double seconds) {
  const auto rounded = [](double value) {
    const double unit = value >= 100 ? std::pow(10, std::floor(std::log10(value)) - 1) : 1;
    return static_cast<int>(std::max(1.0, std::ceil(value / unit - 1e-9) * unit));
  };
  if (seconds < 100) return counted(rounded(seconds), "second");
  if (seconds < 100 * 60) return counted(rounded(seconds / 60), "minute");
  if (seconds < 100 * 3600) return counted(rounded(seconds / 3600), "hour");
  return counted(rounded(std::min(seconds / 86400, 1e6)), "day");
}

std::string size(double bytes) {
  if (bytes < 1e9) return fmt::format("{} MB", grouped(static_cast<long long>(std::max(1.0, std::ceil(bytes / 1e6)))));
  return fmt::format("{:.1f} GB", bytes / 1e9);
}

double total(const std::array<RoleShare, 5>& shares) {
  double all = 0;
  for (const RoleShare& each : shares) all += each.share;
  return all;
}

}  // namespace

RunEstimate estimate_run(const Study& study, const ImageCost& cost, int at_once) {
  const double certificate = certificate_images(study);  // beyond budget.images, and whatever budget.minutes says
  const double images = study.budget.images;
  const double baseline = std::min(images, static_cast<double>(study.labels.size()) * study.budget.base);
  const double described = std::min(images, 2 * baseline);
  RunEstimate estimate;
  estimate.shares = {{{"generator", cost.generate * images},
                      {"classifier", cost.classify * images},
                      {"judge", cost.judge * images},
                      {"embedder", cost.embed * baseline},
                      {"captioner", cost.caption * described}}};
  const double limit = 60.0 * study.budget.minutes * std::max(1, at_once);
  const double searched = total(estimate.shares);
  const double part = limit > 0 && searched > limit ? limit / searched : 1;
  for (RoleShare& each : estimate.shares) each.share *= part;
  estimate.shares[0].share += cost.generate * certificate;
  estimate.shares[1].share += cost.classify * certificate;
  estimate.shares[2].share += cost.judge * certificate;
  const double all = total(estimate.shares);
  for (RoleShare& each : estimate.shares) each.share = all > 0 ? each.share / all : 0;
  std::stable_sort(estimate.shares.begin(), estimate.shares.end(),
                   [](const RoleShare& a, const RoleShare& b) { return a.share > b.share; });
  estimate.seconds = all / std::max(1, at_once);
  estimate.certificate = static_cast<int>(certificate);
  estimate.images = static_cast<int>(part * images) + estimate.certificate;
  estimate.bytes = static_cast<std::uint64_t>(static_cast<double>(cost.bytes) * (part * images + certificate));
  return estimate;
}

std::string sentence(const RunEstimate& estimate) {
  std::string roles;
  for (const RoleShare& each : estimate.shares) {
    if (each.share >= 0.01)
      roles += fmt::format("{}{} {:.0f}\u00A0%", roles.empty() ? "" : ", ", each.role, 100 * each.share);
  }
  const std::string certificate =
      estimate.certificate == 0 ? ""
                                : fmt::format(", at most {} of them the certificate's", grouped(estimate.certificate));
  return fmt::format("about {} here for all {}{}{}, longer where batches slow each other down; about {} on disk",
                     duration(estimate.seconds), counted(estimate.images, "image"), certificate,
                     roles.empty() ? "" : " (" + roles + ")", size(static_cast<double>(estimate.bytes)));
}

}  // namespace scotoma
