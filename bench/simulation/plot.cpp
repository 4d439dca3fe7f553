// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>

#include "simulation/simulate.h"

namespace scotoma::simulation {
namespace {

constexpr double kWidth = 860;
constexpr double kLeft = 250;   // room for names
constexpr double kRight = 830;  // 100 % is here
constexpr double kRow = 24;
constexpr double kCurveHeight = 240;

struct Series {
  Method method;
  const char* colour;
};
constexpr Series kSeries[] = {{Method::plain_more, "#d55e00"},
                              {Method::plain_points, "#e69f00"},
                              {Method::bound, "#56b4e9"},
                              {Method::scotoma, "#0072b2"}};

double x_of(double share) { return kLeft + (kRight - kLeft) * share; }

std::string words(double x, double y, const std::string& text, const std::string& more = {}) {
  return fmt::format("<text x=\"{:.1f}\" y=\"{:.1f}\" {}>{}</text>\n", x, y, more, text);
}

std::string line(double x1, double y1, double x2, double y2, const std::string& style) {
  return fmt::format("<line x1=\"{:.1f}\" y1=\"{:.1f}\" x2=\"{:.1f}\" y2=\"{:.1f}\" {}/>\n", x1, y1, x2, y2, style);
}

std::string dot(double x, double y, const std::string& colour) {
  return fmt::format("<circle cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"5\" fill=\"{}\"/>\n", x, y, colour);
}

/// Upright lines at 0, 20, ..., 100 % with their numbers below.
std::string scale(double top, double bottom) {
  std::string svg;
  for (int percent = 0; percent <= 100; percent += 20) {
    const double x = x_of(percent / 100.0);
    svg += line(x, top, x, bottom, "stroke=\"#ddd\"");
    svg += words(x, bottom + 16, fmt::format("{} %", percent), "text-anchor=\"middle\"");
  }
  return svg;
}

/// A row for each scenario, a dot for each method, whiskers of two errors; alpha is dashed.
std::string rates_panel(const Simulation& simulation, double top) {
  const double bottom = top + kRow * static_cast<double>(simulation.scenarios.size());
  std::string svg = scale(top, bottom);
  const double alpha = x_of(EvidenceOptions{}.alpha);
  svg += line(alpha, top - 6, alpha, bottom, "stroke=\"#000\" stroke-dasharray=\"4 3\"");
  svg += words(alpha, top - 10, "promised: at most 5 %", "text-anchor=\"start\"");
  double y = top + kRow / 2;
  for (const ScenarioResult& result : simulation.scenarios) {
    svg += words(kLeft - 12, y + 4, result.scenario.name, "text-anchor=\"end\"");
    for (const Series& series : kSeries) {
      const Estimate& fdr = result.tally.methods[static_cast<std::size_t>(series.method)].fdr;
      const double low = std::max(0.0, fdr.mean - 2 * fdr.error);
      const double high = std::min(1.0, fdr.mean + 2 * fdr.error);
      svg += line(x_of(low), y, x_of(high), y, fmt::format("stroke=\"{}\" stroke-width=\"2\"", series.colour));
      svg += dot(x_of(fdr.mean), y, series.colour);
    }
    y += kRow;
  }
  return svg;
}

std::string curve_of(const Curve& curve, Method method, const std::string& style, double top) {
  std::string points;
  for (const ScenarioResult& point : curve.points) {
    const double power = point.tally.methods[static_cast<std::size_t>(method)].power.mean;
    points += fmt::format("{:.1f},{:.1f} ", x_of(point.scenario.swept_rate), top + kCurveHeight * (1 - power));
  }
  return fmt::format("<polyline fill=\"none\" stroke-width=\"2.5\" {} points=\"{}\"/>\n", style, points);
}

/// Power (upwards) by the true rate of the bugs.
std::string power_panel(const Simulation& simulation, double top) {
  if (simulation.curves.empty()) return {};
  std::string svg = scale(top, top + kCurveHeight);
  for (int percent = 0; percent <= 100; percent += 20) {
    const double y = top + kCurveHeight * (1 - percent / 100.0);
    svg += line(kLeft, y, kRight, y, "stroke=\"#ddd\"");
    svg += words(kLeft - 8, y + 4, fmt::format("{} %", percent), "text-anchor=\"end\"");
  }
  for (const Series& series : kSeries) {
    if (series.method == Method::scotoma) continue;
    svg += curve_of(simulation.curves.front(), series.method, fmt::format("stroke=\"{}\"", series.colour), top);
  }
  const char* dashes[] = {"", "stroke-dasharray=\"7 4\""};
  double y = top + 24;
  for (std::size_t i = 0; i < simulation.curves.size() && i < 2; ++i) {
    const std::string style = fmt::format("stroke=\"#0072b2\" {}", dashes[i]);
    svg += curve_of(simulation.curves[i], Method::scotoma, style, top);
    svg += line(20, y - 4, 50, y - 4, style + " stroke-width=\"2.5\"");
    svg += words(56, y, fmt::format("{} baseline images a label", simulation.curves[i].base));
    y += 20;
  }
  svg += words((kLeft + kRight) / 2, top + kCurveHeight + 36, "true failure rate of the bugs; baseline rate 3 %",
               "text-anchor=\"middle\"");
  return svg;
}

}  // namespace

std::string plot_of(const Simulation& simulation) {
  const double rates = 90;
  const double power = rates + kRow * static_cast<double>(simulation.scenarios.size()) + 70;
  const double height = simulation.curves.empty() ? power - 30 : power + kCurveHeight + 50;
  std::string svg = fmt::format(
      "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {0} {1}\" width=\"{0}\" height=\"{1}\" "
      "font-family=\"sans-serif\" font-size=\"13\">\n<rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>\n",
      kWidth, height);
  svg += words(20, 28, "Share of claims that are wrong", "font-size=\"16\" font-weight=\"bold\"");
  double x = kLeft;
  for (const Series& series : kSeries) {
    svg += dot(x, 50, series.colour) + words(x + 10, 54, name_of(series.method));
    x += 145;
  }
  svg += rates_panel(simulation, rates);
  if (!simulation.curves.empty()) {
    svg += words(20, power - 14, "Power: share of bugs that are confirmed", "font-size=\"16\" font-weight=\"bold\"");
    svg += power_panel(simulation, power);
  }
  return svg + "</svg>\n";
}

}  // namespace scotoma::simulation
