// SPDX-License-Identifier: Apache-2.0
#include "simulation/tally.h"

#include <fmt/format.h>

#include <cmath>
#include <functional>

namespace scotoma::simulation {
namespace {

using Number = std::function<double(const StudyResult&)>;

Estimate ratio(const std::vector<StudyResult>& studies, const Number& top, const Number& bottom) {
  return ratio_of(
      studies.size(), [&](std::size_t i) { return top(studies[i]); },
      [&](std::size_t i) { return bottom(studies[i]); });
}

Estimate mean_of(const std::vector<StudyResult>& studies, const Number& value) {
  return ratio(studies, value, [](const StudyResult&) { return 1.0; });
}

double share(int part, int whole) { return whole == 0 ? 0 : static_cast<double>(part) / whole; }

MethodTally tally_method(const std::vector<StudyResult>& studies, std::size_t m) {
  const auto share_of = [&](int Claims::*wrong) {
    return mean_of(studies, [m, wrong](const StudyResult& s) { return share(s.methods[m].*wrong, s.methods[m].made); });
  };
  const auto found = [m](const StudyResult& s) { return s.methods[m].found; };
  const auto images = [m](const StudyResult& s) { return s.methods[m].images; };
  MethodTally tally;
  tally.fdr = share_of(&Claims::wrong);
  tally.fdr_at_all = share_of(&Claims::wrong_at_all);
  tally.fdr_of_real = share_of(&Claims::wrong_of_real);
  tally.power = ratio(studies, found, [](const StudyResult& s) { return s.bugs; });
  tally.claims = mean_of(studies, [m](const StudyResult& s) { return s.methods[m].made; }).mean;
  tally.images = mean_of(studies, images).mean;
  tally.images_per_bug = ratio(studies, images, found).mean;
  return tally;
}

}  // namespace

Estimate ratio_of(std::size_t studies, const std::function<double(std::size_t)>& top,
                  const std::function<double(std::size_t)>& bottom) {
  double tops = 0;
  double bottoms = 0;
  for (std::size_t i = 0; i < studies; ++i) {
    tops += top(i);
    bottoms += bottom(i);
  }
  if (bottoms <= 0) return {};
  const double mean = tops / bottoms;
  double squares = 0;
  for (std::size_t i = 0; i < studies; ++i) {
    const double residual = top(i) - mean * bottom(i);
    squares += residual * residual;
  }
  return {mean, std::sqrt(squares) / bottoms, std::lround(bottoms)};
}

Tally tally_of(const std::vector<StudyResult>& studies) {
  Tally tally;
  tally.studies = static_cast<int>(studies.size());
  for (std::size_t m = 0; m < kMethods; ++m) tally.methods[m] = tally_method(studies, m);
  for (std::size_t c = 0; c < kShown; ++c) {
    tally.coverage[c] = ratio(
        studies, [c](const StudyResult& s) { return s.coverage[c].covering; },
        [c](const StudyResult& s) { return s.coverage[c].intervals; });
  }
  for (const StudyResult& study : studies) {
    const std::array<int, 4> images = {study.spent.base, study.spent.explore, study.spent.confirm, study.spent.audit};
    for (std::size_t i = 0; i < images.size(); ++i) tally.spent[i] += static_cast<double>(images[i]) / tally.studies;
  }
  return tally;
}

double promised(Shown what) {
  switch (what) {
    case Shown::base_bounds:
      return 1 - EvidenceOptions{}.alpha0;
    case Shown::base_rate:
    case Shown::audit_rate:
    case Shown::cause_rate:
    case Shown::audit_base:
    case Shown::lift:
      return 0.95;
    case Shown::explored_rate:
    case Shown::confirmed_rate:
      break;
  }
  return 0;
}

bool breaks(const Estimate& fdr, double alpha) {
  return fdr.mean > alpha + 3 * std::sqrt(alpha * (1 - alpha) / static_cast<double>(fdr.units));
}

bool undercovers(const Estimate& coverage, double level) {
  if (coverage.units == 0) return false;
  const double independent = std::sqrt(level * (1 - level) / static_cast<double>(coverage.units));
  return coverage.mean < level - 3 * std::max(coverage.error, independent);
}

std::vector<std::string> broken_promises(const Tally& tally, double alpha) {
  std::vector<std::string> broken;
  for (const Method method : {Method::scotoma, Method::bound}) {
    const Estimate& fdr = tally.methods[static_cast<std::size_t>(method)].fdr;
    if (!breaks(fdr, alpha)) continue;
    broken.push_back(fmt::format("{}: false discovery rate {:.4f} +- {:.4f}, promised {}", name_of(method), fdr.mean,
                                 fdr.error, alpha));
  }
  for (std::size_t c = 0; c < kShown; ++c) {
    const auto what = static_cast<Shown>(c);
    const Estimate& coverage = tally.coverage[c];
    if (promised(what) == 0 || !undercovers(coverage, promised(what))) continue;
    broken.push_back(fmt::format("{}: {:.4f} +- {:.4f} of {} intervals cover, promised {}", name_of(what),
                                 coverage.mean, coverage.error, coverage.units, promised(what)));
  }
  return broken;
}

std::string name_of(Method method) {
  switch (method) {
    case Method::scotoma:
      return "Scotoma";
    case Method::bound:
      return "bar at the bound";
    case Method::plain_more:
      return "more than base";
    case Method::plain_points:
      return "5 points more";
  }
  return {};
}

std::string name_of(Shown what) {
  switch (what) {
    case Shown::base_bounds:
      return "baseline bounds, all of a study";
    case Shown::base_rate:
      return "baseline rate";
    case Shown::audit_rate:
      return "audit, with the phrase";
    case Shown::cause_rate:
      return "audit of a cause, its labels together";
    case Shown::audit_base:
      return "audit, without";
    case Shown::lift:
      return "lift";
    case Shown::explored_rate:
      return "exploration";
    case Shown::confirmed_rate:
      return "confirmation";
  }
  return {};
}

}  // namespace scotoma::simulation
