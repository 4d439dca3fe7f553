// SPDX-License-Identifier: Apache-2.0
#include "scotoma/report/svg.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace scotoma {
namespace {

constexpr double kCurveWidth = 320;
constexpr double kCurveHeight = 84;
constexpr double kCurveMargin = 5;
constexpr double kHighest = 700;  // log of the largest double: infinite evidence is drawn there

double drawable(double log_e) { return std::isnan(log_e) ? 0 : std::clamp(log_e, -kHighest, kHighest); }

}  // namespace

std::string rate_bar(const Rate& rate, std::string_view tone) {
  const auto x = [](double share) { return 100 * std::clamp(share, 0.0, 1.0); };
  return fmt::format(R"(<svg class="bar {0}" width="100%" height="20" aria-hidden="true" focusable="false">)"
                     R"(<rect class="track" width="100%" height="20" rx="4"/>)"
                     R"(<rect class="fill" width="{1:.2f}%" height="20" rx="4"/>)"
                     R"(<rect class="range" x="{2:.2f}%" y="8.5" width="{4:.2f}%" height="3" rx="1.5"/>)"
                     R"(<line class="end" x1="{2:.2f}%" x2="{2:.2f}%" y1="5" y2="15"/>)"
                     R"(<line class="end" x1="{3:.2f}%" x2="{3:.2f}%" y1="5" y2="15"/></svg>)",
                     tone, x(rate.rate), x(rate.low), x(rate.high), x(rate.high - rate.low));
}

std::string evidence_curve(const std::vector<double>& log_e_path, double threshold, std::string_view tone) {
  if (log_e_path.size() < 2) return {};
  double low = 0;
  double high = std::max(drawable(threshold) * 1.15, 1.0);
  for (const double each : log_e_path) {
    low = std::min(low, drawable(each));
    high = std::max(high, drawable(each));
  }
  const auto y = [&](double log_e) {
    return kCurveMargin + (kCurveHeight - 2 * kCurveMargin) * (high - drawable(log_e)) / (high - low);
  };
  const auto n = static_cast<double>(log_e_path.size());
  std::string points = fmt::format("0,{:.1f}", y(0));
  for (std::size_t i = 0; i < log_e_path.size(); ++i) {
    points += fmt::format(" {:.1f},{:.1f}", kCurveWidth * static_cast<double>(i + 1) / n, y(log_e_path[i]));
  }
  std::string line;
  if (threshold > 0) {
    line = fmt::format(R"(<line class="threshold" x1="0" x2="{0}" y1="{1:.1f}" y2="{1:.1f}"/>)", kCurveWidth,
                       y(threshold));
  }
  return fmt::format(
      R"(<svg class="curve {}" viewBox="0 0 {} {}" preserveAspectRatio="none" aria-hidden="true" focusable="false">)"
      R"(<line class="zero" x1="0" x2="{}" y1="{:.1f}" y2="{:.1f}"/>{}<polyline points="{}"/></svg>)",
      tone, kCurveWidth, kCurveHeight, kCurveWidth, y(0), y(0), line, points);
}

std::string parts_bar(const std::vector<Part>& parts) {
  double total = 0;
  for (const Part& part : parts) total += part.count;
  if (total <= 0) return {};
  std::string rects;
  double x = 0;
  for (const Part& part : parts) {
    const double width = 100 * part.count / total;
    if (part.count > 0) {
      rects += fmt::format(R"(<rect class="{}" x="{:.2f}%" width="{:.2f}%" height="20"/>)", part.tone, x, width);
    }
    x += width;
  }
  return fmt::format(R"(<svg class="parts" width="100%" height="20" aria-hidden="true" focusable="false">{}</svg>)",
                     rects);
}

}  // namespace scotoma
