// SPDX-License-Identifier: Apache-2.0
#include "scotoma/evidence/e_value.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <boost/math/quadrature/gauss.hpp>
#include <cmath>
#include <limits>
#include <numbers>
#include <vector>

#include "evidence/binomial.h"

namespace scotoma {
namespace {

constexpr double kInfiniteEvidence = std::numeric_limits<double>::infinity();

/// The definition, integrated numerically for 0 < r < 1. With q = sin^2 t the Jeffreys density is flat in t, so that E
/// is the mean of the likelihood ratio over t from asin sqrt(r) to pi/2; for r > 1/2 mirrored, so that 1 - r keeps its
/// digits. Panels halve in width towards the peak of the integrand, which resolves it however narrow it is.
double log_e_by_quadrature(int events, int n, double r) {
  const bool mirrored = r > 0.5;
  const int rising = mirrored ? n - events : events;  // the power of sin^2 t
  const double edge = mirrored ? 1 - r : r;           // sin^2 t at the border of the null
  const double start = std::asin(std::sqrt(edge));
  const double end = mirrored ? 0 : std::numbers::pi / 2;
  const auto log_ratio = [&](double t) {
    const double up = rising == 0 ? 0 : rising * (2 * std::log(std::sin(t)) - std::log(edge));
    const double down = rising == n ? 0 : (n - rising) * (2 * std::log(std::cos(t)) - std::log1p(-edge));
    return up + down;
  };
  const double mode = n == 0 ? start : std::asin(std::sqrt(static_cast<double>(rising) / n));
  const double peak = std::clamp(mode, std::min(start, end), std::max(start, end));
  const double log_most = log_ratio(peak);

  double integral = 0;
  for (const double side : {start - peak, end - peak}) {
    for (int halvings = 1; halvings <= 50; ++halvings) {
      const double width = std::ldexp(side, -halvings);
      const auto panel = [&](double u) { return std::exp(log_ratio(peak + width * (1 + u)) - log_most); };
      integral += std::fabs(width) * boost::math::quadrature::gauss<double, 30>::integrate(panel, 0.0, 1.0);
    }
  }
  return log_most + std::log(integral / std::fabs(end - start));
}

TEST(LogEValue, AgreesWithClosedFormsForOneImage) {
  EXPECT_NEAR(std::exp(log_e_value(1, 1, 0.5)), 1 + 2 / std::numbers::pi, 1e-14);
  EXPECT_NEAR(std::exp(log_e_value(0, 1, 0.5)), 1 - 2 / std::numbers::pi, 1e-14);
}

TEST(LogEValue, AgreesWithTheIntegralItIsDefinedBy) {
  for (const int n : {1, 2, 5, 17, 40, 300, 5000, 100'000}) {
    for (const double part : {0.0, 0.01, 0.1, 0.3, 0.5, 0.77, 0.99, 1.0}) {
      const int events = static_cast<int>(std::lround(part * n));
      for (const double r : {1e-6, 0.003, 0.1, 0.3, 0.5, 0.8, 0.99, 1 - 1e-6, 1 - 1e-12}) {
        const double expected = log_e_by_quadrature(events, n, r);
        EXPECT_NEAR(log_e_value(events, n, r), expected, 1e-9 + 1e-13 * std::fabs(expected))
            << events << '/' << n << " at " << r;
      }
    }
  }
}

TEST(LogEValue, AgreesWithTheIntegralWhereTheFormulaChangesSides) {
  for (const int n : {3, 50, 2000}) {
    for (const int events : {0, 1, n / 2, n - 1, n}) {
      const double border = (events + 1.5) / (n + 3);
      for (const double r : {border * (1 - 1e-9), border, border * (1 + 1e-9)}) {
        EXPECT_NEAR(log_e_value(events, n, r), log_e_by_quadrature(events, n, r), 1e-10) << events << '/' << n;
      }
    }
  }
}

TEST(LogEValue, HasItsLimitsAtTheEndsOfTheNull) {
  for (const double certain : {1.0, 1.05}) {
    EXPECT_EQ(log_e_value(0, 7, certain), 0);
    EXPECT_EQ(log_e_value(7, 7, certain), 0);
  }
  EXPECT_EQ(log_e_value(1, 7, 0), kInfiniteEvidence);
  EXPECT_EQ(log_e_value(0, 0, 0), 0);
  // No event in n: B(1/2, n + 1/2) / pi, for n = 2 the mean of cos^4, 3/8. It is the limit of small null rates.
  EXPECT_NEAR(std::exp(log_e_value(0, 2, 0)), 0.375, 1e-14);
  EXPECT_NEAR(log_e_value(0, 2, 1e-30), log_e_value(0, 2, 0), 1e-12);
  // Just below 1 a pass weighs little: the mean of (1-q)/(1-r) over the last stretch is 1 / (2 (n-s) + 1).
  EXPECT_NEAR(std::exp(log_e_value(5, 7, 1 - 1e-12)), 1.0 / 5, 1e-10);
}

TEST(LogEValue, IsFiniteAndOrderedWhereThePowersUnderflow) {
  for (const double r : {1e-300, 1e-9, 0.02, 0.5, 0.97, 1 - 1e-16}) {
    double previous = -kInfiniteEvidence;
    for (int events = 0; events <= 100'000; events += 1000) {
      const double log_e = log_e_value(events, 100'000, r);
      EXPECT_TRUE(std::isfinite(log_e)) << events << " at " << r;
      EXPECT_GE(log_e, previous) << events << " at " << r;
      previous = log_e;
    }
  }
}

TEST(LogEValue, HasExpectationAtMostOneUnderEveryNullRate) {
  for (int n = 0; n <= 40; ++n) {
    for (const double null_rate : {0.01, 0.1, 0.35, 0.5, 0.9, 0.999}) {
      for (const double part : {0.0, 0.3, 0.9, 1.0}) {
        double mean = 0;
        for (int s = 0; s <= n; ++s) {
          mean += binomial_probability(s, n, part * null_rate) * std::exp(log_e_value(s, n, null_rate));
        }
        EXPECT_LE(mean, 1 + 1e-10) << n << ' ' << null_rate << ' ' << part;
        if (part == 1) {  // nothing is given away at the border
          EXPECT_NEAR(mean, 1, 1e-10) << n << ' ' << null_rate;
        }
      }
    }
  }
}

TEST(LogEValue, IsASupermartingaleImageByImage) {
  for (int n = 0; n <= 40; ++n) {
    for (int s = 0; s <= n; ++s) {
      for (const double null_rate : {0.01, 0.2, 0.5, 0.93}) {
        const double now = log_e_value(s, n, null_rate);
        const double after_failure = std::exp(log_e_value(s + 1, n + 1, null_rate) - now);
        const double after_pass = std::exp(log_e_value(s, n + 1, null_rate) - now);
        EXPECT_NEAR(null_rate * after_failure + (1 - null_rate) * after_pass, 1, 1e-10);
        const double lower = null_rate / 2;
        EXPECT_LE(lower * after_failure + (1 - lower) * after_pass, 1);
      }
    }
  }
}

TEST(EProcess, HasTheValueAndTheSlopeOfLogEValue) {
  for (const int n : {0, 1, 10, 96, 2000}) {
    for (const double part : {0.0, 0.2, 0.5, 1.0}) {
      const int events = static_cast<int>(std::lround(part * n));
      const EProcess process(events, n);
      for (const double r : {0.001, 0.05, 0.3, 0.6, 0.97}) {
        const LogEValue e = process.against(r);
        EXPECT_NEAR(e.value, log_e_value(events, n, r), 1e-12 * (1 + std::fabs(e.value)));
        const double step = 1e-6 * r * (1 - r);
        const double difference = (log_e_value(events, n, r + step) - log_e_value(events, n, r - step)) / (2 * step);
        EXPECT_NEAR(e.slope, difference, 1e-4 * (1 + n + std::fabs(difference))) << events << '/' << n << " at " << r;
      }
    }
  }
}

TEST(EProcess, IsConvexInTheNullRateAndNeverRises) {
  for (const int n : {1, 2, 3, 5, 10, 20, 48, 96, 200, 1000, 5000}) {
    for (int events = 0; events <= n; events += std::max(1, n / 48)) {
      const EProcess process(events, n);
      double previous = -kInfiniteEvidence;
      for (int i = 1; i < 500; ++i) {
        const double sine = std::sin(std::numbers::pi / 2 * i / 500);
        const double slope = process.against(sine * sine).slope;
        EXPECT_GE(slope, previous - 1e-7 * (1 + std::fabs(previous))) << events << '/' << n << " at " << sine * sine;
        EXPECT_LE(slope, 1e-7 * n) << events << '/' << n << " at " << sine * sine;
        previous = slope;
      }
    }
  }
}

/// The probability that E ever reaches 1/alpha within `horizon` images, exactly: the mass of each (s, n) not yet
/// stopped.
double crossing_probability(double rate, double null_rate, double alpha, int horizon) {
  std::vector<double> alive = {1.0};
  double crossed = 0;
  for (int n = 1; n <= horizon; ++n) {
    std::vector<double> next(alive.size() + 1, 0.0);
    for (std::size_t s = 0; s < alive.size(); ++s) {
      next[s] += alive[s] * (1 - rate);
      next[s + 1] += alive[s] * rate;
    }
    // E grows with s: only the upper end of what is alive can have crossed.
    for (std::size_t s = next.size(); s-- > 0 && log_e_value(static_cast<int>(s), n, null_rate) >= -std::log(alpha);) {
      crossed += next[s];
      next[s] = 0;
    }
    while (!next.empty() && next.back() == 0) next.pop_back();
    alive = std::move(next);
  }
  return crossed;
}

TEST(LogEValue, EverReachesOneOverAlphaWithAtMostAlpha) {
  for (const double null_rate : {0.05, 0.3, 0.7}) {
    const double at_border = crossing_probability(null_rate, null_rate, 0.05, 400);
    EXPECT_LE(at_border, 0.05);
    EXPECT_GE(at_border, 0.01) << "the bound should not be empty";
    EXPECT_LE(crossing_probability(null_rate * 0.8, null_rate, 0.05, 400), at_border);
    EXPECT_GE(crossing_probability(null_rate + 0.25, null_rate, 0.05, 400), 0.99) << "a bug should be found";
  }
}

RC_GTEST_PROP(LogEValue, GrowsWithEventsAndFallsWithTheNullRate, ()) {
  const int n = *rc::gen::inRange(1, 3000);
  const int events = *rc::gen::inRange(0, n);
  const double low = *rc::gen::inRange(1, 999) / 1000.0;
  const double high = *rc::gen::inRange(static_cast<int>(low * 1000) + 1, 1001) / 1000.0;
  RC_ASSERT(log_e_value(events, n, low) <= log_e_value(events + 1, n, low));
  RC_ASSERT(log_e_value(n, n, low) >= log_e_value(n, n, high) - 1e-10);
  RC_ASSERT(log_e_value(events, n, low) >= log_e_value(events, n, std::min(high, 0.9999)) - 1e-10);
}

}  // namespace
}  // namespace scotoma
